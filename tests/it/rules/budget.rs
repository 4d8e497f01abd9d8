//! No claim is granted where what is settled, reserved and lost, and its own cost, would pass a limit.

use gleaner::config::{Config, Harvest};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::setup;

use super::{followed_by, followers};
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, MEDIAS, PROFILE, Reply};

const TWENTY: [i64; 20] = [
    10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
];

/// What a page of twenty followers two by two costs, with the profile.
const ALL: i64 = 11;

fn limited(max_units: i64) -> Harvest {
    Harvest {
        max_units: Some(max_units),
        ..followers()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvest_stops_at_its_limit_and_a_higher_one_goes_on_without_buying_twice() {
    let (stage, run) = followed_by(&TWENTY).await;
    for limit in 0..ALL {
        assert_eq!(run.go(&limited(limit)).await, Stop::Budget, "{limit}");
        assert_eq!(
            run.number("select coalesce(sum(units), 0) from ledger").await,
            limit
        );
    }
    assert_eq!(run.go(&limited(ALL)).await, Stop::Finished);
    assert_eq!((stage.count(PROFILE), stage.count(FOLLOWERS)), (1, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_a_day_and_in_all_hold_for_all_harvests_together() {
    let total = |config: &mut Config, limit| config.budget.total = limit;
    let per_day = |config: &mut Config, limit| config.budget.per_day = limit;
    for set in [total, per_day] {
        let (stage, mut run) = followed_by(&TWENTY).await;
        set(&mut run.config, Some(4));
        assert_eq!(run.go(&followers()).await, Stop::Budget);
        let other = Harvest {
            name: "other".into(),
            seeds: vec!["2".into()],
            ..followers()
        };
        stage.person(2, &[10]);
        assert_eq!(run.go(&other).await, Stop::Budget);
        assert_eq!(stage.asked().len(), 4);
        set(&mut run.config, Some(100));
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        assert_eq!(stage.count(FOLLOWERS), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_two_units_is_not_sent_where_one_is_left() {
    let (stage, mut run) = followed_by(&TWENTY).await;
    run.config.routes.followers = vec![FOLLOWERS_CHUNK.into()];
    assert_eq!(run.go(&limited(4)).await, Stop::Budget);
    assert_eq!(run.number("select sum(units) from ledger").await, 3);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cheap_enough_for_the_rest_is_bought_though_dearer_calls_come_first() {
    let (stage, mut run) = followed_by(&TWENTY).await;
    stage.change(1, |person| {
        person.posts = (101..107).rev().map(|id| (id, None)).collect();
        person.posts_a_page = 1;
    });
    run.config.routes.followers = vec![FOLLOWERS_CHUNK.into()];
    let both = |max_units| Harvest {
        collect: vec![Kind::Followers, Kind::Medias],
        ..limited(max_units)
    };
    let all = 1 + 2 * 10 + 6;
    for limit in 0..all {
        assert_eq!(run.go(&both(limit)).await, Stop::Budget, "{limit}");
        let spent = run.number("select coalesce(sum(units), 0) from ledger").await;
        // With all posts there, one unit is too little for a page of followers.
        let is_left = spent == limit - 1 && stage.count(MEDIAS) == 6;
        assert!(spent == limit || is_left, "{spent} of {limit}");
    }
    assert_eq!(run.go(&both(all)).await, Stop::Finished);
    assert_eq!((stage.count(FOLLOWERS_CHUNK), stage.count(MEDIAS)), (10, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_requests_count_against_the_limit() {
    let (stage, run) = followed_by(&[10]).await;
    stage.always(FOLLOWERS, Reply::cut());
    assert_eq!(run.go(&limited(4)).await, Stop::Budget);
    assert_eq!(stage.count(FOLLOWERS), 3);
}

#[test]
fn without_a_limit_only_this_machine_is_asked() {
    let mut config = Config::default();
    let refusal = setup::require_limit(&config, &[None]).unwrap_err().to_string();
    assert!(refusal.contains("[budget]\ntotal = 100"), "{refusal}");
    assert!(setup::require_limit(&config, &[Some(5)]).is_ok());
    assert!(
        setup::require_limit(&config, &[Some(5), None]).is_err(),
        "one of two has none"
    );
    config.upstream.base_url = "http://127.0.0.1:8080".into();
    assert!(setup::require_limit(&config, &[None]).is_ok());
    config.upstream.base_url = "http://192.0.2.1".into();
    assert!(setup::require_limit(&config, &[None]).is_err());
    config.budget.per_day = Some(1);
    assert!(setup::require_limit(&config, &[None]).is_ok());
}
