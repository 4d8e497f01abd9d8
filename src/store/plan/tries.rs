//! What lists brought that were read on by the next endpoint of their route, as the harvest itself judges by them.

use std::collections::BTreeMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::route::{Try, TryState};
use crate::store::fallback::{NEWEST, NOT_OLDER_MS, STILL_AFTER_MS};
use crate::store::{Connection, Result, want};

/// The newest of each kind and endpoint.
pub(super) async fn read(db: &mut Connection, now: Timestamp) -> Result<BTreeMap<(Kind, String), Vec<Try>>> {
    const SQL: &str = "
        select kind, endpoint, new_rows, units, is_ended, is_under_way
        from (
            select
                f.kind,
                f.endpoint,
                coalesce(f.items_after, s.distinct_items) - f.items_before as new_rows,
                coalesce(f.units_after, s.units) - f.units_before as units,
                coalesce(f.items_after, s.ended_at) is not null as is_ended,
                coalesce(t.state <> 'parked' and t.served_at > $2, 0) as is_under_way,
                row_number() over (partition by f.kind, f.endpoint order by f.sweep_id desc) as place
            from fallbacks as f
            join sweeps as s on s.id = f.sweep_id
            left join tasks as t on t.sweep_id = s.id
            where f.decided = 1 and f.began_at > $1 and s.verdict is not 'cancelled'
        )
        where place <= $3";
    let mut tries: BTreeMap<(Kind, String), Vec<Try>> = BTreeMap::new();
    for row in sqlx::query(SQL)
        .bind(now - NOT_OLDER_MS)
        .bind(now - STILL_AFTER_MS)
        .bind(NEWEST)
        .fetch_all(db)
        .await?
    {
        let of = (want::kind_of(row.get(0))?, row.get(1));
        tries.entry(of).or_default().push(Try {
            new_rows: row.get(2),
            units: row.get(3),
            state: match (row.get(4), row.get(5)) {
                (true, _) => TryState::Ended,
                (false, true) => TryState::UnderWay,
                (false, false) => TryState::Still,
            },
        });
    }
    Ok(tries)
}
