//! Imports and departures: what an import showed was there when its answers came, however late it was imported.

use gleaner::kind::Kind;
use gleaner::store::archive::import::File;
use gleaner::target::Target;

use super::assert_same;
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, MEDIAS, Stage};

/// Person 1 with these followers, and person 10 who follows these.
async fn people(followers: &[i64], following: &[i64]) -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, followers);
    stage.person(10, &[]);
    stage.change(10, |person| person.following = following.to_vec());
    let run = Run::on(&stage).await;
    (stage, run)
}

/// What person 1's list shows now, as somebody saved it a little while ago.
async fn saved(run: &Run, path: &str, kind: Kind) -> (Target, Vec<File>) {
    let who = Target::parse(kind, "1").unwrap();
    let mut files = run.save(path, &who).await;
    for file in &mut files {
        file.at -= 1_000;
    }
    (who, files)
}

async fn left(run: &Run) -> Vec<String> {
    run.lines("select follower_id, followee_id from follow_edges where gone_sweep is not null order by 1, 2")
        .await
}

/// Whom person 10 follows: 1 and 2, and then for three rounds only 2. Before one of these rounds the followers of person 1
/// are imported, as they were before the first. Returns who had left after each round.
async fn rounds_with_an_import_before(round: usize) -> Vec<Vec<String>> {
    let (stage, run) = people(&[10], &[1, 2]).await;
    let (who, files) = saved(&run, FOLLOWERS, Kind::Followers).await;
    let following = harvest(&["10"], &[Kind::Following]);
    run.go(&following).await;
    stage.change(10, |person| person.following = vec![2]);
    let mut rounds = Vec::new();
    for at in 0..3 {
        if at == round {
            let imported = run.import(FOLLOWERS, Kind::Followers, &who, files.clone()).await;
            assert_eq!(imported.pages, 1);
        }
        run.refresh(&following).await;
        rounds.push(left(&run).await);
    }
    assert_same(&run.reparse().await.tables);
    rounds
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_import_of_the_other_list_delays_no_departure() {
    let never = rounds_with_an_import_before(9).await;
    assert_eq!(never, [vec![], vec!["10 1".to_owned()], vec!["10 1".to_owned()]]);
    for round in 0..3 {
        assert_eq!(rounds_with_an_import_before(round).await, never, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_import_of_the_same_list_delays_no_departure() {
    let (stage, run) = people(&[10, 11, 12], &[]).await;
    let (who, files) = saved(&run, FOLLOWERS, Kind::Followers).await;
    let followers = harvest(&["1"], &[Kind::Followers]);
    // Person 12 has left before the first sweep: only the import shows him.
    stage.change(1, |person| person.followers = vec![10, 11]);
    run.go(&followers).await;
    let imported = run.import(FOLLOWERS, Kind::Followers, &who, files).await;
    assert!(imported.only_adds);
    assert_eq!(imported.items, 1);
    // Three of three, although only one was added.
    assert_eq!(imported.verdict.as_deref(), Some("complete"), "{imported:?}");
    assert_eq!(left(&run).await, [""; 0], "an import closes nothing");
    stage.change(1, |person| person.followers = vec![10]);
    run.refresh(&followers).await;
    assert_eq!(
        left(&run).await,
        ["12 1"],
        "missed by both sweeps since it was shown"
    );
    run.refresh(&followers).await;
    assert_eq!(left(&run).await, ["11 1", "12 1"]);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_import_is_a_sighting_between_two_misses() {
    let (stage, run) = people(&[10, 12], &[]).await;
    let followers = harvest(&["1"], &[Kind::Followers]);
    run.go(&followers).await;
    let who = Target::parse(Kind::Followers, "1").unwrap();
    let mut files = run.save(FOLLOWERS, &who).await;
    stage.change(1, |person| person.followers = vec![10]);
    run.refresh(&followers).await;
    for file in &mut files {
        file.at = run.clock.now();
    }
    let imported = run.import(FOLLOWERS, Kind::Followers, &who, files).await;
    assert!(!imported.only_adds);
    assert_eq!(imported.items, 0, "both had been on the list");
    run.refresh(&followers).await;
    assert_eq!(left(&run).await, [""; 0]);
    run.refresh(&followers).await;
    assert_eq!(left(&run).await, ["12 1"]);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_import_keeps_no_post_that_sweeps_have_missed() {
    let (stage, run) = people(&[], &[]).await;
    stage.change(1, |person| person.posts = vec![(500, Some(0)), (501, Some(0))]);
    let (who, files) = saved(&run, MEDIAS, Kind::Medias).await;
    let medias = harvest(&["1"], &[Kind::Medias]);
    stage.change(1, |person| person.posts = vec![(500, Some(0))]);
    run.go(&medias).await;
    run.import(MEDIAS, Kind::Medias, &who, files).await;
    let gone = "select media_id from user_media where gone_sweep is not null";
    assert_eq!(run.lines(gone).await, [""; 0], "an import closes nothing");
    run.refresh(&medias).await;
    assert_eq!(run.lines(gone).await, ["501"]);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_import_is_not_the_last_sighting_of_a_spell() {
    let (stage, run) = people(&[10], &[1, 2]).await;
    let (who, files) = saved(&run, FOLLOWERS, Kind::Followers).await;
    let following = harvest(&["10"], &[Kind::Following]);
    run.go(&following).await;
    run.import(FOLLOWERS, Kind::Followers, &who, files).await;
    let spell = "select s.last_sweep = e.following_sweep, s.last_seen_at = f.last_seen_at, s.until_known
        from follow_spells as s
        join follow_edges as e on e.follower_id = s.follower_id and e.followee_id = s.followee_id
        join follows as f on f.follower_id = s.follower_id and f.followee_id = s.followee_id
        where s.followee_id = 1
        order by s.since_sweep";
    assert_eq!(run.lines(spell).await, ["1 1 open"]);
    stage.change(10, |person| person.following = vec![2]);
    run.refresh(&following).await;
    assert_eq!(run.lines(spell).await, ["1 1 missed"]);
    run.refresh(&following).await;
    assert_eq!(run.lines(spell).await, ["1 1 gone"]);
    // What was kept of the spell when it began again is the same.
    let last = run
        .number("select following_sweep from follow_edges where followee_id = 1")
        .await;
    stage.change(10, |person| person.following = vec![1, 2]);
    run.refresh(&following).await;
    assert_eq!(run.number("select last_sweep from follow_past").await, last);
    assert_same(&run.reparse().await.tables);
}
