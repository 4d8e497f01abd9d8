//! How a walk ends, and that only a clean end near the counter is `complete`.

use gleaner::config::{Harvest, Limit};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::store::tasks;
use serde_json::json;

use super::{followed_by, followers};
use crate::stage::{FOLLOWERS, Reply, users_page};

/// A page whose body shows neither a cursor nor an end.
fn incomplete() -> Reply {
    Reply::page(&json!({ "response": { "users": [{ "pk": "10", "username": "person.10" }] } }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_cursor_restarts_the_walk_once() {
    let first = || users_page(&[10, 11], Some("c2"));
    for (refusals, verdict) in [(1, "complete"), (2, "failed")] {
        let (stage, run) = followed_by(&[10, 11, 12]).await;
        for _ in 0..refusals {
            stage.next(FOLLOWERS, [first(), Reply::status(400)]);
        }
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        assert_eq!(run.verdict(Kind::Followers).await, verdict);
        assert_eq!(run.number("select max(restarted) from sweeps").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_first_page_is_parked() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::status(400)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.lines("select state, page_no from tasks").await, ["parked 0"]);
    assert_eq!(stage.count(FOLLOWERS), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_answer_that_is_no_page_is_kept_asked_again_and_parked_after_three() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, Reply::text(200, "<html>sorry</html>").times(2));
    stage.next(FOLLOWERS, [Reply::text(200, "{\"unheard\": \"of\"}")]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let id = run.number("select id from tasks where state = 'parked'").await;
    let (_, body) = run.beside(async |db| tasks::show(db, id).await).await;
    assert_eq!(body.unwrap(), b"{\"unheard\": \"of\"}");
    assert_eq!(
        run.number("select count(*) from pages where error is not null")
            .await,
        3
    );
    assert_eq!(
        run.number("select sum(units) from ledger where endpoint like '/g2/%'")
            .await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_answers_that_are_no_pages_are_borne() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::text(200, ""), Reply::text(200, "null")]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_page_is_asked_again_twice_at_most_and_its_rows_are_kept() {
    for (times, verdict, bought) in [(2, "complete", 3), (3, "failed", 3)] {
        let (stage, run) = followed_by(&[10]).await;
        stage.next(FOLLOWERS, incomplete().times(times));
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        assert_eq!(run.verdict(Kind::Followers).await, verdict);
        assert_eq!(stage.count(FOLLOWERS), bought);
        assert_eq!(run.followers_known().await, ["10"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_was_sent_before_ends_the_walk_as_looped() {
    let (stage, run) = followed_by(&(10..40).collect::<Vec<_>>()).await;
    let pages = [(10, "a"), (11, "b"), (12, "a"), (13, "b")];
    stage.next(FOLLOWERS, pages.map(|(id, next)| users_page(&[id], Some(next))));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "looped");
    assert_eq!(stage.count(FOLLOWERS), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_pages_with_nothing_new_end_the_walk_as_looped() {
    let (stage, run) = followed_by(&(10..40).collect::<Vec<_>>()).await;
    let cursors = ["a", "b", "c", "d", "e", "f"];
    stage.next(FOLLOWERS, cursors.map(|next| users_page(&[10], Some(next))));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "looped");
    assert_eq!(stage.count(FOLLOWERS), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_empty_pages_end_a_walk_that_began_again_before_it_is_past_the_one_before() {
    let (stage, run) = followed_by(&(10..40).collect::<Vec<_>>()).await;
    let empty = (0..30).map(|page| users_page(&[], Some(&format!("x{page}"))));
    stage.next(
        FOLLOWERS,
        [
            users_page(&[10, 11, 12], Some("a")),
            Reply::status(400),
            users_page(&[10], Some("b")),
        ],
    );
    stage.next(FOLLOWERS, empty);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "looped");
    assert_eq!(stage.count(FOLLOWERS), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_much_longer_than_its_list_is_capped() {
    let (stage, run) = followed_by(&[10, 11]).await;
    let endless = (0..20).map(|page| users_page(&[100 + page], Some(&format!("x{page}"))));
    stage.next(FOLLOWERS, endless);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "capped");
    assert_eq!(stage.count(FOLLOWERS), 13, "of two, one on a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_limits_end_a_walk_after_the_page_that_reaches_them() {
    for (limit, kept) in [(Limit::Items(3), 4), (Limit::Items(4), 4), (Limit::Pages(1), 2)] {
        let (_stage, run) = followed_by(&[10, 11, 12, 13, 14, 15]).await;
        let mut wanted = followers();
        wanted.limits.lists.insert(Kind::Followers, limit);
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        assert_eq!(run.verdict(Kind::Followers).await, "capped");
        assert_eq!(run.followers_known().await.len(), kept, "bought rows are kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_end_far_from_the_counter_is_truncated() {
    for (counter, verdict) in [(9, "complete"), (10, "truncated")] {
        let (stage, run) = followed_by(&[10, 11, 12, 13]).await;
        stage.change(1, |person| person.follower_count = Some(counter));
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        assert_eq!(run.verdict(Kind::Followers).await, verdict, "{counter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_element_that_is_no_row_is_kept_with_its_reason() {
    let (stage, run) = followed_by(&[10, 11]).await;
    let users = json!([{ "pk": "10", "username": "person.10" }, { "username": "nobody" }]);
    stage.next(
        FOLLOWERS,
        [Reply::page(
            &json!({ "response": { "users": users, "has_more": false }, "next_page_id": null }),
        )],
    );
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let rejects = run.lines("select position, element from rejects").await;
    assert_eq!(rejects, ["1 {\"username\":\"nobody\"}"]);
    assert_eq!(
        run.number("select count(*) from sweeps where rejected = 1 and closes = 0")
            .await,
        1
    );
    assert_eq!(run.followers_known().await, ["10"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_list_keeps_no_later_harvest_waiting() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(FOLLOWERS, [Reply::status(400)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(
        run.refresh(&followers()).await,
        Stop::Finished,
        "a new generation"
    );
    let other = Harvest {
        name: "other".into(),
        ..followers()
    };
    assert_eq!(run.go(&other).await, Stop::Finished, "another harvest");
    assert_eq!(
        run.number("select count(*) from tasks where state = 'parked'")
            .await,
        1
    );
}
