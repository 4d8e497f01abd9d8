//! What endpoints are measured by, and when that decides which one is asked first.

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::seeds::SeedList;
use gleaner::setup;
use gleaner::store::harvests;
use serde_json::{Value, json};

use super::reading_on::many_cut;
use super::{followed_by, followers};
use crate::harness::Run;
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, Reply, users_page};

/// What an endpoint gave of the lists that it came to an end of.
const SUMS: &str = "select clean, truncated, walk_pages, walk_items, round(part, 2) from endpoint_yields \
                    where endpoint = '/g2/user/followers' and clean + truncated > 0";

fn page(ids: std::ops::Range<i64>, next: Option<&str>) -> Reply {
    users_page(&ids.collect::<Vec<_>>(), next)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_measured_by_new_items_and_all_that_was_paid() {
    let (stage, run) = followed_by(&(1_000..1_100).collect::<Vec<_>>()).await;
    let replies = [
        Reply::text(200, "{\"unheard\": \"of\"}"),
        page(1_000..1_050, Some("c1")),
        Reply::status(400),
        // From page 0 again, and each page repeats a half of the one before.
        page(1_000..1_050, Some("c1")),
        page(1_025..1_075, Some("c2")),
        page(1_050..1_100, None),
    ];
    stage.next(FOLLOWERS, replies);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let paid = run
        .number("select count(*) from ledger where endpoint = '/g2/user/followers' and units > 0")
        .await;
    assert_eq!(paid, 6);
    assert_eq!(run.lines(SUMS).await, ["1 0 6 100 1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_not_full_do_not_end_a_list() {
    let (stage, run) = followed_by(&(1_000..1_460).collect::<Vec<_>>()).await;
    stage.page_size(12);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_endpoint_that_never_ends_leaves_the_list_truncated() {
    let (stage, run, wanted) = many_cut(1).await;
    // 49 that are known and one that is not.
    let user = |id: i64| json!({ "pk": id.to_string(), "username": format!("person.{id}") });
    let replies = (0..23).map(|at| {
        let users: Vec<Value> = (1_000..1_049).chain([2_000 + at]).map(user).collect();
        Reply::page(&json!([users, format!("c{at}")]))
    });
    stage.next(FOLLOWERS_CHUNK, replies);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(
        run.lines("select verdict, reason like 'clean end%; and of the next endpoint: page cap of 22' from completeness where kind = 'followers'").await,
        ["truncated 1"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_endpoint_that_shows_empty_pages_for_ever_leaves_the_list_truncated() {
    let (stage, run, wanted) = many_cut(1).await;
    let user = |id: i64| json!({ "pk": id.to_string(), "username": format!("person.{id}") });
    let some: Vec<Value> = (1_000..1_010).map(user).collect();
    stage.next(FOLLOWERS_CHUNK, [Reply::page(&json!([some, "c"]))]);
    let empty = (0..100).map(|at| Reply::page(&json!([[], format!("c{at}")])));
    stage.next(FOLLOWERS_CHUNK, empty);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 4);
    assert_eq!(
        run.lines("select verdict from lists where kind = 'followers'")
            .await,
        ["truncated"]
    );
}

/// Puts the days of all that was measured so far back.
async fn days_pass(run: &Run, days: i64) {
    run.beside(async |db| {
        sqlx::query("update endpoint_yields set day = date(day, $1 || ' days')")
            .bind(-days)
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_last_counts_for_half_a_year() {
    for (days, asked) in [(45, 6), (175, 6), (185, 12)] {
        let (stage, run, wanted) = many_cut(6).await;
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        days_pass(&run, days).await;
        assert_eq!(run.refresh(&wanted).await, Stop::Finished);
        assert_eq!(stage.count(FOLLOWERS), asked, "after {days} days");
    }
}

/// Adds a harvest that goes on and on, and waits until this many of its lists have ended.
async fn goes_on(run: &Run, wanted: &Harvest, ended: &'static str) {
    let list = SeedList::collect(wanted.seeds.iter().map(String::as_str));
    let spec = setup::spec(wanted, &list.seeds, false);
    let policy = setup::policy(&run.config, false);
    let now = run.clock.now();
    run.beside(async |db| harvests::put(db, &policy, &spec, false, now).await)
        .await;
    run.run_while(Mode::Daemon, run.until(ended)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvest_that_goes_on_learns_from_day_to_day() {
    let (stage, run, mut wanted) = many_cut(7).await;
    let last = wanted.seeds.pop().unwrap();
    goes_on(
        &run,
        &wanted,
        "select count(*) = 6 from lists where kind = 'followers' and verdict is not null",
    )
    .await;
    assert_eq!(stage.count(FOLLOWERS), 6);
    // Its only round began three days before.
    days_pass(&run, 1).await;
    run.beside(async |db| {
        sqlx::query("update harvests set round_started_at = round_started_at - 3 * 86400000")
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
    wanted.seeds.push(last);
    goes_on(
        &run,
        &wanted,
        "select count(*) = 7 from lists where kind = 'followers' and verdict is not null",
    )
    .await;
    assert_eq!(
        stage.count(FOLLOWERS),
        6,
        "a new seed begins with the one that gives more"
    );
}
