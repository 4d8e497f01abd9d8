//! Answers of a fixed amount: what they cost, and that no more is asked for than they can show.

use gleaner::config::Harvest;
use gleaner::engine::Stop;
use gleaner::kind::Kind;

use super::followed_by;
use crate::harness::harvest;
use crate::stage::{Reply, users_page};

const BARE: &str = "/gql/user/followers";

fn people(ids: &[i64]) -> serde_json::Value {
    ids.iter()
        .map(|id| {
            serde_json::json!({
                "pk": id.to_string(), "username": format!("person.{id}"), "full_name": "", "is_private": false
            })
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_as_long_as_the_amount_is_not_bought_again_for_the_same_answer() {
    let (stage, mut run) = followed_by(&[2, 3]).await;
    stage.change(1, |person| person.follower_count = Some(100));
    run.config.routes.followers = vec![BARE.into()];
    run.config.deprecated.amount = 2;
    stage.always(BARE, Reply::page(&people(&[2, 3])));
    let first = harvest(&["1"], &[Kind::Followers]);
    run.go(&first).await;
    assert_eq!(run.verdict(Kind::Followers).await, "capped");
    let second = Harvest {
        name: "second".into(),
        ..first.clone()
    };
    assert_eq!(run.go(&second).await, Stop::Finished);
    let more = Harvest {
        collect: vec![Kind::Profile, Kind::Followers, Kind::Following],
        ..first
    };
    assert_eq!(run.go(&more).await, Stop::Finished);
    assert_eq!(stage.count(BARE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_endpoint_has_left_the_routes_goes_to_one_that_has_a_price() {
    let (stage, mut run) = followed_by(&[2, 3]).await;
    run.config.routes.followers = vec![BARE.into()];
    run.config.deprecated.amount = 460;
    stage.always(
        BARE,
        Reply::page(&people(&[2, 3])).header("x-hiker-info", "reqs=10"),
    );
    let harvest = Harvest {
        max_units: Some(2),
        ..harvest(&["1"], &[Kind::Followers])
    };
    assert_eq!(run.go(&harvest).await, Stop::Budget);
    run.config.routes.followers = vec!["/g2/user/followers".into()];
    assert_eq!(run.go(&harvest).await, Stop::Finished);
    assert_eq!(stage.count(BARE), 0);
    assert_eq!(run.number("select sum(units) from ledger").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_keeps_its_cursor_when_its_endpoint_leaves_the_routes() {
    let (stage, mut run) = followed_by(&[2, 3, 4, 5]).await;
    stage.next(
        "/g2/user/followers",
        [users_page(&[2, 3], Some("second")), users_page(&[4, 5], None)],
    );
    let harvest = Harvest {
        max_units: Some(2),
        ..harvest(&["1"], &[Kind::Followers])
    };
    assert_eq!(run.go(&harvest).await, Stop::Budget);
    assert_eq!(stage.count("/g2/user/followers"), 1);
    run.config.routes.followers = vec!["/gql/user/followers/chunk".into()];
    let more = Harvest {
        max_units: Some(10),
        ..harvest
    };
    assert_eq!(run.go(&more).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
    assert_eq!(stage.count("/g2/user/followers"), 2);
    assert_eq!(stage.count("/gql/user/followers/chunk"), 0);
}
