//! Follow edges have a history: who appeared, who left, who came back.

use gleaner::config::{Harvest, Limit};
use gleaner::engine::Stop;
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, Reply, Stage};

/// Shows these followers in a new generation.
async fn round(stage: &Stage, run: &Run, shown: &[i64]) {
    stage.change(1, |person| person.followers = shown.to_vec());
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
}

async fn events(run: &Run) -> Vec<String> {
    run.lines("select event, follower_id from follow_events where event <> 'appeared' order by sweep_id")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_closes_after_two_complete_sweeps_that_miss_it_and_a_sighting_opens_it_again() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    round(&stage, &run, &[10, 11]).await;
    assert_eq!(
        run.followers_known().await,
        ["10", "11", "12"],
        "one sweep proves nothing"
    );
    round(&stage, &run, &[10, 11]).await;
    assert_eq!(run.followers_known().await, ["10", "11"]);
    assert_eq!(events(&run).await, ["departed 12"]);
    round(&stage, &run, &[12, 10, 11]).await;
    assert_eq!(run.followers_known().await, ["10", "11", "12"]);
    assert_eq!(events(&run).await, ["departed 12", "returned 12"]);
    assert_eq!(
        run.number("select count(*) from follow_events where event = 'appeared'")
            .await,
        3
    );
    assert_eq!(
        run.number("select generation from lists where kind = 'followers'")
            .await,
        4
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sighting_between_two_misses_keeps_the_edge() {
    let (stage, run) = followed_by(&[10, 11]).await;
    run.go(&followers()).await;
    for shown in [[10].as_slice(), &[10, 11], &[10]] {
        round(&stage, &run, shown).await;
    }
    assert_eq!(run.followers_known().await, ["10", "11"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_config_says_how_many_misses_close() {
    let (stage, mut run) = followed_by(&[10, 11]).await;
    run.config.ends.close_after = 1;
    run.go(&followers()).await;
    round(&stage, &run, &[10]).await;
    assert_eq!(run.followers_known().await, ["10"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_direction_opens_an_edge_again() {
    let (stage, mut run) = followed_by(&[10, 12]).await;
    run.config.ends.close_after = 1;
    run.go(&followers()).await;
    round(&stage, &run, &[10]).await;
    stage.person(12, &[]);
    stage.change(12, |person| person.following = vec![1]);
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["12"], &[Kind::Following])
    };
    assert_eq!(run.go(&other).await, Stop::Finished);
    assert_eq!(run.followers_known().await, ["10", "12"]);
    assert_eq!(events(&run).await, ["departed 12", "returned 12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_sweep_closes_nothing() {
    let (stage, mut run) = followed_by(&[10, 11, 12]).await;
    run.config.ends.close_after = 1;
    run.go(&followers()).await;
    stage.change(1, |person| person.follower_count = Some(100));
    round(&stage, &run, &[10]).await;
    assert_eq!(run.verdict(Kind::Followers).await, "truncated");
    assert_eq!(run.followers_known().await, ["10", "11", "12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_sweep_closes_nothing() {
    let (stage, mut run) = followed_by(&[10, 11, 12]).await;
    run.config.ends.close_after = 1;
    run.go(&followers()).await;
    stage.change(1, |person| person.followers = vec![20, 21, 22]);
    let mut limited = followers();
    limited.limits.lists.insert(Kind::Followers, Limit::Pages(1));
    assert_eq!(run.refresh(&limited).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "capped");
    assert_eq!(run.followers_known().await, ["10", "11", "12", "20", "21"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_gone_account_nor_a_hidden_list_closes_anything() {
    let (stage, mut run) = followed_by(&[10, 11]).await;
    run.config.ends.close_after = 1;
    run.go(&followers()).await;
    stage.always(FOLLOWERS, Reply::status(404));
    stage.always(FOLLOWERS_CHUNK, Reply::status(404));
    round(&stage, &run, &[10]).await;
    assert_eq!(run.verdict(Kind::Followers).await, "hidden");
    stage.delete(1);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "gone");
    assert_eq!(run.followers_known().await, ["10", "11"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_that_starts_in_the_middle_of_another_buys_only_what_it_wants_itself() {
    let (stage, run) = followed_by(&[2, 3]).await;
    stage.person(2, &[20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    stage.person(3, &[30, 31, 32]);
    let wanted = Harvest {
        depth: 2,
        expand: vec![gleaner::way::Way::Followers],
        ..followers()
    };
    let short_of = |units| Harvest {
        max_units: Some(units),
        ..wanted.clone()
    };
    assert_eq!(run.go(&short_of(3)).await, Stop::Budget);
    stage.change(1, |person| person.followers = vec![3]);
    assert_eq!(run.refresh(&short_of(100)).await, Stop::Finished);
    let unwanted = stage
        .asked()
        .into_iter()
        .filter(|asked| asked.target == "2")
        .count();
    assert_eq!(unwanted, 1, "before the new generation");
}
