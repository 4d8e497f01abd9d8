//! What is said of every sweep: how much of the list it showed, and how long a list is that was never shown whole.

use gleaner::config::{Harvest, Limit, OnTruncated};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, Reply, Stage, users_page};

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_counts_what_it_shows_again() {
    let (stage, run) = followed_by(&[10, 11, 12, 13]).await;
    let pages = [
        users_page(&[10, 11, 10], Some("b")),
        users_page(&[11, 12, 13], None),
    ];
    stage.next(FOLLOWERS, pages);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let line = "select verdict, distinct_items, expected, missing, coverage_percent, duplicates, rejected, endpoints \
                from completeness where kind = 'followers'";
    assert_eq!(
        run.lines(line).await,
        ["complete 4 4 0 100.0 2 0 /g2/user/followers"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_is_of_the_lower_counter() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    stage.change(1, |person| person.follower_count = Some(40));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let line = "select verdict, distinct_items, expected, missing, coverage_percent from completeness where kind = 'followers'";
    assert_eq!(run.lines(line).await, ["truncated 3 40 37 7.5"]);
}

/// Shows a random half of 200 followers in a new generation.
async fn half(stage: &Stage, run: &Run, random: &mut fastrand::Rng) {
    let shown: Vec<i64> = (1_000..1_200).filter(|_| random.bool()).collect();
    stage.next(FOLLOWERS, [users_page(&shown, None)]);
    stage.change(1, |person| person.follower_count = Some(200));
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "truncated");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_halves_of_a_list_tell_how_much_is_missing() {
    let (stage, mut run) = followed_by(&[]).await;
    run.config.routes.on_truncated = OnTruncated::Always(Vec::new());
    let mut random = fastrand::Rng::with_seed(3);
    half(&stage, &run, &mut random).await;
    assert_eq!(
        run.lines("select * from missing_estimates").await,
        [""; 0],
        "one sweep says nothing"
    );
    for (method, sweeps) in [("chapman", 2)]
        .into_iter()
        .chain((3..=14).map(|n| ("schnabel", n)))
    {
        half(&stage, &run, &mut random).await;
        let line = "select method, sweeps, expected, estimate between 160 and 240, low <= 200 and high >= 200, \
                    missing = max(estimate, expected) - seen from missing_estimates";
        assert_eq!(run.lines(line).await, [format!("{method} {sweeps} 200 1 1 1")]);
        let seen = run.number("select seen from missing_estimates").await;
        let known = run
            .number("select count(*) from follow_edges where followers_sweep is not null")
            .await;
        if method == "schnabel" {
            assert_eq!(seen, known, "everybody who was ever shown");
        }
    }
    // What is counted as a recapture is what the tables say.
    let recaptured = run
        .number("select recaptured from sweeps order by id desc limit 1")
        .await;
    assert!((25..75).contains(&recaptured), "{recaptured}");
    // What only an import has added was caught by nobody.
    run.beside(async |db| {
        sqlx::query("update sweeps set imported = 2 where id = (select min(id) from sweeps where verdict = 'truncated')")
            .execute(&mut *db)
            .await?;
        // What is imported is not counted as an answer of the endpoint.
        let sums = "update endpoint_yields
            set requests = requests - 1, units = units - 1, pages = pages - i.answers,
                items = items - i.shown, new_items = new_items - i.fresh
            from (
                select count(*) as answers, sum(p.entries) as shown, sum(p.new_entries) as fresh
                from pages as p
                join sweeps as s on s.id = p.sweep_id and s.imported = 2
            ) as i
            where endpoint = '/g2/user/followers'";
        sqlx::query(sums).execute(db).await?;
        Ok(())
    })
    .await;
    half(&stage, &run, &mut random).await;
    let line = "select method, sweeps, estimate between 160 and 240 from missing_estimates";
    assert_eq!(run.lines(line).await, ["chapman 2 1"]);
    stage.next(FOLLOWERS, [users_page(&(1_000..1_200).collect::<Vec<_>>(), None)]);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(
        run.lines("select * from missing_estimates").await,
        [""; 0],
        "it is whole"
    );
    assert_eq!(
        run.number("select count(*) from everyone where user_id = 1")
            .await,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_always_shows_the_same_misses_what_its_counter_says() {
    let (stage, mut run) = followed_by(&[]).await;
    run.config.routes.on_truncated = OnTruncated::Always(Vec::new());
    stage.change(1, |person| person.follower_count = Some(10_000));
    stage.always(FOLLOWERS, users_page(&(1_000..1_050).collect::<Vec<_>>(), None));
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(
        run.lines("select seen, estimate, high, missing, missing_by, assumptions from missing_estimates")
            .await,
        ["50 50.0 50.0 9950.0 counter the sweeps showed the same part again, so the counter holds"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_sweeps_that_the_upstream_ended_tell_how_long_a_list_is() {
    let (stage, mut run) = followed_by(&[]).await;
    run.config.routes.on_truncated = OnTruncated::Always(Vec::new());
    let mut random = fastrand::Rng::with_seed(3);
    let estimates = "select method, sweeps, estimate between 160 and 240 from missing_estimates";
    half(&stage, &run, &mut random).await;
    // What our own limit ends shows the beginning of the list, and what comes after shows that again.
    let mut limited = followers();
    limited.limits.lists.insert(Kind::Followers, Limit::Pages(1));
    stage.next(
        FOLLOWERS,
        [users_page(&(1_000..1_020).collect::<Vec<_>>(), Some("c2"))],
    );
    assert_eq!(run.refresh(&limited).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "capped");
    half(&stage, &run, &mut random).await;
    assert_eq!(run.lines(estimates).await, [""; 0]);
    for _ in 0..2 {
        half(&stage, &run, &mut random).await;
        assert_eq!(run.lines(estimates).await, ["chapman 2 1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_known_of_complete_lists_alone() {
    let (stage, run) = followed_by(&[10, 11]).await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(
        run.lines("select list, other_id from everyone").await,
        ["followers 10", "followers 11"]
    );
    stage.change(1, |person| person.follower_count = Some(50));
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(run.lines("select * from everyone").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_being_read_again_still_has_everyone() {
    let (stage, run) = followed_by(&[10, 11, 12, 13]).await;
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let everyone =
        "select other_id, sweep_id = (select last_sweep from lists where kind = 'followers') from everyone";
    let known = run.lines(everyone).await;
    assert_eq!(known, ["10 1", "11 1", "12 1", "13 1"]);
    let pages = [
        users_page(&[10, 11, 99], Some("c2")),
        users_page(&[12, 13], None).held(),
    ];
    stage.next(FOLLOWERS, pages);
    let id = run.put(&followers(), true).await;
    let looked = async {
        run.until("select count(*) from follow_edges where follower_id = 99")
            .await;
        assert_eq!(run.lines(everyone).await, known);
        // As a sweep that was under way when the file was brought to this version.
        run.beside(async |db| {
            sqlx::query("update sweeps set recaptured = null, known_before = null where ended_at is null")
                .execute(db)
                .await?;
            Ok(())
        })
        .await;
        stage.release(1);
    };
    run.run_while(Mode::Harvest(id), looked).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    assert_eq!(run.lines("select count(*) from everyone").await, ["5"]);
    let counted = "select recaptured is null and known_before is null from sweeps order by id desc limit 1";
    assert_eq!(run.number(counted).await, 1, "half a number is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_being_read_again_has_nobody_whom_the_sweep_before_did_not_show() {
    let (stage, run) = followed_by(&[10, 11, 12, 99]).await;
    stage.person(98, &[]);
    stage.change(98, |person| person.following = vec![1]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let other = Harvest {
        name: "other".into(),
        ..harvest(&["98"], &[Kind::Following])
    };
    assert_eq!(run.go(&other).await, Stop::Finished);
    // 99 is missed once, which closes nothing; 98 is known by the other end alone.
    stage.change(1, |person| person.followers = vec![10, 11, 12]);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    let everyone = "select other_id from everyone where list = 'followers' order by 1";
    assert_eq!(run.lines(everyone).await, ["10", "11", "12"]);
    stage.change(1, |person| person.followers = vec![99, 98, 10, 11, 12]);
    let pages = [
        users_page(&[99, 98, 10], Some("c2")),
        users_page(&[11, 12], None).held(),
    ];
    stage.next(FOLLOWERS, pages);
    let id = run.put(&followers(), true).await;
    let looked = async {
        run.until("select count(*) from pages where sweep_id = (select open_sweep from lists where kind = 'followers')")
            .await;
        assert_eq!(run.lines(everyone).await, ["10", "11", "12"]);
        stage.release(1);
    };
    run.run_while(Mode::Harvest(id), looked).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    assert_eq!(run.lines(everyone).await, ["10", "11", "12", "98", "99"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_of_before_knows_of_its_endpoints_is_measured_from_its_ledger() {
    let (stage, run) = followed_by(&(1_000..1_200).collect::<Vec<_>>()).await;
    stage.page_size(20);
    stage.next(FOLLOWERS, [Reply::status(503), users_page(&[1_000, 1_000], None)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let sums = "select endpoint, kind, size, day, requests, units, pages, items, new_items, took_ms, last_answer_at \
                from endpoint_yields order by 1, 2, 3, 4";
    let times = "select endpoint, kind, within_ms, pages from endpoint_latencies order by 1, 2, 3";
    let kept = (run.lines(sums).await, run.lines(times).await);
    assert!(kept.0.len() > 2 && kept.1.len() > 1, "{kept:?}");
    run.beside(async |db| {
        sqlx::raw_sql("delete from endpoint_yields; delete from endpoint_latencies")
            .execute(&mut *db)
            .await?;
        let migration = include_str!("../../../migrations/sqlite/0011_completeness.sql");
        for statement in migration.split(";\n").map(str::trim_start) {
            if statement.starts_with("insert into") {
                sqlx::query(statement).execute(&mut *db).await?;
            }
        }
        Ok(())
    })
    .await;
    assert_eq!((run.lines(sums).await, run.lines(times).await), kept);
}
