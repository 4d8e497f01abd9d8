//! After how long a harvest reads its lists again.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::Interval;
use crate::store::{Connection, Result, due};

/// The shortest fixed interval in milliseconds, if there is one.
pub(crate) fn shortest(refresh: &BTreeMap<Kind, Interval>) -> Option<i64> {
    refresh.values().filter_map(|interval| millis(*interval)).min()
}

fn millis(interval: Interval) -> Option<i64> {
    let of = |every: Duration| i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    match interval {
        Interval::Every(every) => Some(of(every)),
        Interval::Auto => None,
    }
}

/// The kinds with their intervals in milliseconds, as the table has them; none for `auto`.
pub(crate) fn wanted(refresh: &BTreeMap<Kind, Interval>) -> Vec<(String, Option<i64>)> {
    let mut wanted: Vec<(String, Option<i64>)> = refresh
        .iter()
        .map(|(kind, interval)| (kind.name().to_owned(), millis(*interval)))
        .collect();
    wanted.sort();
    wanted
}

/// Keeps the intervals of a harvest, and lets it read again what is due now.
pub(crate) async fn put(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    refresh: &BTreeMap<Kind, Interval>,
    now: Timestamp,
) -> Result<()> {
    const KNOWN: &str = "
        select kind, interval_ms
        from harvest_refresh
        where harvest_id = $1
        order by kind";
    const FORGET: &str = "
        delete from harvest_refresh
        where harvest_id = $1";
    const PUT: &str = "
        insert into harvest_refresh (harvest_id, kind, interval_ms)
        select $1, row.value ->> 0, row.value ->> 1
        from json_each($2) as row";
    const UNTIL: &str = "
        update harvests
        set due_until = $2
        where id = $1";
    let wanted = wanted(refresh);
    let known: Vec<(String, Option<i64>)> =
        sqlx::query_as(KNOWN).bind(harvest_id).fetch_all(&mut *db).await?;
    if known != wanted {
        sqlx::query(FORGET).bind(harvest_id).execute(&mut *db).await?;
        sqlx::query(PUT)
            .bind(harvest_id)
            .bind(serde_json::to_string(&wanted).unwrap_or_else(|_| "[]".into()))
            .execute(&mut *db)
            .await?;
        due::set_all(db, policy, harvest_id).await?;
    }
    if !wanted.is_empty() {
        sqlx::query(UNTIL).bind(harvest_id).bind(now).execute(db).await?;
    }
    Ok(())
}
