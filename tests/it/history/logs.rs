//! What a column held before, and until when.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gleaner::clock::{Clock, ManualClock, SystemClock, Timestamp};
use gleaner::config::Harvest;
use gleaner::kind::Kind;
use gleaner::store::archive::retention;

use crate::archive::assert_same;
use crate::harness::{Run, harvest};
use crate::stage::{COMMENTS, Reply, Stage};

/// A clock that begins at noon and can be moved on by a day.
#[derive(Default)]
struct Days {
    passed: AtomicI64,
    clock: SystemClock,
}

impl Days {
    fn next(&self) {
        self.passed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Clock for Days {
    fn now(&self) -> Timestamp {
        let half_days = 1 + 2 * self.passed.load(Ordering::Relaxed);
        let since = i64::try_from(self.elapsed().as_millis()).unwrap();
        ManualClock::START + half_days * 43_200_000 + since
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}

const CHANGES: &str =
    "select column_name, coalesce(before, 'none'), coalesce(after, 'none') from user_changes
    where id = 1 order by at, column_name";

fn profile() -> Harvest {
    harvest(&["1"], &[Kind::Profile])
}

async fn person() -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    let run = Run::on(&stage).await;
    (stage, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_and_biography_is_kept_with_what_followed_it() {
    let (stage, run) = person().await;
    run.go(&profile()).await;
    for (name, biography) in [
        ("b", "one"),
        ("b", "two"),
        ("c", "two"),
        ("b", ""),
        ("b", "three"),
    ] {
        stage.change(1, |person| {
            person.name = name.into();
            person.biography = biography.into();
        });
        run.round(&profile()).await;
    }
    assert_eq!(
        run.lines(CHANGES).await,
        [
            "biography none one",
            "username person.1 b",
            "biography one two",
            "username b c",
            "biography two none",
            "username c b",
            "biography none three",
        ]
    );
    let bounds = "select count(*) from user_changes where last_seen_at is null or last_seen_at >= at";
    assert_eq!(run.number(bounds).await, 0);
    let history = run
        .lines("select changed from user_history where id = 1 order by observed_at limit 1")
        .await;
    assert!(history[0].contains("\"username\":\"person.1\""), "{history:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_kept_once_a_day_and_signed_addresses_never() {
    let (stage, mut run) = person().await;
    let days = Arc::new(Days::default());
    run.clock = Arc::clone(&days) as Arc<dyn Clock>;
    run.go(&profile()).await;
    for count in [5, 6, 7] {
        stage.change(1, |person| person.follower_count = Some(count));
        run.round(&profile()).await;
    }
    assert_eq!(run.lines(CHANGES).await, [""; 0], "all of it today");
    days.next();
    stage.change(1, |person| person.follower_count = Some(8));
    run.round(&profile()).await;
    assert_eq!(run.lines(CHANGES).await, ["follower_count 7 8"]);
    let names = run.lines("select distinct name from former_values").await;
    assert_eq!(names, ["follower_count"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_changes_once_a_day_is_kept_however_often_the_day_reads_it() {
    let (stage, mut run) = person().await;
    let clock = Arc::new(ManualClock::default());
    run.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    let reads_at = async |day: u64, hour: u64| {
        let at = Duration::from_secs((24 * day + hour) * 3_600);
        clock.advance(at.saturating_sub(clock.elapsed()));
        run.round(&profile()).await;
    };
    stage.change(1, |person| person.follower_count = Some(10));
    run.go(&profile()).await;
    for day in 1..=5 {
        reads_at(day, 1).await;
        stage.change(1, |person| {
            person.follower_count = person.follower_count.map(|count| count + 10);
        });
        reads_at(day, 12).await;
        reads_at(day, 23).await;
    }
    let changes = "select before, after, (at - last_seen_at) / 3600000 from user_changes order by at";
    assert_eq!(
        run.lines(changes).await,
        ["10 20 11", "20 30 11", "30 40 11", "40 50 11", "50 60 11"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_again_what_is_kept_invents_no_values() {
    let (stage, mut run) = person().await;
    let clock = Arc::new(ManualClock::default());
    run.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    run.go(&profile()).await;
    for (hours, count) in [
        (1, 5),
        (5, 6),
        (5, 7),
        (24, 7),
        (5, 8),
        (5, 9),
        (60, 4),
        (24, 4),
        (24, 3),
    ] {
        clock.advance(Duration::from_secs(3_600 * hours));
        stage.change(1, |person| person.follower_count = Some(count));
        run.round(&profile()).await;
    }
    let before = run.lines(CHANGES).await;
    assert_eq!(
        before,
        ["follower_count 7 9", "follower_count 9 4", "follower_count 4 3"]
    );
    let (first, now) = (
        run.number("select min(page_id) from page_bodies").await,
        clock.now(),
    );
    run.beside(async |db| retention::drop_one(db, first, now).await)
        .await;
    let reparsed = run.reparse().await;
    assert!(!reparsed.whole);
    assert_eq!(run.lines(CHANGES).await, before);
    assert_same(&reparsed.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_and_comments_have_a_history() {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    stage.change(1, |person| person.posts = vec![(500, Some(1))]);
    let run = Run::on(&stage).await;
    let wanted = harvest(&["1"], &[Kind::Medias, Kind::Comments]);
    let says = |text: &str| {
        let comment = serde_json::json!({
            "pk": "900", "text": text, "created_at": 1_700_000_000, "comment_like_count": 0,
            "user": { "pk": "7", "username": "seven" }, "user_id": "7", "media_id": "500",
        });
        stage.next(COMMENTS, [Reply::page(&serde_json::json!([[comment], null]))]);
    };
    let captioned = |caption: &str| {
        let post = serde_json::json!({
            "id": "500_1", "pk": "500", "code": "P500", "media_type": 1, "taken_at": 1_700_000_000, "comment_count": 1,
            "caption": { "text": caption },
        });
        stage.next(
            crate::stage::MEDIAS,
            [Reply::page(
                &serde_json::json!({ "items": [post], "more_available": false }),
            )],
        );
    };
    captioned("draft");
    says("first");
    run.go(&wanted).await;
    captioned("final");
    says("edited");
    run.round(&wanted).await;
    let media = run
        .lines("select column_name, before, after from media_changes")
        .await;
    assert_eq!(media, ["caption draft final"]);
    let comments = run
        .lines("select column_name, before, after from comment_changes")
        .await;
    assert_eq!(comments, ["text first edited"]);
    let history = run.lines("select changed from media_history").await;
    assert_eq!(history, ["{\"caption\":\"draft\"}"]);
}
