//! Reading again: what is due, in which order, and no further than it is not known.

mod beside;
mod counters;
mod due;
mod holes;
mod month;
mod posts;
mod read_on;
mod shared;
mod taken_up;
mod widened;

use std::sync::Arc;
use std::time::Duration;

use gleaner::config::{Harvest, Refresh};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

use crate::harness::{Run, harvest};
use crate::shifted::ShiftedClock;
use crate::stage::{MEDIAS, Stage};

const DAY: Duration = Duration::from_hours(24);

/// A stage with a run whose days a test lets pass.
struct Days {
    stage: Stage,
    run: Run,
    clock: Arc<ShiftedClock>,
}

impl Days {
    async fn start() -> Self {
        let stage = Stage::start().await;
        let mut run = Run::on(&stage).await;
        let clock = Arc::new(ShiftedClock::default());
        run.clock = Arc::clone(&clock) as Arc<_>;
        Self { stage, run, clock }
    }

    /// Somebody with these posts, the newest first, so many a page.
    fn poster(&self, id: i64, posts: &[i64], a_page: usize) {
        self.stage.person(id, &[]);
        self.stage.change(id, |person| {
            person.posts = posts.iter().map(|post| (*post, None)).collect();
            person.posts_a_page = a_page;
        });
    }

    /// Somebody posts once more.
    fn post(&self, id: i64, post: i64) {
        self.stage
            .change(id, |person| person.posts.insert(0, (post, None)));
    }

    /// The same command again, so much later and a minute; says how many requests were billed.
    async fn after(&self, pause: Duration, harvest: &Harvest) -> usize {
        let (stop, asked) = self.ends_after(pause, harvest).await;
        assert_eq!(stop, Stop::Finished);
        asked
    }

    /// The same, with how it ended.
    async fn ends_after(&self, pause: Duration, harvest: &Harvest) -> (Stop, usize) {
        self.clock.advance(pause + Duration::from_mins(1));
        let before = self.stage.asked().len();
        let stop = self.run.go(harvest).await;
        (stop, self.stage.asked().len() - before)
    }

    /// The posts that are known of somebody, the newest first.
    async fn posts_known(&self, id: i64) -> Vec<i64> {
        let statement =
            format!("select media_id from user_media where user_id = {id} order by media_id desc");
        let known = self.run.lines(&statement).await;
        known.iter().map(|line| line.parse().unwrap()).collect()
    }

    fn pages_of_posts(&self) -> usize {
        self.stage.count(MEDIAS)
    }
}

/// A harvest that reads these kinds of these seeds again at these intervals.
fn refreshed(seeds: &[&str], intervals: &[(Kind, Interval)]) -> Harvest {
    let kinds: Vec<Kind> = intervals.iter().map(|(kind, _)| *kind).collect();
    Harvest {
        refresh: Some(Refresh(intervals.iter().copied().collect())),
        ..harvest(seeds, &kinds)
    }
}

fn daily(seeds: &[&str], kinds: &[Kind]) -> Harvest {
    let intervals: Vec<_> = kinds.iter().map(|kind| (*kind, Interval::Every(DAY))).collect();
    refreshed(seeds, &intervals)
}
