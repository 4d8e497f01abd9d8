//! Lists that are read on by the next endpoint of their route: who waits for whom, and what is kept of those that end.

use gleaner::config::{Harvest, Limit};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use serde_json::json;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, Reply, Stage, users_page};

/// Many people with 400 followers each, of whom the first endpoint shows nobody more than 50.
pub(super) async fn many_cut(people: i64) -> (Stage, Run, Harvest) {
    let (stage, run) = followed_by(&[]).await;
    stage.page_size(50);
    for id in 1..=people {
        stage.person(id, &(1_000..1_400).collect::<Vec<_>>());
    }
    stage.always(FOLLOWERS, users_page(&(1_000..1_050).collect::<Vec<_>>(), None));
    let seeds: Vec<String> = (1..=people).map(|id| id.to_string()).collect();
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let wanted = harvest(&seeds, &[Kind::Followers]);
    (stage, run, wanted)
}

/// A page of the next endpoint that shows what is known.
pub(super) fn known(next: Option<&str>) -> Reply {
    let known = |id: i64| json!({ "pk": id.to_string(), "username": format!("person.{id}") });
    Reply::page(&json!([(1_000..1_050).map(known).collect::<Vec<_>>(), next]))
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_wait_however_long_those_before_them_take() {
    let (stage, mut run, wanted) = many_cut(12).await;
    stage.next(FOLLOWERS_CHUNK, known(Some("c2")).times(3));
    stage.always(FOLLOWERS_CHUNK, known(None));
    // 12 profiles, 12 pages and 3 of the next endpoint, which cost 2 units each: then the three are in the middle.
    run.config.budget.total = Some(30);
    let id = run.put(&wanted, false).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Budget);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3);
    run.beside(async |db| {
        // Hours later the others look again, and their turn comes first.
        sqlx::raw_sql(
            "update tasks set served_at = served_at - 7200000, depth = 9 where page_no > 0; \
             update tasks set not_before = 1 where page_no = 0",
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await;
    run.config.budget.total = None;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 6, "three lists of two pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_not_read_on_end_in_small_steps() {
    let (stage, run, wanted) = many_cut(60).await;
    stage.always(FOLLOWERS_CHUNK, known(None));
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3);
    let at_once = "select max(lists) from (
        select count(*) as lists
        from sweeps
        where verdict = 'truncated' and endpoint = '/g2/user/followers'
        group by ended_at
    )";
    assert!(run.number(at_once).await <= 20);
    assert_eq!(
        run.number("select count(*) from lists where verdict = 'truncated'")
            .await,
        60
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_without_a_page_keeps_the_counter_that_the_list_was_judged_by() {
    let (stage, run, wanted) = many_cut(1).await;
    stage.next(
        FOLLOWERS,
        [users_page(&(1_000..1_050).collect::<Vec<_>>(), None).held()],
    );
    stage.always(FOLLOWERS_CHUNK, Reply::status(410));
    let id = run.put(&wanted, false).await;
    let changed = async {
        run.until("select count(*) from tasks where state = 'leased' and kind = 'followers'")
            .await;
        run.beside(async |db| {
            sqlx::query("update users set follower_count = 380 where id = 1")
                .execute(db)
                .await?;
            Ok(())
        })
        .await;
        stage.release(1);
    };
    run.run_while(Mode::Harvest(id), changed).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    let counters = "select verdict, counter, expected from completeness where kind = 'followers'";
    assert_eq!(run.lines(counters).await, ["truncated 380 380"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_waits_for_an_endpoint_that_retires_is_judged_by_the_next() {
    const THIRD: &str = "/gql/user/followers";
    let (stage, mut run, wanted) = many_cut(6).await;
    run.config.upstream.workers = 1;
    run.config.routes.followers.push(THIRD.into());
    stage.always(FOLLOWERS_CHUNK, Reply::status(410));
    stage.always(THIRD, Reply::status(403));
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 1);
    let judged = run
        .number("select count(*) from fallbacks where endpoint = '/gql/user/followers'")
        .await;
    assert_eq!(judged, 3, "three were tried");
    assert_eq!(stage.count(THIRD), 4, "and the one that had asked before");
    let verdicts = "select distinct verdict from lists where kind = 'followers'";
    assert_eq!(run.lines(verdicts).await, ["truncated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_loops_or_fails_in_the_middle_is_measured_by_what_it_showed() {
    const SUMS: &str = "select clean, truncated, walk_pages, walk_items, round(part, 2) from endpoint_yields \
                        where endpoint = '/g2/user/followers' and clean + truncated > 0";
    let page = || users_page(&(1_000..1_050).collect::<Vec<_>>(), Some("c2"));
    for (replies, sums) in [
        (vec![page(), page()], "0 1 2 50 0.13"),
        (
            vec![page(), Reply::status(404), Reply::status(404)],
            "0 1 3 50 0.13",
        ),
    ] {
        let (stage, run, wanted) = many_cut(1).await;
        stage.next(FOLLOWERS, replies);
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        assert_eq!(run.lines(SUMS).await, [sums]);
    }
    let (stage, run) = followed_by(&(1_000..1_400).collect::<Vec<_>>()).await;
    stage.page_size(50);
    let mut limited = followers();
    limited.limits.lists.insert(Kind::Followers, Limit::Pages(3));
    assert_eq!(run.go(&limited).await, Stop::Finished);
    assert_eq!(run.lines(SUMS).await, [""; 0], "our own limit says nothing of it");
}
