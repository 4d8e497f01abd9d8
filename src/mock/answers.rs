//! The body of a good answer, and what can be twisted about it.

use serde_json::{Value, json};

use crate::mock::bodies::stream::Grid;
use crate::mock::bodies::{comments, media, users};
use crate::mock::cursors;
use crate::mock::draw::Draw;
use crate::mock::faults::FaultKind;
use crate::mock::posts::PostKey;
use crate::mock::questions::{Question, Subject};
use crate::mock::world::World;

/// The body that answers a question, twisted by a fault of the body's own kind if one is given.
pub(crate) fn body(
    world: &World,
    question: &Question,
    twist: Option<FaultKind>,
    signature: &mut Draw,
) -> Value {
    let cursor = Cursor::new(world, question, twist);
    match question.subject {
        Subject::User(user) => match question.endpoint.kind {
            "profile" => profile(world, question, user, signature),
            "medias" => grid(world, question, user, twist, cursor, signature),
            _ => follow_list(world, question, user, twist, cursor, signature),
        },
        Subject::Post(key) => comment_list(world, question, key, twist, cursor, signature),
        Subject::Comment(key, place) => reply_list(world, question, key, place, twist, cursor, signature),
    }
}

/// The cursor of a page: a text, null at the end, absent where the page is damaged.
struct Cursor(Option<Value>);

impl Cursor {
    fn new(world: &World, question: &Question, twist: Option<FaultKind>) -> Self {
        if twist == Some(FaultKind::CursorMissing) {
            return Self(None);
        }
        let written = question
            .next
            .map(|page| cursors::write(world.seed(), question.endpoint, &question.target, page));
        Self(Some(json!(written)))
    }
}

fn twisted(mut items: Vec<Value>, twist: Option<FaultKind>) -> Vec<Value> {
    match twist {
        Some(FaultKind::RubbishElement) => items.push(json!({ "username": 1 })),
        Some(FaultKind::DuplicatedElement) => items.extend(items.first().cloned()),
        _ => {}
    }
    items
}

fn profile(world: &World, question: &Question, user: usize, signature: &mut Draw) -> Value {
    let person = world.person(user);
    let counters = world.counters(user);
    if question.endpoint.path.starts_with("/gql/") {
        users::profile(&person, counters, signature)
    } else {
        users::flat_profile(&person, counters, signature)
    }
}

fn follow_list(
    world: &World,
    question: &Question,
    user: usize,
    twist: Option<FaultKind>,
    cursor: Cursor,
    signature: &mut Draw,
) -> Value {
    let is_followers = question.endpoint.kind == "followers";
    let list = if is_followers {
        world.followers(user)
    } else {
        world.following(user)
    };
    let is_chunk = question.endpoint.path.ends_with("/chunk");
    let shape = match (is_chunk, is_followers) {
        (true, true) => users::chunked_with_reel,
        (true, false) => users::chunked,
        (false, _) => users::listed,
    };
    let items = list[question.places.clone()]
        .iter()
        .map(|index| shape(&world.person(*index as usize), signature));
    let items = twisted(items.collect(), twist);
    if is_chunk {
        return pair(items, cursor);
    }
    let mut response = json!({ "users": items });
    if is_followers {
        response["should_limit_list_of_followers"] = json!(world.limited_followers(user).1);
    }
    let Some(cursor) = cursor.0 else {
        return json!({ "response": response });
    };
    if !is_followers {
        response["has_more"] = json!(!cursor.is_null());
    }
    response["next_max_id"] = cursor.clone();
    json!({ "response": response, "next_page_id": cursor })
}

/// `[items, cursor]`; where the cursor is missing, only the items.
fn pair(items: Vec<Value>, cursor: Cursor) -> Value {
    let items = Value::Array(items);
    match cursor.0 {
        Some(cursor) => json!([items, cursor]),
        None => json!([items]),
    }
}

fn grid(
    world: &World,
    question: &Question,
    user: usize,
    twist: Option<FaultKind>,
    cursor: Cursor,
    signature: &mut Draw,
) -> Value {
    let (mut light, mut deferred) = (Vec::new(), Vec::new());
    for key in &world.posts_of(user)[question.places.clone()] {
        let post = world.post(*key);
        light.push(media::light(world, &post, signature));
        deferred.push(media::deferred(world, &post, signature));
    }
    light = twisted(light, twist);
    match twist {
        Some(FaultKind::RubbishElement) if question.is_flat => deferred.push(json!({ "username": 1 })),
        Some(FaultKind::DuplicatedElement) => deferred.extend(deferred.first().cloned()),
        _ => {}
    }
    let grid = Grid {
        light,
        deferred,
        cursor: cursor.0,
        user: users::of_grid(&world.person(user), signature),
        has_errors: twist == Some(FaultKind::PatchErrors),
        is_reversed: twist == Some(FaultKind::PatchesFirst),
    };
    if question.is_flat {
        grid.flat()
    } else {
        grid.stream()
    }
}

fn comment_list(
    world: &World,
    question: &Question,
    key: PostKey,
    twist: Option<FaultKind>,
    cursor: Cursor,
    signature: &mut Draw,
) -> Value {
    if question.endpoint.path.starts_with("/gql/") {
        let items = question
            .places
            .clone()
            .map(|place| comments::plain(world, &world.remark(key, place, 0), signature));
        return pair(twisted(items.collect(), twist), cursor);
    }
    let media_id = world.post(key).id;
    let items = question.places.clone().map(|place| {
        let remark = world.remark(key, place, 0);
        let taste = (remark.replies > 0).then(|| world.remark(key, place, 1));
        comments::threaded(world, media_id, &remark, taste.as_ref(), signature)
    });
    let items = twisted(items.collect(), twist);
    let inner = question
        .next
        .map(|page| cursors::cached_comments_cursor(world.seed(), question.endpoint, &question.target, page));
    comments::page(
        world,
        key,
        items,
        cursor.0.map(|outer| (outer, json!(inner))),
        signature,
    )
}

fn reply_list(
    world: &World,
    question: &Question,
    key: PostKey,
    place: usize,
    twist: Option<FaultKind>,
    cursor: Cursor,
    signature: &mut Draw,
) -> Value {
    let replies = question
        .places
        .clone()
        .map(|reply| world.remark(key, place, reply + 1));
    if question.endpoint.path.starts_with("/gql/") {
        let items = replies.map(|reply| comments::plain(world, &reply, signature));
        return pair(twisted(items.collect(), twist), cursor);
    }
    let media_id = world.post(key).id;
    let items = replies.map(|reply| comments::reply(world, media_id, &reply, signature));
    let items = twisted(items.collect(), twist);
    let parent = world.remark(key, place, 0);
    let count = parent.replies;
    let parent = comments::threaded(world, media_id, &parent, None, signature);
    comments::replies_page(parent, count, items, cursor.0)
}
