//! Lists that wait until those before them have shown whether reading on is worth it.

use std::collections::HashMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::policy::{Policy, ReadsOn};
use crate::route::{self, Judged, Try, TryState};
use crate::store::claim::Task;
use crate::store::fallback::ENDS_AT_A_TIME;
use crate::store::{Connection, Result, limits, sweeps};

/// How many of the newest fallbacks are looked at...
pub(crate) const NEWEST: i64 = 20;
/// ...and how old they may be: the upstream changes, so what was no use is tried again after a month.
pub(crate) const NOT_OLDER_MS: i64 = 30 * 86_400_000;
/// A fallback that nothing was asked for so long lies still: longer than a budget by the day lets it rest.
pub(crate) const STILL_AFTER_MS: i64 = 36 * 3_600_000;
/// So long a list waits at most before it is judged again.
pub(super) const WAIT_MS: i64 = 60_000;

/// Judges by the newest fallbacks. `able` are the harvests that may spend, where that is known.
pub(super) async fn judge(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    able: Option<&[i64]>,
    now: Timestamp,
) -> Result<Judged> {
    const TRIES: &str = "
        select
            coalesce(f.items_after, s.distinct_items) - f.items_before,
            coalesce(f.units_after, s.units) - f.units_before,
            coalesce(f.items_after, s.ended_at) is not null,
            t.state,
            t.harvest_id,
            t.served_at > $4 and exists (
                select 1 from harvest_lists as w where w.list_id = t.list_id and w.open = 1
            )
        from fallbacks as f
        join sweeps as s on s.id = f.sweep_id
        left join tasks as t on t.sweep_id = s.id
        where f.kind = $1 and f.endpoint = $2 and f.decided = 1 and f.began_at > $3 and s.verdict is not 'cancelled'
        order by f.sweep_id desc
        limit $5";
    // A person who has named the kind meanwhile, or turned the rule off, has decided.
    let least = match &policy.reads_on {
        ReadsOn::Measured(least) => *least,
        ReadsOn::Always(kinds) if kinds.contains(&task.kind) => return Ok(Judged::GoesOn),
        ReadsOn::Always(_) => return Ok(Judged::Ends),
    };
    let rows = sqlx::query(TRIES)
        .bind(task.kind.name())
        .bind(&task.endpoint)
        .bind(now - NOT_OLDER_MS)
        .bind(now - STILL_AFTER_MS)
        .bind(NEWEST)
        .fetch_all(&mut *db)
        .await?;
    let mut tries = Vec::new();
    let mut spends = HashMap::from([(task.harvest_id, true)]);
    for row in rows {
        let state: Option<&str> = row.get(3);
        let state = match (row.get(2), state) {
            (true, _) => TryState::Ended,
            (false, Some("leased" | "waiting")) => TryState::UnderWay,
            (false, Some("ready")) if row.get(5) => {
                let harvest_id: i64 = row.get(4);
                let is_able = if let Some(known) = spends.get(&harvest_id) {
                    *known
                } else {
                    let is_able = able.is_none_or(|able| able.contains(&harvest_id))
                        && limits::refusal(db, policy, harvest_id, task.units, now)
                            .await?
                            .is_none();
                    spends.insert(harvest_id, is_able);
                    is_able
                };
                if is_able {
                    TryState::UnderWay
                } else {
                    TryState::Still
                }
            }
            (false, _) => TryState::Still,
        };
        tries.push(Try {
            new_rows: row.get(0),
            units: row.get(1),
            state,
        });
    }
    let page_size = policy.step(&task.endpoint).map_or(1, |step| step.page_size);
    Ok(route::judge(&tries, page_size, least))
}

/// After an answer to a list that is read on, those that wait for it look again, if it has decided anything.
pub(crate) async fn tell_waiting(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    now: Timestamp,
) -> Result<()> {
    const WAITING: &str = "
        select exists (
            select 1
            from fallbacks
            where kind = $1 and endpoint = $2 and decided = 0
        )";
    if task.walk == 0 {
        return Ok(());
    }
    let is_awaited: bool = sqlx::query_scalar(WAITING)
        .bind(task.kind.name())
        .bind(&task.endpoint)
        .fetch_one(&mut *db)
        .await?;
    if !is_awaited {
        return Ok(());
    }
    // Each answer of those that go on wakes as many again; of those that end, one more than a claim ends, so that it calls the next.
    let woken = match judge(db, policy, task, None, now).await? {
        Judged::Waits => return Ok(()),
        Judged::GoesOn => route::TRIES,
        Judged::Ends => ENDS_AT_A_TIME + 1,
    };
    soon(db, task, woken, now).await
}

/// All lists that only may be read on by the endpoint of a task wait, this one included: none would be judged otherwise.
pub(super) async fn all_wait(db: &mut Connection, task: &Task, until: Timestamp, reason: &str) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = 'waiting', not_before = $3, reason = $4
        where id in (
            select t.id
            from fallbacks as f
            cross join tasks as t on t.sweep_id = f.sweep_id
            where f.kind = $1 and f.endpoint = $2 and f.decided = 0 and t.state = 'ready' and t.page_no = 0
        )";
    let done = sqlx::query(SQL)
        .bind(task.kind.name())
        .bind(&task.endpoint)
        .bind(until)
        .bind(reason)
        .execute(db)
        .await?;
    sweeps::one(done.rows_affected().min(1))
}

/// So many of the lists that wait to be judged are judged from this moment on.
pub(super) async fn soon(db: &mut Connection, task: &Task, count: usize, at: Timestamp) -> Result<()> {
    const SQL: &str = "
        update tasks
        set not_before = $4
        where id in (
            select t.id
            from fallbacks as f
            join tasks as t on t.sweep_id = f.sweep_id
            where f.kind = $1 and f.endpoint = $2 and f.decided = 0 and t.state = 'waiting'
            order by t.harvest_id <> $5, t.id
            limit $3
        )";
    sqlx::query(SQL)
        .bind(task.kind.name())
        .bind(&task.endpoint)
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .bind(at)
        .bind(task.harvest_id)
        .execute(db)
        .await?;
    Ok(())
}
