//! How often the counters of lists were found changed that are told before the lists are read.

use std::collections::{BTreeMap, HashMap};

use super::due_lists::Due;
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::{Connection, Result, json_ids};

const DAY: f64 = 86_400_000.0;
/// How many changes are taken to have been seen before the first...
const CHANGES: f64 = 0.5;
/// ...in so many days.
const DAYS: f64 = 1.0;

/// How likely each list's counter is to be found changed at a time, by the list's number.
pub(super) async fn changed(db: &mut Connection, due: &[Due], now: Timestamp) -> Result<HashMap<i64, f64>> {
    let told: Vec<&Due> = due.iter().filter(|list| list.kind.rank() == 2).collect();
    let found = found(db, &told).await?;
    let seen = |list: &Due| {
        let (changes, time) = found.get(&list.id).copied().unwrap_or_default();
        // Since it was last read its counter was met, and was what it had been.
        let quiet = list
            .last_counter
            .map_or(0.0, |_| days(list.ended_at, list.read_at));
        (changes, time + quiet)
    };
    let mut sums: BTreeMap<Kind, (f64, f64)> = BTreeMap::new();
    for list in &told {
        let (changes, time) = seen(list);
        let sum = sums.entry(list.kind).or_insert((CHANGES, DAYS));
        *sum = (sum.0 + changes, sum.1 + time);
    }
    let chance = |list: &Due| {
        let (changes, time) = seen(list);
        let usual = sums.get(&list.kind).map_or(DAYS / CHANGES, |sum| sum.1 / sum.0);
        let rate = (changes + CHANGES) / (time + CHANGES * usual);
        (rate * days(list.read_at, now)).min(1.0)
    };
    Ok(told.iter().map(|list| (list.id, chance(list))).collect())
}

/// How often a counter differed that was told before a list was read again, and in how many days. A list whose counter was
/// not told is read whatever it says, so such a reading tells nothing.
async fn found(db: &mut Connection, lists: &[&Due]) -> Result<HashMap<i64, (f64, f64)>> {
    const SQL: &str = "
        select list_id, cast(count(*) as real), cast(sum(started_at - before_at) as real)
        from (
            select
                list_id, started_at, counter_before, lag(counter_after) over readings as before,
                lag(ended_at) over readings as before_at
            from sweeps
            where list_id in (select value from json_each($1))
            window readings as (partition by list_id order by id)
        )
        where counter_before <> before
        group by list_id";
    let rows: Vec<(i64, f64, f64)> = sqlx::query_as(SQL)
        .bind(json_ids(lists.iter().map(|list| list.id)))
        .fetch_all(db)
        .await?;
    let found = rows.into_iter();
    Ok(found
        .map(|(id, changes, time)| (id, (changes, time / DAY)))
        .collect())
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52")]
fn days(since: Timestamp, now: Timestamp) -> f64 {
    now.saturating_sub(since).max(0) as f64 / DAY
}
