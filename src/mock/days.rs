//! How a world changes from day to day: how often each thing happens, and when a day is.
//!
//! Day 0 is the world as it was made. What happens on a day is drawn from the seed, from whom it happens to and from the
//! day, so every later day is a pure function of seed, size and day, and each is the one before it with a few changes.
//! People, posts and comments of any day are worked out without those before it; only the graph is led from day to day.

use crate::mock::draw::Draw;

/// The last day that a world can have: the ids of comments have no room for more posts.
pub(crate) const LAST_DAY: u32 = 400;

/// The first people stay public and alive, so that every world has one of each nature on every day.
pub(crate) const STEADY_PEOPLE: usize = 19;

// How often things happen: the chance a day, of each person or of each post.

/// Somebody follows one more person.
pub(crate) const FOLLOWS: f64 = 0.12;
/// Somebody unfollows one of those whom they follow.
pub(crate) const UNFOLLOWS: f64 = 0.08;
/// Of those who are unfollowed, so many are followed again.
pub(crate) const FOLLOWED_AGAIN: f64 = 0.4;
/// That takes so many days, from and to.
pub(crate) const AGAIN_AFTER_DAYS: (i64, i64) = (2, 9);
/// Somebody takes another username.
pub(crate) const RENAMED: f64 = 0.004;
/// Somebody takes another displayed name.
pub(crate) const NEW_FULL_NAME: f64 = 0.005;
/// Somebody writes another biography, or clears it.
pub(crate) const NEW_BIOGRAPHY: f64 = 0.01;
/// A public account goes private.
pub(crate) const CLOSED: f64 = 0.003;
/// It is public again after so many days, from and to.
pub(crate) const CLOSED_FOR_DAYS: (i64, i64) = (2, 6);
/// An account is deleted. It never comes back, and its posts, comments, follows and likes go with it.
pub(crate) const ACCOUNT_DELETED: f64 = 0.001_5;
/// A post is deleted.
pub(crate) const POST_DELETED: f64 = 0.002;
/// A post gets another caption, or loses it.
pub(crate) const NEW_CAPTION: f64 = 0.003;
/// Between two posts of somebody pass so many times more days than before day 0.
pub(crate) const SLOWER_POSTING: i64 = 2;
/// The share of posts that are still commented on, each at a pace of its own.
pub(crate) const COMMENTED: f64 = 0.2;
/// So many comments a day such a post gets at most.
pub(crate) const MOST_COMMENTS_A_DAY: f64 = 0.5;

/// The seconds of a day.
pub(crate) const DAY_S: i64 = 86_400;

/// When a day begins, in unix seconds. Day 1 begins after everything that was there on day 0.
pub(crate) fn start_of(day: u32) -> i64 {
    1_775_700_000 + (i64::from(day) - 1) * DAY_S
}

/// The days on which something happens that has this chance each day: from day 1 on, in order, without end.
pub(crate) fn events(mut draw: Draw, chance: f64) -> impl Iterator<Item = u32> {
    let mut day = 0;
    std::iter::from_fn(move || {
        day += wait(&mut draw, chance);
        Some(day)
    })
}

/// The last of the days up to a day on which something happens, if it happens at all, and how often it has happened.
pub(crate) fn last_event(draw: Draw, chance: f64, day: u32) -> Option<(u32, usize)> {
    let until = events(draw, chance).take_while(|event| *event <= day);
    until.enumerate().last().map(|(place, event)| (event, place + 1))
}

/// How many days pass until something happens that has this chance each day.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is positive and small, and its fraction is to go"
)]
fn wait(draw: &mut Draw, chance: f64) -> u32 {
    let days = (1.0 - draw.share()).ln() / (1.0 - chance).ln();
    1 + days as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_happen_as_often_as_their_chance_says() {
        let happened = |index: u64| {
            let draw = Draw::new(1, "event", &[index]);
            events(draw, 0.1).take_while(|event| *event <= 30).count()
        };
        let all: usize = (0..1_000).map(happened).sum();
        assert!((2_800..3_200).contains(&all), "{all} instead of 3,000");
        let first = |index| events(Draw::new(1, "event", &[index]), 0.1).next();
        assert!((0..1_000).any(|index| first(index) == Some(1)));
        assert!((0..1_000).all(|index| first(index) != Some(0)));
    }

    #[test]
    fn the_last_event_is_no_later_than_the_day() {
        let draw = || Draw::new(1, "event", &[7]);
        let days: Vec<u32> = events(draw(), 0.2).take(3).collect();
        assert_eq!(last_event(draw(), 0.2, days[0] - 1), None);
        assert_eq!(last_event(draw(), 0.2, days[1]), Some((days[1], 2)));
        assert_eq!(last_event(draw(), 0.2, days[2] - 1), Some((days[1], 2)));
    }
}
