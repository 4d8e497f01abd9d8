//! What people want to know of a harvest under way, read without disturbing it.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{Row as _, SqlitePool};

use crate::clock::Timestamp;
use crate::store::Result;
use crate::store::holds::{self, Hold};
use crate::store::ledger::{self, Spent};
use crate::store::limits::{self, Configured};

/// The state of everything in the file.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The harvests, by name.
    pub harvests: Vec<HarvestView>,
    /// Tasks by state.
    pub tasks: TaskCounts,
    /// What has no task yet, or none any more.
    pub waiting: Waiting,
    /// Why something is not sent.
    pub holds: Vec<Hold>,
    /// Spent in all.
    pub spent: Spent,
    /// Spent today (UTC).
    pub spent_today: Spent,
    /// When the last request left.
    pub last_request_at: Option<Timestamp>,
    /// The endpoints that ready tasks ask.
    pub ready_endpoints: Vec<String>,
    /// What the upstream last said of the account: units left, requests a second, when.
    pub balance: Option<(i64, f64, Timestamp)>,
}

/// Tasks by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TaskCounts {
    /// May be sent.
    pub ready: i64,
    /// Wait for a time.
    pub waiting: i64,
    /// In flight.
    pub leased: i64,
    /// Wait for a person.
    pub parked: i64,
    /// When the first waiting one is due.
    pub next_due: Option<Timestamp>,
}

/// What waits outside the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Found users whom a filter has not judged yet.
    pub candidates: i64,
    /// Posts that wait until there are enough for one request.
    pub batch_media: i64,
    /// Seeds that are held.
    pub held_seeds: i64,
    /// When the next list is read again, or the first of those that are due was; none if nothing is read again.
    pub next_list_due: Option<Timestamp>,
    /// Lists that are due and not under way.
    pub due_lists: i64,
}

/// A harvest as people see it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HarvestView {
    /// Its number.
    #[serde(skip)]
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The round that it is in.
    pub round: i64,
    /// Whether every list of the round has ended or is parked.
    pub finished_at: Option<Timestamp>,
    /// Its limit of units.
    pub max_units: Option<i64>,
    /// Units that count against the limit.
    pub units: i64,
    /// Users whose lists it reads.
    pub targets: i64,
    /// Its lists by kind.
    pub kinds: Vec<KindView>,
    /// Profiles that were wanted for a filter alone; they are among its lists.
    pub filter_profiles: FilterProfiles,
}

/// Profiles that were wanted so that a filter could judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FilterProfiles {
    /// How many.
    pub lists: i64,
    /// What they cost.
    pub units: i64,
}

/// The lists of one kind in a harvest.
#[derive(Clone, Debug, Default, Serialize)]
pub struct KindView {
    /// The kind.
    pub kind: String,
    /// Lists wanted.
    pub lists: i64,
    /// Lists under way.
    pub open: i64,
    /// Lists whose task is parked.
    pub parked: i64,
    /// Lists by verdict.
    pub verdicts: BTreeMap<String, i64>,
    /// Pages bought.
    pub pages: i64,
    /// Items shown.
    pub items: i64,
    /// Units spent.
    pub units: i64,
    /// Items that the counters of the open lists still promise, as far as the harvest's limits let it read them.
    pub items_left: i64,
}

/// Reads the overview.
pub async fn overview(pool: &SqlitePool, now: Timestamp) -> Result<Overview> {
    const LAST: &str = "
        select max(reserved_at)
        from ledger";
    const READY: &str = "
        select distinct endpoint
        from tasks
        where state = 'ready'";
    Ok(Overview {
        harvests: harvests(pool).await?,
        tasks: task_counts(pool).await?,
        waiting: waiting(pool, now).await?,
        holds: holds::all(pool).await?,
        spent: ledger::spent_in_all(pool).await?,
        spent_today: ledger::spent_today(pool, now).await?,
        last_request_at: sqlx::query_scalar(LAST).fetch_one(pool).await?,
        ready_endpoints: sqlx::query_scalar(READY).fetch_all(pool).await?,
        balance: balance(pool).await?,
    })
}

/// What the upstream last said of the account: units left, requests a second, when.
pub async fn balance(pool: &SqlitePool) -> Result<Option<(i64, f64, Timestamp)>> {
    const SQL: &str = "
        select units_left, rate, answered_at
        from balance";
    let row = sqlx::query(SQL).fetch_optional(pool).await?;
    Ok(row.map(|row| (row.get(0), row.get(1), row.get(2))))
}

async fn waiting(pool: &SqlitePool, now: Timestamp) -> Result<Waiting> {
    const SQL: &str = "
        select
            (select count(*)
            from candidates as c
            join harvests as h on h.id = c.harvest_id and h.round = c.round
            where c.verdict = 'waiting'),
            (select count(*) from batch_members where task_id is null),
            -- Those of a plan are held once their profiles are there.
            (select count(*)
            from seeds as s
            join harvests as h on h.id = s.harvest_id
            where s.held_at is not null and h.name not like 'plan:%'),
            (select min(due_at) from lists where due_at is not null),
            (select count(*) from lists where due_at <= $1)";
    let row = sqlx::query(SQL).bind(now).fetch_one(pool).await?;
    Ok(Waiting {
        candidates: row.get(0),
        batch_media: row.get(1),
        held_seeds: row.get(2),
        next_list_due: row.get(3),
        due_lists: row.get(4),
    })
}

/// Counts tasks by state.
pub async fn task_counts(pool: &SqlitePool) -> Result<TaskCounts> {
    // What nobody waits for any more rests: it is not sent, and so it is not left to do.
    const SQL: &str = "
        select state, count(*), min(not_before)
        from tasks as t
        where state = 'parked'
            or exists (select 1 from harvest_lists as w where w.list_id = t.list_id and w.open = 1)
            or exists (
                select 1
                from batch_members as m
                join harvest_lists as w on w.list_id = m.list_id and w.open = 1
                where m.task_id = t.id
            )
        group by state";
    let mut counts = TaskCounts::default();
    for row in sqlx::query(SQL).fetch_all(pool).await? {
        let count: i64 = row.get(1);
        match row.get::<&str, _>(0) {
            "ready" => counts.ready = count,
            "waiting" => {
                counts.waiting = count;
                counts.next_due = row.get(2);
            }
            "leased" => counts.leased = count,
            _ => counts.parked = count,
        }
    }
    Ok(counts)
}

/// Reads every harvest with its lists by kind.
pub async fn harvests(pool: &SqlitePool) -> Result<Vec<HarvestView>> {
    const SQL: &str = "
        select
            h.id, h.name, h.round, h.finished_at, coalesce(s.settled + s.reserved + s.lost, 0),
            (select count(*) from targets as t where t.harvest_id = h.id)
        from harvests as h
        left join spend as s on s.scope = 'harvest:' || h.id
        order by h.name";
    let rows = sqlx::query(SQL).fetch_all(pool).await?;
    let limits = limits::standing(pool, Configured::default(), None, 0).await?;
    let mut harvests = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, name): (i64, String) = (row.get(0), row.get(1));
        let limit = limits.iter().find(|limit| limit.is_of(&name));
        harvests.push(HarvestView {
            id,
            max_units: limit.and_then(|limit| limit.limit),
            name,
            round: row.get(2),
            finished_at: row.get(3),
            units: row.get(4),
            targets: row.get(5),
            kinds: kinds(pool, id).await?,
            filter_profiles: filter_profiles(pool, id).await?,
        });
    }
    Ok(harvests)
}

async fn filter_profiles(pool: &SqlitePool, harvest_id: i64) -> Result<FilterProfiles> {
    const SQL: &str = "
        select count(*), coalesce(sum(s.units), 0)
        from candidates as c
        left join lists as l on l.kind = 'profile' and l.target = cast(c.user_id as text) and l.params = ''
        left join sweeps as s on s.id = coalesce(l.open_sweep, l.last_sweep)
        where c.harvest_id = $1 and c.bought = 1";
    let row = sqlx::query(SQL).bind(harvest_id).fetch_one(pool).await?;
    Ok(FilterProfiles {
        lists: row.get(0),
        units: row.get(1),
    })
}

async fn kinds(pool: &SqlitePool, harvest_id: i64) -> Result<Vec<KindView>> {
    const SQL: &str = "
        select
            l.kind,
            w.open,
            case when l.open_sweep is null then l.verdict end as verdict,
            count(*),
            coalesce(sum(s.pages), 0),
            coalesce(sum(s.distinct_items), 0),
            coalesce(sum(s.units), 0),
            coalesce(sum(min(
                max(coalesce(s.counter_before, 0) - s.covered, 0),
                case
                    when json_extract(h.limits, '$.' || l.kind) is null
                    then 9223372036854775807
                    when json_extract(h.limits, '$.' || l.kind) like '%p'
                    then max(cast(json_extract(h.limits, '$.' || l.kind) as integer) - s.pages, 0)
                        * case when s.pages > 0 then s.distinct_items / s.pages else 25 end
                    else max(cast(json_extract(h.limits, '$.' || l.kind) as integer) - s.distinct_items, 0)
                end
            )), 0)
        from harvest_lists as w
        join harvests as h on h.id = w.harvest_id and h.round = w.round
        join lists as l on l.id = w.list_id
        left join sweeps as s on s.id = coalesce(l.open_sweep, l.last_sweep)
        where w.harvest_id = $1
        group by 1, 2, 3";
    let mut kinds: Vec<KindView> = Vec::new();
    for row in sqlx::query(SQL).bind(harvest_id).fetch_all(pool).await? {
        let name: String = row.get(0);
        if !kinds.iter().any(|kind| kind.kind == name) {
            kinds.push(KindView {
                kind: name.clone(),
                ..KindView::default()
            });
        }
        let Some(kind) = kinds.iter_mut().find(|kind| kind.kind == name) else {
            continue;
        };
        let lists: i64 = row.get(3);
        kind.lists += lists;
        kind.pages += row.get::<i64, _>(4);
        kind.items += row.get::<i64, _>(5);
        kind.units += row.get::<i64, _>(6);
        match (row.get::<i64, _>(1), row.get::<Option<String>, _>(2)) {
            (0, Some(verdict)) => *kind.verdicts.entry(verdict).or_default() += lists,
            (0, None) => kind.parked += lists,
            _ => {
                kind.open += lists;
                kind.items_left += row.get::<i64, _>(7);
            }
        }
    }
    kinds.sort_by_key(|kind| crate::kind::Kind::find(&kind.kind));
    Ok(kinds)
}

/// How many lists of a harvest are parked or have failed: what makes a one-shot end with exit code 3.
pub async fn troubled_lists(pool: &SqlitePool, harvest_id: i64) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from harvest_lists as w
        join harvests as h on h.id = w.harvest_id and h.round = w.round
        join lists as l on l.id = w.list_id
        where w.harvest_id = $1 and w.open = 0 and (l.open_sweep is not null or l.verdict = 'failed')";
    Ok(sqlx::query_scalar(SQL).bind(harvest_id).fetch_one(pool).await?)
}

/// How many rows the harvested tables hold, for the summary.
pub async fn row_counts(pool: &SqlitePool) -> Result<Vec<(&'static str, i64)>> {
    const SQL: &str = "
        select
            (select count(*) from users),
            (select count(*) from follow_edges),
            (select count(*) from media),
            (select count(*) from media_children),
            (select count(*) from comments),
            (select count(*) from coauthors),
            (select count(*) from media_likes),
            (select count(*) from comment_likes),
            (select count(*) from usertags),
            (select count(*) from reposts),
            (select count(*) from search_hits),
            (select count(*) from rejects)";
    let row = sqlx::query(SQL).fetch_one(pool).await?;
    let names = [
        "users",
        "follows",
        "media",
        "media_children",
        "comments",
        "coauthors",
        "media_likes",
        "comment_likes",
        "usertags",
        "reposts",
        "search_hits",
        "rejects",
    ];
    Ok(names
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, row.get(at)))
        .collect())
}
