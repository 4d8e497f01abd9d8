//! What a harvest reads again is in the plan: days pass, and what is foreseen is what the harvest then costs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gleaner::config::{Harvest, Refresh};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::World;
use gleaner::plan::Forecast;
use gleaner::refresh::Interval;

use crate::harness::{EVERY_KIND, Run, harvest};
use crate::shifted::ShiftedClock;

const SEED: u64 = 12;
const SIZE: usize = 300;
const DAY: Duration = Duration::from_hours(24);

/// A world whose days a test lets pass.
struct Passing {
    run: Run,
    clock: Arc<ShiftedClock>,
    day: u32,
}

impl Passing {
    async fn start() -> Self {
        let mut run = Run::start(SEED, SIZE).await;
        let clock = Arc::new(ShiftedClock::default());
        run.clock = Arc::clone(&clock) as Arc<_>;
        Self { run, clock, day: 0 }
    }

    fn next_day(&mut self) {
        self.day += 1;
        let world = World::at(SEED, SIZE, self.day);
        self.run.upstream.set_world(Arc::new(world));
        self.clock.advance(DAY + Duration::from_mins(1));
    }

    /// Harvests, and says what each kind cost.
    async fn costs(&self, harvest: &Harvest) -> BTreeMap<Kind, i64> {
        let before = self.units().await;
        assert_eq!(self.run.go(harvest).await, Stop::Finished);
        let mut costs = self.units().await;
        for (kind, units) in before {
            *costs.entry(kind).or_default() -= units;
        }
        costs
    }

    async fn units(&self) -> BTreeMap<Kind, i64> {
        let lines = self
            .run
            .lines("select l.kind, sum(s.units) from sweeps as s join lists as l on l.id = s.list_id group by l.kind")
            .await;
        let cost = |line: &String| {
            let (kind, units) = line.split_once(' ').unwrap();
            (Kind::find(kind).unwrap(), units.parse().unwrap())
        };
        lines.iter().map(cost).collect()
    }
}

fn again(run: &Run, kinds: &[Kind], interval: Interval) -> Harvest {
    Harvest {
        seeds: run.world.seeds(40),
        refresh: Some(Refresh(kinds.iter().map(|kind| (*kind, interval)).collect())),
        ..harvest(&[], kinds)
    }
}

/// What was foreseen in all, and what it cost.
fn compared(forecast: &Forecast, costs: &BTreeMap<Kind, i64>) -> (i64, i64) {
    (forecast.total.units.expected, costs.values().sum())
}

/// Asserts that what was foreseen in all is within so many percent of what was spent.
#[track_caller]
fn assert_near(forecast: &Forecast, costs: &BTreeMap<Kind, i64>, percent: i64) {
    let (expected, cost) = compared(forecast, costs);
    let of_kind = |kind: &Kind| {
        forecast
            .lines
            .iter()
            .find(|line| line.kind == *kind)
            .map(|line| line.units)
    };
    let by_kind: Vec<_> = costs
        .iter()
        .map(|(kind, cost)| (kind, cost, of_kind(kind)))
        .collect();
    assert!(
        (expected - cost).abs() * 100 <= cost * percent,
        "{expected} foreseen, {cost} spent: {by_kind:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_foreseen_as_the_harvest_then_costs() {
    let mut passing = Passing::start().await;
    let harvest = again(&passing.run, &EVERY_KIND, Interval::Every(DAY));
    passing.costs(&harvest).await;
    let nothing = passing.run.foresee(&harvest).await;
    assert_eq!(
        (nothing.total.units.high, nothing.again.len()),
        (0, 0),
        "all is fresh"
    );
    for day in 1..=3 {
        passing.next_day();
        let foreseen = passing.run.foresee(&harvest).await;
        let costs = passing.costs(&harvest).await;
        let (_, cost) = compared(&foreseen, &costs);
        let band = foreseen.total.units;
        assert!(
            (band.low..=band.high).contains(&cost),
            "day {day}: {cost}, {band:?}"
        );
        assert!(
            foreseen.lines.iter().all(|line| line.depth == 1),
            "nobody was found: {:?}",
            foreseen.lines
        );
        // How often counters change is a guess on the first day.
        if day > 1 {
            assert_near(&foreseen, &costs, 10);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_little_before_its_time_as_much_is_foreseen_as_the_harvest_reads() {
    let mut passing = Passing::start().await;
    let harvest = again(&passing.run, &[Kind::Medias], Interval::Every(DAY));
    passing.costs(&harvest).await;
    passing.next_day();
    passing.costs(&harvest).await;
    passing.clock.advance(Duration::from_hours(23));
    let foreseen = passing.run.foresee(&harvest).await;
    let costs = passing.costs(&harvest).await;
    assert!(costs[&Kind::Medias] > 0);
    assert_near(&foreseen, &costs, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_auto_reads_again_is_foreseen() {
    let mut passing = Passing::start().await;
    let kinds = [Kind::Profile, Kind::Followers, Kind::Following, Kind::Medias];
    let harvest = again(&passing.run, &kinds, Interval::Auto);
    passing.costs(&harvest).await;
    let (mut foreseen, mut cost) = (0, 0);
    for _ in 1..=4 {
        passing.next_day();
        let forecast = passing.run.foresee(&harvest).await;
        let (expected, spent) = compared(&forecast, &passing.costs(&harvest).await);
        foreseen += expected;
        cost += spent;
    }
    assert!(
        cost > 100 && (foreseen - cost).abs() * 10 <= cost,
        "{foreseen}, cost {cost}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_posts_are_foreseen_by_the_page_and_those_without_an_interval_not_at_all() {
    let mut passing = Passing::start().await;
    let posts = again(&passing.run, &[Kind::Medias], Interval::Every(DAY));
    let harvest = Harvest {
        collect: vec![Kind::Followers, Kind::Medias],
        ..posts
    };
    passing.costs(&harvest).await;
    passing.next_day();
    let foreseen = passing.run.foresee(&harvest).await;
    let costs = passing.costs(&harvest).await;
    assert_eq!(foreseen.lines.len(), 1, "{:?}", foreseen.lines);
    assert_eq!(foreseen.again[0].kind, Kind::Medias);
    assert_near(&foreseen, &costs, 10);
}
