//! What a harvest costs where its routes are not the usual ones, or where questions are asked together.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{KINDS, assert_as_expected, names, opened, verdicts};
use crate::mock::World;
use crate::mock::oracle::{Expected, Plan, Routes, expect};
use crate::mock::tests::naive::Found;

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
