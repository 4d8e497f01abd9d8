//! What is asked wrongly of the kinds that have parameters of their own, and how an arrival names its target.

use std::sync::Arc;

use super::client::{ask, start};
use crate::mock::posts::PostKey;
use crate::mock::{Settings, World};

/// The query of a request.
type Parameters<'a> = &'a [(&'a str, &'a str)];

/// A path and its parameters; the status, the price and a word of the answer.
type Case<'a> = (&'a str, Parameters<'a>, u16, i64, &'a str);

fn world() -> Arc<World> {
    Arc::new(World::new(11, 120))
}

#[tokio::test]
async fn every_wrong_question_to_the_later_kinds_has_its_own_answer_and_price() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let [ordinary, private, deleted] = [0, 2, 3].map(|place: usize| world.seeds(12)[place].clone());
    let eleven = [("media_ids", "1"); 11];
    let private_post = world.post(PostKey { owner: 11, number: 0 });
    let private_post = private_post.id.to_string();
    let cases: [Case; 11] = [
        ("/gql/media/usertags", &eleven[..10], 200, 1, "multifetch"),
        ("/gql/media/usertags", &eleven, 422, 0, "at most 10"),
        ("/gql/media/usertags", &[], 422, 0, "media_ids"),
        ("/gql/topsearch", &[], 422, 0, "query"),
        (
            "/gql/topsearch",
            &[("query", "bread"), ("end_cursor", "x")],
            400,
            1,
            "ValidationError",
        ),
        (
            "/gql/user/clips",
            &[("user_id", &private)],
            403,
            1,
            "PrivateAccount",
        ),
        (
            "/gql/user/reposts",
            &[("user_id", &deleted)],
            404,
            1,
            "UserNotFound",
        ),
        (
            "/gql/media/likers",
            &[("media_id", &private_post)],
            403,
            1,
            "PrivateAccount",
        ),
        (
            "/gql/comment/likers/chunk",
            &[("media_id", &private_post), ("comment_id", "1")],
            404,
            1,
            "MediaNotFound",
        ),
        (
            "/gql/user/followers/chunk",
            &[("user_id", &ordinary), ("force", "on")],
            200,
            1,
            "username",
        ),
        (
            "/gql/user/following",
            &[("user_id", &private), ("amount", "93")],
            403,
            3,
            "PrivateAccount",
        ),
    ];
    let mut units = 0;
    for (path, parameters, status, price, word) in cases {
        let answer = ask(&upstream, path, parameters).await;
        assert_eq!(answer.status, status, "{path} {parameters:?}");
        assert!(
            answer.body.contains(word),
            "{path} {parameters:?}: {}",
            answer.body
        );
        units += price;
        assert_eq!(upstream.meter(), units, "{path} {parameters:?}");
    }
}

#[tokio::test]
async fn an_arrival_names_its_target_as_a_ledger_does() {
    let world = world();
    let upstream = start(&world, Settings::default()).await;
    let questions: [(&str, Parameters, &str); 4] = [
        (
            "/gql/media/usertags",
            &[("media_ids", "1"), ("media_ids", "2"), ("media_ids", "3")],
            "1,2,3",
        ),
        ("/gql/topsearch", &[("query", "café & sons")], "café & sons"),
        (
            "/gql/comment/likers/chunk",
            &[("comment_id", "2"), ("media_id", "1")],
            "1/2",
        ),
        ("/gql/comment/likers", &[("media_id", "2")], "2"),
    ];
    for (path, parameters, target) in questions {
        ask(&upstream, path, parameters).await;
        assert_eq!(upstream.arrivals().last().unwrap().target, target);
    }
}
