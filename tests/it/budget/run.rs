//! Limits of one run, and of a day that ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gleaner::clock::{Clock, SystemClock, Timestamp};
use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::store::invariants::{self, Scope};
use gleaner::store::{budgets, limits};

use crate::harness::{Run, harvest};
use crate::stage::Stage;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A list of twenty followers, two a page, with the profile.
const ALL: i64 = 11;

async fn twenty_followers() -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &(10..30).collect::<Vec<i64>>());
    let run = Run::on(&stage).await;
    (stage, run)
}

fn followers() -> Harvest {
    harvest(&["1"], &[Kind::Followers])
}

/// A clock whose wall time a test moves; what is spaced by the other is not.
#[derive(Default)]
struct MovedClock {
    system: SystemClock,
    by_ms: AtomicI64,
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        self.system.now() + self.by_ms.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        self.system.elapsed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_spends_its_limit_at_most_and_the_next_one_goes_on() {
    let (stage, mut run) = twenty_followers().await;
    run.config.budget.per_run = Some(4);
    for spent in [4, 8] {
        assert_eq!(run.go(&followers()).await, Stop::Budget);
        assert_eq!(run.units().await, spent);
    }
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.units().await, ALL);
    assert_eq!(stage.asked().len(), 11, "nothing was bought twice");
    let sums = "select scope, settled from spend where scope like 'run:%' order by scope";
    assert_eq!(run.lines(sums).await, ["run:1 4", "run:2 4", "run:3 3"]);
    assert_eq!(
        run.lines("select run_id, sum(units) from ledger group by run_id")
            .await,
        ["1 4", "2 4", "3 3"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_a_run_holds_for_all_harvests_of_a_daemon_together() {
    let (stage, mut run) = twenty_followers().await;
    stage.person(2, &(10..30).collect::<Vec<i64>>());
    run.config.budget.per_run = Some(7);
    run.put(&followers(), false).await;
    let other = Harvest {
        name: "other".into(),
        seeds: vec!["2".into()],
        ..followers()
    };
    run.put(&other, false).await;
    let spent = run.until("select count(*) from spend where scope = 'run:1' and settled = 7");
    assert_eq!(run.run_while(Mode::Daemon, spent).await, Stop::Asked);
    assert_eq!(stage.asked().len(), 7);
    let both = "select count(distinct harvest_id) from ledger where units > 0";
    assert_eq!(run.number(both).await, 2);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_at_the_limit_of_a_day_goes_on_by_itself_the_next_day() {
    let (stage, mut run) = twenty_followers().await;
    let clock = Arc::new(MovedClock::default());
    run.clock = clock.clone();
    run.config.budget.per_day = Some(4);
    run.put(&followers(), false).await;
    let days = async {
        run.until("select count(*) from spend where scope like 'day:%' and settled = 4")
            .await;
        // Several looks at the queue find that nothing may be sent.
        let polls = stage.count("/sys/balance");
        while stage.count("/sys/balance") < polls + 20 {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.asked().len(), 4);
        clock.by_ms.fetch_add(DAY_MS, Ordering::SeqCst);
        run.until("select count(*) = 2 from spend where scope like 'day:%' and settled = 4")
            .await;
        clock.by_ms.fetch_add(DAY_MS, Ordering::SeqCst);
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
    };
    assert_eq!(run.run_while(Mode::Daemon, days).await, Stop::Asked);
    let by_day = "select units from spend_by_day order by day";
    assert_eq!(run.lines(by_day).await, ["4", "4", "3"]);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvest_at_the_limit_of_a_day_ends_and_goes_on_the_next_day() {
    let (_stage, mut run) = twenty_followers().await;
    let clock = Arc::new(MovedClock::default());
    run.clock = clock.clone();
    run.config.budget.per_day = Some(6);
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    assert_eq!(run.units().await, 6);
    clock.by_ms.fetch_add(DAY_MS, Ordering::SeqCst);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.units().await, ALL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_for_the_coming_run_says_nothing_of_the_one_before() {
    let (_stage, mut run) = twenty_followers().await;
    run.config.budget.per_run = Some(5);
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    // As `gleaner budget set` shows it beside no engine: nothing is spent of the next run.
    let set = async |units| {
        let now = run.clock.now();
        run.beside(async |db| {
            let configured = budgets::configured(&mut *db).await?;
            let mut limits = limits::standing(&mut *db, configured, None, now).await?;
            let of_run = limits.iter_mut().find(|limit| limit.name == "per_run").unwrap();
            of_run.spent = 0;
            budgets::set(db, of_run, Some(units), now).await
        })
        .await;
    };
    set(2).await;
    run.check_invariants().await;
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    run.check_invariants().await;
    // A run beyond it is found.
    run.beside(async |db| {
        let more = "update spend set settled = 3 where scope = 'run:2'";
        sqlx::query(more).execute(db).await?;
        Ok(())
    })
    .await;
    let scope = Scope {
        working: false,
        all_rows: false,
    };
    let checked = invariants::check(run.database().await.readers(), scope)
        .await
        .unwrap();
    let broken = |name: &str| {
        checked
            .broken
            .iter()
            .any(|broken| format!("{broken:?}").contains(name))
    };
    assert!(broken("beyond a limit"), "{:#?}", checked.broken);
}
