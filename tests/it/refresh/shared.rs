//! Lists that several harvests with limits of their own want: none pays for more than its own limit, none waits for ever, and
//! none goes without what another one's limit left out.

use gleaner::config::{Harvest, Limit};
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;

use super::{DAY, Days, daily};
use crate::stage::FOLLOWERS;

const TWELVE: [i64; 12] = [112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101];
const HOUR: std::time::Duration = std::time::Duration::from_hours(1);

fn named(name: &str, harvest: Harvest) -> Harvest {
    Harvest {
        name: name.into(),
        ..harvest
    }
}

fn limited(mut harvest: Harvest, limit: Limit) -> Harvest {
    for kind in &harvest.collect {
        harvest.limits.lists.insert(*kind, limit);
    }
    harvest
}

/// All followers of person 1, daily.
fn whole() -> Harvest {
    named("whole", daily(&["1"], &[Kind::Followers]))
}

/// As many of them as a limit says, daily.
fn small(limit: Limit) -> Harvest {
    named("small", limited(whole(), limit))
}

/// The same, once.
fn once(harvest: Harvest) -> Harvest {
    Harvest {
        refresh: None,
        ..harvest
    }
}

impl Days {
    /// Person 1 with ten followers, shown two by two.
    async fn of_ten() -> Self {
        let days = Self::start().await;
        days.stage.person(1, &(10..20).collect::<Vec<_>>());
        days
    }

    /// Somebody's `whole` has read the followers and, a day later, its limit ends it after so many pages of them.
    async fn stopped_at(pages: i64) -> Self {
        let days = Self::of_ten().await;
        days.after(DAY, &whole()).await;
        let spent = days.run.number("select sum(units) from payments").await;
        let stopped = Harvest {
            max_units: Some(spent + 1 + pages),
            ..whole()
        };
        assert_eq!(days.ends_after(DAY, &stopped).await.0, Stop::Budget);
        assert_eq!(i64::try_from(days.pages_of_newest().await.len()).unwrap(), pages);
        days
    }

    /// The pages of the newest sweep of the list of followers, or of posts, by who paid.
    async fn pages_of_newest(&self) -> Vec<String> {
        let pages = "select harvest, page_no from payments where kind in ('followers', 'medias')
            and sweep_id = (select max(sweep_id) from payments where kind in ('followers', 'medias')) order by id";
        self.run.lines(pages).await
    }

    async fn verdict_of(&self, kind: Kind) -> Vec<String> {
        let verdict = format!("select verdict from lists where kind = '{kind}'");
        self.run.lines(&verdict).await
    }

    /// Whether the list of followers is under way, and who waits for it.
    async fn open(&self) -> Vec<String> {
        let open = "select l.open_sweep is not null, (
                select group_concat(h.name) from harvest_lists as w join harvests as h on h.id = w.harvest_id
                where w.list_id = l.id and w.open = 1
            ) from lists as l where l.kind = 'followers'";
        self.run.lines(open).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_a_list_over_pays_no_further_than_its_own_limit() {
    let days = Days::stopped_at(1).await;
    let small = small(Limit::Pages(2));
    days.after(HOUR, &small).await;
    assert_eq!(days.pages_of_newest().await, ["whole 0", "small 1"]);
    assert_eq!(days.open().await, ["1 whole"]);
    days.run.check_invariants().await;
    for _ in 0..2 {
        days.after(DAY, &small).await;
    }
    assert_eq!(days.pages_of_newest().await, ["whole 0", "small 1"]);
    let rest = Harvest {
        max_units: Some(100),
        ..whole()
    };
    days.after(HOUR, &rest).await;
    assert_eq!(
        days.pages_of_newest().await,
        ["whole 0", "small 1", "whole 2", "whole 3", "whole 4"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_what_it_wants_of_a_list_that_stands_open_pays_nothing_for_it() {
    for limit in [Limit::Pages(2), Limit::Items(5)] {
        let days = Days::stopped_at(3).await;
        days.after(HOUR, &small(limit)).await;
        let pages = ["whole 0", "whole 1", "whole 2"];
        assert_eq!(days.pages_of_newest().await, pages, "{limit:?}");
        days.after(HOUR, &once(named("once", small(limit)))).await;
        assert_eq!(days.pages_of_newest().await, pages, "{limit:?}");
        assert_eq!(days.open().await, ["1 whole"]);
        days.run.check_invariants().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_and_has_what_it_wants_is_done_when_the_payer_cannot_go_on() {
    let days = Days::of_ten().await;
    let stopped = Harvest {
        max_units: Some(1 + 3),
        ..once(whole())
    };
    days.run.put(&stopped, false).await;
    days.run.put(&once(small(Limit::Pages(2))), false).await;
    let done = days
        .run
        .until("select exists (select 1 from harvests where name = 'small' and finished_at is not null)");
    assert_eq!(days.run.run_while(Mode::Daemon, done).await, Stop::Asked);
    assert_eq!(days.pages_of_newest().await, ["whole 0", "whole 1", "whole 2"]);
    assert_eq!(days.open().await, ["1 whole"]);
    days.run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_anew_for_one_is_not_waited_for_by_another_that_is_not_due() {
    let days = Days::of_ten().await;
    days.after(DAY, &whole()).await;
    days.after(DAY, &small(Limit::Pages(1))).await;
    let spent = days.run.number("select sum(units) from payments").await;
    // More is wanted at once, and what the smaller one has ended is read on for it.
    let stopped = Harvest {
        max_units: Some(spent + 1),
        ..whole()
    };
    assert_eq!(days.ends_after(HOUR, &stopped).await.0, Stop::Budget);
    assert_eq!(days.open().await, ["1 whole"]);
    let asked = days.after(HOUR, &small(Limit::Pages(1))).await;
    assert_eq!(asked, 0);
    assert_eq!(days.open().await, ["1 whole"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cap_of_pages_ended_is_not_due_for_a_wider_limit() {
    let days = Days::start().await;
    days.stage.person(1, &(100..200).collect::<Vec<_>>());
    days.stage.change(1, |person| person.follower_count = Some(2));
    days.after(DAY, &whole()).await;
    assert!(days.after(DAY, &small(Limit::Pages(90))).await > 10);
    assert_eq!(days.verdict_of(Kind::Followers).await, ["capped"]);
    assert_eq!(days.after(HOUR, &whole()).await, 0);
    let due = "select count(*) from lists where due_at <= ended_at";
    assert_eq!(days.run.number(due).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_bought_says_whether_more_is_wanted() {
    // Two on a page: three people are on two pages, and so are four. Two pages are no five people.
    for (smaller, wider, more) in [
        (Limit::Items(3), Limit::Items(4), 0),
        (Limit::Items(3), Limit::Pages(2), 0),
        (Limit::Items(3), Limit::Pages(3), 1),
        (Limit::Pages(2), Limit::Items(5), 1),
    ] {
        let days = Days::of_ten().await;
        let wider = named("wider", limited(whole(), wider));
        days.after(DAY, &wider).await;
        days.after(DAY, &small(smaller)).await;
        let due = "select due_at = ended_at from lists where kind = 'followers'";
        assert_eq!(days.run.number(due).await, i64::from(more > 0), "{wider:?}");
        let before = days.stage.count(FOLLOWERS);
        days.after(HOUR, &wider).await;
        assert_eq!(days.stage.count(FOLLOWERS), before + more, "{wider:?}");
    }
}

/// Twelve posts of person 1, three on a page, of which a harvest with a limit has read the newest.
async fn known_in_part(limit: Limit) -> (Days, Harvest) {
    let days = Days::start().await;
    days.poster(1, &TWELVE, 3);
    let some = named("some", limited(daily(&["1"], &[Kind::Medias]), limit));
    days.after(DAY, &some).await;
    assert_eq!(days.verdict_of(Kind::Medias).await, ["capped"]);
    (days, some)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_posts_that_are_known_as_far_as_the_payer_wants_reads_on() {
    for (limit, wider, posts, verdict) in [
        (Limit::Pages(2), None, 12, "complete"),
        (Limit::Items(6), None, 12, "complete"),
        (Limit::Items(6), Some(Limit::Items(9)), 9, "capped"),
    ] {
        let (days, some) = known_in_part(limit).await;
        let all = named("all", crate::harness::harvest(&["1"], &[Kind::Medias]));
        let all = wider.map_or(all.clone(), |wider| limited(all, wider));
        days.clock.advance(DAY + HOUR);
        days.run.put(&some, false).await;
        days.run.put(&all, false).await;
        let finished = days
            .run
            .until("select not exists (select 1 from harvests where finished_at is null)");
        assert_eq!(days.run.run_while(Mode::Daemon, finished).await, Stop::Asked);
        days.run.check_invariants().await;
        assert_eq!(days.posts_known(1).await, TWELVE[..posts], "{limit:?}");
        assert_eq!(days.verdict_of(Kind::Medias).await, [verdict]);
        let pages = days.pages_of_newest().await;
        let (first, rest) = pages.split_first().unwrap();
        assert_eq!(first, "some 0");
        assert!(rest.iter().all(|page| page.starts_with("all")), "{pages:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wider_limit_reads_on_in_posts_that_are_not_in_the_order_of_time() {
    let days = Days::start().await;
    days.poster(
        1,
        &[101, 112, 102, 111, 103, 110, 104, 109, 105, 108, 106, 107],
        3,
    );
    let posts = crate::harness::harvest(&["1"], &[Kind::Medias]);
    days.after(DAY, &limited(posts.clone(), Limit::Pages(2))).await;
    assert_eq!(days.run.number("select count(*) from list_stretches").await, 0);
    assert_eq!(days.after(HOUR, &limited(posts, Limit::Pages(3))).await, 1);
    assert_eq!(days.pages_of_newest().await, ["test 0", "test 1", "test 2"]);
}
