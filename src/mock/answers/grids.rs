//! Answers that are posts of somebody's page: posts, clips, reposts.

use serde_json::{Value, json};

use super::{Page, rubbish};
use crate::mock::bodies::clips::Clips;
use crate::mock::bodies::stream::Grid;
use crate::mock::bodies::{clips, media, reposts, users};
use crate::mock::draw::Draw;
use crate::mock::faults::FaultKind;

pub(super) fn posts(page: Page, user: usize) -> Value {
    let (world, question) = (page.world, page.question);
    let (mut light, mut deferred) = (Vec::new(), Vec::new());
    for key in &world.posts_of(user)[question.places.clone()] {
        let post = world.post(*key);
        light.push(media::light(world, &post, page.signature));
        deferred.push(media::deferred(world, &post, page.signature));
    }
    let (light, deferred) = twisted_halves(&page, light, deferred);
    let grid = Grid {
        light,
        deferred,
        user: users::of_grid(&world.person(user), page.signature),
        has_errors: page.twist == Some(FaultKind::PatchErrors),
        is_reversed: page.twist == Some(FaultKind::PatchesFirst),
        cursor: page.cursor,
    };
    if question.is_flat {
        grid.flat()
    } else {
        grid.stream()
    }
}

pub(super) fn clips(page: Page, user: usize) -> Value {
    let (world, question) = (page.world, page.question);
    let (mut light, mut patches) = (Vec::new(), Vec::new());
    for key in &world.clips_of(user, question.by_rank)[question.places.clone()] {
        let item = media::whole(world, &world.post(*key), page.signature);
        light.push(clips::light(&item));
        patches.push(clips::patch(item));
    }
    let (light, patches) = twisted_halves(&page, light, patches);
    let mut style = Draw::new(world.seed(), "frame of clips", &[user as u64]);
    let clips = Clips {
        light,
        patches,
        cursor: page.cursor,
        has_errors: page.twist == Some(FaultKind::PatchErrors),
        is_reversed: page.twist == Some(FaultKind::PatchesFirst),
    };
    if question.is_flat {
        clips.flat(style.chance(0.4))
    } else {
        clips.stream()
    }
}

/// What the rows of a stream show first, and what they add. A flat body needs both halves of a twisted item.
fn twisted_halves(page: &Page, first: Vec<Value>, mut later: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
    match page.twist {
        Some(FaultKind::RubbishElement) if page.question.is_flat => later.push(rubbish()),
        Some(FaultKind::DuplicatedElement) => later.extend(later.first().cloned()),
        _ => {}
    }
    (page.twisted(first), later)
}

pub(super) fn reposts(page: Page, user: usize) -> Value {
    let world = page.world;
    let reposter = world.person(user);
    let items = world.reposts_of(user)[page.question.places.clone()]
        .iter()
        .map(|repost| {
            let mut item = media::whole(world, &world.post(repost.key), page.signature);
            item["media_notes"] = reposts::notes(world, &reposter, repost, page.signature);
            item
        })
        .collect();
    let items = page.twisted(items);
    if page.question.is_flat {
        return reposts::flat(&items, page.cursor);
    }
    let items: Vec<Value> = items
        .into_iter()
        .map(|media| json!({ "item_type": "media", "media": media }))
        .collect();
    reposts::document(&reposter, &items, page.cursor)
}
