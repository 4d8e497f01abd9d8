//! Lists that a limit ended and of which more is wanted: they are read on where they ended, and no page is bought again
//! unless the ledger says why.

use gleaner::config::{Harvest, Limit, OnTruncated};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::mock::oracle::Plan;
use gleaner::store::holds::{self, Hold, Reason, Scope};
use gleaner::way::Way;

use super::{DAY, Days, daily};
use crate::archive::assert_same;
use crate::harness::{Run, assert_rows_equal, assert_verdicts_equal, harvest, harvest_of};
use crate::stage::{FOLLOWERS, FOLLOWERS_CHUNK, Reply};

const HOUR: std::time::Duration = std::time::Duration::from_hours(1);
const SEVEN: [i64; 7] = [10, 11, 12, 13, 14, 15, 16];

/// The followers of person 1 as far as a limit goes.
fn followers(limit: Option<Limit>) -> Harvest {
    let mut wanted = harvest(&["1"], &[Kind::Followers]);
    wanted
        .limits
        .lists
        .extend(limit.map(|limit| (Kind::Followers, limit)));
    wanted
}

fn other(harvest: Harvest) -> Harvest {
    Harvest {
        name: "other".into(),
        ..harvest
    }
}

impl Days {
    /// Person 1 with seven followers, shown two by two.
    async fn of_seven() -> Self {
        let days = Self::start().await;
        days.stage.person(1, &SEVEN);
        days
    }

    /// The pages of followers that were bought, with why.
    async fn bought(&self) -> Vec<String> {
        let bought = "select page_no, reason from payments where kind = 'followers' order by id";
        self.run.lines(bought).await
    }

    async fn followers_known(&self) -> Vec<i64> {
        let known = "select follower_id from follow_edges where followee_id = 1 order by 1";
        let known = self.run.lines(known).await;
        known.iter().map(|line| line.parse().unwrap()).collect()
    }

    /// Verdict, sweep and pages of the list of followers of person 1.
    async fn list(&self) -> Vec<String> {
        let list = "
            select l.verdict, l.generation, s.pages, s.distinct_items, s.resume is null
            from lists as l
            join sweeps as s on s.id = l.last_sweep
            where l.kind = 'followers' and l.target = '1'";
        self.run.lines(list).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wider_limit_reads_on_in_the_same_sweep() {
    let days = Days::of_seven().await;
    let mut asked = Vec::new();
    for limit in [Limit::Pages(1), Limit::Items(3), Limit::Pages(2), Limit::Pages(3)] {
        asked.push(days.after(HOUR, &followers(Some(limit))).await);
    }
    // The profile and a page; then a page more, none for what is there, and one more.
    assert_eq!(asked, [2, 1, 0, 1]);
    assert_eq!(days.list().await, ["capped 1 3 6 0"]);
    let foreseen = days.run.foresee(&followers(None)).await;
    assert_eq!(foreseen.total.units.expected, 1);
    assert_eq!(days.after(HOUR, &followers(None)).await, 1);
    assert_eq!(days.list().await, ["complete 1 4 7 1"]);
    assert_eq!(days.bought().await, ["0 null", "1 null", "2 null", "3 null"]);
    assert_eq!(days.followers_known().await, SEVEN);
    let measured = "select clean, truncated, walk_pages, walk_items from endpoint_yields \
                    where endpoint = '/g2/user/followers' and clean + truncated > 0";
    assert_eq!(days.run.lines(measured).await, ["1 0 4 7"], "one walk");
    assert_eq!(
        days.run
            .number("select closes from sweeps where verdict = 'complete' and pages = 4")
            .await,
        1
    );
    assert_same(&days.run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_on_waits_like_any_other_list_and_is_placed_once() {
    let days = Days::of_seven().await;
    days.after(HOUR, &followers(Some(Limit::Pages(1)))).await;
    for limit in [Limit::Pages(2), Limit::Pages(3)] {
        days.run.put(&followers(Some(limit)), false).await;
        let open = "select l.verdict, l.ended_at, t.page_no, t.cursor from lists as l join tasks as t on t.list_id = l.id";
        assert_eq!(days.run.lines(open).await, ["null null 1 c2"]);
        days.run.check_invariants().await;
    }
    assert_eq!(days.after(HOUR, &followers(Some(Limit::Pages(3)))).await, 2);
    assert_eq!(days.bought().await, ["0 null", "1 null", "2 null"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_harvest_reads_on_and_takes_what_is_known() {
    let days = Days::of_seven().await;
    for id in SEVEN {
        days.stage.person(id, &[]);
    }
    days.after(HOUR, &followers(Some(Limit::Pages(2)))).await;
    let mut wider = other(followers(None));
    wider.depth = 2;
    wider.expand = vec![Way::Followers];
    wider.limits.users = Some(10);
    assert_eq!(
        days.after(HOUR, &wider).await,
        2 + 7,
        "two pages more, and a profile of everyone"
    );
    let payers =
        "select harvest, page_no from payments where kind = 'followers' and target = '1' order by id";
    assert_eq!(
        days.run.lines(payers).await,
        ["test 0", "test 1", "other 2", "other 3"]
    );
    assert_eq!(days.list().await, ["complete 1 4 7 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_list_and_wants_more_pays_for_the_rest() {
    let days = Days::of_seven().await;
    days.run.put(&followers(Some(Limit::Pages(1))), false).await;
    days.run
        .put(&other(followers(Some(Limit::Items(5)))), false)
        .await;
    days.run
        .put(
            &Harvest {
                name: "most".into(),
                ..followers(Some(Limit::Items(1)))
            },
            false,
        )
        .await;
    let finished = days
        .run
        .until("select not exists (select 1 from harvests where finished_at is null)");
    assert_eq!(days.run.run_while(Mode::Daemon, finished).await, Stop::Asked);
    days.run.check_invariants().await;
    let payers = "select harvest, page_no from payments where kind = 'followers' order by id";
    assert_eq!(days.run.lines(payers).await, ["test 0", "other 1", "other 2"]);
    assert_eq!(days.list().await, ["capped 1 3 6 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_refused_restarts_the_walk() {
    let days = Days::of_seven().await;
    days.after(HOUR, &followers(Some(Limit::Pages(1)))).await;
    days.stage.next(FOLLOWERS, [Reply::status(400)]);
    days.after(HOUR, &followers(None)).await;
    assert_eq!(days.list().await, ["complete 1 5 7 1"]);
    let again = "0 read again from page 0: a cursor was refused";
    assert_eq!(days.bought().await[2], again);
    assert_eq!(
        days.run.lines("select page_no, times_paid from paid_twice").await,
        ["0 2", "1 2"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_is_read_again_and_the_ledger_says_why() {
    let days = Days::of_seven().await;
    days.after(HOUR, &followers(Some(Limit::Pages(2)))).await;
    days.after(DAY, &followers(Some(Limit::Pages(3)))).await;
    days.after(DAY, &followers(None)).await;
    let why = "read again from page 0: a wider limit";
    let mut bought = vec!["0 null".to_owned(), "1 null".into()];
    bought.extend([0, 1, 2, 0, 1, 2, 3].map(|page| format!("{page} {why}")));
    assert_eq!(days.bought().await, bought);
    let twice = "select page_no, times_paid, units_paid_again from paid_twice order by page_no";
    assert_eq!(days.run.lines(twice).await, ["0 3 2", "1 3 2", "2 2 1"]);
    assert_eq!(
        days.run
            .number("select sum(units_paid_again) from spend_by_harvest")
            .await,
        5
    );
    assert_same(&days.run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_begins_anew_and_says_why() {
    let days = Days::of_seven().await;
    days.after(HOUR, &followers(Some(Limit::Pages(1)))).await;
    let now = days.run.clock.now();
    let retired = Hold {
        scope: Scope::Endpoint(FOLLOWERS.into()),
        reason: Reason::Retired,
        detail: "410".into(),
        since: now,
        until: None,
    };
    days.run.beside(async |db| holds::put(db, &retired).await).await;
    days.after(HOUR, &followers(None)).await;
    assert_eq!(
        (days.stage.count(FOLLOWERS), days.stage.count(FOLLOWERS_CHUNK)),
        (1, 4)
    );
    assert_eq!(days.bought().await[1], "0 read again from page 0: a wider limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_round_reads_anew() {
    let days = Days::of_seven().await;
    days.after(HOUR, &followers(Some(Limit::Pages(1)))).await;
    days.clock.advance(HOUR);
    let wider = followers(Some(Limit::Pages(2)));
    assert_eq!(days.run.refresh(&wider).await, Stop::Finished);
    assert_eq!(days.bought().await, ["0 null", "0 null", "1 null"]);
    assert_eq!(days.run.number("select count(*) from paid_twice").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_on_is_as_old_as_its_first_part() {
    let days = Days::of_seven().await;
    let profile = other(harvest(&["1"], &[Kind::Profile]));
    days.after(HOUR, &profile).await;
    days.after(HOUR, &followers(Some(Limit::Pages(2)))).await;
    days.clock.advance(HOUR);
    assert_eq!(days.run.refresh(&profile).await, Stop::Finished);
    days.after(HOUR, &followers(None)).await;
    assert_eq!(days.bought().await.len(), 4);
    days.after(HOUR, &other(followers(None))).await;
    assert_eq!(
        days.bought().await.len(),
        8,
        "its first pages are older than the round"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_of_pages_is_no_reason_to_ask_again() {
    let days = Days::start().await;
    days.stage.person(1, &(100..200).collect::<Vec<_>>());
    days.stage.change(1, |person| person.follower_count = Some(2));
    days.after(HOUR, &followers(None)).await;
    assert_eq!(days.list().await, ["capped 1 11 22 1"]);
    let mut more = followers(Some(Limit::Pages(90)));
    more.collect.push(Kind::Following);
    assert_eq!(days.run.foresee(&more).await.total.units.expected, 0);
    assert_eq!(
        days.after(HOUR, &more).await,
        0,
        "nobody is followed, so nothing is asked"
    );
    assert_eq!(days.after(HOUR, &other(followers(None))).await, 0);
    assert_eq!(days.list().await, ["capped 1 11 22 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_on_is_one_reading_to_the_interval() {
    let days = Days::start().await;
    days.stage.person(1, &[10, 11, 12, 13]);
    let whole = daily(&["1"], &[Kind::Followers]);
    days.after(DAY, &whole).await;
    days.stage
        .change(1, |person| person.followers = vec![20, 10, 21, 11, 12, 13]);
    let mut limited = whole.clone();
    limited.limits.lists.insert(Kind::Followers, Limit::Pages(1));
    days.after(DAY, &limited).await;
    days.after(HOUR, &whole).await;
    assert_eq!(days.list().await, ["complete 2 3 6 1"]);
    let seen = "select json_extract(seen, '$.changes'), round(json_extract(seen, '$.days'), 1) from lists where kind = 'followers'";
    assert_eq!(days.run.lines(seen).await, ["2.0 1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_limit_of_another_ended_while_it_was_not_due_is_read_on() {
    let days = Days::of_seven().await;
    let whole = daily(&["1"], &[Kind::Followers]);
    days.after(DAY, &whole).await;
    let mut small = other(whole.clone());
    small.limits.lists.insert(Kind::Followers, Limit::Pages(1));
    days.after(DAY, &small).await;
    assert_eq!(days.list().await, ["capped 2 1 2 0"]);
    days.after(HOUR, &whole).await;
    assert_eq!(days.list().await, ["complete 2 4 7 1"]);
    let second = "select harvest, page_no from payments where kind = 'followers' and id > (
        select max(p.id) from payments as p where p.kind = 'followers' and p.harvest = 'test' and p.page_no = 3 and p.sweep_id < (
            select max(sweep_id) from payments where kind = 'followers'
        )
    ) order by id";
    assert_eq!(
        days.run.lines(second).await,
        ["other 0", "test 1", "test 2", "test 3"]
    );
    // Nor does the limit that it is past end it once more.
    days.after(HOUR, &whole).await;
    assert_eq!(days.bought().await.len(), 8);
}

/// Every kind that is read by pages but lists of posts, of which what is younger is looked for first.
const PAGED: [Kind; 7] = [
    Kind::Followers,
    Kind::Following,
    Kind::Reposts,
    Kind::Comments,
    Kind::Replies,
    Kind::CommentLikers,
    Kind::Search,
];

/// Harvests a plan with limits of one page, of two, and without any: it comes to what it comes to without any at once, and
/// costs no more.
async fn widened(plan: impl Fn(&Run) -> Plan, kinds: &[Kind]) {
    let (mut whole, mut run) = (Run::start(1, 5_000).await, Run::start(1, 5_000).await);
    for run in [&mut whole, &mut run] {
        // A list that is limited when it ends is not read on by another endpoint.
        run.config.routes.on_truncated = OnTruncated::Always(Vec::new());
    }
    let plan = plan(&run);
    assert_eq!(whole.harvest(&plan).await, Stop::Finished);
    for pages in [Some(1), Some(2), None] {
        let mut wanted = harvest_of(&plan);
        let limit = pages.map(Limit::Pages);
        let limits = kinds.iter().filter_map(|kind| Some((*kind, limit?)));
        wanted.limits.lists.extend(limits);
        assert_eq!(run.go(&wanted).await, Stop::Finished);
        if pages == Some(1) {
            let capped = run
                .lines("select distinct kind from lists where verdict = 'capped'")
                .await;
            assert_eq!(capped.len(), kinds.len(), "{capped:?}");
        }
    }
    assert_rows_equal(&run.dump().await, &whole.dump().await);
    assert_verdicts_equal(&run.verdicts().await, &whole.verdicts().await);
    assert_eq!(
        (run.upstream.meter(), run.billed_arrivals()),
        (whole.upstream.meter(), whole.billed_arrivals())
    );
    // A 404 is asked once more, with a limit or without.
    let twice = "select kind, target, page_no, times_paid from paid_twice order by 1, 2, 3";
    assert_eq!(run.lines(twice).await, whole.lines(twice).await);
    assert_same(&run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_are_widened_cost_no_more_than_none() {
    let plan = |run: &Run| {
        let mut seeds = run.world.seeds(45);
        seeds.extend(run.world.queries(2));
        let kinds = PAGED.iter().filter(|kind| **kind != Kind::Search);
        Plan::of(seeds, &kinds.map(|kind| kind.name()).collect::<Vec<_>>())
    };
    widened(plan, &PAGED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_on_variants_that_are_widened_cost_no_more_than_none() {
    let plan = |run: &Run| Plan {
        popular: true,
        by_views: true,
        ..Plan::of(run.world.seeds(60), &["profile", "clips", "comments"])
    };
    widened(plan, &[Kind::Clips, Kind::Comments]).await;
}
