//! Posts whose tags are asked for together: how batches are made, and what becomes of those that are refused.

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::store::holds::{self, Hold, Reason, Scope};
use gleaner::way::Way;
use serde_json::{Value, json};

use super::followed_by;
use crate::harness::{Run, harvest};
use crate::stage::{Reply, Stage, USERTAGS};

/// Person 1 with so many posts, from number 101 on.
async fn posts(count: i64) -> (Stage, Run) {
    let (stage, run) = followed_by(&[]).await;
    stage.change(1, |person| {
        person.posts = (101..=100 + count).map(|id| (id, Some(0))).collect();
    });
    (stage, run)
}

fn usertags() -> Harvest {
    harvest(&["1"], &[Kind::Usertags])
}

/// An answer with a node for each of these posts, and one user tagged in each: its number and 900.
fn nodes(posts: impl IntoIterator<Item = i64>) -> Reply {
    let node = |post: i64| {
        let user = json!({ "pk": (post + 900).to_string(), "username": format!("person.{}", post + 900) });
        json!({ "node": {
            "__typename": "XDTMediaDict", "strong_id__": format!("{post}_1"), "id": format!("{post}_1"),
            "usertags": { "in": [{ "user": user, "position": [0.5, 0.25] }] },
        } })
    };
    let nodes: Vec<Value> = posts.into_iter().map(node).collect();
    Reply::page(&json!({ "data": { "1$multifetch__XDTMediaDict(ids:$media_ids)": nodes } }))
}

fn asked(stage: &Stage) -> Vec<String> {
    let asked = stage.asked().into_iter().filter(|asked| asked.path == USERTAGS);
    asked.map(|asked| asked.target).collect()
}

impl Run {
    /// How many lists of tags have each verdict.
    async fn tag_verdicts(&self) -> Vec<String> {
        self.lines("select verdict, count(*) from lists where kind = 'usertags' group by 1 order by 1")
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_posts_are_asked_for_together_and_each_has_its_verdict() {
    let (stage, run) = posts(12).await;
    stage.next(
        USERTAGS,
        [nodes((101..=110).filter(|post| *post != 104)), nodes(111..=112)],
    );
    assert_eq!(run.go(&usertags()).await, Stop::Finished);
    assert_eq!(
        asked(&stage),
        ["101,102,103,104,105,106,107,108,109,110", "111,112"]
    );
    assert_eq!(run.tag_verdicts().await, ["complete 11", "hidden 1"]);
    let hidden = "select target from lists where kind = 'usertags' and verdict = 'hidden'";
    assert_eq!(run.lines(hidden).await, ["104"]);
    let tags = "select count(*), min(user_id), max(x), max(y) from usertags where sweep_id is not null";
    assert_eq!(run.lines(tags).await, ["11 1001 0.5 0.25"]);
    assert_eq!(
        run.lines("select count(*), sum(units) from ledger where endpoint like '%usertags'")
            .await,
        ["2 2"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_batch_is_halved_until_only_what_is_refused_is_parked() {
    for status in [400, 404, 403] {
        let (stage, run) = posts(4).await;
        // The whole is refused, then the half with the bad one, then the bad one; a 404 is asked twice each time. The
        // other halves have waited longer, so they come first.
        let times = if status == 404 { 2 } else { 1 };
        let refusal = || Reply::status(status).times(times);
        let mut replies = refusal();
        replies.push(nodes(103..=104));
        replies.extend(refusal());
        replies.push(nodes([102]));
        replies.extend(refusal());
        let mut run = run;
        run.config.upstream.workers = 1;
        stage.next(USERTAGS, replies);
        assert_eq!(run.go(&usertags()).await, Stop::Finished, "{status}");
        let ends = run
            .lines("select target, coalesce(verdict, 'open') from lists where kind = 'usertags'")
            .await;
        let bad = match status {
            400 => "101 open",
            404 => "101 hidden",
            _ => "101 private",
        };
        assert_eq!(
            ends,
            [bad, "102 complete", "103 complete", "104 complete"],
            "{:?}",
            asked(&stage)
        );
        let parked = run
            .number("select count(*) from tasks where state = 'parked'")
            .await;
        assert_eq!(parked, i64::from(status == 400));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_can_go_on_asks_for_what_a_held_harvest_gathered() {
    let (stage, run) = posts(3).await;
    let first = run.put(&usertags(), false).await;
    stage.always(USERTAGS, nodes(101..=103));
    // The first harvest reads its posts and is held before it asks for their tags.
    let gathered = run.until("select count(*) = 3 from batch_members");
    let hold = Hold {
        scope: Scope::Endpoint(USERTAGS.into()),
        reason: Reason::Paused,
        detail: "paused by a person".into(),
        since: 0,
        until: None,
    };
    run.beside(async |db| holds::put(db, &hold).await).await;
    run.run_while(Mode::Harvest(first), gathered).await;
    run.beside(async |db| {
        holds::lift(db, &hold.scope, Reason::Paused).await?;
        let of_harvest = Hold {
            scope: Scope::Harvest(first),
            ..hold.clone()
        };
        holds::put(db, &of_harvest).await
    })
    .await;
    let second = Harvest {
        name: "second".into(),
        ..usertags()
    };
    assert_eq!(run.go(&second).await, Stop::Finished);
    assert_eq!(asked(&stage), ["101,102,103"]);
    assert_eq!(run.tag_verdicts().await, ["complete 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_endpoint_ends_all_lists_of_its_batches() {
    let (stage, run) = posts(12).await;
    stage.always(USERTAGS, Reply::status(410));
    assert_eq!(run.go(&usertags()).await, Stop::Finished);
    assert_eq!(run.tag_verdicts().await, ["retired 12"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_batch_can_be_asked_again() {
    let (stage, run) = posts(2).await;
    stage.next(USERTAGS, Reply::text(200, "{\"items\": 1}").times(3));
    stage.always(USERTAGS, nodes(101..=102));
    assert_eq!(run.go(&usertags()).await, Stop::Finished);
    assert_eq!(
        run.number("select count(*) from tasks where state = 'parked'")
            .await,
        1
    );
    run.beside(async |db| gleaner::store::tasks::retry(db, None).await)
        .await;
    assert_eq!(run.go(&usertags()).await, Stop::Finished);
    assert_eq!(run.tag_verdicts().await, ["complete 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_batch_of_a_harvest_does_not_wait_for_other_harvests() {
    let (stage, mut run) = posts(3).await;
    stage.always(USERTAGS, nodes(101..=103));
    let others: Vec<String> = (50..80).map(|id: i64| id.to_string()).collect();
    for id in 50..80 {
        stage.person(id, &[id * 1000]);
    }
    run.config.upstream.workers = 2;
    let small = Harvest {
        name: "small".into(),
        weight: 1000.0,
        ..usertags()
    };
    let large = Harvest {
        name: "large".into(),
        ..harvest(
            &others.iter().map(String::as_str).collect::<Vec<_>>(),
            &[Kind::Followers],
        )
    };
    run.put(&small, false).await;
    run.put(&large, false).await;
    let done = run.until("select count(*) = 2 from harvests where finished_at is not null");
    run.run_while(Mode::Daemon, done).await;
    let at = stage
        .asked()
        .iter()
        .position(|asked| asked.path == USERTAGS)
        .unwrap();
    assert!(at < 20, "the batch was request {at} of {}", stage.asked().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_only_tagged_in_the_body_of_a_post_is_found_by_every_harvest_that_reads_its_tags() {
    for refused in [false, true] {
        let (stage, run) = posts(1).await;
        let short = json!({ "pk": "1", "username": "person.1", "full_name": "", "is_private": false });
        let tagged = json!({ "user": { "pk": "77", "username": "person.77" }, "position": [0.5, 0.5] });
        let post = json!({
            "id": "101_1", "pk": "101", "code": "P101", "media_type": 1, "taken_at": 1_700_000_000, "comment_count": 0,
            "like_count": 1, "owner": short, "user": short, "usertags": { "in": [tagged] }
        });
        let page = json!({ "items": [post], "more_available": false, "profile_grid_items_cursor": null });
        stage.always("/gql/user/medias", Reply::page(&page));
        let answer = if refused { Reply::status(410) } else { nodes([]) };
        stage.always(USERTAGS, answer);
        let named = |name: &str| Harvest {
            name: name.into(),
            depth: 2,
            expand: vec![Way::Tagged],
            ..usertags()
        };
        // One waits for the list, the other comes when it has ended.
        run.put(&named("waits"), false).await;
        for name in ["goes first", "goes second"] {
            run.go(&named(name)).await;
        }
        assert_eq!(run.lines("select user_id from usertags").await, ["77"]);
        assert_eq!(
            run.number("select count(*) from targets where user_id = 77")
                .await,
            3
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_of_an_answer_for_many_counts_in_the_sweep_that_bears_it() {
    let (stage, run) = posts(2).await;
    let node = json!({ "node": { "__typename": "XDTMediaDict", "usertags": { "in": [] } } });
    let answer = json!({ "data": { "1$multifetch__XDTMediaDict(ids:$media_ids)": [node] } });
    stage.next(USERTAGS, Reply::page(&answer).times(3));
    assert_eq!(run.go(&usertags()).await, Stop::Finished);
    assert_eq!(run.number("select count(*) from rejects").await, 3);
    let sweeps = "select target, verdict, rejected from completeness where kind = 'usertags' order by target";
    assert_eq!(run.lines(sweeps).await, ["101 failed 3", "102 failed 0"]);
}
