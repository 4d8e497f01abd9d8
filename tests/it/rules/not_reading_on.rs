//! Lists that could be read on by the next endpoint of their route, and are not: what they end as, and what is left of it.

use gleaner::config::{Harvest, OnTruncated};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::setup;
use gleaner::store::claim::{self, For};
use gleaner::store::holds::{self, Hold, Reason, Scope};
use gleaner::store::{recover, tasks};

use super::reading_on::{known, many_cut};
use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, Reply, Stage};

/// Whose lists ended how, by which endpoint, and how many walks they had.
const ENDED: &str = "select s.verdict, s.endpoint, s.walk, coalesce(s.walk_reason, '-'), count(*) from sweeps as s \
                     join lists as l on l.id = s.list_id where l.kind = 'followers' and s.verdict is not null \
                     group by 1, 2, 3, 4 order by 5 desc";

/// Three lists are in the middle of the next endpoint, and the other ones wait for them.
async fn three_under_way(people: i64) -> (Stage, Run, Harvest) {
    let (stage, mut run, wanted) = many_cut(people).await;
    stage.next(FOLLOWERS_CHUNK, known(Some("c2")).times(3));
    stage.always(FOLLOWERS_CHUNK, known(None));
    // A profile and a page for each, and three of the next endpoint, which cost 2 units.
    run.config.budget.total = Some(2 * people + 6);
    let id = run.put(&wanted, false).await;
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Budget);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3);
    run.config.budget.total = None;
    run.beside(async |db| {
        sqlx::raw_sql("update tasks set not_before = 1 where page_no = 0")
            .execute(db)
            .await?;
        Ok(())
    })
    .await;
    (stage, run, wanted)
}

async fn hold(run: &Run, endpoint: &str) {
    let hold = Hold {
        scope: Scope::Endpoint(endpoint.into()),
        reason: Reason::Paused,
        detail: String::new(),
        since: 0,
        until: None,
    };
    run.beside(async |db| holds::put(db, &hold).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_wait_are_not_read_on_once_nobody_wants_that() {
    for (rule, pages) in [(Vec::new(), 6), (vec![Kind::Followers], 15)] {
        let (stage, mut run, wanted) = three_under_way(12).await;
        run.config.routes.on_truncated = OnTruncated::Always(rule);
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        assert_eq!(stage.count(FOLLOWERS_CHUNK), pages);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_do_not_wait_for_an_endpoint_that_is_held() {
    let (stage, run, wanted) = many_cut(3).await;
    hold(&run, FOLLOWERS_CHUNK).await;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(run.lines(ENDED).await, ["truncated /g2/user/followers 0 - 3"]);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 0);

    let (stage, run, wanted) = three_under_way(60).await;
    hold(&run, FOLLOWERS_CHUNK).await;
    assert_eq!(run.go(&wanted).await, Stop::Held, "three are in the middle of it");
    assert_eq!(run.lines(ENDED).await, ["truncated /g2/user/followers 0 - 57"]);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3);
    let at_once = "select max(lists) from (select count(*) as lists from sweeps where verdict = 'truncated' group by ended_at)";
    assert!(run.number(at_once).await <= 20);
}

/// An endpoint that shows a list in one answer, for one unit.
const THIRD: &str = "/gql/user/followers";

#[tokio::test(flavor = "multi_thread")]
async fn lists_pass_over_an_endpoint_that_is_held_for_the_one_after_it() {
    // Held before the first endpoint ends, and while lists wait for it.
    let (stage, mut run, wanted) = many_cut(3).await;
    run.config.routes.followers.push(THIRD.into());
    stage.always(THIRD, Reply::status(403));
    hold(&run, FOLLOWERS_CHUNK).await;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!((stage.count(FOLLOWERS_CHUNK), stage.count(THIRD)), (0, 3));

    let (stage, mut run, wanted) = three_under_way(6).await;
    run.config.routes.followers.push(THIRD.into());
    stage.always(THIRD, Reply::status(403));
    hold(&run, FOLLOWERS_CHUNK).await;
    assert_eq!(run.go(&wanted).await, Stop::Held);
    assert_eq!((stage.count(FOLLOWERS_CHUNK), stage.count(THIRD)), (3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_always_go_on_wait_where_the_next_endpoint_is_held() {
    let always = OnTruncated::Always(vec![Kind::Followers]);
    let (stage, mut run, wanted) = many_cut(3).await;
    run.config.routes.on_truncated = always.clone();
    hold(&run, FOLLOWERS_CHUNK).await;
    assert_eq!(run.go(&wanted).await, Stop::Held);
    assert_eq!(run.lines(ENDED).await, [""; 0]);
    let scope = Scope::Endpoint(FOLLOWERS_CHUNK.into());
    run.beside(async |db| holds::lift(db, &scope, Reason::Paused).await)
        .await;
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 3 * 8);

    // A person says so while lists wait to be judged.
    let (_stage, mut run, wanted) = three_under_way(6).await;
    run.config.routes.on_truncated = always;
    hold(&run, FOLLOWERS_CHUNK).await;
    assert_eq!(run.go(&wanted).await, Stop::Held);
    assert_eq!(run.lines(ENDED).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_does_not_go_on_to_an_endpoint_that_cannot_be_worth_it() {
    let (stage, mut run, wanted) = many_cut(6).await;
    // The second may bring 350 rows for one unit, and brings none; the third asks 18 units for them.
    run.config.routes.followers = vec![FOLLOWERS.into(), THIRD.into(), FOLLOWERS_CHUNK.into()];
    run.config.routes.min_new_rows_a_unit = 30.0;
    stage.always(THIRD, Reply::status(403));
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!((stage.count(THIRD), stage.count(FOLLOWERS_CHUNK)), (3, 0));
    assert_eq!(
        run.lines("select verdict, count(*) from lists where kind = 'followers' group by 1")
            .await,
        ["truncated 6"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_kills_the_process_where_it_is_read_on_ends() {
    let (_stage, run, wanted) = three_under_way(3).await;
    let policy = setup::policy(&run.config, true);
    let now = run.clock.now();
    for _ in 0..3 {
        let claimed = run
            .beside(async |db| claim::claim(db, &policy, For::All, 1, now).await)
            .await;
        assert_eq!(claimed.claims.len(), 1);
        run.beside(async |db| recover::begin(db, &policy, 1, now).await)
            .await;
    }
    assert_eq!(run.lines("select distinct state from tasks").await, ["ready"]);
    let verdicts = "select verdict from lists where kind = 'followers' and verdict is not null";
    assert_eq!(run.lines(verdicts).await, ["truncated"]);
    assert_eq!(run.go(&wanted).await, Stop::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_an_endpoint_that_was_not_asked() {
    let (_stage, run, wanted) = three_under_way(12).await;
    let waiting = run.number("select min(id) from tasks where page_no = 0").await;
    let policy = setup::policy(&run.config, true);
    let now = run.clock.now();
    run.beside(async |db| tasks::cancel(db, &policy, waiting, now).await)
        .await;
    assert_eq!(run.lines(ENDED).await, ["cancelled /g2/user/followers 0 - 1"]);
    assert_eq!(
        run.number("select count(*) from fallbacks where decided = 0")
            .await,
        8
    );
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(
        run.lines(ENDED).await[0],
        "truncated /g2/user/followers 0 - 8",
        "they had one walk"
    );
    assert_eq!(
        run.number("select count(*) from fallbacks where decided = 0")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_endpoint_after_the_next_brings_is_not_held_to_be_the_next_ones() {
    const NEXT: &str = "/gql/user/followers";
    let (stage, mut run, wanted) = many_cut(12).await;
    run.config.routes.followers = vec![FOLLOWERS.into(), NEXT.into(), FOLLOWERS_CHUNK.into()];
    stage.always(NEXT, Reply::status(404));
    assert_eq!(run.go(&wanted).await, Stop::Finished);
    assert_eq!(stage.count(NEXT), 3, "three found out that it brings nothing");
    assert_eq!(
        run.lines("select verdict, count(*) from lists where kind = 'followers' group by 1")
            .await,
        ["complete 12"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_list_whose_next_page_cannot_be_paid() {
    let (stage, run, mut first) = many_cut(7).await;
    let mut second = harvest(&["4", "5", "6", "7"], &[Kind::Followers]);
    second.name = "second".into();
    first.seeds = ["1", "2", "3"].map(String::from).to_vec();
    // 3 profiles, 3 pages, 3 pages for 2 units, and one unit is left.
    first.max_units = Some(13);
    stage.next(FOLLOWERS_CHUNK, known(Some("c2")).times(3));
    stage.always(FOLLOWERS_CHUNK, known(None));
    assert_eq!(run.go(&first).await, Stop::Budget);
    // It has spent less than the first, so its turn comes first.
    run.put(&second, false).await;
    let ended =
        run.until("select count(*) = 4 from lists where kind = 'followers' and verdict = 'truncated'");
    run.run_while(Mode::Daemon, ended).await;
    assert_eq!(stage.count(FOLLOWERS_CHUNK), 6, "three of its own");
}
