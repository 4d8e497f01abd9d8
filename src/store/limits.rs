//! Limits of units: in all, of a day, of a run, of a harvest. All of them hold at once.

pub mod word;

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::policy::Policy;
use crate::store::{Connection, Result, ledger};
use word::Command;

/// What a limit limits. The order is that in which a limit that is reached is told: what a person must raise comes
/// before what passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One harvest, in all its runs.
    Harvest,
    /// Everything, for ever.
    Total,
    /// One run of the program.
    Run,
    /// A day of UTC.
    Day,
}

/// What is configured, where the limits of harvests are left out: those stand in the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Configured {
    /// In all.
    pub total: Option<i64>,
    /// In a day of UTC.
    pub per_day: Option<i64>,
    /// In a run.
    pub per_run: Option<i64>,
    /// Whether an option has set that of a run, for this one alone.
    pub is_for_this_run: bool,
}

impl From<&Policy> for Configured {
    fn from(policy: &Policy) -> Self {
        Self {
            total: policy.max_units,
            per_day: policy.max_units_per_day,
            per_run: policy.max_units_per_run,
            is_for_this_run: policy.is_for_this_run,
        }
    }
}

/// How it stands with one limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What people call it: `total`, `per_day`, `per_run`, `harvest:NAME`.
    pub name: String,
    /// What it limits.
    #[serde(skip)]
    pub scope: Scope,
    /// Its key in the tables: `all`, `day`, `run`, `harvest:1`.
    #[serde(skip)]
    pub key: String,
    /// The limit that holds; none for no limit.
    pub limit: Option<i64>,
    /// What counts against it: settled, reserved, lost.
    pub spent: i64,
    /// What is left of it.
    pub left: Option<i64>,
    /// When it begins anew by itself.
    pub until: Option<Timestamp>,
    /// What is configured.
    pub configured: Option<i64>,
    /// What a command said, where one did.
    #[serde(skip)]
    pub command: Option<Command>,
    /// When it said so.
    pub set_at: Option<Timestamp>,
}

impl Standing {
    /// Whether so many units more would pass it.
    pub fn is_passed_by(&self, units: i64) -> bool {
        self.limit.is_some_and(|limit| self.spent + units > limit)
    }

    /// Whether it is the limit of the harvest of that name.
    pub fn is_of(&self, harvest: &str) -> bool {
        self.scope == Scope::Harvest && self.name.strip_prefix("harvest:") == Some(harvest)
    }

    /// What it is called where it is set.
    pub fn title(&self) -> String {
        match self.scope {
            Scope::Harvest => format!("harvest {}", self.name.trim_start_matches("harvest:")),
            Scope::Total | Scope::Run | Scope::Day => format!("[budget] {}", self.name),
        }
    }

    /// How to go on when it is reached.
    pub fn how_to_go_on(&self) -> String {
        let name = &self.name;
        let set = format!("`gleaner budget set {name}=UNITS` raises it");
        match self.scope {
            Scope::Harvest => {
                format!("{set}; then run the same command to go on, without --max-units or with a higher one")
            }
            Scope::Total => format!("{set}; then run the same command to go on"),
            Scope::Run => format!("the same command is a new run and goes on; {set}"),
            Scope::Day => format!("it begins anew at 00:00 UTC; {set}"),
        }
    }
}

/// Why a request is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Requests cost money, and no limit at all applies.
    NoLimit,
    /// This limit would be passed.
    Spent(Standing),
}

impl Refusal {
    /// The limit's name; `none` where there is none.
    pub fn name(&self) -> &str {
        match self {
            Self::NoLimit => "none",
            Self::Spent(limit) => &limit.name,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoLimit => formatter.write_str(
                "no limit of units is set, so nothing is bought; `gleaner budget set total=UNITS` sets one",
            ),
            Self::Spent(limit) => {
                let (title, units) = (limit.title(), limit.limit.unwrap_or(0));
                write!(
                    formatter,
                    "{title} allows {units} units, and {} are spent; {}",
                    limit.spent,
                    limit.how_to_go_on()
                )
            }
        }
    }
}

/// No claim is granted where what is settled, reserved and lost, and its own cost, would pass a limit: says which.
pub(crate) async fn refusal(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    units: i64,
    now: Timestamp,
) -> Result<Option<Refusal>> {
    let mut limits = standing(db, policy.into(), Some(harvest_id), now).await?;
    if policy.needs_limit && limits.iter().all(|limit| limit.limit.is_none()) {
        return Ok(Some(Refusal::NoLimit));
    }
    limits.sort_by_key(|limit| limit.scope);
    let passed = limits.into_iter().find(|limit| limit.is_passed_by(units));
    Ok(passed.map(Refusal::Spent))
}

/// How many units a harvest may still spend now, if anything limits it.
pub(crate) async fn left(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    let limits = standing(db, policy.into(), Some(harvest_id), now).await?;
    Ok(limits.iter().filter_map(|limit| limit.left).min())
}

/// Whether a request of so many units may be granted.
pub(crate) async fn leave_room(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    units: i64,
    now: Timestamp,
) -> Result<bool> {
    Ok(refusal(db, policy, harvest_id, units, now).await?.is_none())
}

/// The endpoints that ready tasks ask: those that a harvest pays, or all where it pays none.
pub async fn ready_endpoints(pool: &sqlx::SqlitePool, harvest_id: i64) -> Result<Vec<String>> {
    const SQL: &str = "
        select distinct endpoint
        from tasks
        where state = 'ready' and ($1 is null or harvest_id = $1)";
    let of = async |id: Option<i64>| sqlx::query_scalar(SQL).bind(id).fetch_all(pool).await;
    let own: Vec<String> = of(Some(harvest_id)).await?;
    Ok(if own.is_empty() { of(None).await? } else { own })
}

/// The endpoints that a harvest's tasks ask, now or after a wait; those of all that are ready where it has none.
pub async fn open_endpoints(pool: &sqlx::SqlitePool, harvest_id: i64) -> Result<Vec<String>> {
    const SQL: &str = "
        select distinct endpoint
        from tasks
        where state in ('ready', 'waiting') and harvest_id = $1";
    let own: Vec<String> = sqlx::query_scalar(SQL).bind(harvest_id).fetch_all(pool).await?;
    if own.is_empty() {
        return ready_endpoints(pool, harvest_id).await;
    }
    Ok(own)
}

/// How many requests of a harvest are on their way.
pub async fn in_flight(pool: &sqlx::SqlitePool, harvest_id: i64) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from tasks
        where state = 'leased' and harvest_id = $1";
    Ok(sqlx::query_scalar(SQL).bind(harvest_id).fetch_one(pool).await?)
}

/// How it stands with every limit: in all, of the day of `now`, of the newest run, and of one harvest or of all.
///
/// One engine at a time works on a file, so the newest run is the one that spends.
pub async fn standing<'c>(
    db: impl sqlx::SqliteExecutor<'c>,
    configured: Configured,
    harvest_id: Option<i64>,
    now: Timestamp,
) -> Result<Vec<Standing>> {
    const SQL: &str = "
        with limits (name, place, key, sum, max_units) as (
            values
                ('total', 0, 'all', 'all', null),
                ('per_day', 1, 'day', 'day:' || $2, null),
                ('per_run', 2, 'run', 'run:' || (select max(id) from runs), null)
            union all
            select 'harvest:' || name, 3, 'harvest:' || id, 'harvest:' || id, max_units
            from harvests
            where id between coalesce($1, 0) and coalesce($1, 9223372036854775807)
        )
        select
            l.name, l.place, l.key, l.max_units, coalesce(s.settled + s.reserved + s.lost, 0), b.set_at, b.units,
            b.over_units
        from limits as l
        left join spend as s on s.scope = l.sum
        left join budgets as b on b.scope = l.key
        order by l.place, l.name";
    let rows = sqlx::query(SQL)
        .bind(harvest_id)
        .bind(ledger::day_of(now))
        .fetch_all(db)
        .await?;
    let standing = rows.into_iter().map(|row| {
        let (scope, configured) = match row.get::<i64, _>(1) {
            0 => (Scope::Total, configured.total),
            1 => (Scope::Day, configured.per_day),
            2 => (Scope::Run, configured.per_run),
            _ => (Scope::Harvest, row.get(3)),
        };
        let (spent, set_at): (i64, Option<Timestamp>) = (row.get(4), row.get(5));
        let command = set_at.map(|_| Command {
            units: row.get(6),
            over: row.get(7),
        });
        let limit = word::holds(configured, command);
        Standing {
            name: row.get(0),
            scope,
            key: row.get(2),
            limit,
            spent,
            left: limit.map(|limit| (limit - spent).max(0)),
            until: (scope == Scope::Day).then(|| ledger::next_day(now)),
            configured,
            command,
            set_at,
        }
    });
    Ok(standing.collect())
}
