//! Approvals: the units that a person allowed a harvest, each with what was foreseen when it was given. The newest is the
//! harvest's limit, and every claim is checked against it.

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::{Connection, Result, budgets, harvests, ledger};

/// What a plan foresaw, in units that a harvest would still cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Foreseen {
    /// At least.
    pub low: i64,
    /// Most likely.
    pub expected: i64,
    /// At most.
    pub high: i64,
}

/// How an approval was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `gleaner plan --approve`.
    Plan(Foreseen),
    /// `--max-units` of `gleaner harvest`.
    Flag,
    /// `max_units` of the configuration.
    Config,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Plan(_) => "plan",
            Self::Flag => "--max-units",
            Self::Config => "config",
        }
    }
}

/// An approval as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The harvest.
    #[serde(skip)]
    pub harvest_id: i64,
    /// When it was given.
    pub at: Timestamp,
    /// How: `plan`, `--max-units` or `config`.
    pub reason: String,
    /// The most that the harvest may spend, in all its runs.
    pub units: i64,
    /// What it had spent by then.
    pub spent: i64,
    /// What the plan expected it to cost from then on.
    pub expected: Option<i64>,
    /// What the plan said that it costs at most from then on.
    pub high: Option<i64>,
}

/// Makes so many units the limit of a harvest, and writes down how that came about. A person's word takes the place of
/// what `gleaner budget set` said of the harvest before.
pub async fn approve(db: &mut Connection, harvest_id: i64, units: i64, by: By, now: Timestamp) -> Result<()> {
    const LIMIT: &str = "
        update harvests
        set max_units = $2
        where id = $1";
    const ROW: &str = "
        insert into approvals (harvest_id, at, reason, units, spent, low, expected, high)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let spent = ledger::spent_by(&mut *db, harvest_id).await?.total();
    let foreseen = match by {
        By::Plan(foreseen) => Some(foreseen),
        By::Flag | By::Config => None,
    };
    sqlx::query(LIMIT)
        .bind(harvest_id)
        .bind(units)
        .execute(&mut *db)
        .await?;
    sqlx::query(ROW)
        .bind(harvest_id)
        .bind(now)
        .bind(by.name())
        .bind(units)
        .bind(spent)
        .bind(foreseen.map(|units| units.low))
        .bind(foreseen.map(|units| units.expected))
        .bind(foreseen.map(|units| units.high))
        .execute(&mut *db)
        .await?;
    if by != By::Config {
        budgets::forget_command(db, harvest_id).await?;
    }
    budgets::note_harvest(db, harvest_id, now).await
}

/// What comes of the limit that the configuration or a person gives a harvest that may be there already.
///
/// A person's word holds as it is. The configuration's holds where it is new: where it is what it was when it was last
/// looked at, it was weighed already, and a lower limit that was approved since stays.
pub async fn given(db: &mut Connection, name: &str, units: i64, by: By) -> Result<i64> {
    const SQL: &str = "
        select h.max_units, b.scope is not null and b.configured is not $2
        from harvests as h
        left join budgets as b on b.scope = 'harvest:' || h.id
        where h.name = $1";
    let stored = sqlx::query(SQL)
        .bind(name)
        .bind(units)
        .fetch_optional(db)
        .await?
        .map(|row| (row.get::<Option<i64>, _>(0), row.get::<bool, _>(1)));
    Ok(match stored {
        Some((Some(approved), false)) if by == By::Config => units.min(approved),
        _ => units,
    })
}

/// Forgets what `gleaner budget set` said of the harvest where a person gives it a limit: says whether it said anything.
pub async fn replaces_command(db: &mut Connection, name: &str, by: By) -> Result<bool> {
    match harvests::find(db, name).await? {
        Some(id) if by != By::Config => budgets::forget_command(db, id).await,
        _ => Ok(false),
    }
}

/// Keeps what the configuration says of a harvest's limit, so that a start knows whether that has changed. Where it says
/// nothing, what it said last is kept.
pub async fn keep_configured(db: &mut Connection, harvest_id: i64, units: Option<i64>) -> Result<()> {
    const SQL: &str = "
        insert into budgets (scope, configured)
        values ('harvest:' || $1, $2)
        on conflict (scope) do update set configured = coalesce(excluded.configured, configured)";
    sqlx::query(SQL).bind(harvest_id).bind(units).execute(db).await?;
    Ok(())
}

/// A command or the configuration gave a limit: it is an approval too, unless it says what the newest one said.
pub async fn note_limit(
    db: &mut Connection,
    harvest_id: i64,
    units: i64,
    by: By,
    now: Timestamp,
) -> Result<()> {
    const NEWEST: &str = "
        select units
        from approvals
        where harvest_id = $1
        order by id desc
        limit 1";
    let newest: Option<i64> = sqlx::query_scalar(NEWEST)
        .bind(harvest_id)
        .fetch_optional(&mut *db)
        .await?;
    if newest == Some(units) {
        if by != By::Config && budgets::forget_command(db, harvest_id).await? {
            budgets::note_harvest(db, harvest_id, now).await?;
        }
        return Ok(());
    }
    approve(db, harvest_id, units, by, now).await
}

/// The newest approval of each harvest.
pub async fn newest<'c>(db: impl sqlx::SqliteExecutor<'c>) -> Result<Vec<Approval>> {
    const SQL: &str = "
        select harvest_id, at, reason, units, spent, expected, high
        from approvals
        where id in (select max(a.id) from approvals as a group by a.harvest_id)
        order by harvest_id";
    let rows = sqlx::query(SQL).fetch_all(db).await?;
    let approval = |row: &sqlx::sqlite::SqliteRow| Approval {
        harvest_id: row.get(0),
        at: row.get(1),
        reason: row.get(2),
        units: row.get(3),
        spent: row.get(4),
        expected: row.get(5),
        high: row.get(6),
    };
    Ok(rows.iter().map(approval).collect())
}
