//! What stands beside each other: long intervals and `auto`, limits and pins, harvests with limits of their own.

use std::time::Duration;

use gleaner::config::{Harvest, Limit};
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

use super::{DAY, Days, daily, refreshed};
use crate::stage::{BY_ID, COMMENTS, FOLLOWERS, MEDIAS, PROFILE, Reply};

const TWELVE: [i64; 12] = [112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101];

#[tokio::test(flavor = "multi_thread")]
async fn a_long_interval_does_not_make_what_auto_reads_due_again_at_once() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    days.poster(2, &[201], 10);
    let intervals = [
        (Kind::Followers, Interval::Every(30 * DAY)),
        (Kind::Medias, Interval::Auto),
    ];
    let harvest = Harvest {
        max_units: Some(60),
        ..refreshed(&["1", "2"], &intervals)
    };
    days.after(DAY, &harvest).await;
    assert_eq!(days.pages_of_posts(), 2);
    // One of them settles without a request, for ever if it were due for ever.
    days.stage.change(2, |person| person.private = true);
    days.after(3 * DAY, &daily(&["2"], &[Kind::Profile])).await;
    days.after(DAY, &harvest).await;
    assert_eq!(days.pages_of_posts(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_limit_a_list_with_pins_and_without_news_costs_one_page() {
    for limit in [Limit::Pages(1), Limit::Pages(2), Limit::Items(5)] {
        let days = Days::start().await;
        days.poster(1, &TWELVE, 3);
        days.stage.change(1, |person| person.pinned = vec![101, 102]);
        let mut posts = daily(&["1"], &[Kind::Medias]);
        posts.limits.lists.insert(Kind::Medias, limit);
        days.after(DAY, &posts).await;
        for _ in 0..3 {
            assert_eq!(days.after(DAY, &posts).await, 1, "{limit:?}");
        }
        assert_eq!(days.run.number("select count(*) from list_stretches").await, 1);
        days.post(1, 113);
        assert_eq!(
            days.after(DAY, &posts).await,
            if limit == Limit::Pages(1) { 1 } else { 2 }
        );
        assert_eq!(days.after(DAY, &posts).await, 1, "{limit:?}");
        assert!(days.posts_known(1).await.contains(&113));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_limit_of_full_pages_a_list_without_news_costs_one_page() {
    for limit in [Limit::Pages(2), Limit::Items(12)] {
        let days = Days::start().await;
        days.poster(1, &(101..=130).rev().collect::<Vec<_>>(), 6);
        let mut posts = daily(&["1"], &[Kind::Medias]);
        posts.limits.lists.insert(Kind::Medias, limit);
        days.after(DAY, &posts).await;
        for _ in 0..3 {
            assert_eq!(days.after(DAY, &posts).await, 1, "{limit:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_another_harvest_has_left_open_stops_no_list() {
    let days = Days::start().await;
    days.stage.person(1, &[10]);
    days.stage.change(1, |person| person.posts = vec![(101, None)]);
    let harvest = daily(&["1"], &[Kind::Followers, Kind::Medias]);
    days.after(DAY, &harvest).await;
    let profiles = Harvest {
        name: "profiles".into(),
        max_units: Some(1),
        ..daily(&["2", "1"], &[Kind::Profile])
    };
    days.stage.person(2, &[]);
    days.clock.advance(2 * DAY);
    days.ends_after(DAY, &profiles).await;
    let open =
        "select count(*) from lists where kind = 'profile' and target = '1' and open_sweep is not null";
    assert_eq!(days.run.number(open).await, 1);
    let before = (days.stage.count(FOLLOWERS), days.pages_of_posts());
    days.after(DAY, &harvest).await;
    assert_eq!(days.stage.count(FOLLOWERS), before.0 + 1);
    assert_eq!(days.pages_of_posts(), before.1 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_one_harvest_hides_nothing_from_another() {
    let mut days = Days::start().await;
    days.run.config.refresh.whole_every = 4 * DAY;
    days.poster(1, &TWELVE, 2);
    let whole = daily(&["1"], &[Kind::Medias]);
    let mut small = Harvest {
        name: "small".into(),
        ..whole.clone()
    };
    small.limits.lists.insert(Kind::Medias, Limit::Pages(1));
    days.after(DAY, &whole).await;
    let mut newest = 112;
    for _ in 0..8 {
        // More than a page of news, and the limited one comes first.
        for _ in 0..3 {
            newest += 1;
            days.post(1, newest);
        }
        days.after(DAY, &small).await;
        days.after(Duration::ZERO, &whole).await;
        assert_eq!(
            days.posts_known(1).await,
            (101..=newest).rev().collect::<Vec<_>>()
        );
        let verdict = "select verdict from lists where kind = 'medias'";
        assert_eq!(days.run.lines(verdict).await, ["complete"]);
    }
    let before = days.pages_of_posts();
    days.after(DAY, &small).await;
    days.after(Duration::ZERO, &whole).await;
    assert_eq!(
        days.pages_of_posts(),
        before + 1,
        "without news nobody asks twice"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_limit_had_left_out_is_no_change() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 2);
    let mut posts = refreshed(&["1"], &[(Kind::Medias, Interval::Auto)]);
    posts.limits.lists.insert(Kind::Medias, Limit::Pages(1));
    days.after(DAY, &posts).await;
    posts.limits.lists.clear();
    days.after(DAY, &posts).await;
    assert_eq!(days.posts_known(1).await, TWELVE);
    assert_eq!(days.run.number("select max(changes) from sweeps").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_failed_is_read_again_whatever_its_counter_says() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    days.stage.change(1, |person| person.posts = vec![(101, Some(5))]);
    let harvest = daily(&["1"], &[Kind::Medias, Kind::Comments]);
    let comment = serde_json::json!({
        "pk": "900", "text": "yes", "created_at": 1_700_000_000, "comment_like_count": 0,
        "user": { "pk": "7", "username": "seven" }, "user_id": "7", "media_id": "101",
    });
    // The second page is not found, twice.
    let first = || [Reply::page(&serde_json::json!([[comment], "next"]))];
    days.stage.next(COMMENTS, first());
    days.stage.always(COMMENTS, Reply::status(404));
    days.ends_after(DAY, &harvest).await;
    let verdict = "select verdict from lists where kind = 'comments'";
    assert_eq!(days.run.lines(verdict).await, ["failed"]);
    let before = days.stage.asked().len();
    days.ends_after(DAY, &harvest).await;
    assert!(
        days.stage.asked().len() > before + 1,
        "more than the posts are asked for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_opens_again_is_read_again() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    days.stage.change(1, |person| person.private = true);
    let harvest = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &harvest).await;
    assert_eq!(days.pages_of_posts(), 0);
    days.stage.change(1, |person| person.private = false);
    for _ in 0..3 {
        days.after(DAY, &harvest).await;
    }
    assert_eq!(days.posts_known(1).await, [101]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_dear_list_is_read_others_have_their_turn() {
    let mut days = Days::start().await;
    days.stage.person(1, &(10..40).collect::<Vec<_>>());
    days.stage.change(1, |person| person.posts = vec![(101, None)]);
    let harvest = daily(&["1"], &[Kind::Profile, Kind::Followers, Kind::Medias]);
    days.after(DAY, &harvest).await;
    days.run.config.budget.per_day = Some(4);
    let reads = |path: &'static str| days.stage.count(path);
    let (posts, followers) = (reads(MEDIAS), reads(FOLLOWERS));
    for _ in 0..4 {
        days.ends_after(DAY, &harvest).await;
    }
    assert!(reads(MEDIAS) >= posts + 3, "{} of 4 days", reads(MEDIAS) - posts);
    assert!(reads(FOLLOWERS) >= followers + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_profile_does_not_stop_the_lists_of_its_account() {
    let days = Days::start().await;
    days.stage.person(1, &[10]);
    let harvest = daily(&["1"], &[Kind::Followers]);
    days.after(DAY, &harvest).await;
    for path in [PROFILE, BY_ID] {
        days.stage.always(path, Reply::status(400));
    }
    days.ends_after(DAY, &harvest).await;
    let parked = "select count(*) from tasks where state = 'parked'";
    assert_eq!(days.run.number(parked).await, 1);
    let before = days.stage.count(FOLLOWERS);
    days.ends_after(DAY, &harvest).await;
    assert_eq!(days.stage.count(FOLLOWERS), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_again_is_not_due() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    days.poster(2, &[201], 10);
    let harvest = daily(&["1", "2"], &[Kind::Medias]);
    days.after(DAY, &harvest).await;
    let due = "select count(*) from lists where due_at is not null";
    assert_eq!(days.run.number(due).await, 2);
    let policy = gleaner::setup::policy(&days.run.config, true);
    let remove = async |db: &mut gleaner::store::Connection| {
        let id = gleaner::store::harvests::find(db, "test").await?.unwrap();
        gleaner::store::seeds::remove(db, &policy, id, &["1".to_owned()], 1)
            .await
            .map(drop)
    };
    days.run.beside(remove).await;
    assert_eq!(days.run.number(due).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_knows_no_intervals_leaves_them_as_they_are() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    let harvest = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &harvest).await;
    let by_hand = crate::harness::harvest(&["1"], &[Kind::Medias]);
    assert_eq!(days.ends_after(DAY / 2, &by_hand).await, (Stop::Finished, 0));
    let due = "select count(*) from refresh_queue";
    assert_eq!(days.run.number(due).await, 1);
}
