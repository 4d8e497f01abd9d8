//! Lists that a limit of a harvest ended and of which more is wanted: they are read on in the same sweep, from the cursor
//! that their last page gave.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::endpoint::Next;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::harvests::{Harvest, Limit};
use crate::store::sweeps::limits_of;
use crate::store::{Connection, Result, json_ids, sharing};
use crate::variant::Variant;
use crate::verdict::Verdict;
use crate::walk::{self, Standing, Step};

/// How long ago a limit may have ended a list that is read on: cursors age, and what stands on a list moves.
const NOT_OLDER: Duration = Duration::from_hours(24);

/// Why a list is read again from page 0 that could not be read on.
pub(crate) const WIDER: &str = "read again from page 0: a wider limit";

/// What the newest sweep of a list that ended as capped has bought, and where it can be read on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bought {
    pages: i64,
    items: i64,
    has_cursor: bool,
    endpoint: Option<String>,
    ended_at: Timestamp,
    at_page_cap: bool,
    imported: bool,
}

/// What was bought of those of these lists that ended as capped, by their numbers.
pub(crate) async fn bought(
    db: &mut Connection,
    lists: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Bought>> {
    // Pages that were asked for again count once, and those of walks before the last one not at all, as for the limit. The
    // items are those of the sweep and of what it joined.
    const SQL: &str = "
        select
            l.id,
            coalesce((select max(p.page_no) + 1 from pages as p where p.sweep_id = s.id and p.walk = s.walk), 0),
            case when s.base_sweep < s.id then max(s.covered, s.distinct_items) else s.distinct_items end,
            s.resume is not null, s.endpoint, s.ended_at, s.at_page_cap, s.imported > 0
        from lists as l
        join sweeps as s on s.id = l.last_sweep
        where l.id in (select value from json_each($1)) and l.open_sweep is null and l.verdict = 'capped'";
    let ids = json_ids(lists);
    let rows = sqlx::query(SQL).bind(ids).fetch_all(db).await?;
    let bought = |row: &sqlx::sqlite::SqliteRow| Bought {
        pages: row.get(1),
        items: row.get(2),
        has_cursor: row.get(3),
        endpoint: row.get(4),
        ended_at: row.get(5),
        at_page_cap: row.get(6),
        imported: row.get(7),
    };
    Ok(rows.iter().map(|row| (row.get(0), bought(row))).collect())
}

impl Bought {
    /// Whether a limit wants more than was bought, and asking would show more: the cap of pages ends the list there again,
    /// and one answer of so many items as the amount that was asked for is the same answer the next time.
    pub(crate) fn is_less_than(
        &self,
        policy: &Policy,
        (kind, target, variant): (Kind, &str, Variant),
        limit: Option<&Limit>,
        retired: &[String],
    ) -> bool {
        let step = policy.next_step(kind, target, variant, None, retired);
        let amount = step.filter(|step| !step.paged).and_then(|step| step.amount);
        if self.at_page_cap || amount.is_some_and(|amount| self.items >= amount) {
            return false;
        }
        match limit {
            None => true,
            Some(Limit::Items(items)) => *items > self.items,
            // A list of posts that joined what is known has bought but a few of its pages.
            Some(Limit::Pages(pages)) if matches!(kind, Kind::Medias | Kind::Clips) => {
                let page_size = step.map_or(1, |step| step.page_size.max(1));
                *pages > self.pages.max(self.items / page_size)
            }
            Some(Limit::Pages(pages)) => *pages > self.pages,
        }
    }

    /// Whether its sweep ended longer ago.
    pub(crate) fn is_older_than(&self, interval: Duration, now: Timestamp) -> bool {
        i64::try_from(interval.as_millis()).is_ok_and(|interval| now - self.ended_at >= interval)
    }

    /// The page that comes next in the same sweep, if it can be read on: its endpoint is still one of the route, and the
    /// cursor not old.
    pub(crate) fn next_page(
        &self,
        policy: &Policy,
        (kind, target, variant): (Kind, &str, Variant),
        retired: &[String],
        now: Timestamp,
    ) -> Option<i64> {
        let mut usable = policy.usable(kind, target, variant, retired);
        let is_of_use = self.has_cursor
            && !self.is_older_than(NOT_OLDER, now)
            && usable.any(|step| Some(&step.endpoint) == self.endpoint.as_ref());
        is_of_use.then_some(self.pages)
    }

    /// Why its pages are bought again, if they were bought.
    pub(crate) fn again(&self) -> Option<&'static str> {
        (self.pages > 0 && !self.imported).then_some(WIDER)
    }
}

/// Takes back the ends of lists (number, depth, rank of the kind), which are read on for a harvest: their sweeps go on as if
/// they had not ended.
pub(crate) async fn read_on(
    db: &mut Connection,
    harvest: &Harvest,
    lists: &[(i64, i64, i64)],
    now: Timestamp,
) -> Result<()> {
    // What comes late of an earlier task of the sweep must not pass for an answer to this one: its claims have later numbers.
    const TASKS: &str = "
        insert into tasks (
            sweep_id, list_id, harvest_id, kind, kind_rank, target, depth, endpoint, page_no, cursor, state, epoch, created_at
        )
        select
            s.id, l.id, $2, l.kind, further.value ->> 2, l.target, further.value ->> 1, s.endpoint,
            (select max(p.page_no) + 1 from pages as p where p.sweep_id = s.id and p.walk = s.walk), s.resume, 'ready',
            (select coalesce(max(g.epoch), 0) from ledger as g where g.sweep_id = s.id), $3
        from json_each($1) as further
        join lists as l on l.id = further.value ->> 0
        join sweeps as s on s.id = l.last_sweep
        order by further.key";
    // Whoever reads on is who pays. A cursor that is refused from now on has nothing to do with one that was refused before.
    const SWEEPS: &str = "
        update sweeps
        set ended_at = null, verdict = null, reason = null, ended_page = null, resume = null, restarted = 0,
            first_ended_at = coalesce(first_ended_at, ended_at), harvest_id = $2
        where id in (
            select l.last_sweep
            from json_each($1) as further
            join lists as l on l.id = further.value ->> 0
        )";
    // The list is what the sweep before made of it. When it is due stays: whoever waits for that can take it over.
    const LISTS: &str = "
        update lists
        set open_sweep = last_sweep, last_sweep = b.id, verdict = b.verdict, ended_at = b.ended_at
        from json_each($1) as further
        left join sweeps as b on b.id = (
            select max(e.id)
            from lists as l
            join sweeps as e on e.list_id = l.id and e.id < l.last_sweep
            where l.id = further.value ->> 0 and e.verdict is not null and e.imported <> 2
        )
        where lists.id = further.value ->> 0";
    if lists.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_string(lists).unwrap_or_else(|_| "[]".into());
    sqlx::query(TASKS)
        .bind(&json)
        .bind(harvest.id)
        .bind(now)
        .execute(&mut *db)
        .await?;
    sqlx::query(SWEEPS)
        .bind(&json)
        .bind(harvest.id)
        .execute(&mut *db)
        .await?;
    sqlx::query(LISTS).bind(&json).execute(db).await?;
    Ok(())
}

/// What comes after a page that says that there is more: where a limit of the payer ends the walk, another harvest that
/// waits for the list and wants more of it pays from there on; if there is none, the cursor is kept for whoever wants more
/// later.
pub(crate) async fn at_limit(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    standing: &Standing,
    (step, next): (Step, &Next),
    now: Timestamp,
) -> Result<Step> {
    const KEEP: &str = "
        update sweeps
        set resume = $2, at_page_cap = $2 is null
        where id = $1";
    let (Step::End(Verdict::Capped, _), Next::Cursor(cursor)) = (&step, next) else {
        return Ok(step);
    };
    let by_limit = standing.is_at_limit_of_harvest();
    if by_limit && pass_on(db, policy, task, standing, next, now).await? {
        return Ok(Step::GoOn);
    }
    sqlx::query(KEEP)
        .bind(task.sweep_id)
        .bind(by_limit.then_some(cursor))
        .execute(db)
        .await?;
    Ok(step)
}

/// Gives a walk to a harvest that wants more than the one that has paid so far; says whether there is one. Those that have
/// what they want wait no longer.
async fn pass_on(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    standing: &Standing,
    next: &Next,
    now: Timestamp,
) -> Result<bool> {
    let (mut served, mut payer) = (Vec::new(), None);
    for harvest in sharing::waiting(db, task.list_id).await? {
        let (max_items, max_pages) = limits_of(&harvest, task.kind);
        let standing = Standing {
            max_items,
            max_pages,
            ..standing.clone()
        };
        if walk::after_page(&policy.ends, &standing, next) == Step::GoOn {
            payer = payer.or(Some(harvest.id));
        } else {
            served.push(harvest.id);
        }
    }
    let Some(payer) = payer else {
        return Ok(false);
    };
    sharing::give(db, task, payer).await?;
    for id in served {
        sharing::serve(db, policy, task.list_id, id, now).await?;
    }
    Ok(true)
}
