//! What each answer costs, and what becomes of what was never answered.

use std::time::Duration;

use gleaner::engine::{Mode, Stop};
use gleaner::store::holds::{self, Reason, Scope};

use super::{followed_by, followers};
use crate::stage::{FOLLOWERS, Reply};

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_billed_by_their_status_whatever_the_header_says() {
    for (status, units, stop) in [
        (200, 1, Stop::Finished),
        (400, 1, Stop::Finished),
        (403, 1, Stop::Finished),
        (404, 1, Stop::Finished),
        (401, 0, Stop::Unauthorized),
        (402, 0, Stop::NoFunds),
        (410, 0, Stop::Finished),
        (422, 0, Stop::Finished),
        (429, 0, Stop::Finished),
        (500, 0, Stop::Finished),
        (503, 0, Stop::Finished),
    ] {
        let (stage, mut run) = followed_by(&[10, 11]).await;
        // A balance that is not empty would lift the hold of a 402 at once.
        run.config.funds.poll_every = Duration::from_hours(1);
        stage.next(
            FOLLOWERS,
            [Reply::status(status).header("x-hiker-info", "reqs=1")],
        );
        assert_eq!(run.go(&followers()).await, stop, "{status}");
        let first = &run.bought_followers().await[0];
        assert_eq!(*first, format!("settled {units} {status}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fronts_refusal_is_not_billed() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::front()]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.bought_followers().await, ["settled 0 403", "settled 1 200"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_figure_decides_what_a_page_costs() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(
        FOLLOWERS,
        [Reply::status(404).header("x-hiker-info", "{\"reqs\": 0}")],
    );
    run.go(&followers()).await;
    assert_eq!(run.bought_followers().await[0], "settled 0 404");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_and_never_answered_counts_as_lost_and_is_asked_again() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::cut(), Reply::hung_up()]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(
        run.bought_followers().await,
        ["lost 1 200", "lost 1 null", "settled 1 200"]
    );
    assert_eq!(run.number("select lost from spend where scope = 'all'").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_sent_is_released() {
    let (stage, mut run) = followed_by(&[10]).await;
    run.config.upstream.base_url = "http://127.0.0.1:1".into();
    let id = run.put(&followers(), false).await;
    let outage = run.until("select count(*) from holds where reason = 'outage'");
    assert_eq!(run.run_while(Mode::Harvest(id), outage).await, Stop::Asked);
    let states = run.lines("select distinct state, units from ledger").await;
    assert_eq!(states, ["released 0"]);
    run.config.upstream.base_url = stage.url();
    assert_eq!(run.go(&followers()).await, Stop::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_that_names_too_high_a_bill_holds_its_endpoint_too() {
    let (stage, run) = followed_by(&[10]).await;
    stage.always(FOLLOWERS, Reply::cut().header("x-hiker-info", "reqs=9"));
    assert_eq!(run.go(&followers()).await, Stop::Held);
    assert_eq!(run.bought_followers().await, ["lost 9 200"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_above_its_reservation_is_a_row_and_holds_its_endpoint() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    stage.always(FOLLOWERS, Reply::status(500).header("x-hiker-info", "reqs=9"));
    stage.next(
        FOLLOWERS,
        [crate::stage::users_page(&[10, 11], Some("c2")).header("x-hiker-info", "reqs=9")],
    );
    assert_eq!(run.go(&followers()).await, Stop::Held);
    let rows = run
        .lines("select endpoint, reserved, billed from overcharges")
        .await;
    assert_eq!(rows, ["/g2/user/followers 1 9"]);
    assert_eq!(stage.count(FOLLOWERS), 1, "nothing more is sent there");
    run.check_invariants().await;
    stage.behave(FOLLOWERS);
    let scope = Scope::Endpoint(FOLLOWERS.into());
    run.beside(async |db| holds::lift(db, &scope, Reason::Overcharge).await)
        .await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.followers_known().await, ["10", "11", "12"]);
}
