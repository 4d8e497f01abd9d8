//! Estimates of what lists hold that were never shown whole, made when a sweep of one ends.

use sqlx::Row as _;

use crate::estimate::{self, Catch};
use crate::store::{Connection, Result};

/// Writes down how many items a list has, by all of its sweeps that can say it, if that can be said.
pub(crate) async fn note(db: &mut Connection, list_id: i64, sweep_id: i64) -> Result<()> {
    // A sweep that our own limit or a person ended, that failed, or that rests on others is no catch: what it shows is no
    // random part. Nor can what was caught before be recognized after it, since an item carries only the sweep that showed it last.
    // What only an import has added was caught by no sweep, yet counts as known.
    const CATCHES: &str = "
        with shown as (
            select
                id, distinct_items, recaptured, known_before,
                verdict in ('complete', 'truncated', 'looped') and coalesce(base_sweep, id) = id as counts
            from sweeps
            where list_id = $1 and id <= $2 and distinct_items > 0 and imported <> 2
        )
        select
            s.distinct_items,
            coalesce(s.recaptured, 0),
            iif(
                exists (select 1 from shown as u where not u.counts)
                    or exists (
                        select 1 from sweeps as a where a.list_id = $1 and a.imported = 2 and a.id < s.id and a.distinct_items > 0
                    ),
                null,
                s.known_before
            )
        from shown as s
        where s.id > coalesce((select max(u.id) from shown as u where not u.counts), 0)
        order by s.id";
    const NOTE: &str = "
        insert into sweep_estimates (sweep_id, method, sweeps, seen, estimate, low, high)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (sweep_id) do nothing";
    let rows = sqlx::query(CATCHES)
        .bind(list_id)
        .bind(sweep_id)
        .fetch_all(&mut *db)
        .await?;
    let catches: Vec<Catch> = rows
        .iter()
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
