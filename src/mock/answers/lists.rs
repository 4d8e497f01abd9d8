//! Answers that are users: profiles, follow lists, likers.

use serde_json::{Value, json};

use super::Page;
use crate::mock::bodies::signature::Signature;
use crate::mock::bodies::{profiles, users};
use crate::mock::people::Person;
use crate::mock::posts::PostKey;

pub(super) fn profile(page: &mut Page, user: usize) -> Value {
    let person = page.world.person(user);
    let counters = page.world.counters(user);
    if page.question.endpoint.path.starts_with("/gql/") {
        profiles::profile(&person, counters, page.signature)
    } else {
        profiles::flat_profile(&person, counters, page.signature)
    }
}

pub(super) fn follows(mut page: Page, user: usize) -> Value {
    let (world, endpoint) = (page.world, page.question.endpoint);
    let is_followers = endpoint.kind == "followers";
    let list = if is_followers {
        world.followers(user)
    } else {
        world.following(user)
    };
    let list = list[page.question.places.clone()]
        .iter()
        .map(|index| *index as usize);
    if endpoint.path.starts_with("/gql/") {
        let has_reel = is_followers && !endpoint.by_amount;
        let shape = if has_reel {
            users::chunked_with_reel
        } else {
            users::chunked
        };
        let items = shaped(&mut page, list, shape);
        return page.pair(items);
    }
    let items = shaped(&mut page, list, users::listed);
    let mut response = json!({ "users": page.twisted(items) });
    if is_followers {
        response["should_limit_list_of_followers"] = json!(world.limited_followers(user).1);
    }
    let Some(cursor) = page.cursor else {
        return json!({ "response": response });
    };
    if !is_followers {
        response["has_more"] = json!(!cursor.is_null());
    }
    response["next_max_id"] = cursor.clone();
    json!({ "response": response, "next_page_id": cursor })
}

pub(super) fn related(mut page: Page, user: usize) -> Value {
    let related = page.world.related_to(user);
    let items = shaped(&mut page, related, users::chunked);
    page.pair(items)
}

pub(super) fn likers_of_post(mut page: Page, key: PostKey) -> Value {
    let likers = page.world.likers_of_post(key);
    let items = shaped(&mut page, likers, users::liker_of_post);
    page.pair(items)
}

/// The upstream has two frames for one list; which one is the comment's own.
pub(super) fn likers_of_comment(mut page: Page, key: PostKey, place: usize) -> Value {
    let likers = page.world.likers_of_comment(key, place);
    let likers = likers[page.question.places.clone()].to_vec();
    let items = shaped(&mut page, likers, users::liker_of_comment);
    let is_framed = page.world.remark(key, place, 0).likes % 2 == 0;
    if page.question.endpoint.by_amount || !is_framed {
        return page.pair(items);
    }
    let items = page.twisted(items);
    match page.cursor {
        Some(cursor) => json!({ "items": items, "more_available": !cursor.is_null(), "end_cursor": cursor }),
        None => json!({ "items": items }),
    }
}

fn shaped(
    page: &mut Page,
    people: impl IntoIterator<Item = usize>,
    shape: fn(&Person, &mut Signature) -> Value,
) -> Vec<Value> {
    people
        .into_iter()
        .map(|index| shape(&page.world.person(index), page.signature))
        .collect()
}
