//! A naive harvester over HTTP finds and pays exactly what the oracle says.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::client::start;
use super::naive::{Found, Naive};
use crate::mock::oracle::{Expected, Filter, Plan, Routes, expect};
use crate::mock::{Settings, World};

/// Every kind that hangs from a user; a search is a seed.
const KINDS: [&str; 11] = [
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
async fn assert_as_expected(world: &Arc<World>, plan: &Plan) -> Expected {
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

#[tokio::test]
async fn every_way_alone_and_all_together_add_whom_the_oracle_says() {
    let world = Arc::new(World::new(6, 200));
    let seeds = [world.queries(1), world.seeds(3), world.queries(2).split_off(1)].concat();
    let mut ways: Vec<Vec<String>> = WAYS.iter().map(|way| names(&[way])).collect();
    ways.push(names(&WAYS));
    for expand in ways {
        for collect in [
            &["clips", "replies"][..],
            &["profile", "medias", "clips", "comment_likers"],
        ] {
            let plan = Plan {
                depth: 3,
                expand: expand.clone(),
                users: Some(9),
                min_likes: 2,
                ..Plan::of(seeds.clone(), collect)
            };
            let expected = assert_as_expected(&world, &plan).await;
            // Three seeds, and as many as there is room for.
            let found = opened(&expected, "clips") - 3;
            assert!((1..=9).contains(&found), "{found} along {expand:?}");
        }
    }
}

#[tokio::test]
async fn filters_judge_in_waves_and_buy_what_they_do_not_know() {
    let world = Arc::new(World::new(9, 200));
    let filter = Filter::default();
    let filters = [
        Filter {
            followers: Some((3, 40)),
            ..filter.clone()
        },
        Filter {
            verified: true,
            ..filter.clone()
        },
        Filter {
            public: true,
            unprofiled: true,
            ..filter.clone()
        },
        Filter {
            followers: Some((1, 1_000)),
            verified: false,
            public: true,
            unprofiled: true,
        },
    ];
    for filter in filters {
        for (ways, collect) in [
            (["likers", "commenters"], "profile"),
            (["followers", "tagged"], "following"),
        ] {
            let plan = Plan {
                depth: 3,
                expand: names(&ways),
                users: Some(12),
                filter: filter.clone(),
                ..Plan::of(world.seeds(5), &[collect, "reposts"])
            };
            let expected = assert_as_expected(&world, &plan).await;
            let profiles = opened(&expected, "profile");
            let found = opened(&expected, "reposts");
            assert!(
                found > 5 || filter.verified,
                "{found} found, {profiles} profiles: {filter:?}"
            );
            if filter.followers.is_some() {
                assert!(profiles >= found, "a counter is only known from a profile");
            }
        }
    }
}

#[tokio::test]
async fn deprecated_endpoints_and_force_cost_what_the_oracle_says() {
    let world = Arc::new(World::new(5, 300));
    let path = |path: &str| vec![path.to_owned()];
    let routes = Routes {
        followers: path("/gql/user/followers"),
        following: path("/gql/user/following"),
        comments: path("/gql/comments"),
        replies: path("/gql/comments/threaded"),
        comment_likers: path("/gql/comment/likers"),
        ..Routes::default()
    };
    let collect = ["followers", "following", "replies", "comment_likers"];
    for amount in [46, 100] {
        let plan = Plan {
            amount,
            routes: routes.clone(),
            popular: true,
            ..Plan::of(world.seeds(20), &collect)
        };
        let expected = assert_as_expected(&world, &plan).await;
        assert!(verdicts(&expected)["followers"].contains("truncated"));
    }
    let routes = Routes {
        followers: path("/gql/user/followers/chunk"),
        following: path("/gql/user/following/chunk"),
        ..Routes::default()
    };
    let mut units = Vec::new();
    for force in [false, true] {
        let plan = Plan {
            force,
            routes: routes.clone(),
            ..Plan::of(world.seeds(20), &["followers", "following"])
        };
        units.push(assert_as_expected(&world, &plan).await.units);
    }
    assert!(units[1] < units[0], "{units:?}");
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
        assert_eq!(opened(&expected, "followers"), 74);
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
fn retired_paths_leave_every_list_that_hangs_from_them_retired() {
    let world = World::new(5, 300);
    let retired = [
        "/gql/user/clips",
        "/gql/user/reposts",
        "/gql/media/likers",
        "/gql/comment/likers/chunk",
        "/gql/media/usertags",
        "/gql/topsearch",
    ];
    let plan = Plan {
        retired: names(&retired),
        ..Plan::of([world.seeds(1), world.queries(1)].concat(), &KINDS)
    };
    let met = expect(&world, &plan);
    let met = verdicts(&met);
    for kind in ["clips", "reposts", "comment_likers", "usertags", "search"] {
        assert_eq!(met[kind], BTreeSet::from(["retired"]), "{kind}");
    }
    assert!(met["media_likers"].contains("retired"));
}

#[test]
fn tags_are_asked_for_ten_at_a_time_and_the_rest_at_the_end_of_a_depth() {
    let world = World::new(5, 300);
    let of = |collect: &[&str], depth, users| Plan {
        depth,
        users,
        expand: names(&["followers"]),
        ..Plan::of(world.seeds(6), collect)
    };
    let batches = |depth, users| {
        let all = expect(&world, &of(&["usertags"], depth, users));
        let without = expect(&world, &of(&["medias"], depth, users));
        let posts = u64::try_from(opened(&all, "usertags")).unwrap();
        (all.requests - without.requests, posts)
    };
    let (one, posts) = batches(1, None);
    assert_eq!(one, posts.div_ceil(10));
    let (both, all_posts) = batches(2, Some(7));
    assert_eq!(both, posts.div_ceil(10) + (all_posts - posts).div_ceil(10));
    let (both, all_posts) = batches(2, None);
    assert_eq!(
        both,
        all_posts.div_ceil(10),
        "without a limit nothing ends before the last"
    );
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
