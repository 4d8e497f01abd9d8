//! The comments that come on later days. They have the places after those of day 0, and stand before them in the list.

use crate::mock::days::{self, DAY_S};
use crate::mock::draw::Draw;
use crate::mock::posts::PostKey;
use crate::mock::posts::days::born_on;
use crate::mock::threads;

/// A comment has three digits for its place.
const MOST_PLACES: usize = 900;

/// How many comments a post has on a day, those of the deleted included.
pub(crate) fn places(seed: u64, key: PostKey, day: u32) -> usize {
    let first = threads::shown(seed, key);
    let age = day.saturating_sub(born_on(key));
    (first + count(pace(seed, key), age)).min(MOST_PLACES)
}

/// When the comment at a place of a later day is made, in unix seconds; none for those that were there on day 0.
pub(crate) fn created_at(seed: u64, key: PostKey, place: usize) -> Option<i64> {
    let number = place.checked_sub(threads::shown(seed, key))?;
    let a_day = pace(seed, key);
    let age = (1..=days::LAST_DAY).find(|age| count(a_day, *age) > number)?;
    let mut draw = Draw::new(
        seed,
        "moment of comment",
        &[key.owner as u64, key.number as u64, place as u64],
    );
    Some(days::start_of(born_on(key) + age) + draw.between(0, DAY_S - 1))
}

/// How many comments a post gets a day.
fn pace(seed: u64, key: PostKey) -> f64 {
    let mut draw = Draw::new(seed, "new comments", &[key.owner as u64, key.number as u64]);
    if threads::shown(seed, key) > 0 && draw.chance(days::COMMENTED) {
        draw.share() * days::MOST_COMMENTS_A_DAY
    } else {
        0.0
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is positive and small, and its fraction is to go"
)]
fn count(a_day: f64, age: u32) -> usize {
    (a_day * f64::from(age)) as usize
}
