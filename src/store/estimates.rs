//! Estimates of what lists hold that were never shown whole, made when a sweep of one ends.

use sqlx::Row as _;

use crate::estimate::{self, Catch};
use crate::store::{Connection, Result};

/// How many of the newest sweeps of a list an estimate rests on at most.
const SWEEPS: i64 = 12;

/// Writes down how many items a list has, by all of its sweeps that showed anything, if that can be said.
pub(crate) async fn note(db: &mut Connection, list_id: i64, sweep_id: i64) -> Result<()> {
    const CATCHES: &str = "
        select distinct_items, coalesce(recaptured, 0), known_before
        from sweeps
        where list_id = $1 and id <= $2 and distinct_items > 0
        order by id desc
        limit $3";
    const NOTE: &str = "
        insert into sweep_estimates (sweep_id, method, sweeps, seen, estimate, low, high)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (sweep_id) do nothing";
    let rows = sqlx::query(CATCHES)
        .bind(list_id)
        .bind(sweep_id)
        .bind(SWEEPS)
        .fetch_all(&mut *db)
        .await?;
    let catches: Vec<Catch> = rows
        .iter()
        .rev()
        .map(|row| Catch {
            shown: row.get(0),
            recaptured: row.get(1),
            known_before: row.get(2),
        })
        .collect();
    let Some(estimate) = estimate::of(&catches) else {
        return Ok(());
    };
    sqlx::query(NOTE)
        .bind(sweep_id)
        .bind(estimate.method.name())
        .bind(i64::try_from(estimate.sweeps).unwrap_or(i64::MAX))
        .bind(estimate.seen)
        .bind(estimate.items)
        .bind(estimate.low)
        .bind(estimate.high)
        .execute(db)
        .await?;
    Ok(())
}
