//! The main job on a simulated world: exactly the oracle's tables, at the oracle's cost.

use std::collections::BTreeSet;

use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::oracle::Plan;
use gleaner::mock::{FaultKind, Faults, Settings};

use crate::harness::{EVERY_KIND, Run, assert_rows_equal};

/// The least share of faulty answers that the program must bear.
const FAULTY: f64 = 0.18;

fn every_kind(run: &Run, seeds: usize) -> Plan {
    Plan::of(run.world.seeds(seeds), &EVERY_KIND.map(Kind::name))
}

/// Two seeds and 200 users found on their lists.
fn expanded(run: &Run) -> Plan {
    Plan {
        depth: 2,
        expand: vec!["followers".into(), "following".into()],
        users: Some(200),
        ..every_kind(run, 2)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_seeds_with_every_kind_end_in_the_oracles_tables_at_its_cost() {
    let run = Run::start(1, 5_000).await;
    let plan = every_kind(&run, 6);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    run.assert_perfect(&plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_seeds_expanded_to_200_users_end_in_the_oracles_tables_at_its_cost() {
    let run = Run::start(1, 5_000).await;
    let plan = expanded(&run);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    run.assert_perfect(&plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_seeds_bear_every_fault() {
    let run = faulty().await;
    let plan = every_kind(&run, 6);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    assert_nothing_lost(&run, &plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_seeds_expanded_to_200_users_bear_every_fault() {
    let mut run = faulty().await;
    // Raw streams can be faulty in more ways than merged lists.
    run.config.flat.medias = false;
    let plan = expanded(&run);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    assert_nothing_lost(&run, &plan).await;
    let met: BTreeSet<_> = run
        .upstream
        .arrivals()
        .into_iter()
        .filter_map(|arrival| arrival.fault)
        .collect();
    let all: BTreeSet<_> = FaultKind::harmless().iter().map(|kind| kind.name()).collect();
    assert_eq!(met, all, "every kind of fault was met");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_deny_what_exists_cost_no_row() {
    let settings = Settings {
        faults: Faults::of(FAULTY, FaultKind::ALL),
        ..Settings::default()
    };
    let run = Run::with(2, 1_000, settings).await;
    let plan = Plan {
        depth: 2,
        expand: vec!["followers".into()],
        users: Some(20),
        ..every_kind(&run, 2)
    };
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    let lies = |arrival: &gleaner::mock::Arrival| arrival.fault == Some(FaultKind::NotFoundLie.name());
    assert!(run.upstream.arrivals().iter().any(lies));
    // The next endpoint of a route shows other columns of the same rows, so only their keys are compared.
    assert_eq!(keys(&run.dump().await), keys(&run.oracle(&plan).rows));
}

/// The keys of the rows of a dump: the table and the row's first columns.
fn keys(dump: &str) -> BTreeSet<String> {
    let key = |line: &str| {
        let columns = match line.split('\t').next() {
            Some("users" | "media" | "comments") => 1,
            Some("user_media") => 3,
            _ => 2,
        };
        line.split(',')
            .take(columns)
            .map(|column| column.trim_end_matches('}'))
            .collect::<Vec<_>>()
            .join(",")
    };
    dump.lines().map(key).collect()
}

async fn faulty() -> Run {
    let settings = Settings {
        faults: Faults::of(FAULTY, FaultKind::harmless()),
        ..Settings::default()
    };
    Run::with(1, 5_000, settings).await
}

async fn assert_nothing_lost(run: &Run, plan: &Plan) {
    let expected = run.oracle(plan);
    assert_rows_equal(&run.dump().await, &expected.rows);
    assert_eq!(run.verdicts().await, expected.verdicts);
    let units = run.number("select coalesce(sum(units), 0) from ledger").await;
    assert_eq!(units, run.upstream.meter(), "the ledger is the meter");
    let exceptions = run
        .number("select coalesce(sum(units), 0) from ledger where reason is not null")
        .await;
    assert!(
        units - expected.units <= exceptions,
        "{} units above the perfect cost, {exceptions} with a reason",
        units - expected.units
    );
}
