//! A list of posts is read again only as far as it is not known.

use std::time::Duration;

use gleaner::config::Limit;
use gleaner::kind::Kind;
use gleaner::refresh::Interval;

use super::{DAY, Days, daily, refreshed};
use crate::stage::{MEDIAS, PROFILE, Reply};

const TWELVE: [i64; 12] = [112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101];

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_news_costs_one_page() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    let posts = daily(&["1"], &[Kind::Medias]);
    assert_eq!(days.after(DAY, &posts).await, 1 + 4, "the profile and four pages");
    assert_eq!(days.after(DAY / 2, &posts).await, 0, "not due yet");
    for _ in 0..3 {
        assert_eq!(days.after(DAY, &posts).await, 1);
    }
    let sweeps = days
        .run
        .lines("select verdict, pages, covered from sweeps where endpoint like '%medias' order by id")
        .await;
    assert_eq!(
        sweeps,
        ["complete 4 12", "complete 1 12", "complete 1 12", "complete 1 12"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn new_posts_are_found_with_the_pages_that_show_them_and_what_hangs_from_them() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    days.stage.change(1, |person| person.pinned = vec![101, 102]);
    let comments = daily(&["1"], &[Kind::Medias, Kind::Comments]);
    days.after(DAY, &comments).await;
    for post in 113..=117 {
        days.post(1, post);
    }
    let before = days.pages_of_posts();
    days.after(DAY, &comments).await;
    // One place of the first page is free beside the pins, then three new ones, then the last with what is known.
    assert_eq!(days.pages_of_posts() - before, 3);
    assert_eq!(days.posts_known(1).await, (101..=117).rev().collect::<Vec<_>>());
    let asked_for = "select count(*) from lists where kind = 'comments' and verdict is not null";
    assert_eq!(days.run.number(asked_for).await, 17);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_does_not_fit_has_the_list_read_whole() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    let posts = daily(&["1"], &[Kind::Profile, Kind::Medias]);
    days.after(DAY, &posts).await;
    // The first page does not show it.
    days.stage
        .change(1, |person| person.posts.retain(|(post, _)| *post != 104));
    assert_eq!(days.after(DAY, &posts).await, 1 + 4);
    let whole = "select count(*) from user_media where user_id = 1 and sweep_id = (select max(sweep_id) from user_media)";
    assert_eq!(days.run.number(whole).await, 11);
    assert_eq!(
        days.after(DAY, &posts).await,
        1 + 1,
        "what fits the counter is not read again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_the_counter_knows_of_do_not_have_the_list_read_whole() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    let posts = daily(&["1"], &[Kind::Profile, Kind::Medias]);
    days.after(DAY, &posts).await;
    for post in 113..=116 {
        days.post(1, post);
        assert_eq!(days.after(DAY, &posts).await, 1 + 1);
    }
    assert_eq!(days.posts_known(1).await, (101..=116).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_was_moved_neither_ends_the_news_nor_has_the_list_read_whole() {
    let days = Days::start().await;
    days.poster(1, &(101..=136).rev().collect::<Vec<_>>(), 12);
    let posts = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &posts).await;
    // An old post stands last on the first page, and there are more news than it has places.
    days.stage.change(1, |person| {
        person.posts.retain(|(post, _)| *post != 105);
        person.posts.insert(0, (105, None));
    });
    for post in 137..=150 {
        days.stage.change(1, |person| {
            let place = usize::from(post < 140);
            person.posts.insert(place, (post, None));
        });
    }
    assert_eq!(days.after(DAY, &posts).await, 2);
    assert_eq!(days.posts_known(1).await, (101..=150).rev().collect::<Vec<_>>());
    for _ in 0..2 {
        assert_eq!(days.after(DAY, &posts).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_often_a_list_is_read_whole_whatever_is_known() {
    let mut days = Days::start().await;
    days.run.config.refresh.whole_every = 3 * DAY;
    days.poster(1, &TWELVE, 3);
    let posts = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &posts).await;
    let mut pages = Vec::new();
    for _ in 0..7 {
        let before = days.pages_of_posts();
        days.after(DAY + Duration::from_secs(1), &posts).await;
        pages.push(days.pages_of_posts() - before);
    }
    assert_eq!(pages, [1, 1, 4, 1, 1, 4, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_list_is_read_again_within_its_limit() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 2);
    let mut posts = daily(&["1"], &[Kind::Medias]);
    posts.limits.lists.insert(Kind::Medias, Limit::Items(6));
    assert_eq!(days.after(DAY, &posts).await, 1 + 3);
    assert_eq!(days.after(DAY, &posts).await, 1);
    for post in 113..=115 {
        days.post(1, post);
    }
    assert_eq!(days.after(DAY, &posts).await, 2);
    assert_eq!(
        days.after(DAY / 2, &posts).await,
        0,
        "what was joined counts as bought"
    );
    assert_eq!(days.posts_known(1).await, (107..=115).rev().collect::<Vec<_>>());
    let capped = "select count(*) from lists where kind = 'medias' and verdict = 'capped'";
    assert_eq!(days.run.number(capped).await, 1);
    // Without the limit the rest is read, from where the known ends.
    posts.limits.lists.clear();
    assert_eq!(days.after(DAY, &posts).await, 5);
    assert_eq!(days.posts_known(1).await, (101..=115).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_failed_is_taken_up_where_it_ended() {
    let days = Days::start().await;
    let posts: Vec<i64> = (101..=120).rev().collect();
    days.poster(1, &posts, 2);
    let harvest = daily(&["1"], &[Kind::Medias]);
    let profile = "/gql/user/web_profile_info";
    assert_eq!(profile, PROFILE);
    // Six pages, then the seventh is not found, twice.
    for page in 0..6 {
        let ids = [120 - 2 * page, 119 - 2 * page];
        days.stage.next(MEDIAS, [posts_page(&ids, Some(119 - 2 * page))]);
    }
    days.stage.next(MEDIAS, Reply::status(404).times(2));
    days.after(DAY, &harvest).await;
    let verdict = "select verdict from lists where kind = 'medias'";
    assert_eq!(days.run.lines(verdict).await, ["failed"]);
    days.post(1, 121);
    // The top, the page at which the walk before had ended, and the four below.
    assert_eq!(days.after(DAY, &harvest).await, 1 + 1 + 4);
    assert_eq!(days.run.lines(verdict).await, ["complete"]);
    assert_eq!(days.posts_known(1).await, (101..=121).rev().collect::<Vec<_>>());
    assert_eq!(days.after(DAY, &harvest).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_refused_has_the_list_read_from_the_top() {
    for refusal in [Reply::status(400).times(1), Reply::status(404).times(2)] {
        let days = Days::start().await;
        let posts: Vec<i64> = (101..=112).rev().collect();
        days.poster(1, &posts, 2);
        let harvest = daily(&["1"], &[Kind::Medias]);
        for page in 0..3 {
            let ids = [112 - 2 * page, 111 - 2 * page];
            days.stage.next(MEDIAS, [posts_page(&ids, Some(111 - 2 * page))]);
        }
        days.stage.next(MEDIAS, Reply::status(404).times(2));
        days.after(DAY, &harvest).await;
        days.stage.next(MEDIAS, [posts_page(&[112, 111], Some(111))]);
        days.stage.next(MEDIAS, refusal);
        days.after(DAY, &harvest).await;
        let verdict = "select verdict from lists where kind = 'medias'";
        assert_eq!(days.run.lines(verdict).await, ["complete"]);
        assert_eq!(days.posts_known(1).await, posts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_harvest_finds_all_that_is_known() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    let posts = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &posts).await;
    days.post(1, 113);
    days.after(DAY, &posts).await;
    let mut comments = refreshed(&["1"], &[(Kind::Comments, Interval::Every(DAY))]);
    comments.name = "comments".into();
    days.after(Duration::from_secs(1), &comments).await;
    let lists = "select count(*) from lists where kind = 'comments' and verdict is not null";
    assert_eq!(days.run.number(lists).await, 13);
}

/// A page of posts of person 1.
fn posts_page(ids: &[i64], next: Option<i64>) -> Reply {
    let items: Vec<serde_json::Value> = ids
        .iter()
        .map(|id| {
            serde_json::json!({
                "id": format!("{id}_1"), "pk": id.to_string(), "code": format!("P{id}"), "media_type": 1,
                "taken_at": 1_700_000_000 + id, "like_count": 1,
                "owner": { "pk": "1", "username": "person.1" }, "user": { "pk": "1", "username": "person.1" },
            })
        })
        .collect();
    Reply::page(&serde_json::json!({
        "items": items, "more_available": next.is_some(), "profile_grid_items_cursor": next.map(|next| next.to_string()),
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_shows_only_part_is_never_whole_by_joining_itself() {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    // The profile counts more than the list ever shows.
    days.stage.change(1, |person| person.post_count = Some(40));
    let posts = daily(&["1"], &[Kind::Medias]);
    let verdict = "select verdict from lists where kind = 'medias'";
    for _ in 0..3 {
        days.after(DAY, &posts).await;
        assert_eq!(days.run.lines(verdict).await, ["truncated"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_list_stays_cheap_after_it_was_read_within_its_limit_anew() {
    let mut days = Days::start().await;
    days.run.config.refresh.whole_every = 3 * DAY;
    days.poster(1, &TWELVE, 2);
    let mut posts = daily(&["1"], &[Kind::Medias]);
    posts.limits.lists.insert(Kind::Medias, Limit::Items(6));
    days.after(DAY, &posts).await;
    let mut pages = Vec::new();
    for _ in 0..7 {
        pages.push(days.after(DAY + Duration::from_secs(1), &posts).await);
    }
    assert_eq!(pages, [1, 1, 3, 1, 1, 3, 1]);
    assert_eq!(days.run.number("select count(*) from list_stretches").await, 1);
}
