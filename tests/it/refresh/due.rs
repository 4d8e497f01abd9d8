//! What is due, and in which order.

use std::time::Duration;

use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::refresh::Interval;
use serde_json::json;

use super::{DAY, Days, daily, refreshed};
use crate::stage::{COMMENTS, FOLLOWERS, MEDIAS, PROFILE, Reply};

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_has_an_interval_of_its_own() {
    let days = Days::start().await;
    days.stage.person(1, &[10, 11]);
    let intervals = [
        (Kind::Profile, Interval::Every(DAY)),
        (Kind::Followers, Interval::Every(3 * DAY)),
    ];
    let harvest = refreshed(&["1"], &intervals);
    let mut asked = Vec::new();
    for _ in 0..7 {
        let before = (days.stage.count(PROFILE), days.stage.count(FOLLOWERS));
        days.after(DAY + Duration::from_secs(1), &harvest).await;
        let after = (days.stage.count(PROFILE), days.stage.count(FOLLOWERS));
        asked.push((after.0 - before.0, after.1 - before.1));
    }
    assert_eq!(asked, [(1, 1), (1, 0), (1, 0), (1, 1), (1, 0), (1, 0), (1, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_are_read_whole_after_their_counter_and_departures_show() {
    let days = Days::start().await;
    days.stage.person(1, &[10, 11, 12]);
    let harvest = daily(&["1"], &[Kind::Followers]);
    days.after(DAY, &harvest).await;
    days.stage.change(1, |person| person.followers = vec![13, 10, 11]);
    for _ in 0..2 {
        assert_eq!(
            days.after(DAY, &harvest).await,
            1 + 2,
            "the profile and two pages"
        );
    }
    let follows = "select follower_id from follows where followee_id = 1 and gone_at is null order by 1";
    assert_eq!(days.run.lines(follows).await, ["10", "11", "13"]);
    let counted = "select count(*) from sweeps where closes = 1";
    assert_eq!(days.run.number(counted).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_reads_again_what_changes_and_leaves_the_rest() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    days.poster(2, &[201], 10);
    let harvest = refreshed(&["1", "2"], &[(Kind::Medias, Interval::Auto)]);
    days.after(DAY, &harvest).await;
    let asked_for = |target: &str| {
        let asked = days.stage.asked();
        asked
            .iter()
            .filter(|asked| asked.path == MEDIAS && asked.target == target)
            .count()
    };
    for day in 0..20 {
        for post in 0..4 {
            days.post(1, 110 + day * 4 + post);
        }
        days.after(DAY, &harvest).await;
    }
    let (busy, silent) = (asked_for("1"), asked_for("2"));
    assert!(busy >= 19, "{busy} of 21");
    assert!(silent <= 8, "{silent} of 21");
    assert_eq!(days.posts_known(1).await.len(), 81);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_daily_budget_the_most_news_for_a_unit_comes_first() {
    let mut days = Days::start().await;
    for id in 1..=4 {
        days.poster(id, &[100 * id], 10);
    }
    let harvest = daily(&["1", "2", "3", "4"], &[Kind::Medias]);
    days.after(DAY, &harvest).await;
    for day in 1..=6 {
        days.post(3, 300 + day);
        days.after(DAY, &harvest).await;
    }
    // From now on two lists a day: the busy one is among them each day, the others take turns.
    days.run.config.budget.per_day = Some(2);
    let before = days.stage.asked().len();
    for day in 7..=12 {
        days.post(3, 300 + day);
        assert_eq!(days.ends_after(DAY, &harvest).await, (Stop::Budget, 2));
    }
    let asked: Vec<String> = days.stage.asked()[before..]
        .iter()
        .map(|asked| asked.target.clone())
        .collect();
    let count = |target: &str| asked.iter().filter(|asked| *asked == target).count();
    assert_eq!(count("3"), 6, "{asked:?}");
    assert!(
        ["1", "2", "4"].iter().all(|target| count(target) >= 1),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_not_asked_for_again_while_their_counter_is_what_it_was() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    days.stage.change(1, |person| person.posts = vec![(101, Some(5))]);
    let harvest = daily(&["1"], &[Kind::Medias, Kind::Comments]);
    days.after(DAY, &harvest).await;
    let hidden = "select verdict from lists where kind = 'comments'";
    assert_eq!(days.run.lines(hidden).await, ["hidden"]);
    assert_eq!(
        days.after(DAY, &harvest).await,
        1,
        "the posts say that nothing has changed"
    );
    days.stage.change(1, |person| person.posts = vec![(101, Some(6))]);
    assert_eq!(days.after(DAY, &harvest).await, 1 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn likers_of_a_comment_are_not_asked_for_before_its_list_has_told_their_counter() {
    let days = Days::start().await;
    days.poster(1, &[500], 10);
    let says = |comments: i64, likes: i64| {
        days.stage
            .change(1, |person| person.posts = vec![(500, Some(comments))]);
        let comment = json!({
            "pk": "900", "text": "so nice", "created_at": 1_700_000_000, "comment_like_count": likes,
            "user": { "pk": "7", "username": "seven" }, "user_id": "7", "media_id": "500",
        });
        days.stage
            .always(COMMENTS, Reply::page(&json!([[comment], null])));
    };
    let harvest = daily(&["1"], &[Kind::Medias, Kind::Comments, Kind::CommentLikers]);
    says(1, 2);
    // The profile, the posts, the comments; nobody shows the likers, and that is asked twice.
    assert_eq!(days.after(DAY, &harvest).await, 1 + 1 + 1 + 2);
    says(2, 2);
    assert_eq!(
        days.after(DAY, &harvest).await,
        1 + 1,
        "another comment, and as many likes as before"
    );
    says(3, 3);
    assert_eq!(days.after(DAY, &harvest).await, 1 + 1 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_reads_again_what_is_due_by_itself() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    let harvest = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &harvest).await;
    days.run
        .beside(async |db| {
            sqlx::query("update harvests set one_shot = 0")
                .execute(db)
                .await?;
            Ok(())
        })
        .await;
    days.post(1, 102);
    days.clock.advance(2 * DAY);
    let found = days
        .run
        .until("select count(*) from user_media where media_id = 102");
    assert_eq!(days.run.run_while(Mode::Daemon, found).await, Stop::Asked);
    assert_eq!(days.posts_known(1).await, [102, 101]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_once_stays_read_and_a_held_seed_is_left_alone() {
    let days = Days::start().await;
    days.stage.person(1, &[10]);
    let once = refreshed(&["1"], &[(Kind::Profile, Interval::Every(DAY))]);
    let mut harvest = once.clone();
    harvest.collect = vec![Kind::Profile, Kind::Followers];
    days.after(DAY, &harvest).await;
    assert_eq!(days.after(DAY, &harvest).await, 1, "followers have no interval");
    let policy = gleaner::setup::policy(&days.run.config, true);
    let hold = async |db: &mut gleaner::store::Connection| {
        let id = gleaner::store::harvests::find(db, "test").await?.unwrap();
        gleaner::store::seeds::remove(db, &policy, id, &["1".to_owned()], 1)
            .await
            .map(drop)
    };
    days.run.beside(hold).await;
    days.clock.advance(DAY);
    let id = days.run.number("select id from harvests").await;
    assert_eq!(days.run.run(Mode::Harvest(id)).await, Stop::Finished);
    assert_eq!(days.stage.count(PROFILE), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_dearer_than_a_days_limit_is_read_over_several_days() {
    let mut days = Days::start().await;
    days.stage.person(1, &[10, 11, 12, 13, 14, 15, 16, 17]);
    let harvest = daily(&["1"], &[Kind::Followers]);
    days.after(DAY, &harvest).await;
    days.run.config.budget.per_day = Some(3);
    let generation = "select generation from lists where kind = 'followers'";
    for _ in 0..4 {
        days.ends_after(DAY, &harvest).await;
    }
    assert!(days.run.number(generation).await >= 2, "its turn comes");
    let ended = "select count(*) from sweeps where verdict = 'complete' and endpoint like '%followers'";
    assert!(days.run.number(ended).await >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_each_night_reads_each_night_however_long_the_last_one_took() {
    let days = Days::start().await;
    days.poster(1, &[101], 10);
    let harvest = daily(&["1"], &[Kind::Medias]);
    days.after(DAY, &harvest).await;
    for _ in 0..3 {
        assert_eq!(
            days.after(std::time::Duration::from_mins(24 * 60 - 31), &harvest)
                .await,
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_of_a_post_that_is_no_longer_shown_are_read_again_by_age() {
    let days = Days::start().await;
    days.poster(1, &[101], 1);
    days.stage.change(1, |person| person.posts = vec![(101, Some(5))]);
    let harvest = daily(&["1"], &[Kind::Medias, Kind::Comments]);
    days.after(DAY, &harvest).await;
    assert_eq!(days.after(DAY, &harvest).await, 1, "its counter was read since");
    // Two later posts, one a page: the first page shows the known one of them only.
    days.stage.change(1, |person| {
        person.posts = vec![(103, Some(0)), (102, Some(0)), (101, Some(5))];
    });
    days.after(DAY, &harvest).await;
    let before = days.stage.count("/gql/comments/chunk");
    days.after(DAY, &harvest).await;
    days.after(DAY, &harvest).await;
    assert!(
        days.stage.count("/gql/comments/chunk") > before,
        "nobody says any more what it counts"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_another_harvest_has_left_open_is_taken_over() {
    let days = Days::start().await;
    days.stage.person(1, &[10, 11, 12, 13]);
    let one = daily(&["1"], &[Kind::Followers]);
    let other = gleaner::config::Harvest {
        name: "other".into(),
        ..one.clone()
    };
    days.after(DAY, &one).await;
    days.after(DAY / 100, &other).await;
    let limited = gleaner::config::Harvest {
        max_units: Some(5),
        ..one.clone()
    };
    assert_eq!(days.ends_after(DAY, &limited).await.0, Stop::Budget);
    let open = "select count(*) from lists where open_sweep is not null";
    assert_eq!(days.run.number(open).await, 1);
    assert_eq!(days.after(DAY, &other).await, 1);
    assert_eq!(days.run.number(open).await, 0);
}
