//! Posts that are deleted, and posts that come back.

use gleaner::config::Harvest;
use gleaner::kind::Kind;

use crate::harness::{Run, harvest};
use crate::stage::{MEDIAS, Reply, Stage};

fn medias() -> Harvest {
    harvest(&["1"], &[Kind::Medias])
}

async fn posted(posts: &[i64]) -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &[]);
    has(&stage, posts);
    let run = Run::on(&stage).await;
    run.go(&medias()).await;
    (stage, run)
}

fn has(stage: &Stage, posts: &[i64]) {
    let posts = posts.iter().map(|id| (*id, Some(0))).collect();
    stage.change(1, |person| person.posts = posts);
}

async fn gone(run: &Run) -> Vec<String> {
    run.lines("select id from media where gone_at is not null order by id")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_gone_after_two_complete_sweeps_that_miss_it_until_it_is_seen_again() {
    let (stage, run) = posted(&[500, 501, 502]).await;
    has(&stage, &[500, 502]);
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, [""; 0], "one sweep proves nothing");
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, ["501"]);
    let bounds =
        "select media_id, gone_by < gone_at or gone_by = gone_at, last_seen_at <= gone_by from listed_posts
        where gone_at is not null";
    assert_eq!(run.lines(bounds).await, ["501 1 1"]);
    has(&stage, &[500, 501, 502]);
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, [""; 0]);
    assert_eq!(run.lines(bounds).await, [""; 0]);
    let events =
        run.lines("select event, media_id from post_events where event <> 'appeared' order by sweep_id");
    assert_eq!(events.await, ["departed 501", "returned 501"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_posts_of_an_account_that_counts_none_any_more_are_gone_unasked() {
    let (stage, run) = posted(&[500, 501]).await;
    has(&stage, &[]);
    run.round(&medias()).await;
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, ["500", "501"]);
    assert_eq!(stage.count(MEDIAS), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_cut_or_fails_takes_no_post_away() {
    let (stage, run) = posted(&[500, 501, 502, 503]).await;
    let half = serde_json::json!({
        "items": [{ "id": "500_1", "pk": "500", "code": "P500", "media_type": 1, "taken_at": 1_700_000_000 }],
        "more_available": false, "profile_grid_items_cursor": null,
    });
    for _ in 0..3 {
        stage.next(MEDIAS, [Reply::page(&half)]);
        run.round(&medias()).await;
        assert_eq!(
            run.lines("select verdict from lists where kind = 'medias'").await,
            ["complete"]
        );
    }
    assert_eq!(
        gone(&run).await,
        [""; 0],
        "three of four are counted and not shown"
    );
    for _ in 0..3 {
        stage.next(MEDIAS, Reply::status(404).times(2));
        run.round(&medias()).await;
    }
    assert_eq!(gone(&run).await, [""; 0]);
    assert_eq!(
        run.number("select count(*) from listed_posts where gone_at is not null")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_went_when_its_list_began_to_be_short_is_gone_once_it_stays_so() {
    let (stage, run) = posted(&[500, 501, 502, 503]).await;
    // Another is counted and not shown.
    let post = |id: i64| {
        serde_json::json!({
            "id": format!("{id}_1"), "pk": id.to_string(), "code": format!("P{id}"), "media_type": 1,
            "taken_at": 1_700_000_000,
        })
    };
    let three = serde_json::json!({
        "items": [post(500), post(501), post(502)], "more_available": false, "profile_grid_items_cursor": null,
    });
    for _ in 0..3 {
        stage.next(MEDIAS, [Reply::page(&three)]);
        run.round(&medias()).await;
    }
    assert_eq!(gone(&run).await, [""; 0]);
    stage.next(MEDIAS, [Reply::page(&three)]);
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, ["503"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_leaves_a_coauthors_list_is_not_gone() {
    let (stage, run) = posted(&[500, 501]).await;
    run.beside(async |db| {
        sqlx::query("update media set owner_id = 2 where id = 501")
            .execute(&mut *db)
            .await?;
        sqlx::query("insert into users (id, first_seen_at, last_seen_at, stamps) values (2, 1, 1, '')")
            .execute(&mut *db)
            .await?;
        Ok(())
    })
    .await;
    has(&stage, &[500]);
    run.round(&medias()).await;
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, [""; 0]);
    let left = run
        .lines("select media_id from listed_posts where gone_at is not null")
        .await;
    assert_eq!(left, ["501"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_another_list_has_shown_since_is_only_gone_from_its_owners() {
    let (stage, run) = posted(&[500, 501]).await;
    has(&stage, &[500]);
    run.round(&medias()).await;
    // As a repost of it does.
    run.beside(async |db| {
        let sql = "update media set last_seen_at = (select max(ended_at) from sweeps) where id = 501";
        sqlx::query(sql).execute(&mut *db).await?;
        Ok(())
    })
    .await;
    run.round(&medias()).await;
    assert_eq!(gone(&run).await, [""; 0]);
    let left = run
        .lines("select media_id from listed_posts where gone_at is not null")
        .await;
    assert_eq!(left, ["501"]);
}
