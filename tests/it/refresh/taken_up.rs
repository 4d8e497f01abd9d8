//! What one harvest has read, another one takes up: each kind is old by its own interval, and a list of posts of which a
//! part is known is read on from there.

use gleaner::config::{Harvest, Limit, OnTruncated};
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

use super::{DAY, Days, daily, refreshed};
use crate::stage::{FOLLOWERS, MEDIAS, PROFILE, users_page};

const TWELVE: [i64; 12] = [112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101];

fn other(harvest: Harvest) -> Harvest {
    Harvest {
        name: "other".into(),
        ..harvest
    }
}

impl Days {
    fn asked_for(&self) -> [usize; 3] {
        [PROFILE, FOLLOWERS, MEDIAS].map(|path| self.stage.count(path))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_as_old_as_its_own_interval_says() {
    let days = Days::start().await;
    days.stage.person(1, &[10]);
    days.stage.change(1, |person| {
        person.posts = TWELVE.iter().map(|post| (*post, None)).collect();
        person.posts_a_page = 3;
    });
    let kinds = [Kind::Profile, Kind::Followers, Kind::Medias];
    days.after(DAY, &daily(&["1"], &kinds)).await;
    assert_eq!(days.asked_for(), [1, 1, 4]);
    let longer = other(refreshed(
        &["1"],
        &[
            (Kind::Profile, Interval::Every(7 * DAY)),
            (Kind::Followers, Interval::Every(7 * DAY)),
            (Kind::Medias, Interval::Every(DAY)),
        ],
    ));
    days.clock.advance(2 * DAY);
    let foreseen = days.run.foresee(&longer).await;
    assert_eq!(foreseen.total.units.expected, 1);
    days.after(DAY / 100, &longer).await;
    assert_eq!(
        days.asked_for(),
        [1, 1, 5],
        "only the posts are old, and they are read as far as they are not known"
    );
    days.after(6 * DAY, &longer).await;
    assert_eq!(days.asked_for(), [2, 2, 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_profile_comes_before_a_list_that_is_new() {
    let days = Days::start().await;
    days.stage.person(1, &[10, 11]);
    days.after(DAY, &daily(&["1"], &[Kind::Profile])).await;
    days.stage.change(1, |person| person.followers = vec![10, 11, 12]);
    days.after(2 * DAY, &other(daily(&["1"], &[Kind::Profile, Kind::Followers])))
        .await;
    assert_eq!(days.stage.count(PROFILE), 2);
    let counters =
        "select counter_before, distinct_items, verdict from sweeps where endpoint like '%followers%'";
    assert_eq!(days.run.lines(counters).await, ["3 3 complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_is_older_than_its_interval_does_not_count() {
    let days = Days::start().await;
    days.poster(1, &[101, 102], 3);
    days.stage
        .change(1, |person| person.posts = vec![(102, Some(9)), (101, Some(9))]);
    days.after(DAY, &daily(&["1"], &[Kind::Medias])).await;
    days.stage
        .change(1, |person| person.posts = vec![(102, Some(1)), (101, Some(1))]);
    let kinds = [Kind::Medias, Kind::Comments];
    days.after(2 * DAY, &other(daily(&["1"], &kinds))).await;
    let first = "
        select distinct s.counter_before
        from sweeps as s
        join lists as l on l.id = s.list_id
        where l.kind = 'comments' and s.generation = 1";
    assert_eq!(days.run.lines(first).await, ["null"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wider_limit_reads_on_where_the_known_ends() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 2);
    let mut posts = crate::harness::harvest(&["1"], &[Kind::Medias]);
    let mut asked = Vec::new();
    for limit in [6, 8, 10] {
        posts.limits.lists.insert(Kind::Medias, Limit::Items(limit));
        asked.push(days.after(DAY, &posts).await);
    }
    // The profile and three pages; then the first page, the last of those that are known, and one more each time.
    assert_eq!(asked, [1 + 3, 3, 3]);
    assert_eq!(days.posts_known(1).await, (103..=112).rev().collect::<Vec<_>>());
    posts.limits.lists.insert(Kind::Medias, Limit::Pages(6));
    assert_eq!(days.after(DAY, &posts).await, 3);
    let list = "select verdict from lists where kind = 'medias'";
    assert_eq!(days.posts_known(1).await, (101..=112).rev().collect::<Vec<_>>());
    assert_eq!(days.run.lines(list).await, ["complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_from_posts_that_are_not_shown_again_is_read_all_the_same() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 2);
    let mut posts = crate::harness::harvest(&["1"], &[Kind::Medias]);
    posts.limits.lists.insert(Kind::Medias, Limit::Items(8));
    days.after(DAY, &posts).await;
    let comments = other(crate::harness::harvest(&["1"], &[Kind::Medias, Kind::Comments]));
    days.after(DAY, &comments).await;
    assert_eq!(days.pages_of_posts(), 4 + 4);
    let asked_for = "select count(*) from lists where kind = 'comments' and verdict is not null";
    assert_eq!(days.run.number(asked_for).await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_next_endpoint_reads_on_each_time_is_foreseen() {
    let mut days = Days::start().await;
    days.run.config.routes.on_truncated = OnTruncated::Always(vec![Kind::Followers]);
    days.stage.person(1, &(10..26).collect::<Vec<_>>());
    days.stage.always(FOLLOWERS, users_page(&[10, 11], None));
    let harvest = daily(&["1"], &[Kind::Followers]);
    days.after(DAY, &harvest).await;
    let units = "select sum(units) from ledger";
    for _ in 0..2 {
        days.clock.advance(DAY);
        let foreseen = days.run.foresee(&harvest).await.total.units.expected;
        let before = days.run.number(units).await;
        days.after(DAY / 100, &harvest).await;
        assert_eq!(foreseen, days.run.number(units).await - before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_known_is_not_due_once_more() {
    let days = Days::start().await;
    days.stage.person(1, &[]);
    let harvest = daily(&["person.1"], &[Kind::Profile]);
    days.after(DAY, &harvest).await;
    days.after(DAY, &harvest).await;
    let due = "select target from lists where due_at is not null";
    assert_eq!(days.run.lines(due).await, ["1"]);
}
