//! Starting and stopping on a file: what a dead process left is put right before anything is sent.

use std::time::Duration;

use sqlx::Row as _;

use crate::billing::Settlement;
use crate::clock::Timestamp;
use crate::policy::{MAX_LONE_DEATHS, Policy};
use crate::store::sweeps::{self, Parked};
use crate::store::{Connection, Result, holds, ledger, tasks};

/// What starting found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// This run.
    pub run_id: i64,
    /// Requests that were in flight when the process before died: counted as lost, their tasks are ready again.
    pub lost: usize,
    /// Tasks that were parked because they were alone in flight at too many deaths.
    pub parked: usize,
}

/// Begins a run. The caller holds the file's lock, so whatever is leased belongs to nobody.
pub async fn begin(db: &mut Connection, policy: &Policy, pid: u32, now: Timestamp) -> Result<Recovered> {
    const RUN: &str = "
        insert into runs (pid, version, started_at)
        values ($1, $2, $3)
        returning id";
    const OPEN: &str = "
        select id, reserved
        from ledger
        where state = 'reserved'
        order by id";
    const LEASED: &str = "
        select count(*)
        from tasks
        where state = 'leased'";
    const READY: &str = "
        update tasks
        set state = 'ready', ledger_id = null, suspect = 1, lone_deaths = lone_deaths + $1,
            reason = 'was in flight when the process died'
        where state = 'leased'";
    const POISON: &str = "
        select id
        from tasks
        where lone_deaths >= $1 and state = 'ready'";
    const TRUSTED: &str = "
        update tasks
        set suspect = 0
        where id = $1";
    let mut recovered = Recovered::default();
    for row in sqlx::query(OPEN).fetch_all(&mut *db).await? {
        let lost = Settlement::Lost(row.get(1));
        ledger::settle(
            db,
            row.get(0),
            lost,
            false,
            None,
            Some("in flight when the process died"),
            now,
        )
        .await?;
        recovered.lost += 1;
    }
    let leased: i64 = sqlx::query_scalar(LEASED).fetch_one(&mut *db).await?;
    sqlx::query(READY).bind(leased == 1).execute(&mut *db).await?;
    let poison: Vec<i64> = sqlx::query_scalar(POISON)
        .bind(MAX_LONE_DEATHS)
        .fetch_all(&mut *db)
        .await?;
    for id in poison {
        let task = tasks::load(db, id).await?;
        let reason = format!("the process died {MAX_LONE_DEATHS} times with this request alone in flight");
        sqlx::query(TRUSTED).bind(id).execute(&mut *db).await?;
        if sweeps::park(db, policy, &task, &reason, &[], now).await? == Parked::Waits {
            recovered.parked += 1;
        }
    }
    cap_waits(
        db,
        policy
            .retry
            .backoff
            .max_interval
            .max(policy.retry.not_found_again),
        now,
    )
    .await?;
    holds::look_again_at_retired(db, env!("CARGO_PKG_VERSION")).await?;
    recovered.run_id = sqlx::query_scalar(RUN)
        .bind(pid)
        .bind(env!("CARGO_PKG_VERSION"))
        .bind(now)
        .fetch_one(db)
        .await?;
    Ok(recovered)
}

/// A clock that was set back must not make a task wait for years.
async fn cap_waits(db: &mut Connection, longest: Duration, now: Timestamp) -> Result<()> {
    const SQL: &str = "
        update tasks
        set not_before = $1
        where state = 'waiting' and not_before > $1";
    let latest = now.saturating_add(i64::try_from(longest.as_millis()).unwrap_or(i64::MAX));
    sqlx::query(SQL).bind(latest).execute(db).await?;
    Ok(())
}

/// Ends a run cleanly: nothing is in flight.
pub async fn end(db: &mut Connection, run_id: i64, now: Timestamp) -> Result<()> {
    const SQL: &str = "
        update runs
        set ended_at = $2
        where id = $1";
    sqlx::query(SQL).bind(run_id).bind(now).execute(db).await?;
    Ok(())
}
