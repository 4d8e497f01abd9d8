//! Users are followed by id, whatever they call themselves.

use gleaner::config::{Harvest, Refresh};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

use crate::harness::{Run, harvest};
use crate::stage::{BY_ID, BY_NAME, FOLLOWERS, PROFILE, Stage};

fn by_name() -> Harvest {
    harvest(&["@person.1"], &[Kind::Profile, Kind::Followers])
}

async fn named_person() -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &[10, 11]);
    let run = Run::on(&stage).await;
    assert_eq!(run.go(&by_name()).await, Stop::Finished);
    assert_eq!((stage.count(BY_NAME), stage.count(PROFILE)), (1, 0));
    (stage, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_takes_another_name_is_read_on_and_never_looked_up_again() {
    let (stage, run) = named_person().await;
    stage.change(1, |person| {
        person.name = "renamed".into();
        person.followers = vec![10, 11, 12];
    });
    run.round(&by_name()).await;
    assert_eq!(
        (stage.count(BY_NAME), stage.count(PROFILE), stage.count(BY_ID)),
        (1, 1, 0)
    );
    assert_eq!(stage.count(FOLLOWERS), 1 + 2);
    let verdicts = run.lines("select kind, target, verdict from lists order by kind, target");
    assert_eq!(
        verdicts.await,
        [
            "followers 1 complete",
            "profile 1 complete",
            "profile @person.1 complete"
        ]
    );
    assert_eq!(
        run.number("select count(*) from users where gone_at is not null")
            .await,
        0
    );
    let spent = run.number("select sum(units) from ledger").await;
    assert_eq!(spent, i64::try_from(stage.asked().len()).unwrap());
    // Once more, and nothing is bought when nothing is due.
    let asked = stage.asked().len();
    assert_eq!(run.go(&by_name()).await, Stop::Finished);
    assert_eq!(stage.asked().len(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_stays_who_it_was_when_somebody_else_takes_the_name() {
    let (stage, run) = named_person().await;
    stage.person(2, &[20]);
    stage.change(1, |person| person.name = "renamed".into());
    stage.change(2, |person| person.name = "person.1".into());
    // Another harvest, for which what the file knows is too old, asks for the name and finds who has it now.
    let other = Harvest {
        name: "other".into(),
        refresh: Some(Refresh::all(Interval::Every(std::time::Duration::ZERO))),
        ..by_name()
    };
    assert_eq!(run.go(&other).await, Stop::Finished);
    run.round(&by_name()).await;
    run.round(&other).await;
    let seeds = run.lines(
        "select h.name, s.user_id from seeds as s join harvests as h on h.id = s.harvest_id order by 1",
    );
    assert_eq!(seeds.await, ["other 2", "test 1"]);
    let targets = run
        .lines("select harvest_id, user_id from targets order by 1, 2")
        .await;
    assert_eq!(targets, ["1 1", "2 2"]);
    assert_eq!(stage.count(BY_NAME), 2, "once for each harvest");
    let followers = run
        .lines("select follower_id, followee_id from follows order by 1")
        .await;
    assert_eq!(followers, ["10 1", "11 1", "20 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_whose_user_is_deleted_is_gone_whoever_has_its_name() {
    let (stage, run) = named_person().await;
    stage.delete(1);
    stage.person(2, &[20]);
    stage.change(2, |person| person.name = "person.1".into());
    run.round(&by_name()).await;
    assert_eq!(
        run.lines("select id from users where gone_at is not null").await,
        ["1"]
    );
    let verdict = run
        .lines("select verdict from lists where kind = 'followers'")
        .await;
    assert_eq!(verdict, ["gone"]);
    assert_eq!(run.lines("select user_id from seeds").await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_had_a_name_when_is_known() {
    let (stage, run) = named_person().await;
    stage.person(2, &[]);
    stage.change(1, |person| person.name = "renamed".into());
    stage.change(2, |person| person.name = "person.1".into());
    run.round(&harvest(&["@person.1", "2"], &[Kind::Profile, Kind::Followers]))
        .await;
    let had = run
        .lines(
            "select user_id, coalesce(since_at > 0, 'first'), coalesce(until_at > last_seen_at, 'still')
            from usernames where username = 'person.1' order by user_id",
        )
        .await;
    assert_eq!(had, ["1 first 1", "2 first still"]);
    let changes = run
        .lines("select id, column_name, before, after, at > last_seen_at from user_changes where column_name = 'username'")
        .await;
    assert_eq!(changes, ["1 username person.1 renamed 1"]);
}
