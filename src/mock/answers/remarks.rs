//! Answers that are comments and replies.

use serde_json::{Value, json};

use super::Page;
use crate::mock::bodies::comments;
use crate::mock::cursors;
use crate::mock::posts::PostKey;

pub(super) fn comments(page: Page, key: PostKey) -> Value {
    let world = page.world;
    let order = world.comment_order(key, page.question.by_rank);
    let places = order[page.question.places.clone()].iter().copied();
    if page.question.endpoint.path.starts_with("/gql/") {
        let items = places
            .map(|place| comments::plain(world, &world.remark(key, place, 0), page.signature))
            .collect();
        return page.pair(items);
    }
    let media_id = world.post(key).id;
    let items = places.map(|place| {
        let remark = world.remark(key, place, 0);
        let taste = world
            .replies(key, place)
            .first()
            .map(|reply| world.remark(key, place, *reply));
        comments::threaded(world, media_id, &remark, taste.as_ref(), page.signature)
    });
    let items = items.collect();
    let items = page.twisted(items);
    let question = page.question;
    let inner = question
        .next
        .map(|next| cursors::cached_comments_cursor(world.seed(), question.endpoint, &question.list, next));
    let cursors = page.cursor.map(|outer| (outer, json!(inner)));
    comments::page(world, key, items, cursors, page.signature)
}

pub(super) fn replies(page: Page, key: PostKey, place: usize) -> Value {
    let world = page.world;
    let replies = world.replies(key, place)[page.question.places.clone()].to_vec();
    let replies = replies.into_iter().map(|reply| world.remark(key, place, reply));
    if page.question.endpoint.path.starts_with("/gql/") {
        let items = replies
            .map(|reply| comments::plain(world, &reply, page.signature))
            .collect();
        return page.pair(items);
    }
    let media_id = world.post(key).id;
    let items = replies
        .map(|reply| comments::reply(world, media_id, &reply, page.signature))
        .collect();
    let items = page.twisted(items);
    let parent = world.remark(key, place, 0);
    let count = parent.replies;
    let parent = comments::threaded(world, media_id, &parent, None, page.signature);
    comments::replies_page(parent, count, items, page.cursor)
}
