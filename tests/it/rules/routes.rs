//! The endpoints of a route are tried in their order when one is retired, or where the config says so, truncated.

use gleaner::config::{Harvest, SortOrder};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;

use super::{followed_by, followers};
use crate::harness::harvest;
use crate::stage::{COMMENTS, FOLLOWERS, FOLLOWERS_CHUNK, Reply, V2_COMMENTS, users_page};

#[tokio::test(flavor = "multi_thread")]
async fn all_lists_of_a_retired_endpoint_move_on_and_it_is_not_asked_again() {
    let (stage, mut run) = followed_by(&[10, 11, 12]).await;
    run.config.upstream.workers = 1;
    stage.person(2, &[10]);
    stage.person(3, &[11]);
    stage.always(FOLLOWERS, Reply::status(410));
    let wanted = harvest(&["1", "2", "3"], &[Kind::Followers]);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS), 1);
    let ends = run
        .lines("select distinct verdict from lists where kind = 'followers'")
        .await;
    assert_eq!(ends, ["complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_goes_on_from_page_0_in_the_same_sweep() {
    let (stage, run) = followed_by(&[10, 11, 12]).await;
    stage.next(FOLLOWERS, [users_page(&[12, 13], Some("c2")), Reply::status(410)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    let sweep = "select walk, pages, distinct_items, verdict from sweeps where endpoint like '%chunk'";
    assert_eq!(run.lines(sweep).await, ["1 3 4 complete"]);
    assert_eq!(run.followers_known().await, ["10", "11", "12", "13"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_any_endpoint_left_is_retired() {
    let (stage, run) = followed_by(&[10]).await;
    stage.always(FOLLOWERS, Reply::status(410));
    stage.always(FOLLOWERS_CHUNK, Reply::status(410));
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.verdict(Kind::Followers).await, "retired");
}

#[tokio::test(flavor = "multi_thread")]
async fn truncation_moves_on_only_where_the_config_says_so() {
    for (kinds, verdict, chunks) in [(vec![], "truncated", 0), (vec![Kind::Followers], "complete", 4)] {
        let (stage, mut run) = followed_by(&[10, 11, 12, 13, 14, 15, 16, 17]).await;
        run.config.routes.on_truncated = kinds;
        stage.next(FOLLOWERS, [users_page(&[10, 11], None)]);
        assert_eq!(run.go(&followers()).await, Stop::Finished);
        assert_eq!(run.verdict(Kind::Followers).await, verdict);
        assert_eq!(stage.count(FOLLOWERS_CHUNK), chunks);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_endpoint_is_looked_at_again_by_a_person_or_by_another_version() {
    let (stage, run) = followed_by(&[10, 11]).await;
    stage.next(FOLLOWERS, [Reply::status(410)]);
    assert_eq!(run.go(&followers()).await, Stop::Finished);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS), 1, "the same version does not ask again");

    run.beside(async |db| {
        sqlx::query("update holds set version = '0.0.1'")
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
    // Rounds that begin before it has looked still know it as retired.
    let id = run.put(&followers(), false).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Finished);
    assert_eq!(run.number("select count(*) from holds").await, 0);
    assert_eq!(run.refresh(&followers()).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_asked_only_of_endpoints_that_know_it() {
    let (stage, run) = followed_by(&[]).await;
    stage.change(1, |person| person.posts = vec![(101, Some(5))]);
    let wanted = Harvest {
        sort_order: SortOrder::Popular,
        ..harvest(&["1"], &[Kind::Comments])
    };
    stage.always(COMMENTS, Reply::status(410));
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!((stage.count(COMMENTS), stage.count(V2_COMMENTS)), (1, 0));
    let lists = "select params, verdict from lists where kind = 'comments'";
    assert_eq!(run.lines(lists).await, ["sort_order=popular retired"]);
}
