//! Holds: why nothing of a harvest, an endpoint or the whole key is sent. Never a state of a task.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::{Connection, Result};

/// What a hold holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everything.
    All,
    /// One harvest.
    Harvest(i64),
    /// One endpoint, by its path.
    Endpoint(String),
}

/// Why a hold holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A person paused it.
    Paused,
    /// The key was refused.
    Unauthorized,
    /// The account is out of funds.
    NoFunds,
    /// The upstream's front refuses this client (Cloudflare's `error code: 1010`).
    Blocked,
    /// Nobody answers.
    Outage,
    /// The endpoint is retired (410).
    Retired,
    /// The endpoint billed more than it is declared to cost.
    Overcharge,
}

/// One hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What it holds.
    pub scope: Scope,
    /// Why.
    pub reason: Reason,
    /// What a person should know.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
    /// When it is looked at again by itself; none if it waits for a person.
    pub until: Option<Timestamp>,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Harvest(id) => write!(formatter, "harvest:{id}"),
            Self::Endpoint(path) => write!(formatter, "endpoint:{path}"),
        }
    }
}

impl Scope {
    fn parse(text: &str) -> Self {
        if let Some(path) = text.strip_prefix("endpoint:") {
            return Self::Endpoint(path.into());
        }
        match text.strip_prefix("harvest:").and_then(|id| id.parse().ok()) {
            Some(id) => Self::Harvest(id),
            None => Self::All,
        }
    }
}

impl Reason {
    const ALL: [Self; 7] = [
        Self::Paused,
        Self::Unauthorized,
        Self::NoFunds,
        Self::Blocked,
        Self::Outage,
        Self::Retired,
        Self::Overcharge,
    ];

    /// The word for it in tables and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Unauthorized => "unauthorized",
            Self::NoFunds => "no_funds",
            Self::Blocked => "blocked",
            Self::Outage => "outage",
            Self::Retired => "retired",
            Self::Overcharge => "overcharge",
        }
    }
}

/// Puts a hold, or renews it; `since` stays.
pub async fn put(db: &mut Connection, hold: &Hold) -> Result<()> {
    const SQL: &str = "
        insert into holds (scope, reason, detail, since, until, version)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (scope, reason) do update set
            detail = excluded.detail,
            until = excluded.until,
            version = excluded.version";
    sqlx::query(SQL)
        .bind(hold.scope.to_string())
        .bind(hold.reason.name())
        .bind(&hold.detail)
        .bind(hold.since)
        .bind(hold.until)
        .bind(env!("CARGO_PKG_VERSION"))
        .execute(db)
        .await?;
    Ok(())
}

/// Lifts a hold; says whether there was one.
pub async fn lift(db: &mut Connection, scope: &Scope, reason: Reason) -> Result<bool> {
    const SQL: &str = "
        delete from holds
        where scope = $1 and reason = $2";
    let done = sqlx::query(SQL)
        .bind(scope.to_string())
        .bind(reason.name())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Lifts the holds for an outage or a refusal by the front that are older than the claim of this request: its answer
/// shows that they are over.
pub(crate) async fn lift_troubles(db: &mut Connection, ledger_id: i64) -> Result<()> {
    const SQL: &str = "
        delete from holds
        where scope = 'all'
            and reason in ('outage', 'blocked')
            and since <= (select reserved_at from ledger where id = $1)";
    sqlx::query(SQL).bind(ledger_id).execute(db).await?;
    Ok(())
}

/// A retirement that another version met is looked at again: the upstream's addresses change with its versions, and so
/// does what this program asks of them.
pub(crate) async fn look_again_at_retired(db: &mut Connection, version: &str) -> Result<()> {
    const SQL: &str = "
        delete from holds
        where reason = 'retired' and version is not $1";
    sqlx::query(SQL).bind(version).execute(db).await?;
    Ok(())
}

/// All holds.
pub async fn all<'c>(db: impl sqlx::SqliteExecutor<'c>) -> Result<Vec<Hold>> {
    const SQL: &str = "
        select scope, reason, detail, since, until
        from holds
        order by scope, reason";
    let rows = sqlx::query(SQL).fetch_all(db).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let name: String = row.get(1);
            Some(Hold {
                scope: Scope::parse(row.get(0)),
                reason: Reason::ALL.into_iter().find(|reason| reason.name() == name)?,
                detail: row.get(2),
                since: row.get(3),
                until: row.get(4),
            })
        })
        .collect())
}

/// Whether an endpoint is held, for whatever reason.
pub(crate) async fn is_held(db: &mut Connection, endpoint: &str) -> Result<bool> {
    const SQL: &str = "
        select exists (select 1 from holds where scope = $1)";
    let scope = Scope::Endpoint(endpoint.into());
    Ok(sqlx::query_scalar(SQL)
        .bind(scope.to_string())
        .fetch_one(db)
        .await?)
}

/// The endpoints that are retired.
pub(crate) async fn retired(db: &mut Connection) -> Result<Vec<String>> {
    Ok(all(db)
        .await?
        .into_iter()
        .filter(|hold| hold.reason == Reason::Retired)
        .filter_map(|hold| match hold.scope {
            Scope::Endpoint(path) => Some(path),
            Scope::All | Scope::Harvest(_) => None,
        })
        .collect())
}
