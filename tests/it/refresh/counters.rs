//! Counters that were read long before their list, or for another sweep: nobody is missing by what they say.

use std::time::Duration;

use gleaner::config::Harvest;
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

use super::{DAY, Days, refreshed};
use crate::archive::assert_same;
use crate::harness::harvest;
use crate::stage::{FOLLOWERS, MEDIAS, Stage, users_page};

const GONE: &str = "select follower_id from follows where followee_id = 1 and gone_at is not null";

const PAUSE: Duration = Duration::from_hours(24 * 20);

/// Person 1, with these followers, who have been read once.
async fn followed_by(followers: &[i64]) -> (Days, Harvest) {
    let days = Days::start().await;
    days.stage.page_size(100);
    days.stage.person(1, followers);
    let intervals = [Kind::Profile, Kind::Followers].map(|kind| (kind, Interval::Every(PAUSE)));
    let harvest = refreshed(&["1"], &intervals);
    days.after(DAY, &harvest).await;
    (days, harvest)
}

impl Days {
    /// The profile is read, and there is no money for more until nine days later, when somebody has come or gone.
    async fn list_after_its_counter(&mut self, harvest: &Harvest, meanwhile: impl FnOnce(&Stage)) {
        self.run.config.budget.per_day = Some(1);
        assert_eq!(self.ends_after(PAUSE, harvest).await, (Stop::Budget, 1));
        meanwhile(&self.stage);
        assert_eq!(self.ends_after(9 * DAY, harvest).await, (Stop::Finished, 1));
        self.run.config.budget.per_day = None;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_came_since_the_counter_was_read_hides_nobody_whom_the_list_keeps_back() {
    let mut now: Vec<i64> = (10..40).collect();
    let (mut days, harvest) = followed_by(&now).await;
    for round in 0..4 {
        let newcomers = (0..3).map(|at| 100 + round * 3 + at);
        now.splice(..0, newcomers);
        days.list_after_its_counter(&harvest, |stage| {
            stage.change(1, |person| person.followers.clone_from(&now));
            // As many are cut off as have come.
            stage.next(FOLLOWERS, [users_page(&now[..now.len() - 3], None)]);
        })
        .await;
        assert_eq!(days.run.lines(GONE).await, [""; 0], "round {round}");
    }
    let rounds = "select short_by, short_at_most from closing_sweeps order by sweep_id";
    assert_eq!(days.run.lines(rounds).await, ["0 0", "0 3", "0 3", "0 3", "0 3"]);
    // Who leaves is missed as ever where the counter is read with the list.
    now.retain(|id| *id != 20);
    days.stage.change(1, |person| person.followers.clone_from(&now));
    for _ in 0..2 {
        assert_eq!(days.after(2 * PAUSE, &harvest).await, 2);
    }
    assert_eq!(days.run.lines(GONE).await, ["20"]);
    assert_same(&days.run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_is_missed_by_an_old_counter_too_where_nobody_came() {
    let (mut days, harvest) = followed_by(&[10, 11, 12]).await;
    days.stage.change(1, |person| person.followers = vec![10, 11]);
    for _ in 0..2 {
        days.list_after_its_counter(&harvest, |_| {}).await;
    }
    assert_eq!(days.run.lines(GONE).await, ["12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_due_at_another_hour_than_its_profile_comes_after_it() {
    let days = Days::start().await;
    days.stage.page_size(100);
    days.stage.person(1, &[10, 11, 12]);
    let harvest = refreshed(
        &["1"],
        &[
            (Kind::Profile, Interval::Every(DAY)),
            (Kind::Followers, Interval::Every(7 * DAY / 2)),
        ],
    );
    days.after(DAY, &harvest).await;
    days.stage.change(1, |person| person.followers = vec![13, 10, 11]);
    for _ in 0..2 {
        for _ in 0..3 {
            assert_eq!(days.after(DAY, &harvest).await, 1, "the profile");
        }
        assert_eq!(
            days.after(DAY / 2, &harvest).await,
            2,
            "the profile, and the list"
        );
    }
    let timely = "select distinct_items, short_by, short_at_most from closing_sweeps order by sweep_id";
    assert_eq!(days.run.lines(timely).await, ["3 0 0"; 3]);
    assert_eq!(days.run.lines(GONE).await, ["12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_is_carried_over_says_of_nothing_that_it_is_missing() {
    let mut days = Days::start().await;
    days.run.config.ends.close_after = 1;
    let posts: Vec<i64> = (100..110).rev().collect();
    days.poster(1, &posts, 100);
    days.stage.change(1, |person| person.post_count = Some(20));
    let harvest = refreshed(&["1"], &[(Kind::Medias, Interval::Every(DAY))]);
    days.after(DAY, &harvest).await;
    let verdicts = "select verdict, closes from sweeps where endpoint like '%medias'";
    assert_eq!(days.run.lines(verdicts).await, ["truncated 0"]);
    // Weeks later there are more; as many are shown as were counted then, and four of those that are known are not.
    let shown: Vec<i64> = (104..124).rev().collect();
    days.poster(1, &shown, 100);
    let before = days.stage.count(MEDIAS);
    days.after(Duration::from_hours(24 * 21), &harvest).await;
    assert_eq!(days.stage.count(MEDIAS), before + 1);
    assert_eq!(days.run.lines(verdicts).await, ["truncated 0", "complete 0"]);
    let gone = "select media_id from listed_posts where gone_at is not null";
    assert_eq!(days.run.lines(gone).await, [""; 0]);
    assert_same(&days.run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_that_is_not_asked_misses_nobody_who_came_after_its_counter_was_read() {
    let mut days = Days::start().await;
    days.run.config.ends.close_after = 1;
    days.stage.person(1, &[]);
    days.stage.person(12, &[]);
    days.after(DAY, &harvest(&["1"], &[Kind::Profile])).await;
    days.stage.change(12, |person| person.following = vec![1]);
    let others = Harvest {
        name: "others".into(),
        ..harvest(&["12"], &[Kind::Following])
    };
    days.after(3 * DAY, &others).await;
    let followers = Harvest {
        name: "followers".into(),
        ..harvest(&["1"], &[Kind::Followers])
    };
    assert_eq!(days.after(3 * DAY, &followers).await, 0, "its counter is 0");
    let empty = "select s.closes, s.timely, s.started_at - s.counted_at > 6 * 86400000
        from sweeps as s join lists as l on l.id = s.list_id where l.kind = 'followers'";
    assert_eq!(days.run.lines(GONE).await, [""; 0]);
    assert_eq!(days.run.lines(empty).await, ["1 0 1"]);
    assert_same(&days.run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_was_shown_after_a_counter_of_none_was_read_is_not_gone_by_it() {
    let mut days = Days::start().await;
    days.run.config.ends.close_after = 1;
    days.poster(1, &[100], 10);
    let posts = harvest(&["1"], &[Kind::Medias]);
    days.after(DAY, &posts).await;
    let profile = refreshed(&["1"], &[(Kind::Profile, Interval::Every(DAY))]);
    days.stage.change(1, |person| person.posts.clear());
    days.after(3 * DAY, &profile).await;
    // As a repost of it does, a day later.
    days.run
        .beside(async |db| {
            let sql = "update media set last_seen_at = last_seen_at + 4 * 86400000 + 3600000";
            sqlx::query(sql).execute(&mut *db).await?;
            Ok(())
        })
        .await;
    let again = Harvest {
        name: "again".into(),
        ..refreshed(&["1"], &[(Kind::Medias, Interval::Every(DAY))])
    };
    assert_eq!(days.after(3 * DAY, &again).await, 0);
    let gone = "select l.gone_at is not null, m.gone_at is not null
        from listed_posts as l join media as m on m.id = l.media_id";
    assert_eq!(days.run.lines(gone).await, ["1 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_another_list_has_shown_since_the_counter_was_read_hides_nobody_either() {
    let mut now: Vec<i64> = (10..40).collect();
    let (mut days, harvest) = followed_by(&now).await;
    days.run.config.ends.close_after = 1;
    now.splice(..0, 100..103);
    let others = Harvest {
        name: "others".into(),
        ..crate::harness::harvest(&["100", "101", "102"], &[Kind::Following])
    };
    days.run.config.budget.per_day = Some(1);
    assert_eq!(days.ends_after(PAUSE, &harvest).await, (Stop::Budget, 1));
    days.run.config.budget.per_day = None;
    days.stage.change(1, |person| person.followers.clone_from(&now));
    for id in 100..103 {
        days.stage.person(id, &[]);
        days.stage.change(id, |person| person.following = vec![1]);
    }
    days.after(2 * DAY, &others).await;
    // As many are cut off as have come.
    days.stage
        .next(FOLLOWERS, [users_page(&now[..now.len() - 3], None)]);
    assert_eq!(days.ends_after(7 * DAY, &harvest).await, (Stop::Finished, 1));
    assert_eq!(days.run.lines(GONE).await, [""; 0]);
    let rounds =
        "select short_by, short_at_most from closing_sweeps where kind = 'followers' order by sweep_id";
    assert_eq!(days.run.lines(rounds).await, ["0 0", "0 3"]);
    assert_same(&days.run.reparse().await.tables);
}
