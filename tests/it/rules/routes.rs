//! The endpoints of a route are tried in their order when one is retired, or where the config says so, truncated.

use gleaner::config::{Choose, Harvest, Limit, OnTruncated, SortOrder};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;

use serde_json::json;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{
    BY_ID, COMMENTS, FOLLOWERS, FOLLOWERS_CHUNK, PROFILE, Reply, Stage, V2_COMMENTS, users_page,
};

#[tokio::test(flavor = "multi_thread")]
async fn all_lists_of_a_retired_endpoint_move_on_and_it_is_not_asked_again() {
    let (stage, mut run) = followed_by(&[10, 11, 12]).await;
    run.config.upstream.workers = 1;
    stage.person(2, &[10]);
    stage.person(3, &[11]);
    stage.always(FOLLOWERS, Reply::status(410));
    let wanted = harvest(&["1", "2", "3"], &[Kind::Followers]);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS), 1);
    let ends = run
        .lines("select distinct verdict from lists where kind = 'followers'")
        .await;
    assert_eq!(ends, ["complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_goes_on_from_page_0_in_the_same_sweep() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    stage.next(FOLLOWERS, [users_page(&[12, 13], Some("c2")), Reply::status(410)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let sweep = "select walk, pages, distinct_items, verdict from sweeps where endpoint like '%chunk'";
    assert_eq!(run.lines(sweep).await, ["1 3 4 complete"]);
    assert_eq!(run.followers_known().await, ["10", "11", "12", "13"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_any_endpoint_left_is_retired() {
    let (stage, run) = followed_by(&[10]).await;
    stage.always(FOLLOWERS, Reply::status(410));
    stage.always(FOLLOWERS_CHUNK, Reply::status(410));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "retired");
}

#[tokio::test(flavor = "multi_thread")]
async fn truncation_moves_on_only_where_the_config_says_so() {
    for (kinds, verdict, chunks) in [(vec![], "truncated", 0), (vec![Kind::Followers], "complete", 4)] {
        let (stage, mut run) = followed_by(&[10, 11, 12, 13, 14, 15, 16, 17]).await;
        run.config.routes.on_truncated = OnTruncated::Always(kinds);
        stage.next(FOLLOWERS, [users_page(&[10, 11], None)]);
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        assert_eq!(run.verdict(Kind::Followers).await, verdict);
        assert_eq!(stage.count(FOLLOWERS_CHUNK), chunks);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_endpoint_is_looked_at_again_by_a_person_or_by_another_version() {
    let (stage, run) = followed_by(&[10, 11]).await;
    stage.next(FOLLOWERS, [Reply::status(410)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS), 1, "the same version does not ask again");

    run.beside(async |db| {
        sqlx::query("update holds set version = '0.0.1'")
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
    // Rounds that begin before it has looked still know it as retired.
    let id = run.put(&followers(), false).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    assert_eq!(run.number("select count(*) from holds").await, 0);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_asked_only_of_endpoints_that_know_it() {
    let (stage, run) = followed_by(&[]).await;
    stage.change(1, |person| person.posts = vec![(101, Some(5))]);
    let wanted = Harvest {
        sort_order: SortOrder::Popular,
        ..harvest(&["1"], &[Kind::Comments])
    };
    stage.always(COMMENTS, Reply::status(410));
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!((stage.count(COMMENTS), stage.count(V2_COMMENTS)), (1, 0));
    let lists = "select params, verdict from lists where kind = 'comments'";
    assert_eq!(run.lines(lists).await, ["sort_order=popular retired"]);
}

/// A stage on which the first endpoint shows nobody more than 50 of these followers of person 1, and says so.
async fn cut(followers: i64) -> (Stage, Run) {
    let all: Vec<i64> = (1_000..1_000 + followers).collect();
    let (stage, run) = followed_by(&all).await;
    stage.page_size(50);
    stage.always(FOLLOWERS, first_50());
    (stage, run)
}

fn first_50() -> Reply {
    users_page(&(1_000..1_050).collect::<Vec<_>>(), None)
}

const SHOWN: &str =
    "select verdict, distinct_items, units, endpoints from completeness where kind = 'followers'";

#[tokio::test(flavor = "multi_thread")]
async fn the_next_endpoint_reads_on_where_it_promises_enough() {
    for (followers, shown) in [
        (
            400,
            "complete 400 17 /g2/user/followers /gql/user/followers/chunk",
        ),
        (110, "complete 110 7 /g2/user/followers /gql/user/followers/chunk"),
        (98, "truncated 50 1 /g2/user/followers"),
    ] {
        let (stage, run) = cut(followers).await;
        assert_eq!(run.go(&self::followers()).await, Stop::Finished);
        assert_eq!(run.lines(SHOWN).await, [shown]);
        let again = "select distinct reason from ledger where walk = 1";
        let reasons = run.lines(again).await;
        let expected =
            "read from page 0 by the next endpoint of the route: another endpoint showed only part";
        assert!(reasons.iter().all(|reason| reason == expected), "{reasons:?}");
        assert_eq!(run.number("select count(*) from paid_twice").await, 0);
        assert_eq!(
            run.number("select coalesce(sum(again), 0) from payments").await,
            0
        );
        drop(stage);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_reads_on_a_list_that_the_harvest_limits_or_without_a_counter_or_twice() {
    let (stage, run) = cut(400).await;
    let mut limited = followers();
    limited.limits.lists.insert(Kind::Followers, Limit::Pages(3));
    assert_eq!(run.go(&limited).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 0, "limited");

    let (stage, run) = cut(400).await;
    stage.change(1, |person| person.follower_count = None);
    stage.always(PROFILE, Reply::status(404));
    stage.always(BY_ID, Reply::status(404));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 0, "nothing is known of the account");

    // The next one shows only part, too: a third is not asked.
    let (stage, mut run) = cut(400).await;
    run.config.routes.followers.push("/gql/user/followers".into());
    stage.always(
        FOLLOWERS_CHUNK,
        Reply::page(&json!([[{ "pk": "5", "username": "person.5" }], null])),
    );
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let shown = "truncated 51 3 /g2/user/followers /gql/user/followers/chunk";
    assert_eq!(run.lines(SHOWN).await, [shown]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_cannot_read_on_leaves_the_list_truncated() {
    let cannot = [
        (vec![Reply::status(410)], "truncated 50 1"),
        (Reply::status(404).times(2), "truncated 50 5"),
        (Reply::status(400).times(1), "truncated 50 3"),
        (
            Reply::text(200, "{\"unheard\": \"of\"}").times(3),
            "truncated 50 7",
        ),
        (vec![Reply::status(403)], "truncated 50 3"),
    ];
    for (replies, shown) in cannot {
        let (stage, run) = cut(400).await;
        stage.next(FOLLOWERS_CHUNK, replies.clone());
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        let sweep = "select verdict, distinct_items, units from completeness where kind = 'followers'";
        assert_eq!(run.lines(sweep).await, [shown], "{replies:?}");
        assert_eq!(run.number("select count(*) from tasks").await, 0, "{replies:?}");
    }
}

/// Many people whose followers the first endpoint cuts.
async fn many_cut(people: i64) -> (Stage, Run, Harvest) {
    let (stage, run) = cut(400).await;
    for id in 1..=people {
        stage.person(id, &(1_000..1_400).collect::<Vec<_>>());
    }
    let seeds: Vec<String> = (1..=people).map(|id| id.to_string()).collect();
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let wanted = harvest(&seeds, &[Kind::Followers]);
    (stage, run, wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_lists_find_out_that_reading_on_is_no_use() {
    let (stage, run, wanted) = many_cut(12).await;
    stage.always(FOLLOWERS_CHUNK, chunk_of_50());
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3);
    let verdicts = "select verdict, endpoints, count(*) from completeness where kind = 'followers' group by 1, 2 order by 3";
    assert_eq!(
        run.lines(verdicts).await,
        [
            "truncated /g2/user/followers /gql/user/followers/chunk 3",
            "truncated /g2/user/followers 9"
        ]
    );
    assert_eq!(run.refresh(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3, "it is known from now on");
    run.beside(async |db| {
        sqlx::query("update fallbacks set began_at = began_at - 31 * 86400000")
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
    assert_eq!(run.refresh(&wanted).await, Stop::Finished);
    assert_eq!(
        stage.count(FOLLOWERS_CHUNK),
        6,
        "after a month it is looked at again"
    );
}

/// A page that shows what is known.
fn chunk_of_50() -> Reply {
    let known = |id: i64| json!({ "pk": id.to_string(), "username": format!("person.{id}") });
    Reply::page(&json!([(1_000..1_050).map(known).collect::<Vec<_>>(), null]))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_lists_read_on_where_the_first_ones_bring_rows() {
    let (stage, run, wanted) = many_cut(12).await;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 12 * 8);
    let verdicts = "select verdict, units, count(*) from completeness where kind = 'followers' group by 1, 2";
    assert_eq!(run.lines(verdicts).await, ["complete 17 12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_round_begins_with_the_endpoint_that_gives_most() {
    for (choose, g2, units) in [(Choose::Measured, 6, 16), (Choose::Listed, 12, 17)] {
        let (stage, mut run, wanted) = many_cut(6).await;
        run.config.routes.choose = choose;
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        yesterday(&run).await;
        assert_eq!(run.refresh(&wanted).await, Stop::Finished);
        assert_eq!(stage.count(FOLLOWERS), g2, "{choose:?}");
        let costs = "select distinct verdict, units from completeness where kind = 'followers'";
        assert_eq!(run.lines(costs).await, [format!("complete {units}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_prices_the_endpoint_that_the_harvest_begins_with() {
    for (choose, path) in [(Choose::Measured, FOLLOWERS_CHUNK), (Choose::Listed, FOLLOWERS)] {
        let (stage, mut run, all) = many_cut(12).await;
        run.config.routes.choose = choose;
        let named = |name: &str, seeds: &[String], kinds: &[Kind]| Harvest {
            name: name.into(),
            seeds: seeds.to_vec(),
            collect: kinds.to_vec(),
            ..all.clone()
        };
        let (measured, planned) = all.seeds.split_at(6);
        let first = named("first", measured, &all.collect);
        assert_eq!(run.go(&first).await, Stop::Finished);
        let sizes = named("sizes", planned, &[Kind::Profile]);
        assert_eq!(run.go(&sizes).await, Stop::Finished);
        let wanted = named("planned", planned, &all.collect);
        yesterday(&run).await;
        let foreseen = run.foresee(&wanted).await;
        let begins_with: Vec<_> = foreseen
            .basis
            .iter()
            .filter(|basis| basis.kind == Kind::Followers)
            .collect();
        assert_eq!(begins_with.len(), 1, "{begins_with:?}");
        assert_eq!(begins_with[0].endpoint, path);
        let before = stage.asked().len();
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        let asked = &stage.asked()[before..];
        assert_eq!(asked.first().map(|asked| asked.path.as_str()), Some(path));
        let costs = "select sum(units) from completeness where kind = 'followers' and target in ('7', '8', '9', '10', '11', '12')";
        let cost = run.number(costs).await;
        let expected = foreseen.total.units.expected;
        assert!(
            (expected - cost).abs() * 10 <= cost,
            "{choose:?}: {expected} foreseen, cost {cost}"
        );
    }
}

/// What is measured today counts from tomorrow on: lets it have been measured yesterday.
async fn yesterday(run: &Run) {
    run.beside(async |db| {
        sqlx::query("update endpoint_yields set day = date(day, '-1 day')")
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_does_not_change_its_mind() {
    let (stage, run, wanted) = many_cut(6).await;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(run.refresh(&wanted).await, Stop::Finished);
    assert_eq!(
        stage.count(FOLLOWERS),
        12,
        "what was measured on the same day does not count yet"
    );
}
