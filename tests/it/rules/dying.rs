//! What was in flight when the process died counts as spent and runs alone; what kills three times is parked.

use gleaner::config::Harvest;
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::setup;
use gleaner::store::claim::{self, For};
use gleaner::store::recover;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{PROFILE, Stage};

/// Claims so many tasks and dies.
async fn die(run: &Run, in_flight: usize) {
    let policy = setup::policy(&run.config, true);
    let now = run.clock.now();
    let claimed = run
        .beside(async |db| claim::claim(db, &policy, For::All, in_flight, now).await)
        .await;
    assert_eq!(claimed.claims.len(), in_flight);
    run.beside(async |db| recover::begin(db, &policy, 1, now).await)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_at_a_death_is_lost_and_asked_again() {
    let (stage, run) = followed_by(&[10]).await;
    run.put(&followers(), false).await;
    die(&run, 1).await;
    run.check_invariants().await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.number("select lost from spend where scope = 'all'").await, 1);
    assert_eq!(stage.count(PROFILE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_alone_in_flight_at_three_deaths_is_parked() {
    let (stage, run) = followed_by(&[10]).await;
    run.put(&followers(), false).await;
    for _ in 0..3 {
        die(&run, 1).await;
    }
    assert_eq!(
        run.lines("select state, kind from tasks").await,
        ["parked profile"]
    );
    run.check_invariants().await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(stage.asked(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_were_in_flight_together_run_one_by_one_and_are_not_blamed() {
    let stage = Stage::start().await;
    (1..=4).for_each(|id| stage.person(id, &[]));
    let run = Run::on(&stage).await;
    let wanted = harvest(&["1", "2", "3", "4"], &[Kind::Profile]);
    run.put(&wanted, false).await;
    die(&run, 3).await;
    let policy = setup::policy(&run.config, true);
    let now = run.clock.now();
    let claimed = run
        .beside(async |db| claim::claim(db, &policy, For::All, 4, now).await)
        .await;
    assert_eq!(claimed.claims.len(), 1);
    run.beside(async |db| recover::begin(db, &policy, 1, now).await)
        .await;
    assert_eq!(
        run.lines("select state, lone_deaths from tasks where state = 'parked'")
            .await,
        [""; 0]
    );
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(PROFILE), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvest_does_not_wait_for_the_suspects_of_another() {
    let (stage, run) = followed_by(&[10]).await;
    stage.person(2, &[]);
    run.put(&followers(), false).await;
    die(&run, 1).await;
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["2"], &[Kind::Profile])
    };
    assert_eq!(run.go(&other).await, Stop::Finished);
}
