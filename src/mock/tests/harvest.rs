//! A naive harvester over HTTP finds and pays exactly what the oracle says.

mod prices;
mod ways;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::client::start;
use super::naive::{Found, Naive};
use crate::mock::oracle::{Expected, Plan, expect};
use crate::mock::{Settings, World};

/// Every kind that hangs from a user; a search is a seed.
pub(super) const KINDS: [&str; 11] = [
    "profile",
    "followers",
    "following",
    "medias",
    "clips",
    "reposts",
    "comments",
    "replies",
    "media_likers",
    "comment_likers",
    "usertags",
];

const WAYS: [&str; 8] = [
    "followers",
    "following",
    "coauthors",
    "commenters",
    "likers",
    "tagged",
    "reposted",
    "search",
];

/// Harvests over HTTP and compares with the oracle.
pub(super) async fn assert_as_expected(world: &Arc<World>, plan: &Plan) -> Expected {
    assert_as_expected_of(world, plan, false).await
}

async fn assert_as_expected_of(world: &Arc<World>, plan: &Plan, is_raw: bool) -> Expected {
    let upstream = start(world, Settings::default()).await;
    let expected = expect(world, plan);
    let mut naive = Naive::new(&upstream, plan, is_raw);
    naive.harvest().await;
    let (naive, oracle) = (naive.found, Found::expected(&expected));
    let missing: Vec<_> = oracle.verdicts.difference(&naive.verdicts).take(5).collect();
    let wrong: Vec<_> = naive.verdicts.difference(&oracle.verdicts).take(5).collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "{missing:?} instead of {wrong:?}"
    );
    assert_eq!(naive.pairs, oracle.pairs);
    assert_eq!(naive.usertags, oracle.usertags);
    assert_eq!(naive.reposts, oracle.reposts);
    assert_eq!(naive.search_hits, oracle.search_hits);
    assert_eq!(naive.user_media, oracle.user_media);
    assert_eq!(naive.media, oracle.media);
    assert!(naive.users == oracle.users && naive == oracle, "the rows differ");
    assert_eq!(
        u64::try_from(upstream.arrivals().len()).unwrap(),
        expected.requests
    );
    assert_eq!(upstream.meter(), expected.units);
    expected
}

/// Which verdicts the lists of each kind met.
fn verdicts(expected: &Expected) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut verdicts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (kind, _, verdict) in &expected.verdicts {
        verdicts.entry(kind).or_default().insert(verdict);
    }
    verdicts
}

/// How many users have a list of this kind.
fn opened(expected: &Expected, kind: &str) -> usize {
    expected
        .verdicts
        .iter()
        .filter(|verdict| verdict.0 == kind)
        .count()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_harvest_of_everything_around_the_seeds_is_as_the_oracle_says() {
    let world = Arc::new(World::new(5, 300));
    let seeds = [world.seeds(40), world.queries(3)].concat();
    let plan = Plan::of(seeds, &KINDS);
    let expected = assert_as_expected(&world, &plan).await;
    let all: HashSet<&str> = expected
        .verdicts
        .iter()
        .map(|verdict| verdict.2.as_str())
        .collect();
    assert_eq!(
        all,
        HashSet::from(["complete", "truncated", "private", "hidden", "gone"]),
        "the seeds meet every verdict of a world without retired paths"
    );
    let of = |words: &'static str| words.split(' ').collect::<BTreeSet<&str>>();
    let met = verdicts(&expected);
    assert_eq!(met["clips"], of("complete private gone"));
    assert_eq!(met["reposts"], of("complete private gone"));
    assert_eq!(met["media_likers"], of("complete truncated"));
    assert_eq!(met["comment_likers"], of("complete truncated hidden"));
    assert_eq!(met["usertags"], of("complete hidden"));
    assert_eq!(met["search"], of("complete"));
    assert!(
        expected.counts.iter().all(|count| count.1 > 20),
        "{:?}",
        expected.counts
    );
}

#[tokio::test]
async fn a_harvest_of_streams_is_as_the_oracle_says() {
    let world = Arc::new(World::new(7, 120));
    let seeds = [world.queries(4), world.seeds(14)].concat();
    for plan in [
        Plan::of(seeds.clone(), &["medias", "clips", "reposts", "usertags"]),
        Plan {
            by_views: true,
            popular: true,
            ..Plan::of(seeds, &["clips", "comments"])
        },
    ] {
        assert_as_expected_of(&world, &plan, true).await;
    }
}

#[tokio::test]
async fn the_least_world_is_as_the_oracle_says() {
    let world = Arc::new(World::new(3, 32));
    let seeds = [world.seeds(12), world.queries(1)].concat();
    let plan = Plan {
        depth: 2,
        expand: names(&WAYS),
        users: Some(20),
        ..Plan::of(seeds, &KINDS)
    };
    assert_as_expected(&world, &plan).await;
}

#[test]
fn the_oracle_says_the_same_in_every_run() {
    let world = World::new(5, 120);
    let plan = Plan::of([world.queries(2), world.seeds(30)].concat(), &KINDS);
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
            "media_likes",
            "comment_likes",
            "usertags",
            "reposts",
            "search_hits"
        ]
    );
    assert!(expected.rows.contains('\u{fffd}') && !expected.rows.contains(crate::mock::phrases::HALF_PAIR));
}
