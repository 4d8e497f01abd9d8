//! Why nothing is sent for a while, and how it goes on.

use std::time::Duration;

use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::store::holds::{self, Hold, Reason, Scope};

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, PROFILE, Reply, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_stops_at_once_and_a_good_one_goes_on() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::status(401)]);
    assert_eq!(run.go(&followers()).await, Stop::Unauthorized);
    assert_eq!(stage.count(FOLLOWERS), 1);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(stage.count(PROFILE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_account_stops_a_one_shot_and_a_filled_one_goes_on() {
    let (stage, mut run) = followed_by(&[10]).await;
    run.config.funds.poll_every = Duration::from_hours(1);
    stage.next(FOLLOWERS, [Reply::status(402)]);
    assert_eq!(run.go(&followers()).await, Stop::NoFunds);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!((stage.count(PROFILE), stage.count(FOLLOWERS)), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_account_goes_on_even_before_its_balance_is_known() {
    let (stage, mut run) = followed_by(&[10]).await;
    run.config.funds.poll_every = Duration::from_hours(1);
    stage.next(FOLLOWERS, [Reply::status(402)]);
    assert_eq!(run.go(&followers()).await, Stop::NoFunds);
    // The last send is long ago, and the balance does not come.
    let long_ago = "update ledger set reserved_at = reserved_at - 100000";
    run.beside(async |db| Ok(sqlx::query(long_ago).execute(db).await?))
        .await;
    stage.next("/sys/balance", [Reply::status(500).held()]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_with_an_empty_account_waits_and_goes_on_by_itself() {
    let (stage, run) = followed_by(&[10]).await;
    stage.fund(0);
    stage.next(PROFILE, [Reply::status(402)]);
    run.put(&followers(), false).await;
    let filled = async {
        run.until("select count(*) from holds where reason = 'no_funds'")
            .await;
        let polls = stage.count("/sys/balance");
        while stage.count("/sys/balance") < polls + 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.asked().len(), 1, "only the free balance is asked for");
        stage.fund(100);
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
    };
    assert_eq!(run.run_while(Mode::Daemon, filled).await, Stop::Asked);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fronts_refusals_pause_and_the_third_in_a_row_stops() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(PROFILE, Reply::front().times(2));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let (stage, run) = followed_by(&[10]).await;
    stage.next(PROFILE, Reply::front().times(3));
    assert_eq!(run.go(&followers()).await, Stop::Blocked);
    assert_eq!(stage.count(PROFILE), 3);
    assert_eq!(
        run.go(&followers()).await,
        Stop::Finished,
        "whoever starts it again has looked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_requests_that_were_in_flight_together_are_one() {
    let stage = Stage::start().await;
    let seeds = ["1", "2", "3", "4", "5"];
    (1..=5).for_each(|id| stage.person(id, &[]));
    let run = Run::on(&stage).await;
    stage.next(PROFILE, Reply::front().held().times(5));
    let released = async {
        while stage.count(PROFILE) < 5 {
            tokio::task::yield_now().await;
        }
        stage.release(5);
    };
    let wanted = harvest(&seeds, &[Kind::Profile]);
    let (stop, ()) = tokio::join!(run.go(&wanted), released);
    assert_eq!(stop, Stop::Finished);
}

fn paused(scope: Scope) -> Hold {
    Hold {
        scope,
        reason: Reason::Paused,
        detail: "by a person".into(),
        since: 0,
        until: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_while_everything_is_paused() {
    let (stage, run) = followed_by(&[10]).await;
    let id = run.put(&followers(), false).await;
    run.beside(async |db| holds::put(db, &paused(Scope::All)).await)
        .await;
    let resumed = async {
        while stage.count("/sys/balance") < 5 {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.asked(), []);
        run.beside(async |db| holds::lift(db, &Scope::All, Reason::Paused).await)
            .await;
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
    };
    run.run_while(Mode::Harvest(id), resumed).await;
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_harvest_does_not_hold_another() {
    let (stage, run) = followed_by(&[10]).await;
    stage.person(2, &[10]);
    let other = gleaner::config::Harvest {
        name: "other".into(),
        ..harvest(&["2"], &[Kind::Followers])
    };
    let id = run.put(&followers(), false).await;
    run.put(&other, false).await;
    run.beside(async |db| holds::put(db, &paused(Scope::Harvest(id))).await)
        .await;
    let resumed = async {
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
        assert!(stage.asked().iter().all(|asked| asked.target == "2"));
        run.beside(async |db| holds::lift(db, &Scope::Harvest(id), Reason::Paused).await)
            .await;
        run.until("select count(*) = 2 from harvests where finished_at is not null")
            .await;
    };
    run.run_while(Mode::Daemon, resumed).await;
    run.check_invariants().await;
}
