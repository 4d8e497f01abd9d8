//! Who is added along which way, and whom a filter keeps out.

use std::sync::Arc;

use super::{WAYS, assert_as_expected, names, opened};
use crate::mock::World;
use crate::mock::oracle::{Filter, Plan};

#[tokio::test]
async fn every_way_alone_and_all_together_add_whom_the_oracle_says() {
    let world = Arc::new(World::new(6, 200));
    let seeds = [world.queries(1), world.seeds(3), world.queries(2).split_off(1)].concat();
    let mut ways: Vec<Vec<String>> = WAYS.iter().map(|way| names(&[way])).collect();
    ways.push(names(&WAYS));
    let collects = [
        &["clips", "replies"][..],
        &["profile", "medias", "clips", "comment_likers"],
    ];
    for (number, expand) in ways.into_iter().enumerate() {
        let collect = collects[(number + 1) % 2];
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
