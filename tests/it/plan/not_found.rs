//! Profiles that a plan asked for and that were not found: the second question is for whoever wants them otherwise.

use gleaner::engine::Mode;
use gleaner::kind::Kind;
use gleaner::setup;
use gleaner::store::plan;

use crate::harness::{Run, harvest};
use crate::stage::{PROFILE, Reply, Stage};

const ASKED_ONCE: &str = "select count(*) from sweeps where not_found = 1";
const GONE: &str = "select count(*) from lists where kind = 'profile' and verdict = 'gone'";

/// A plan asks for the profile of an account that is not there; nobody closes its purchase afterwards.
async fn open(run: &Run) {
    // A daemon that starts would close it.
    run.until("select count(*) from runs").await;
    let policy = setup::policy(&run.config, true);
    let now = run.clock.now();
    run.beside(async |db| plan::open(db, &policy, "brands", vec!["1".into()], 1, now).await)
        .await;
}

/// Who paid the second question.
const PAID_BY: &str =
    "select h.name from ledger as g join harvests as h on h.id = g.harvest_id order by g.id desc limit 1";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_it_later_does_not_wait_for_a_plan_that_was_killed() {
    let stage = Stage::start().await;
    let run = Run::on(&stage).await;
    let wanted = harvest(&["1"], &[Kind::Profile]);
    let passes = async {
        open(&run).await;
        run.until(ASKED_ONCE).await;
        run.put(&wanted, false).await;
        run.until(GONE).await;
    };
    run.run_while(Mode::Daemon, Box::pin(passes)).await;
    assert_eq!(stage.count(PROFILE), 1);
    assert_eq!(run.lines(PAID_BY).await, [wanted.name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_it_already_asks_the_second_question() {
    let stage = Stage::start().await;
    let run = Run::on(&stage).await;
    stage.next(PROFILE, [Reply::status(404).held()]);
    let wanted = harvest(&["1"], &[Kind::Profile]);
    let passes = async {
        open(&run).await;
        run.until("select count(*) from tasks where state = 'leased'")
            .await;
        run.put(&wanted, false).await;
        stage.release(1);
        run.until(GONE).await;
    };
    run.run_while(Mode::Daemon, Box::pin(passes)).await;
    assert_eq!(run.lines(PAID_BY).await, [wanted.name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_that_is_opened_again_leaves_out_what_was_answered_meanwhile() {
    let stage = Stage::start().await;
    let run = Run::on(&stage).await;
    let policy = setup::policy(&run.config, true);
    let passes = async {
        open(&run).await;
        run.until(ASKED_ONCE).await;
    };
    run.run_while(Mode::Daemon, Box::pin(passes)).await;
    let now = run.clock.now();
    // A gleaner that starts closes it, and the plan had looked before the answer came.
    run.beside(async |db| plan::close(db, &policy, "brands", now).await)
        .await;
    run.beside(async |db| plan::reopen(db, &policy, "brands", vec!["1".into()], now).await)
        .await;
    assert_eq!(
        run.number("select count(*) from harvest_lists where open = 1")
            .await,
        0
    );
}
