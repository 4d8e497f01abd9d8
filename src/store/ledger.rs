//! The ledger: every billed request from its reservation on, and the running sums that limits are checked against.

use sqlx::Row as _;

use crate::billing::Settlement;
use crate::clock::Timestamp;
use crate::store::claim::Task;
use crate::store::{Connection, Result, StoreError, yields};

/// The reason of a row that was not asked of the upstream: its page was imported.
pub(crate) const IMPORTED: &str = "imported";

/// What has been spent within one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Billed.
    pub settled: i64,
    /// Claimed and not yet answered.
    pub reserved: i64,
    /// Sent and never answered.
    pub lost: i64,
}

impl Spent {
    /// What counts against a limit.
    pub const fn total(self) -> i64 {
        self.settled + self.reserved + self.lost
    }
}

/// The UTC day of a time, as the ledger writes it.
pub fn day_of(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| "0000-00-00".into(), |at| at.strftime("%Y-%m-%d").to_string())
}

/// When the UTC day after that of a time begins.
pub fn next_day(at: Timestamp) -> Timestamp {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    (at.div_euclid(DAY_MS) + 1) * DAY_MS
}

/// Reserves the units of one request; returns the ledger row.
pub(crate) async fn reserve(db: &mut Connection, task: &Task, now: Timestamp) -> Result<i64> {
    const SQL: &str = "
        insert into ledger (
            harvest_id, task_id, sweep_id, endpoint, target, page_no, walk, cursor_hash, epoch, retry, day,
            state, reserved, reserved_at, run_id
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'reserved', $12, $13, (select max(id) from runs))
        returning id, run_id";
    let day = day_of(now);
    let units = task.units;
    let row = sqlx::query(SQL)
        .bind(task.harvest_id)
        .bind(task.id)
        .bind(task.sweep_id)
        .bind(&task.endpoint)
        .bind(&task.target)
        .bind(task.page_no)
        .bind(task.walk)
        .bind(task.cursor.as_deref().map(cursor_hash))
        .bind(task.epoch)
        .bind(task.retry)
        .bind(&day)
        .bind(units)
        .bind(now)
        .fetch_one(&mut *db)
        .await?;
    add(
        db,
        &Sums {
            harvest_id: task.harvest_id,
            day: &day,
            run_id: row.get(1),
        },
        Spent {
            reserved: units,
            ..Spent::default()
        },
    )
    .await?;
    Ok(row.get(0))
}

/// Closes a reservation. `fenced` marks an answer that came too late to be used: paid all the same.
pub(crate) async fn settle(
    db: &mut Connection,
    ledger_id: i64,
    settlement: Settlement,
    fenced: bool,
    status: Option<u16>,
    reason: Option<&str>,
    answered_at: Timestamp,
) -> Result<()> {
    const RESERVED: &str = "
        select harvest_id, day, reserved, state, endpoint, sweep_id, units, run_id
        from ledger
        where id = $1";
    const SETTLE: &str = "
        update ledger
        set state = $2, units = $3, reason = $4, status = $5, answered_at = $6
        where id = $1";
    const SWEEP: &str = "
        update sweeps
        set units = units + $2
        where id = $1";
    const OVERCHARGE: &str = "
        insert into overcharges (ledger_id, endpoint, reserved, billed, at)
        values ($1, $2, $3, $4, $5)
        on conflict (ledger_id) do nothing";
    let row = sqlx::query(RESERVED).bind(ledger_id).fetch_one(&mut *db).await?;
    let (harvest_id, day, reserved): (i64, String, i64) = (row.get(0), row.get(1), row.get(2));
    // A late answer to a request that was already written off as lost replaces that entry.
    let before = match row.get::<&str, _>(3) {
        "reserved" => Spent {
            reserved: -reserved,
            ..Spent::default()
        },
        "lost" => Spent {
            lost: -reserved,
            ..Spent::default()
        },
        _ => {
            return Err(StoreError::RowCount {
                what: "open reservation",
                expected: 1,
                got: 0,
            });
        }
    };
    let (state, units, mut after) = match settlement {
        Settlement::Settled(units) => (
            if fenced { "fenced" } else { "settled" },
            units,
            Spent {
                settled: units,
                ..Spent::default()
            },
        ),
        Settlement::Lost(units) => (
            "lost",
            units,
            Spent {
                lost: units,
                ..Spent::default()
            },
        ),
        Settlement::Released => ("released", 0, Spent::default()),
    };
    after.reserved += before.reserved;
    after.lost += before.lost;
    sqlx::query(SETTLE)
        .bind(ledger_id)
        .bind(state)
        .bind(units)
        .bind(reason)
        .bind(status)
        .bind(answered_at)
        .execute(&mut *db)
        .await?;
    let sums = Sums {
        harvest_id,
        day: &day,
        run_id: row.get(7),
    };
    add(db, &sums, after).await?;
    // What was lost or came too late was paid for the sweep all the same.
    sqlx::query(SWEEP)
        .bind(row.get::<i64, _>(5))
        .bind(units - row.get::<i64, _>(6))
        .execute(&mut *db)
        .await?;
    // What never left is no request, and what was imported says nothing of the upstream.
    if state != "released" && reason != Some(IMPORTED) {
        let requests = i64::from(before.lost == 0);
        let units_more = units - row.get::<i64, _>(6);
        yields::count_request(db, ledger_id, requests, units_more, answered_at).await?;
    }
    if units > reserved {
        sqlx::query(OVERCHARGE)
            .bind(ledger_id)
            .bind(row.get::<&str, _>(4))
            .bind(reserved)
            .bind(units)
            .bind(answered_at)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// The sums that a request is counted in, beside the one of all.
struct Sums<'a> {
    harvest_id: i64,
    day: &'a str,
    run_id: Option<i64>,
}

async fn add(db: &mut Connection, sums: &Sums<'_>, spent: Spent) -> Result<()> {
    const SQL: &str = "
        insert into spend (scope, settled, reserved, lost)
        select scope, $4, $5, $6
        from (select 'all' as scope union all select 'day:' || $2 union all select 'harvest:' || $1 union all select 'run:' || $3)
        where scope is not null
        on conflict (scope) do update set
            settled = settled + excluded.settled,
            reserved = reserved + excluded.reserved,
            lost = lost + excluded.lost";
    sqlx::query(SQL)
        .bind(sums.harvest_id)
        .bind(sums.day)
        .bind(sums.run_id)
        .bind(spent.settled)
        .bind(spent.reserved)
        .bind(spent.lost)
        .execute(db)
        .await?;
    Ok(())
}

/// What has been spent in all.
pub async fn spent_in_all<'c>(db: impl sqlx::SqliteExecutor<'c>) -> Result<Spent> {
    spent(db, "all".into()).await
}

/// What has been spent on the UTC day of `now`.
pub async fn spent_today<'c>(db: impl sqlx::SqliteExecutor<'c>, now: Timestamp) -> Result<Spent> {
    spent(db, format!("day:{}", day_of(now))).await
}

/// What a harvest has spent.
pub async fn spent_by<'c>(db: impl sqlx::SqliteExecutor<'c>, harvest_id: i64) -> Result<Spent> {
    spent(db, format!("harvest:{harvest_id}")).await
}

async fn spent<'c>(db: impl sqlx::SqliteExecutor<'c>, scope: String) -> Result<Spent> {
    const SQL: &str = "
        select settled, reserved, lost
        from spend
        where scope = $1";
    let row = sqlx::query(SQL).bind(scope).fetch_optional(db).await?;
    Ok(row.map_or_else(Spent::default, |row| Spent {
        settled: row.get(0),
        reserved: row.get(1),
        lost: row.get(2),
    }))
}

/// When the last request left, so that a restart does not burst.
pub async fn last_reserved_at(db: &mut Connection) -> Result<Option<Timestamp>> {
    const SQL: &str = "
        select max(reserved_at)
        from ledger";
    Ok(sqlx::query_scalar(SQL).fetch_one(db).await?)
}

/// A number that stands for a cursor: FNV-1a, because it is stored and must be the same in every version.
pub(crate) fn cursor_hash(cursor: &str) -> i64 {
    let hash = cursor.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::from_ne_bytes(hash.to_ne_bytes())
}
