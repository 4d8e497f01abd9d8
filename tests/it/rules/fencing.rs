//! A report that comes too late changes nothing but what was spent.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::setup;
use gleaner::store::tasks;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, FOLLOWING, Stage, users_page};

async fn cancel(run: &Run, kind: &str) {
    let id: i64 = run
        .lines(&format!("select id from tasks where kind = '{kind}'"))
        .await[0]
        .parse()
        .unwrap();
    let policy = setup::policy(&run.config, true);
    let now = run.clock.now();
    run.beside(async |db| tasks::cancel(db, &policy, id, now).await)
        .await;
}

async fn asked(stage: &Stage, path: &str) {
    while stage.count(path) == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_cancelled_task_is_paid_and_dropped() {
    let (stage, run) = followed_by(&[10, 11]).await;
    stage.next(FOLLOWERS, [users_page(&[10, 11], None).held()]);
    let cancelled = async {
        asked(&stage, FOLLOWERS).await;
        cancel(&run, "followers").await;
        stage.release(1);
    };
    let wanted = followers();
    let (stop, ()) = tokio::join!(run.go(&wanted), cancelled);
    assert_eq!(stop, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "cancelled");
    assert_eq!(run.bought_followers().await, ["fenced 1 200"]);
    assert_eq!(run.followers_known().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_does_not_pass_for_that_of_a_younger_task() {
    let (stage, run) = followed_by(&[10, 11]).await;
    stage.change(1, |person| person.following = vec![20]);
    stage.next(FOLLOWERS, [users_page(&[10, 11], None).held()]);
    stage.next(FOLLOWING, [users_page(&[20], None).held()]);
    run.put(&followers(), false).await;
    let younger = Harvest {
        name: "younger".into(),
        ..harvest(&["1"], &[Kind::Following])
    };
    let late = async {
        asked(&stage, FOLLOWERS).await;
        cancel(&run, "followers").await;
        run.put(&younger, false).await;
        asked(&stage, FOLLOWING).await;
        stage.release(1);
        run.until(
            "select count(*) from ledger where endpoint = '/g2/user/followers' and state <> 'reserved'",
        )
        .await;
        stage.release(1);
        run.until("select count(*) from lists where kind = 'following' and verdict = 'complete'")
            .await;
    };
    let stop = Box::pin(run.run_while(Mode::Daemon, late)).await;
    assert_eq!(stop, Stop::Asked);
    assert_eq!(run.bought_followers().await, ["fenced 1 200"]);
    run.check_invariants().await;
}
