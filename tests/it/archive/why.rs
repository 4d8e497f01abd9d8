//! Each row says which answer it comes from.

use gleaner::config::Harvest;
use gleaner::endpoint::Parse;
use gleaner::kind::Kind;
use gleaner::store::archive::import::File;
use gleaner::store::archive::source::{self, Source};
use gleaner::target::Target;
use gleaner::way::Way;
use serde_json::{Value, json};

use super::registry;
use crate::harness::{EVERY_KIND, Run, harvest};
use crate::stage::{FOLLOWERS, Stage};

impl Run {
    async fn why(&self, table: &str, key: &str, column: Option<&str>) -> gleaner::store::Result<Vec<Source>> {
        let database = self.database().await;
        let mut reader = database.readers().acquire().await.unwrap();
        source::find(&mut reader, table, key, column).await
    }

    async fn body_of(&self, page: i64) -> String {
        let database = self.database().await;
        let mut reader = database.readers().acquire().await.unwrap();
        let body = source::body(&mut reader, page).await.unwrap().unwrap();
        String::from_utf8_lossy(&body).into_owned()
    }
}

/// A statement that makes keys of all rows of a table, and which part of the key the page must have in its body.
const TABLES: [(&str, &str, usize); 13] = [
    ("users", "select id from users where stamps <> ''", 0),
    ("media", "select id from media", 0),
    ("comments", "select id from comments", 0),
    (
        "follows",
        "select follower_id || '/' || followee_id from follow_edges where followers_sweep is not null",
        0,
    ),
    (
        "follow_edges",
        "select follower_id || '/' || followee_id from follow_edges where followers_sweep is null",
        1,
    ),
    (
        "user_media",
        "select list || '/' || user_id || '/' || media_id from user_media",
        2,
    ),
    (
        "media_children",
        "select media_id || '/' || position from media_children",
        0,
    ),
    (
        "media_likes",
        "select media_id || '/' || user_id from media_likes",
        1,
    ),
    (
        "comment_likes",
        "select comment_id || '/' || user_id from comment_likes",
        1,
    ),
    (
        "usertags",
        "select media_id || '/' || user_id || '/' || child_position from usertags",
        1,
    ),
    ("reposts", "select user_id || '/' || media_id from reposts", 1),
    (
        "search_hits",
        "select query || '/' || kind || '/' || target_id from search_hits",
        2,
    ),
    (
        "list_items",
        "select list_id || '/' || item_id from list_items",
        1,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_a_row_comes_from_has_it_in_its_body() {
    let run = Run::start(3, 2_000).await;
    let mut seeds = run.world.seeds(8);
    seeds.extend(run.world.queries(2));
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let mut wide = Harvest {
        depth: 2,
        expand: vec![Way::Search],
        sort_by_views: true,
        ..harvest(&seeds, &EVERY_KIND)
    };
    wide.limits.users = Some(10);
    run.go(&wide).await;
    run.refresh(&wide).await;
    for (table, keys, part) in TABLES {
        let keys = run.lines(keys).await;
        assert!(!keys.is_empty(), "{table} is empty");
        // Some of them, spread over all.
        for key in keys.iter().step_by(keys.len() / 12 + 1) {
            let sources = run.why(table, key, None).await.unwrap();
            assert!(!sources.is_empty(), "{table} {key}");
            for source in sources {
                let page = source
                    .page
                    .unwrap_or_else(|| panic!("{table} {key}: no page for {:?}", source.gave));
                assert!(page.units > 0 && page.body_kept, "{page:?}");
                let body = run.body_of(page.id).await;
                let id = key.rsplit('/').nth(key.split('/').count() - 1 - part).unwrap();
                assert!(body.contains(id), "{table} {key}: not on page {}", page.id);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_comes_from_the_newest_answer_that_spoke_of_it() {
    let run = Run::start(1, 500).await;
    let seeds = run.world.seeds(1);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    run.go(&harvest(&seeds, &EVERY_KIND[..1])).await;
    run.refresh(&harvest(&seeds, &EVERY_KIND[..1])).await;
    let id = run
        .lines("select id from users where profiled_at is not null")
        .await
        .remove(0);
    let newest = run.number("select max(id) from pages").await;
    let sources = run.why("users", &id, Some("username")).await.unwrap();
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].gave, ["username"]);
    assert_eq!(sources[0].page.as_ref().unwrap().id, newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_row_is_refused_with_what_to_write() {
    let run = Run::start(1, 100).await;
    for (table, key, column, says) in [
        ("uers", "1", None, "these are: users, media"),
        ("users", "1", None, "has no row 1"),
        ("users", "1", Some("nmae"), "no column nmae"),
        ("follows", "1/2", None, "FOLLOWER/FOLLOWEE"),
        ("follows", "1/2", Some("gone_at"), "leave the column out"),
    ] {
        let refused = run.why(table, key, column).await.unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
    }
}

/// A saved page of the followers of person 1.
fn saved(name: &str, ids: &[i64], next: Option<&str>) -> File {
    let Parse::Page(parse) = registry(FOLLOWERS).unwrap().parse else {
        unreachable!("a list has pages")
    };
    let users: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "pk": id.to_string(), "username": format!("person.{id}") }))
        .collect();
    let page = json!({
        "response": { "users": users, "next_max_id": next, "has_more": next.is_some() },
        "next_page_id": next,
    });
    let body = page.to_string().into_bytes();
    File {
        name: name.into(),
        page: parse(&body, &Target::parse(Kind::Followers, "1").unwrap()).unwrap(),
        body,
        at: 1_000,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_file_adds_comes_from_its_own_page() {
    let stage = Stage::start().await;
    stage.person(1, &[10, 11, 12]);
    let run = Run::on(&stage).await;
    run.go(&harvest(&["1"], &[Kind::Followers])).await;
    let files = vec![
        saved("a.json", &[10, 99, 11, 98], Some("a")),
        saved("b.json", &[12, 97], None),
    ];
    let target = Target::parse(Kind::Followers, "1").unwrap();
    let imported = run.import(FOLLOWERS, Kind::Followers, &target, files).await;
    assert!(imported.only_adds);
    for (added, file) in [("99", "a.json"), ("98", "a.json"), ("97", "b.json")] {
        let sources = run.why("follows", &format!("{added}/1"), None).await.unwrap();
        let page = sources[0].page.as_ref().unwrap();
        assert_eq!(page.file.as_deref(), Some(file), "{added}");
    }
    super::assert_same(&run.reparse().await.tables);
}
