//! Being asked to stop, being told twice, and being one too many.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use gleaner::mock::oracle::{self, Plan};
use gleaner::mock::{Settings, Upstream, World};

use crate::harness::{self, CANARY, assert_rows_equal};
use crate::program::{GENEROUS, Process, Program, within};

async fn slow_upstream(world: &Arc<World>, latency_ms: u64) -> Upstream {
    let latency = Duration::from_millis(latency_ms);
    let settings = Settings {
        latency: (latency, latency),
        ..Settings::default()
    };
    harness::upstream(world, settings).await
}

/// Starts a harvest and waits until so many requests are in flight.
async fn started(program: &Program, plan: &Plan, upstream: &Upstream, in_flight: usize) -> Process {
    let mut command = program.harvest(plan, &[]);
    command.env("GLEANER_LOG", "info");
    let process = Process::start(command);
    assert!(within(GENEROUS, || super::billed(upstream) >= in_flight).await);
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_drains_and_nothing_is_lost() {
    let world = Arc::new(World::new(3, 300));
    let plan = Plan::of(world.seeds(6), &["profile", "followers"]);
    let upstream = slow_upstream(&world, 300).await;
    let program = Program::new(CANARY, &upstream.url());
    let mut process = started(&program, &plan, &upstream, 3).await;
    process.terminate();
    assert_eq!(process.ended().await.code(), Some(0));
    // What was claimed ahead of its slot was given back.
    let left = "select count(*) from ledger where state not in ('settled', 'released')";
    assert_eq!(program.number(left).await, 0);
    let leased = "select count(*) from tasks where state = 'leased'";
    assert_eq!(program.number(leased).await, 0);
    let settled = program.number("select sum(units) from ledger").await;
    assert_eq!(settled, upstream.meter());

    assert_eq!(Process::run(program.harvest(&plan, &[])).await, Some(0));
    let expected = oracle::expect(&world, &plan);
    assert_rows_equal(&program.dump().await, &expected.rows);
    assert_eq!(upstream.meter(), expected.units, "the stop cost nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn told_twice_it_ends_at_once_and_a_restart_recovers() {
    let world = Arc::new(World::new(3, 300));
    let plan = Plan::of(world.seeds(1), &["profile"]);
    let upstream = slow_upstream(&world, 2_000).await;
    let program = Program::new(CANARY, &upstream.url());
    let mut process = started(&program, &plan, &upstream, 1).await;
    process.terminate();
    assert!(within(GENEROUS, || program.errors().contains("stopping:")).await);
    process.terminate();
    assert_eq!(process.ended().await.code(), Some(130));
    let reserved = "select count(*) from ledger where state = 'reserved'";
    assert_eq!(
        program.number(reserved).await,
        1,
        "it did not wait for the answer"
    );

    assert_eq!(Process::run(program.harvest(&plan, &[])).await, Some(0));
    let expected = oracle::expect(&world, &plan);
    assert_rows_equal(&program.dump().await, &expected.rows);
    let lost = "select sum(units) from ledger where state = 'lost' and reason is not null";
    assert_eq!(program.number(lost).await, upstream.meter() - expected.units);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_file_is_refused_and_touches_nothing() {
    let world = Arc::new(World::new(3, 300));
    let upstream = slow_upstream(&world, 0).await;
    let program = Program::new(CANARY, &upstream.url());
    let mut first = Process::start(program.sending(&["run"]));
    assert!(within(GENEROUS, || program.errors().contains("working;")).await);
    while program.number("select count(*) from balance").await == 0 {}
    let bytes = || {
        ["gleaner.db", "gleaner.db-wal", "gleaner.db-lock"].map(|name| fs::read(program.path(name)).unwrap())
    };
    let (before, requests) = (bytes(), upstream.arrivals().len());
    assert_eq!(Process::run(program.sending(&["run"])).await, Some(7));
    assert!(bytes() == before);
    assert_eq!(upstream.arrivals().len(), requests);
    assert!(program.errors().contains("error: "), "it says why");
    assert!(!first.has_ended());
    first.terminate();
    assert_eq!(first.ended().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_cannot_end_changes_nothing() {
    let world = Arc::new(World::new(3, 300));
    let plan = Plan::of(world.seeds(6), &["profile"]);
    let upstream = slow_upstream(&world, 100).await;
    let program = Program::new(CANARY, &upstream.url());
    started(&program, &plan, &upstream, 3).await.kill();
    let trap = "create trigger trap before update on tasks begin select raise(abort, 'trap'); end";
    program.change(trap).await;
    assert_eq!(Process::run(program.harvest(&plan, &[])).await, Some(1));
    let lost = "select count(*) from ledger where state = 'lost'";
    assert_eq!(program.number(lost).await, 0, "half of a recovery was kept");
    program.change("drop trigger trap").await;
    assert_eq!(Process::run(program.harvest(&plan, &[])).await, Some(0));
    assert_rows_equal(&program.dump().await, &oracle::expect(&world, &plan).rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_grow_ends_it_and_what_was_committed_is_kept() {
    let world = Arc::new(World::new(3, 2_000));
    let plan = Plan::of(world.seeds(40), &["profile", "followers", "medias"]);
    let upstream = slow_upstream(&world, 0).await;
    let program = Program::new(CANARY, &upstream.url());
    let harvest = program.harvest(&plan, &[]);
    // In blocks of 512 bytes: room for the schema and some pages.
    let ended = Process::run(program.with_files_of_at_most(2_400, &harvest)).await;
    assert_eq!(ended, Some(1), "{}", program.errors());
    let errors = program.errors();
    assert!(
        errors.contains("disk I/O error") || errors.contains("disk is full"),
        "{errors}"
    );
    assert!(!errors.contains("parked"), "{errors}");
    let parked = "select count(*) from tasks where state = 'parked'";
    assert_eq!(program.number(parked).await, 0);
    let pages = program.number("select count(*) from pages").await;
    assert!(pages > 0);

    assert_eq!(Process::run(harvest).await, Some(0));
    let expected = oracle::expect(&world, &plan);
    assert_rows_equal(&program.dump().await, &expected.rows);
    assert!(program.number("select count(*) from pages").await > pages);
}
