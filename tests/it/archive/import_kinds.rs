//! Every endpoint's bodies can be imported: whatever a harvest bought gives the same rows when it is saved and imported.

use std::collections::BTreeSet;

use gleaner::config::{Harvest, Routes};
use gleaner::endpoint::Options;
use gleaner::kind::Kind;
use gleaner::target::Target;

use super::assert_same;
use crate::harness::{EVERY_KIND, Run, assert_rows_equal, assert_verdicts_equal, harvest};

/// A list that a harvest bought.
struct Bought {
    path: String,
    kind: Kind,
    target: Target,
}

/// The lists that were answered, in the order in which they were asked for.
async fn bought(run: &Run) -> Vec<Bought> {
    let lines = run
        .lines(
            "select p.endpoint || char(9) || l.kind || char(9) || a.target
            from pages as p
            join ledger as a on a.id = p.ledger_id
            join sweeps as s on s.id = p.sweep_id
            join lists as l on l.id = s.list_id
            where p.error is null
            group by p.endpoint, l.kind, a.target
            order by min(p.id)",
        )
        .await;
    lines
        .iter()
        .map(|line| {
            let [path, kind, target] = line.split('\t').collect::<Vec<_>>()[..] else {
                unreachable!("three columns")
            };
            let kind = Kind::find(kind).unwrap();
            Bought {
                path: path.to_owned(),
                kind,
                target: Target::parse(kind, target).unwrap(),
            }
        })
        .collect()
}

/// Harvests over these routes, saves all that was bought as `options` asks for it, imports that into another file, and
/// compares the two. Returns the endpoints that were asked.
async fn harvested_and_imported(routes: Routes, options: &Options) -> BTreeSet<String> {
    let (mut harvested, run) = (Run::start(3, 2_000).await, Run::start(3, 2_000).await);
    harvested.config.routes = routes;
    let mut seeds = run.world.seeds(6);
    seeds.extend(run.world.queries(1));
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let mut wanted = harvest(&seeds, &EVERY_KIND);
    wanted.limits.users = Some(12);
    harvested.go(&Harvest { depth: 1, ..wanted }).await;
    let bought = bought(&harvested).await;
    for Bought { path, kind, target } in &bought {
        let files = run.save_as(path, target, options).await;
        let imported = run.import(path, *kind, target, files).await;
        assert!(
            imported.pages > 0 && imported.already.is_empty(),
            "{path} {target}"
        );
    }
    // An account that is gone is known by a refusal, which is no body.
    let rows = harvested.dump().await;
    let answered: String = rows
        .split_inclusive('\n')
        .filter(|row| !row.contains("\"gone\":1"))
        .collect();
    assert_rows_equal(&run.dump().await, &answered);
    let found = run.verdicts().await;
    let mut expected = harvested.verdicts().await;
    expected.retain(|(kind, target, _)| found.iter().any(|found| (&found.0, &found.1) == (kind, target)));
    for (kind, _, verdict) in &mut expected {
        // Of these no counter is known, so nothing says that the imported pages are all.
        if ["clips", "reposts", "search"].contains(&&**kind) {
            "capped".clone_into(verdict);
        }
    }
    assert_verdicts_equal(&found, &expected);
    assert_eq!(run.number("select coalesce(sum(units), 0) from ledger").await, 0);
    assert_eq!(
        run.number("select count(*) from payments").await,
        0,
        "no request left"
    );
    assert_same(&run.reparse().await.tables);
    bought.into_iter().map(|bought| bought.path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_comes_out_as_if_it_had_been_harvested() {
    let paths = harvested_and_imported(Routes::default(), &Options::default()).await;
    for path in [
        "/g2/user/followers",
        "/g2/user/following",
        "/gql/comment/likers/chunk",
        "/gql/comments/chunk",
        "/gql/comments/threaded/chunk",
        "/gql/media/likers",
        "/gql/media/usertags",
        "/gql/topsearch",
        "/gql/user/clips",
        "/gql/user/medias",
        "/gql/user/reposts",
        "/gql/user/web_profile_info",
        "/v1/user/by/username",
    ] {
        assert!(paths.contains(path), "{path}");
    }
}

fn route(paths: &[&str]) -> Vec<String> {
    paths.iter().copied().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_endpoints_of_the_routes_and_merged_bodies_are_taken_too() {
    let second = Routes {
        profile: route(&["/v1/user/by/id"]),
        followers: route(&["/gql/user/followers/chunk"]),
        following: route(&["/gql/user/following/chunk"]),
        comments: route(&["/v2/media/comments"]),
        replies: route(&["/v2/media/comments/replies"]),
        ..Routes::default()
    };
    let flat = Options {
        flat: true,
        ..Options::default()
    };
    let paths = harvested_and_imported(second, &flat).await;
    for path in [
        "/v1/user/by/id",
        "/gql/user/followers/chunk",
        "/gql/user/following/chunk",
        "/v2/media/comments",
        "/v2/media/comments/replies",
    ] {
        assert!(paths.contains(path), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deprecated_endpoints_are_taken_too() {
    let deprecated = Routes {
        profile: route(&["/gql/user/by/id"]),
        profile_by_name: route(&["/gql/user/by/username"]),
        followers: route(&["/gql/user/followers"]),
        following: route(&["/gql/user/following"]),
        comments: route(&["/gql/comments"]),
        replies: route(&["/gql/comments/threaded"]),
        comment_likers: route(&["/gql/comment/likers"]),
        ..Routes::default()
    };
    let paths = harvested_and_imported(deprecated, &Options::default()).await;
    for path in [
        "/gql/user/by/id",
        "/gql/user/by/username",
        "/gql/user/followers",
        "/gql/user/following",
        "/gql/comments",
        "/gql/comments/threaded",
        "/gql/comment/likers",
    ] {
        assert!(paths.contains(path), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_a_list_for_each_post_with_its_own_verdict() {
    let run = Run::start(3, 2_000).await;
    let seeds = run.world.seeds(6);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    run.go(&harvest(&seeds, &[Kind::Medias])).await;
    let posts = run.lines("select id from media order by id limit 9").await;
    let counts = posts.iter().map(|id| {
        format!("select count(distinct user_id) from usertags where media_id = {id} and sweep_id is not null")
    });
    let counts: Vec<String> = counts.collect();
    let path = "/gql/media/usertags";
    // Nothing has the id 1.
    let asked = format!("{},1", posts.join(","));
    let asked = Target::parse(Kind::Usertags, &asked).unwrap();
    let files = run.save(path, &asked).await;
    let imported = run.import_all(path, Kind::Usertags, &asked, files.clone()).await;
    assert_eq!(imported.len(), 10);
    let shown = |id: &str| {
        files[0]
            .page
            .entries
            .iter()
            .any(|entry| entry.id.to_string() == id)
    };
    assert!(!shown("1") && shown(&posts[0]));
    for list in &imported {
        let verdict = if shown(&list.target) { "complete" } else { "hidden" };
        assert_eq!(list.verdict.as_deref(), Some(verdict), "{}", list.target);
    }
    for (list, count) in imported.iter().zip(&counts) {
        assert_eq!(run.lines(count).await, [list.items.to_string()]);
    }
    assert!(imported.iter().any(|list| list.items > 0));
    let again = run.import_all(path, Kind::Usertags, &asked, files).await;
    assert_eq!((again.len(), again[0].already.len()), (1, 1));
    assert_same(&run.reparse().await.tables);
}
