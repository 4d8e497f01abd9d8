//! Harvests that wait for the same list: each pays as far as its own limit, and who has what it wants waits no longer.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::due::{self, Until};
use crate::store::harvests::{self, Harvest, Limit};
use crate::store::sweeps::one;
use crate::store::want::kind_of;
use crate::store::{Connection, Result, follow_up, json_ids};

/// How far the walk of an open list has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pages: i64,
    items: i64,
}

impl Progress {
    /// Whether it has shown all that a limit wants.
    pub(crate) fn meets(self, limit: Option<&Limit>) -> bool {
        match limit {
            None => false,
            Some(Limit::Pages(pages)) => self.pages >= *pages,
            Some(Limit::Items(items)) => self.items >= *items,
        }
    }
}

/// How far the walks of those of these lists have come that are open, by their numbers.
pub(crate) async fn progress(
    db: &mut Connection,
    lists: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Progress>> {
    // The items are those of the sweep and of what it joined.
    const SQL: &str = "
        select
            l.id, coalesce(t.page_no, 0),
            case when s.base_sweep < s.id then max(s.covered, s.distinct_items) else s.distinct_items end
        from lists as l
        join sweeps as s on s.id = l.open_sweep
        left join tasks as t on t.sweep_id = s.id
        where l.id in (select value from json_each($1))";
    let rows = sqlx::query(SQL).bind(json_ids(lists)).fetch_all(db).await?;
    let progress = |row: &sqlx::sqlite::SqliteRow| Progress {
        pages: row.get(1),
        items: row.get(2),
    };
    Ok(rows.iter().map(|row| (row.get(0), progress(row))).collect())
}

/// Who waits for a list.
pub(crate) async fn waiting(db: &mut Connection, list_id: i64) -> Result<Vec<Harvest>> {
    const SQL: &str = "
        select harvest_id
        from harvest_lists
        where list_id = $1 and open = 1
        order by harvest_id";
    let ids: Vec<i64> = sqlx::query_scalar(SQL).bind(list_id).fetch_all(&mut *db).await?;
    let mut waiting = Vec::with_capacity(ids.len());
    for id in ids {
        waiting.push(harvests::load(db, id).await?);
    }
    Ok(waiting)
}

/// Gives a walk to another harvest: from now on that one pays for it.
pub(crate) async fn give(db: &mut Connection, task: &Task, payer: i64) -> Result<()> {
    const PAYER: &str = "
        update tasks
        set harvest_id = $2
        where id = $1";
    const SWEEP: &str = "
        update sweeps
        set harvest_id = $2
        where id = $1";
    let done = sqlx::query(PAYER)
        .bind(task.id)
        .bind(payer)
        .execute(&mut *db)
        .await?;
    one(done.rows_affected())?;
    sqlx::query(SWEEP)
        .bind(task.sweep_id)
        .bind(payer)
        .execute(db)
        .await?;
    Ok(())
}

/// A harvest has what it wants of an open list: it waits no longer for this sweep, whoever goes on with it.
pub(crate) async fn serve(
    db: &mut Connection,
    policy: &Policy,
    list_id: i64,
    harvest_id: i64,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        update harvest_lists
        set open = 0, served_sweep = (select l.open_sweep from lists as l where l.id = $1)
        where list_id = $1 and harvest_id = $2";
    sqlx::query(SQL)
        .bind(list_id)
        .bind(harvest_id)
        .execute(&mut *db)
        .await?;
    follow_up::settle(db, policy, harvest_id, now).await
}

/// Those of these harvests that have what they want of lists whose payer cannot go on wait for them no longer, rather than
/// pay for more than that. Says whether there are any.
pub(crate) async fn release(
    db: &mut Connection,
    policy: &Policy,
    able: &[i64],
    now: Timestamp,
) -> Result<bool> {
    const SQL: &str = "
        select w.harvest_id, t.list_id, t.kind
        from harvest_lists as w
        join tasks as t on t.list_id = w.list_id
        join harvests as h on h.id = w.harvest_id
        where w.open = 1 and w.harvest_id in (select value from json_each($1))
            and t.state = 'ready' and t.harvest_id not in (select value from json_each($1))
            and h.limits ->> t.kind is not null
        order by w.harvest_id, t.list_id";
    let rows = sqlx::query(SQL)
        .bind(json_ids(able.iter().copied()))
        .fetch_all(&mut *db)
        .await?;
    let progress = progress(db, rows.iter().map(|row| row.get(1))).await?;
    let mut limits = BTreeMap::new();
    let mut released = false;
    for row in rows {
        let (harvest_id, list_id): (i64, i64) = (row.get(0), row.get(1));
        let kind = kind_of(row.get(2))?;
        let limits: &BTreeMap<Kind, Limit> = match limits.entry(harvest_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(harvests::load(db, harvest_id).await?.limits),
        };
        let limit = limits.get(&kind);
        if progress
            .get(&list_id)
            .is_some_and(|progress| progress.meets(limit))
        {
            serve(db, policy, list_id, harvest_id, now).await?;
            released = true;
        }
    }
    Ok(released)
}

/// Lists that are due for a harvest and that another one has begun to read, perhaps without being able to go on: this one
/// waits for them as well, so that it can take them over, unless they have shown all it wants. Returns how many.
pub(crate) async fn join_open(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    until: Until,
) -> Result<usize> {
    const LISTS: &str = concat!(
        "
        select l.id, l.kind
        from lists as l
        join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id and w.round = $3 and w.open = 0
        join harvest_refresh as r on r.harvest_id = $1 and r.kind = l.kind
        join harvests as h on h.id = $1
        join sweeps as o on o.id = l.open_sweep
        left join sweeps as s on s.id = l.last_sweep
        where l.due_at <= $2 and w.served_sweep is not o.id
            and (
                max(coalesce(o.first_ended_at, l.ended_at), coalesce(l.checked_at, 0))
                    + coalesce(r.interval_ms * (1 - $5), l.auto_ms, $4) <= $2
                -- It is read on because a limit had ended it, or anew.
                or o.first_ended_at is not null
                or ",
        due::wants_more!(),
        "
            )
            and not exists (
                select 1 from tasks as t where t.list_id = l.id and t.state = 'parked'
            )
            and not exists (
                select 1
                from batch_members as m
                join tasks as t on t.id = m.task_id
                where m.list_id = l.id and t.state = 'parked'
            )"
    );
    const JOIN: &str = "
        update harvest_lists
        set open = 1
        where harvest_id = $1 and list_id in (select value from json_each($2))";
    const REOPEN: &str = "
        update harvests
        set finished_at = null
        where id = $1";
    let rows = sqlx::query(LISTS)
        .bind(harvest.id)
        .bind(until.at)
        .bind(harvest.round)
        .bind(due::longest(policy))
        .bind(until.early)
        .fetch_all(&mut *db)
        .await?;
    let progress = progress(db, rows.iter().map(|row| row.get(0))).await?;
    let mut joined: Vec<i64> = Vec::new();
    for row in rows {
        let limit = harvest.limits.get(&kind_of(row.get(1))?);
        let is_met = |progress: &Progress| progress.meets(limit);
        if !progress.get(&row.get(0)).is_some_and(is_met) {
            joined.push(row.get(0));
        }
    }
    if joined.is_empty() {
        return Ok(0);
    }
    sqlx::query(JOIN)
        .bind(harvest.id)
        .bind(json_ids(joined.iter().copied()))
        .execute(&mut *db)
        .await?;
    sqlx::query(REOPEN).bind(harvest.id).execute(db).await?;
    Ok(joined.len())
}
