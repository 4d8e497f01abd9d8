//! A naive harvester over HTTP finds and pays exactly what the oracle says.

use std::collections::HashSet;
use std::sync::Arc;

use super::client::start;
use super::naive::{Found, Naive};
use crate::mock::oracle::{Expected, Plan, expect};
use crate::mock::{Settings, World};

/// Harvests over HTTP and compares with the oracle.
async fn assert_as_expected(world: &Arc<World>, plan: &Plan) -> Expected {
    let upstream = start(world, Settings::default()).await;
    let expected = expect(world, plan);
    let mut naive = Naive::new(&upstream);
    naive.harvest(plan).await;
    let oracle = Found::expected(&expected);
    assert_eq!(naive.found.verdicts, oracle.verdicts);
    assert!(naive.found == oracle, "the rows differ");
    assert_eq!(
        u64::try_from(upstream.arrivals().len()).unwrap(),
        expected.requests
    );
    assert_eq!(upstream.meter(), expected.units);
    expected
}

#[tokio::test]
async fn a_harvest_of_everything_around_the_seeds_is_as_the_oracle_says() {
    let world = Arc::new(World::new(5, 300));
    let kinds = [
        "profile",
        "followers",
        "following",
        "medias",
        "comments",
        "replies",
    ];
    let plan = Plan::of(world.seeds(60), &kinds);
    let expected = assert_as_expected(&world, &plan).await;
    let verdicts: HashSet<&str> = expected
        .verdicts
        .iter()
        .map(|verdict| verdict.2.as_str())
        .collect();
    let all = HashSet::from(["complete", "truncated", "private", "hidden", "gone"]);
    assert_eq!(
        verdicts, all,
        "the seeds meet every verdict of a world without retired paths"
    );
    let shown = &expected.counts[..7];
    assert!(shown.iter().all(|count| count.1 > 20), "{shown:?}");
}

#[tokio::test]
async fn a_deeper_harvest_with_a_limit_of_users_is_as_the_oracle_says() {
    let world = Arc::new(World::new(6, 300));
    for collect in [
        vec!["profile", "followers", "following"],
        vec!["followers", "following"],
    ] {
        let plan = Plan {
            depth: 3,
            expand: vec!["followers".to_owned(), "following".to_owned()],
            users: Some(70),
            ..Plan::of(world.seeds(4), &collect)
        };
        let expected = assert_as_expected(&world, &plan).await;
        let opened = expected
            .verdicts
            .iter()
            .filter(|verdict| verdict.0 == "followers")
            .count();
        assert_eq!(opened, 74);
    }
}

#[test]
fn retired_paths_are_met_once_and_then_avoided() {
    let world = World::new(5, 300);
    let kinds = ["profile", "followers", "medias", "comments", "replies"];
    let plan = Plan::of(world.seeds(40), &kinds);
    let before = expect(&world, &plan);
    let retired = [
        "/g2/user/followers",
        "/gql/comments/chunk",
        "/gql/comments/threaded/chunk",
    ];
    let plan = Plan {
        retired: retired.map(str::to_owned).to_vec(),
        ..plan
    };
    let after = expect(&world, &plan);
    assert!(after.units > before.units, "chunks cost double");
    let limited = |expected: &Expected| {
        expected
            .verdicts
            .iter()
            .filter(|verdict| verdict.0 == "followers" && verdict.2 == "truncated")
            .count()
    };
    assert!(limited(&before) > 0);
    assert_eq!(limited(&after), 0, "the chunk endpoint pages on");
    let ids = |expected: &Expected| Found::expected(expected).comments;
    assert_eq!(ids(&before), ids(&after));
    let all = Plan {
        retired: vec!["/gql/user/medias".to_owned()],
        ..Plan::of(world.seeds(1), &["medias"])
    };
    let expected = expect(&world, &all);
    assert_eq!((expected.units, expected.requests), (1, 2));
    assert_eq!(expected.verdicts[0].2, "retired");
}

#[test]
fn the_oracle_says_the_same_in_every_run() {
    let world = World::new(5, 120);
    let plan = Plan::of(world.seeds(30), &["profile", "followers", "following", "replies"]);
    let expected = expect(&world, &plan);
    assert_eq!(expected, expect(&World::new(5, 120), &plan));
    assert!(
        expected
            .to_string()
            .starts_with(&format!("units\t{}\nrequests\t", expected.units))
    );
    let mut tables: Vec<&str> = expected
        .rows
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    tables.dedup();
    assert_eq!(
        tables,
        [
            "users",
            "media",
            "media_children",
            "user_media",
            "comments",
            "follows",
            "coauthors",
            "usertags"
        ]
    );
    assert!(expected.rows.contains('\u{fffd}') && !expected.rows.contains(crate::mock::phrases::HALF_PAIR));
}
