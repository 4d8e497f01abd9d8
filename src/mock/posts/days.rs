//! The posts of later days: new ones, deleted ones, and what changes about the others.
//!
//! The posts that were there on day 0 have numbers below 64. Those of a later day have the numbers from
//! `64 + 2 * (day - 1)` on, so that a number tells the day, and none is ever given twice.

use crate::mock::days::{self, DAY_S};
use crate::mock::draw::Draw;
use crate::mock::people::{self, Nature};
use crate::mock::posts::{self, Post, PostKey};

/// The least number of a post that was not there on day 0.
pub(crate) const FIRST_NEW: usize = 64;
/// So many posts somebody makes a day at most.
const SLOTS: usize = 2;
/// Each has so many seconds of the day to itself.
const SLOT_S: i64 = DAY_S / 2;

/// The numbers of the posts that somebody has on a day.
pub(crate) fn numbers(seed: u64, owner: usize, day: u32) -> impl Iterator<Item = usize> {
    let key = move |number| PostKey { owner, number };
    let made = (FIRST_NEW..).take(SLOTS * day as usize);
    let made = made.filter(move |number| is_made(seed, key(*number)));
    let numbers = (0..posts::count(seed, owner)).chain(made);
    numbers.filter(move |number| day == 0 || deleted_on(seed, key(*number)) > day)
}

/// Whether somebody has made a post of that name by a day, and not deleted it.
pub(crate) fn exists(seed: u64, key: PostKey, day: u32) -> bool {
    born_on(key) <= day && is_made(seed, key) && (day == 0 || deleted_on(seed, key) > day)
}

/// The day on which a post is made; 0 for those that were always there.
pub(crate) fn born_on(key: PostKey) -> u32 {
    match key.number.checked_sub(FIRST_NEW) {
        Some(number) => u32::try_from(number / SLOTS).unwrap_or(u32::MAX - 1) + 1,
        None => 0,
    }
}

/// Whether a post of that name is ever made.
pub(crate) fn is_made(seed: u64, key: PostKey) -> bool {
    if key.number < FIRST_NEW {
        return key.number < posts::count(seed, key.owner);
    }
    if matches!(people::nature(seed, key.owner), Nature::Silent | Nature::Deleted) {
        return false;
    }
    // Between two posts of the same person pass as many days as before day 0, and a few more.
    let slots_of_a_post = posts::pace(seed, key.owner).1 * days::SLOWER_POSTING / SLOT_S;
    draw(seed, "made", key).between(1, slots_of_a_post) == 1
}

/// The day on which a post is deleted, however far away.
fn deleted_on(seed: u64, key: PostKey) -> u32 {
    let mut events = days::events(draw(seed, "post deletion", key), days::POST_DELETED);
    events.next().unwrap_or(u32::MAX).saturating_add(born_on(key))
}

/// When a post of a later day is made, in unix seconds: those of a day one after the other.
pub(crate) fn taken_at(seed: u64, key: PostKey) -> i64 {
    let slot = (key.number % SLOTS) as u64;
    let start = days::start_of(born_on(key)) + slot.cast_signed() * SLOT_S;
    start + draw(seed, "moment", key).between(0, SLOT_S - 1)
}

/// The number of the post that somebody makes at that time, if it is a time of day 1 or later.
pub(crate) fn number_at(taken_at: i64) -> Option<usize> {
    let slots = (taken_at - days::start_of(1)).div_euclid(SLOT_S);
    usize::try_from(slots).ok().map(|slots| FIRST_NEW + slots)
}

impl Post {
    /// The post of that name on a day, as far as it does not depend on others.
    pub(crate) fn on(seed: u64, key: PostKey, day: u32) -> Self {
        let mut post = Self::new(seed, key);
        if day == 0 {
            return post;
        }
        let born = born_on(key);
        let age = day.saturating_sub(born);
        if let Some((event, _)) = days::last_event(draw(seed, "captions", key), days::NEW_CAPTION, age) {
            let numbers = [key.owner as u64, key.number as u64, event.into()];
            post.caption = posts::caption(&mut Draw::new(seed, "new caption", &numbers));
        }
        post.likes += likes_since(seed, &post, age);
        if post.likes_shown.is_some() {
            post.likes_shown = Some(post.likes);
        }
        post
    }
}

/// The likes that a post got in so many days, at a pace of its own; what nobody likes stays so.
fn likes_since(seed: u64, post: &Post, age: u32) -> i64 {
    if post.likes == 0 {
        return 0;
    }
    let quarters_a_day = draw(seed, "pace of likes", post.key).between(0, 1 + post.likes / 10);
    quarters_a_day * i64::from(age) / 4
}

fn draw(seed: u64, subject: &str, key: PostKey) -> Draw {
    Draw::new(seed, subject, &[key.owner as u64, key.number as u64])
}
