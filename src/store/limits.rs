//! Limits of units: of a harvest, of all, of a day.

use crate::clock::Timestamp;
use crate::policy::Policy;
use crate::store::{Connection, Result, ledger};

/// How many units a harvest may still spend now, if anything limits it.
pub(crate) async fn left(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    const HARVEST: &str = "
        select max_units
        from harvests
        where id = $1";
    let of_harvest: Option<i64> = sqlx::query_scalar(HARVEST)
        .bind(harvest_id)
        .fetch_one(&mut *db)
        .await?;
    let mut left = None;
    for (limit, spent) in [
        (of_harvest, ledger::spent_by(&mut *db, harvest_id).await?),
        (policy.max_units, ledger::spent_in_all(&mut *db).await?),
        (
            policy.max_units_per_day,
            ledger::spent_today(&mut *db, now).await?,
        ),
    ] {
        if let Some(limit) = limit {
            let room = (limit - spent.total()).max(0);
            left = Some(left.map_or(room, |left: i64| left.min(room)));
        }
    }
    Ok(left)
}

/// No claim is granted where what is settled, reserved and lost, and its own cost, would pass a limit.
pub(crate) async fn leave_room(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    units: i64,
    now: Timestamp,
) -> Result<bool> {
    const HARVEST: &str = "
        select max_units
        from harvests
        where id = $1";
    let of_harvest: Option<i64> = sqlx::query_scalar(HARVEST)
        .bind(harvest_id)
        .fetch_one(&mut *db)
        .await?;
    let unlimited = of_harvest.is_none() && policy.max_units.is_none() && policy.max_units_per_day.is_none();
    if unlimited && policy.needs_limit {
        return Ok(false);
    }
    if let Some(limit) = of_harvest
        && ledger::spent_by(&mut *db, harvest_id).await?.total() + units > limit
    {
        return Ok(false);
    }
    if let Some(limit) = policy.max_units
        && ledger::spent_in_all(&mut *db).await?.total() + units > limit
    {
        return Ok(false);
    }
    if let Some(limit) = policy.max_units_per_day
        && ledger::spent_today(&mut *db, now).await?.total() + units > limit
    {
        return Ok(false);
    }
    Ok(true)
}
