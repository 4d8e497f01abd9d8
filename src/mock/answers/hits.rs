//! Answers to what is asked without an owner: searches, and the tags of several posts.

use serde_json::Value;

use super::Page;
use crate::mock::bodies::search::{self, Found};
use crate::mock::bodies::{media, tags, users};
use crate::mock::draw::Draw;
use crate::mock::faults::FaultKind;
use crate::mock::posts::PostKey;
use crate::mock::searches::Hit;

pub(super) fn tags(page: &mut Page, keys: &[Option<PostKey>]) -> Value {
    // What cannot be shown is left out, or stands there as nothing.
    let nodes = keys.iter().enumerate().filter_map(|(place, key)| match key {
        Some(key) => Some(tags::node(page.world, *key, page.signature)),
        None => (place % 2 == 0).then(tags::no_node),
    });
    let mut nodes: Vec<Value> = nodes.collect();
    match page.twist {
        Some(FaultKind::RubbishElement) => nodes.push(tags::node_without_id()),
        Some(FaultKind::DuplicatedElement) => nodes.extend(nodes.first().cloned()),
        _ => {}
    }
    tags::document(&nodes)
}

pub(super) fn search(page: Page, words: &str) -> Value {
    let (world, question) = (page.world, page.question);
    let hits = &world.hits(words)[question.places.clone()];
    let mut style = Draw::new(world.seed(), &format!("frame of search {words}"), &[]);
    let cursor_place = style.below(search::CURSOR_PLACES);
    if question.is_flat {
        let items = hits.iter().map(|hit| match hit {
            Hit::User(user) => users::found(&world.person(*user), page.signature),
            Hit::Post(key) => media::whole(world, &world.post(*key), page.signature),
        });
        let items = items.collect();
        let items = page.twisted(items);
        return search::flat(&items, page.cursor, cursor_place);
    }
    let (mut light, mut deferred, mut posts) = (Vec::new(), Vec::new(), Vec::new());
    for hit in hits {
        match hit {
            Hit::User(user) => {
                let person = world.person(*user);
                light.push(users::found_light(&person, page.signature));
                deferred.push(users::found_deferred(&person, page.signature));
            }
            Hit::Post(key) => posts.push(media::whole(world, &world.post(*key), page.signature)),
        }
    }
    // The twist strikes one of the two lists, whichever has something.
    if light.is_empty() {
        posts = page.twisted(posts);
    } else {
        light = page.twisted(light);
    }
    let found = Found {
        light,
        deferred,
        posts,
        words: words.to_owned(),
        has_assistant: style.chance(0.5),
        cursor: page.cursor,
        has_errors: page.twist == Some(FaultKind::PatchErrors),
        is_reversed: page.twist == Some(FaultKind::PatchesFirst),
    };
    found.stream()
}
