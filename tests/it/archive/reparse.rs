//! The tables are built anew from the bodies: the same parsers give the same tables, better ones better tables, and nothing
//! is sent.

use gleaner::config::{Harvest, OnTruncated, SortOrder};
use gleaner::endpoint::{Endpoint, Page, Parse, ParseError};
use gleaner::endpoints::{self, web_profile_info};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::{FaultKind, Faults, Settings};
use gleaner::model::Field;
use gleaner::store::archive::retention;
use gleaner::target::Target;
use gleaner::way::Way;

use super::{assert_same, registry};
use crate::harness::{EVERY_KIND, Run, assert_rows_equal, harvest};
use crate::stage::{BY_ID, PROFILE, Reply, Stage};

/// Harvests of a world with faults: all kinds, expansion, searches, variants of lists, two generations.
async fn mixed_crawl() -> Run {
    let settings = Settings {
        faults: Faults::of(0.15, FaultKind::harmless()),
        ..Settings::default()
    };
    let mut run = Run::with(3, 2_000, settings).await;
    run.config.routes.on_truncated = OnTruncated::Always(vec![Kind::Followers]);
    let mut seeds = run.world.seeds(6);
    seeds.extend(run.world.queries(1));
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let mut wide = Harvest {
        depth: 2,
        expand: vec![Way::Followers, Way::Commenters],
        ..harvest(&seeds, &EVERY_KIND)
    };
    wide.limits.users = Some(12);
    run.go(&wide).await;
    let variants = Harvest {
        name: "variants".into(),
        sort_order: SortOrder::Popular,
        sort_by_views: true,
        ..harvest(&seeds[..3], &[Kind::Medias, Kind::Clips, Kind::Comments])
    };
    run.go(&variants).await;
    run.refresh(&wide).await;
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_crawl_read_again_is_the_same_to_the_byte() {
    let run = mixed_crawl().await;
    assert!(run.number("select count(*) from pages").await > 500);
    assert!(
        run.number("select count(*) from pages where error is not null")
            .await
            > 0
    );
    assert!(run.number("select count(*) from list_items").await > 0);
    let (before, arrived) = (run.dump().await, run.billed_arrivals());
    let reparsed = run.reparse().await;
    assert!(reparsed.whole);
    assert_same(&reparsed.tables);
    assert_rows_equal(&run.dump().await, &before);
    assert_eq!(run.billed_arrivals(), arrived, "nothing is sent");
    run.check_invariants().await;
}

/// Rounds in which people come, leave, return, rename themselves and vanish; both directions of follows.
async fn changing_people() -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &[10, 11, 12]);
    stage.person(10, &[]);
    stage.change(10, |person| person.following = vec![1]);
    let run = Run::on(&stage).await;
    let both = harvest(&["1", "10"], &[Kind::Followers, Kind::Following]);
    run.go(&both).await;
    for (followers, following, name) in [
        (vec![10, 11], vec![1], "one"),
        (vec![10, 11], vec![], "two"),
        (vec![12, 10, 11], vec![], "two"),
        (vec![], vec![], "three"),
        (vec![], vec![], "three"),
        (vec![11], vec![1, 11], "three"),
    ] {
        stage.change(1, |person| {
            person.followers.clone_from(&followers);
            person.name = name.into();
        });
        stage.change(10, |person| person.following.clone_from(&following));
        run.refresh(&both).await;
    }
    stage.always(PROFILE, Reply::status(404));
    stage.always(BY_ID, Reply::status(404));
    run.refresh(&both).await;
    (stage, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn departures_returns_renames_and_accounts_that_are_gone_come_out_the_same() {
    let (_stage, run) = changing_people().await;
    let events =
        "select event, follower_id, followee_id, at, sweep_id from follow_events order by 5, 1, 2, 3";
    let before = run.lines(events).await;
    assert!(before.iter().any(|event| event.starts_with("departed")));
    assert!(before.iter().any(|event| event.starts_with("returned")));
    assert_eq!(
        run.number("select count(*) from users where gone_at is not null")
            .await,
        2
    );
    assert!(run.number("select count(*) from user_history").await > 0);
    let reparsed = run.reparse().await;
    assert_same(&reparsed.tables);
    assert_eq!(run.lines(events).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_that_the_config_now_sees_later_comes_out_later() {
    let (_stage, mut run) = changing_people().await;
    run.config.ends.close_after = 9;
    let reparsed = run.reparse().await;
    assert!(
        reparsed
            .tables
            .iter()
            .any(|table| table.table == "follow_changes" && table.removed > 0)
    );
    assert_eq!(run.number("select count(*) from follow_changes").await, 0);
}

/// The profile's parser as it would be with a mistake mended: names were not trimmed.
static MENDED: Endpoint = Endpoint {
    path: web_profile_info::ENDPOINT.path,
    kind: web_profile_info::ENDPOINT.kind,
    query: web_profile_info::ENDPOINT.query,
    cursor: None,
    cursor_source: "",
    page_size: 1,
    cost: web_profile_info::ENDPOINT.cost,
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(mended),
};

fn mended(body: &[u8], target: &Target) -> Result<Page, ParseError> {
    let Parse::Page(parse) = web_profile_info::ENDPOINT.parse else {
        unreachable!("profiles are pages")
    };
    let mut page = parse(body, target)?;
    for user in &mut page.rows.users {
        if let Field::Is(name) = &mut user.full_name {
            *name = name.to_uppercase();
        }
    }
    Ok(page)
}

fn with_mended(path: &str) -> Option<&'static Endpoint> {
    if path == MENDED.path {
        return Some(&MENDED);
    }
    endpoints::find(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mended_parser_changes_rows_without_a_request() {
    let run = Run::start(1, 500).await;
    let seeds = run.world.seeds(4);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    assert_eq!(
        run.go(&harvest(&seeds, &[Kind::Profile, Kind::Followers])).await,
        Stop::Finished
    );
    let arrived = run.billed_arrivals();
    let mended = "select count(*) from users where profiled_at is not null and full_name = upper(full_name)";
    let before = run.dump().await;
    let tried = run.reparse_with(&with_mended, true).await;
    assert_rows_equal(&run.dump().await, &before);
    assert_eq!(run.number(mended).await, 0, "a dry run changes nothing");
    let done = run.reparse_with(&with_mended, false).await;
    assert_eq!(tried.tables, done.tables);
    let users = &done.tables[0];
    assert_eq!(
        (users.table.as_str(), users.added, users.removed),
        ("users", 0, 0)
    );
    assert!(users.changed > 0 && !users.examples.is_empty());
    assert_eq!(run.number(mended).await, users.changed);
    assert!(
        done.tables[1..]
            .iter()
            .all(|table| table.is_none() || table.table == "former_values")
    );
    assert_eq!(run.billed_arrivals(), arrived);
    run.reparse().await;
    assert_rows_equal(&run.dump().await, &before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_no_page_any_more_loses_its_rows_and_is_told() {
    fn broken(_: &[u8], _: &Target) -> Result<Page, ParseError> {
        Err(ParseError::WrongShape {
            reason: "broken for the test".into(),
        })
    }
    static BROKEN: Endpoint = Endpoint {
        parse: Parse::Page(broken),
        ..endpoints::g2_followers::ENDPOINT
    };
    let run = Run::start(1, 500).await;
    let seeds = run.world.seeds(4);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    run.go(&harvest(&seeds, &[Kind::Followers])).await;
    let before = run.dump().await;
    let find = |path: &str| {
        if path == BROKEN.path {
            Some(&BROKEN)
        } else {
            registry(path)
        }
    };
    let reparsed = run.reparse_with(&find, false).await;
    let pages = run
        .number("select count(*) from pages where endpoint = '/g2/user/followers'")
        .await;
    assert!(pages > 0);
    assert_eq!(reparsed.pages_lost, pages);
    // A list that another endpoint read on keeps what that one showed.
    assert_eq!(
        run.number(
            "select count(*) from follow_edges
            where followers_sweep not in (select sweep_id from pages where error is null)"
        )
        .await,
        0
    );
    run.check_invariants().await;
    let again = run.reparse().await;
    assert_eq!(again.pages_won, pages);
    assert_rows_equal(&run.dump().await, &before);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_bodies_are_missing_rows_are_read_over_what_is_there() {
    let (_stage, run) = changing_people().await;
    let first = run.number("select min(page_id) from page_bodies").await;
    let now = run.clock.now();
    run.beside(async |db| retention::drop_one(db, first, now).await)
        .await;
    let reparsed = run.reparse().await;
    assert!(!reparsed.whole);
    assert_eq!(reparsed.unreadable, 1);
    assert_same(&reparsed.tables);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_bodies_are_missing_a_mended_parser_changes_rows_and_invents_no_past() {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    let run = Run::on(&stage).await;
    let profiles = harvest(&["1"], &[Kind::Profile]);
    run.go(&profiles).await;
    for name in ["one", "one", "two", "two"] {
        stage.change(1, |person| person.name = name.into());
        run.refresh(&profiles).await;
    }
    let changes = "select column_name, before, after from user_changes order by at, column_name";
    let (before, first) = (
        run.lines(changes).await,
        run.number("select min(page_id) from page_bodies").await,
    );
    assert_eq!(before, ["username person.1 one", "username one two"]);
    let now = run.clock.now();
    run.beside(async |db| retention::drop_one(db, first, now).await)
        .await;
    let reparsed = run.reparse_with(&with_mended, false).await;
    assert!(!reparsed.whole);
    let named = run
        .lines("select username, full_name from users where id = 1")
        .await;
    assert_eq!(named, ["two PERSON 1"]);
    assert_eq!(run.lines(changes).await, before);
    let former = reparsed
        .tables
        .iter()
        .find(|table| table.table == "former_values");
    assert!(former.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_file_gets_the_places_where_its_sweeps_ended() {
    let migration = include_str!("../../../migrations/sqlite/0008_archive.sql");
    let updates: Vec<&str> = migration
        .split_inclusive(';')
        .filter(|statement| statement.contains("update sweeps"))
        .collect();
    assert_eq!(updates.len(), 2);
    for run in [mixed_crawl().await, changing_people().await.1] {
        let places = "select id, ended_page from sweeps where closes = 1 or ended_page in (
            select id from pages where endpoint = '/gql/media/usertags'
        ) order by 1";
        let before = run.lines(places).await;
        let database = run.database().await;
        let mut writer = database.writer().await.unwrap();
        for statement in ["update sweeps set ended_page = null", updates[0], updates[1]] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
                .execute(&mut writer)
                .await
                .unwrap();
        }
        assert!(!before.is_empty());
        assert_same(&run.reparse().await.tables);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_before_counters_had_times_comes_out_the_same() {
    let migration = include_str!("../../../migrations/sqlite/0017_closing.sql");
    let updates = migration
        .split_inclusive(';')
        .filter(|statement| statement.contains("update sweeps"));
    let (_stage, run) = changing_people().await;
    // Of each list one left while it was read; and of edges only the last sweep was kept.
    let older = "
        update sweeps
        set counter_before = counter_after + 1
        where closes = 1;
        update sweeps
        set counter_before_at = null, counter_after_at = null, counted_at = null, timely = 0, short_at_most = null;
        update follow_edges
        set followers_before = null, following_before = null";
    let database = run.database().await;
    let mut writer = database.writer().await.unwrap();
    for statement in [older].into_iter().chain(updates) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut writer)
            .await
            .unwrap();
    }
    let short = "select sweep_id, short_by, short_at_most from closing_sweeps order by 1";
    let before = run.lines(short).await;
    assert!(before.len() > 4, "{before:?}");
    assert_same(&run.reparse().await.tables);
    assert_eq!(run.lines(short).await, before);
}
