//! Endpoints of a route keep other accounts back, so what one of them does not show says nothing of what another showed.

use gleaner::config::Harvest;
use gleaner::kind::Kind;
use serde_json::json;

use crate::archive::assert_same;
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, Reply, Stage, users_page};

fn followers() -> Harvest {
    harvest(&["1"], &[Kind::Followers])
}

/// The next endpoint shows these, and whom it does not show stays away from it.
fn chunk_shows(stage: &Stage, ids: &[i64]) {
    let user = |id: &i64| json!({ "pk": id.to_string(), "username": format!("person.{id}") });
    let users: Vec<_> = ids.iter().map(user).collect();
    stage.always(FOLLOWERS_CHUNK, Reply::page(&json!([users, null])));
}

/// Who has left person 1.
async fn left(run: &Run) -> Vec<String> {
    run.lines("select follower_id from follows where followee_id = 1 and gone_at is not null")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_left_whom_only_the_endpoint_before_has_shown() {
    let all: Vec<i64> = (10..50).collect();
    let stage = Stage::start().await;
    stage.page_size(100);
    stage.person(1, &all);
    let run = Run::on(&stage).await;
    run.go(&followers()).await;
    stage.always(FOLLOWERS, Reply::status(410));
    chunk_shows(&stage, &all[1..]);
    for round in 0..6 {
        run.round(&followers()).await;
        assert_eq!(left(&run).await, [""; 0], "round {round}");
    }
    assert_eq!(run.number("select count(*) from closing_sweeps").await, 7);
    // Whoever leaves the list that the new endpoint shows is missed as ever.
    stage.change(1, |person| person.follower_count = Some(39));
    chunk_shows(&stage, &all[2..]);
    for _ in 0..2 {
        run.round(&followers()).await;
    }
    assert_eq!(left(&run).await, ["11"]);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_endpoint_keeps_back_excuses_nothing_that_another_does() {
    let all: Vec<i64> = (10..50).collect();
    let stage = Stage::start().await;
    stage.page_size(100);
    stage.person(1, &all);
    let run = Run::on(&stage).await;
    stage.next(FOLLOWERS, [users_page(&all[1..], None)]);
    run.go(&followers()).await;
    stage.always(FOLLOWERS, Reply::status(410));
    chunk_shows(&stage, &all[..39]);
    for _ in 0..3 {
        run.round(&followers()).await;
        assert_eq!(left(&run).await, [""; 0]);
    }
    let short = "select endpoint, short_by from sweeps where closes = 1 order by id limit 2";
    assert_eq!(
        run.lines(short).await,
        ["/g2/user/followers 1", "/gql/user/followers/chunk 1"]
    );
    // Person 10, whom the first endpoint kept back, was there all the time.
    let new = "select follower_id from follow_spells where followee_id = 1 and since_known = 'appeared'";
    assert_eq!(run.lines(new).await, [""; 0]);
}
