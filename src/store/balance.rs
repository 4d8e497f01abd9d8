//! What the upstream last said of the account.

use crate::clock::Timestamp;
use crate::store::{Connection, Result};

/// Keeps the account's balance.
pub async fn put(db: &mut Connection, units_left: i64, rate: f64, answered_at: Timestamp) -> Result<()> {
    const SQL: &str = "
        insert into balance (id, units_left, rate, answered_at)
        values (1, $1, $2, $3)
        on conflict (id) do update set
            units_left = excluded.units_left,
            rate = excluded.rate,
            answered_at = excluded.answered_at";
    sqlx::query(SQL)
        .bind(units_left)
        .bind(rate)
        .bind(answered_at)
        .execute(db)
        .await?;
    Ok(())
}
