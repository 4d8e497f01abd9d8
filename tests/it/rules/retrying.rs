//! Failed requests come back after a wait that is kept in the queue, and only a page that fails by itself is parked.

use std::time::Duration;

use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::store::tasks;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, PROFILE, Reply, Stage};

/// A stage with so many people whose profiles alone are wanted.
async fn many(count: i64) -> (Stage, Run, Vec<String>) {
    let stage = Stage::start().await;
    let seeds: Vec<String> = (1..=count).map(|id| id.to_string()).collect();
    (1..=count).for_each(|id| stage.person(id, &[]));
    let run = Run::on(&stage).await;
    (stage, run, seeds)
}

fn profiles(seeds: &[String]) -> gleaner::config::Harvest {
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    harvest(&seeds, &[Kind::Profile])
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_pause_everything_for_as_long_as_asked_and_cost_no_attempt() {
    let (stage, mut run, seeds) = many(2).await;
    run.config.upstream.workers = 1;
    run.config.retry.max_attempts = 1;
    stage.next(PROFILE, [Reply::status(429).header("retry-after", "1")]);
    assert_eq!(run.go(&profiles(&seeds)).await, Stop::Finished);
    let asked = stage.asked();
    let paused = asked[1].at.saturating_sub(asked[0].at);
    assert!(paused >= Duration::from_millis(990), "{paused:?}");
    assert_eq!(
        (asked.len(), run.number("select count(*) from tasks").await),
        (3, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_too_often_is_parked_and_goes_on_when_a_person_says_so() {
    let (stage, mut run) = followed_by(&[10, 11, 12]).await;
    run.config.retry.max_attempts = 3;
    stage.next(FOLLOWERS, Reply::status(500).times(2));
    stage.always(FOLLOWERS, Reply::status(503));
    assert_eq!(
        run.go(&followers()).await,
        Stop::Finished,
        "the harvest goes on without it"
    );
    let parked = run.lines("select state, attempts from tasks").await;
    assert_eq!((parked, stage.count(FOLLOWERS)), (vec!["parked 3".to_owned()], 3));
    stage.behave(FOLLOWERS);
    assert_eq!(run.beside(async |db| tasks::retry(db, None).await).await, 1);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_outlasts_the_process() {
    let (stage, mut run) = followed_by(&[10]).await;
    run.config.retry.initial_interval = Duration::from_hours(1);
    run.config.retry.max_interval = Duration::from_hours(2);
    stage.next(FOLLOWERS, [Reply::status(500)]);
    let id = run.put(&followers(), false).await;
    let waiting = run.until("select count(*) from tasks where state = 'waiting'");
    assert_eq!(run.run_while(Mode::Harvest(id), waiting).await, Stop::Asked);
    let before = run.lines("select not_before, attempts, reason from tasks").await;
    run.run_while(Mode::Harvest(id), async {}).await;
    assert_eq!(
        run.lines("select not_before, attempts, reason from tasks").await,
        before
    );
    let until = run.number("select not_before from tasks").await;
    assert!(until > run.clock.now() + 20 * 60_000);
    assert_eq!(stage.count(FOLLOWERS), 1);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_much_fails_no_page_is_given_up() {
    for trouble in [vec![Reply::status(500)], vec![Reply::cut(), Reply::status(500)]] {
        let (stage, mut run, seeds) = many(30).await;
        run.config.retry.max_attempts = 4;
        let failing = trouble.iter().cycle().take(300).cloned();
        stage.next(PROFILE, failing);
        assert_eq!(run.go(&profiles(&seeds)).await, Stop::Finished);
        assert_eq!(run.number("select count(*) from tasks").await, 0, "{trouble:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_sends_without_an_answer_one_request_at_a_time_looks_for_the_way_back() {
    let (stage, mut run, seeds) = many(20).await;
    run.config.upstream.workers = 1;
    run.config.retry.max_attempts = 2;
    stage.next(PROFILE, Reply::hung_up().times(15));
    assert_eq!(
        run.go(&profiles(&seeds)).await,
        Stop::Finished,
        "it goes on by itself"
    );
    assert_eq!(
        run.number("select count(*) from ledger where reason = 'outage'")
            .await,
        6
    );
    assert_eq!(run.number("select count(*) from holds").await, 0);
    assert_eq!(run.number("select count(*) from tasks").await, 0);
    assert_eq!(stage.count(PROFILE), 35);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_list_alone_outlasts_an_outage() {
    let (stage, mut run, seeds) = many(1).await;
    run.config.retry.max_attempts = 2;
    stage.next(PROFILE, Reply::cut().times(15));
    assert_eq!(run.go(&profiles(&seeds)).await, Stop::Finished);
    assert_eq!(
        run.number("select count(*) from tasks").await,
        0,
        "nothing is parked"
    );
    assert_eq!(stage.count(PROFILE), 16);
}
