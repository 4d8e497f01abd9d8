//! `force`: on which requests the upstream may skip its check of the account's privacy, what they then cost, and the row
//! that each of them leaves.
//!
//! It opens nothing that is closed; it saves a unit. So it is sent only where a person turned it on for the harvest, the
//! endpoint takes it, and an answer has said that the account is public.

use crate::clock::Timestamp;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::{Connection, Result};

/// Decides whether a request is sent with `force`, and what it is reserved at.
pub(crate) async fn price(db: &mut Connection, policy: &Policy, task: &mut Task) -> Result<()> {
    const SQL: &str = "
        select exists (
            select 1
            from harvests as h
            join users as u on u.id = $2
            where h.id = $1 and h.force = 1 and u.is_private = 0
        )";
    let step = policy.step(&task.endpoint);
    task.units = step.map_or(1, |step| step.units);
    let Some(forced_units) = step.and_then(|step| step.forced_units) else {
        return Ok(());
    };
    task.force = sqlx::query_scalar(SQL)
        .bind(task.harvest_id)
        .bind(task.target.parse::<i64>().ok())
        .fetch_one(db)
        .await?;
    if task.force {
        task.units = forced_units;
    }
    Ok(())
}

/// Writes down that a request is sent with `force`.
pub(crate) async fn note(db: &mut Connection, task: &Task, ledger_id: i64, now: Timestamp) -> Result<()> {
    const SQL: &str = "
        insert into force_uses (ledger_id, harvest_id, endpoint, target, at)
        values ($1, $2, $3, $4, $5)";
    if task.force {
        sqlx::query(SQL)
            .bind(ledger_id)
            .bind(task.harvest_id)
            .bind(&task.endpoint)
            .bind(&task.target)
            .bind(now)
            .execute(db)
            .await?;
    }
    Ok(())
}
