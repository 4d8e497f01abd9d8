//! Which found users a filter takes: whatever was parked, asked twice, or found on two ways.

use gleaner::config::{Filter, Harvest, Span};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::store::tasks;
use gleaner::way::Way;

use super::followed_by;
use crate::harness::harvest;
use crate::stage::{BY_ID, PROFILE, Reply};

const TARGETS: &str = "select cast(user_id as text), depth from targets order by user_id";

/// A harvest whose filter has to buy each found user's profile.
fn filtered(collect: &[Kind], users: Option<u64>) -> Harvest {
    let mut harvest = Harvest {
        depth: 2,
        expand: vec![Way::Followers],
        ..harvest(&["1"], collect)
    };
    harvest.limits.users = users;
    harvest.filter.followers = Some(Span {
        least: Some(0),
        most: None,
    });
    harvest
}

fn profile(id: i64) -> Reply {
    Reply::page(&serde_json::json!({
        "pk": id.to_string(), "username": format!("person.{id}"), "full_name": "", "biography": "", "is_private": false,
        "is_verified": false, "follower_count": 2, "following_count": 0, "media_count": 0
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_bought_for_the_filter_leads_to_the_lists_as_any_other() {
    for users in [Some(5), None] {
        let (stage, run) = followed_by(&[2, 3]).await;
        stage.person(2, &[4]);
        stage.person(3, &[5]);
        let harvest = filtered(&[Kind::Profile, Kind::Followers], users);
        assert_eq!(run.go(&harvest).await, Stop::Finished);
        let read = "select count(*) from lists where kind = 'followers' and verdict = 'complete'";
        assert_eq!(run.number(read).await, 3, "with a limit of {users:?}");
        assert_eq!(stage.count(PROFILE), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_another_harvest_has_parked_keeps_nobody_waiting() {
    let (stage, run) = followed_by(&[2, 3]).await;
    stage.person(2, &[4]);
    stage.person(3, &[5]);
    stage.always(PROFILE, Reply::status(400));
    stage.always(BY_ID, Reply::status(400));
    let first = Harvest {
        name: "first".into(),
        ..harvest(&["2"], &[Kind::Profile])
    };
    run.go(&first).await;
    assert_eq!(
        run.number("select count(*) from tasks where state = 'parked'")
            .await,
        1
    );
    stage.behave(PROFILE);
    stage.behave(BY_ID);
    assert_eq!(
        run.go(&filtered(&[Kind::Followers], Some(5))).await,
        Stop::Finished
    );
    let of_second = "select cast(user_id as text), depth from targets where harvest_id = 2 order by user_id";
    assert_eq!(run.lines(of_second).await, ["1 1", "3 2"]);
    let waiting = "select count(*) from candidates where verdict = 'waiting'";
    assert_eq!(run.number(waiting).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_profile_does_not_keep_places_from_others_after_a_change() {
    let (stage, run) = followed_by(&[2, 3]).await;
    stage.person(2, &[4]);
    stage.person(3, &[5]);
    stage.next(PROFILE, [profile(1), Reply::status(400)]);
    run.go(&filtered(&[Kind::Followers], Some(1))).await;
    assert_eq!(run.lines(TARGETS).await, ["1 1", "3 2"]);
    run.go(&filtered(&[Kind::Followers], Some(5))).await;
    assert_eq!(run.lines(TARGETS).await, ["1 1", "3 2"]);
    let waiting = "select count(*) from candidates where verdict = 'waiting'";
    assert_eq!(run.number(waiting).await, 0);
    assert_eq!(run.number("select open_depth from harvests").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_is_added_finds_users_for_the_places_left() {
    let (stage, run) = followed_by(&[2, 3, 4]).await;
    stage.person(9, &[5, 6, 7, 8]);
    for id in 2..9 {
        stage.person(id, &[]);
    }
    let first = filtered(&[Kind::Followers], Some(6));
    run.go(&first).await;
    assert_eq!(run.number("select users_added from harvests").await, 3);
    let second = Harvest {
        seeds: vec!["9".into()],
        ..first
    };
    run.go(&second).await;
    assert_eq!(run.number("select users_added from harvests").await, 6);
    let found = "select cast(user_id as text) from targets where depth = 2 order by user_id";
    assert_eq!(run.lines(found).await, ["2", "3", "4", "5", "6", "7"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_way_to_a_user_counts_under_a_filter_as_without_one() {
    let mut found = Vec::new();
    for filter in [Filter::default(), filtered(&[], None).filter] {
        let (stage, run) = followed_by(&[2]).await;
        for (id, follower) in [(2, 3), (3, 4), (4, 5), (9, 3)] {
            stage.person(id, &[follower]);
        }
        let first = Harvest {
            depth: 3,
            filter,
            ..filtered(&[Kind::Followers], None)
        };
        run.go(&first).await;
        let second = Harvest {
            seeds: vec!["9".into()],
            ..first
        };
        run.go(&second).await;
        found.push(run.lines(TARGETS).await);
    }
    assert_eq!(found[0], ["1 1", "2 2", "3 2", "4 3", "9 1"]);
    assert_eq!(found[0], found[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_tried_again_takes_no_place_that_is_not_there() {
    let (stage, run) = followed_by(&[2, 3]).await;
    stage.person(2, &[]);
    stage.person(3, &[]);
    stage.next(
        PROFILE,
        [profile(1), Reply::status(400), profile(3).held(), profile(2)],
    );
    let id = run.put(&filtered(&[Kind::Followers], Some(1)), false).await;
    let happens = async {
        run.until("select count(*) = 1 from tasks where state = 'leased' and target = '3'")
            .await;
        run.beside(async |db| tasks::retry(db, None).await).await;
        run.until("select count(*) = 1 from candidates where verdict = 'passed' and user_id = 2")
            .await;
        stage.release(1);
        run.until("select count(*) = 1 from harvests where finished_at is not null")
            .await;
    };
    run.run_while(Mode::Harvest(id), happens).await;
    assert_eq!(run.lines(TARGETS).await, ["1 1", "2 2"]);
    assert_eq!(run.number("select users_added from harvests").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_passes_another_filter_has_the_lists_read_though_the_profile_is_there() {
    for users in [Some(5), None] {
        let (stage, run) = followed_by(&[2, 3]).await;
        stage.person(2, &[4]);
        stage.person(3, &[5]);
        let mut harvest = filtered(&[Kind::Profile, Kind::Followers], users);
        harvest.filter.followers = Some(Span {
            least: Some(10),
            most: None,
        });
        run.go(&harvest).await;
        assert_eq!(run.number("select count(*) from targets").await, 1);
        harvest.filter.followers = Some(Span {
            least: Some(1),
            most: None,
        });
        run.go(&harvest).await;
        let read = "select count(*) from lists where kind = 'followers' and verdict = 'complete'";
        assert_eq!(run.number(read).await, 3, "with a limit of {users:?}");
        assert_eq!(stage.count(PROFILE), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_way_to_somebody_whose_profile_was_bought_meanwhile_counts_too() {
    let (stage, run) = followed_by(&[2]).await;
    for (id, follower) in [(2, 3), (3, 4), (4, 5), (9, 3)] {
        stage.person(id, &[follower]);
    }
    let mut first = Harvest {
        depth: 3,
        ..filtered(&[Kind::Followers], None)
    };
    first.filter.unprofiled = true;
    run.go(&first).await;
    let second = Harvest {
        seeds: vec!["9".into()],
        ..first
    };
    run.go(&second).await;
    assert_eq!(run.lines(TARGETS).await, ["1 1", "2 2", "3 2", "4 3", "9 1"]);
}
