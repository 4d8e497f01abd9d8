//! One 404 proves nothing; two settle what the thing is.

use gleaner::engine::Stop;
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::harvest;
use crate::stage::{
    BY_ID, BY_NAME, COMMENTS, FOLLOWERS, FOLLOWERS_CHUNK, PROFILE, Reply, V2_COMMENTS, users_page,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_gone_when_its_other_route_agrees_and_its_lists_are_not_bought() {
    let (stage, run) = followed_by(&[10]).await;
    stage.delete(1);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Profile).await, "gone");
    assert_eq!(run.verdict(Kind::Followers).await, "gone");
    assert_eq!(
        (stage.count(PROFILE), stage.count(BY_ID), stage.asked().len()),
        (1, 1, 2)
    );
    let paid_twice = "select times_paid, units_paid_again from paid_twice";
    assert_eq!(run.lines(paid_twice).await, ["2 1"], "a 404 was asked once more");
    assert_eq!(
        run.number("select count(*) from users where id = 1 and gone_at is not null")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lie_changes_nothing() {
    let (stage, run) = followed_by(&[10]).await;
    for path in [PROFILE, FOLLOWERS] {
        stage.next(path, [Reply::status(404)]);
    }
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Profile).await, "complete");
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_has_is_gone_after_two_answers() {
    let (stage, run) = followed_by(&[]).await;
    assert_eq!(
        run.go(&harvest(&["@nobody"], &[Kind::Followers])).await,
        Stop::Finished
    );
    assert_eq!(
        run.verdicts().await,
        [("profile".into(), "@nobody".into(), "gone".into())]
    );
    assert_eq!((stage.count(BY_NAME), stage.asked().len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_before_a_404_is_not_held_against_the_second_question() {
    let (stage, run) = followed_by(&[]).await;
    let mut replies = Reply::status(200).times(2);
    replies.push(Reply::status(404));
    replies.extend(Reply::status(200).times(2));
    stage.next(BY_NAME, replies);
    assert_eq!(
        run.go(&harvest(&["@person.1"], &[Kind::Profile])).await,
        Stop::Finished
    );
    assert_eq!(run.verdict(Kind::Profile).await, "complete");
    assert_eq!(stage.count(BY_NAME), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_empty_or_hidden_by_their_counter() {
    let (stage, run) = followed_by(&[]).await;
    stage.change(1, |person| {
        person.posts = vec![(101, Some(0)), (102, None), (103, Some(5))];
    });
    assert_eq!(run.go(&harvest(&["1"], &[Kind::Comments])).await, Stop::Finished);
    let comments = run
        .lines("select target, verdict from lists where kind = 'comments' order by 1")
        .await;
    assert_eq!(comments, ["101 complete", "102 complete", "103 hidden"]);
    assert_eq!((stage.count(COMMENTS), stage.count(V2_COMMENTS)), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_a_counter_above_0_and_a_living_owner_is_hidden() {
    let (stage, run) = followed_by(&[10, 11]).await;
    stage.always(FOLLOWERS, Reply::status(404));
    stage.always(FOLLOWERS_CHUNK, Reply::status(404));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "hidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_later_page_the_list_fails_and_its_rows_are_kept() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    stage.next(
        FOLLOWERS,
        [
            users_page(&[10, 11], Some("c2")),
            Reply::status(404),
            Reply::status(404),
        ],
    );
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "failed");
    assert_eq!(run.followers_known().await, ["10", "11"]);
    assert_eq!(stage.count(FOLLOWERS), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lie_at_a_later_page_changes_nothing() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    stage.next(FOLLOWERS, [users_page(&[10, 11], Some("c2")), Reply::status(404)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "complete");
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_not_found_and_then_had_its_other_route_retired_is_asked_once_more() {
    let (stage, run) = followed_by(&[10]).await;
    stage.next(PROFILE, [Reply::status(404)]);
    stage.always(BY_ID, Reply::status(410));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Profile).await, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_a_list_has_a_row_even_if_no_profile_describes_it() {
    let (stage, run) = followed_by(&[10]).await;
    for path in [PROFILE, BY_ID] {
        stage.always(path, Reply::status(410));
    }
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.lines("select id from users order by 1").await, ["1", "10"]);
}
