//! What is said of limits, by the configuration and by commands, and every change of one that holds.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::limits::word::Command;
use crate::store::limits::{self, Configured, Scope, Standing};
use crate::store::{Connection, Result};

/// Whose word changed a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The configuration, or an option such as `--max-units`.
    Config,
    /// `gleaner budget set`.
    Command,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Command => "command",
        }
    }
}

/// A change of a limit that holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The limit: `all`, `day`, `run`, `harvest:1`.
    pub scope: String,
    /// What held before; none for no limit.
    pub from_units: Option<i64>,
    /// What holds since.
    pub to_units: Option<i64>,
    /// What counted against it then.
    pub spent: i64,
    /// `config` or `command`.
    pub said_by: String,
    /// When.
    pub at: Timestamp,
}

/// Notes what a run is configured with, and what that changes.
pub async fn begin(db: &mut Connection, configured: Configured, now: Timestamp) -> Result<Vec<Change>> {
    const SQL: &str = "
        insert into budgets (scope, configured)
        values ('all', $1), ('day', $2), ('run', $3)
        on conflict (scope) do update set configured = excluded.configured";
    sqlx::query(SQL)
        .bind(configured.total)
        .bind(configured.per_day)
        .bind(configured.per_run)
        .execute(&mut *db)
        .await?;
    let mut changes = Vec::new();
    for limit in limits::standing(&mut *db, configured, None, now).await? {
        if limit.scope != Scope::Harvest {
            // What an option says for one run is no new word of the configuration.
            if limit.scope != Scope::Run || !configured.is_for_this_run {
                lower_command(db, &limit).await?;
            }
            changes.extend(note(db, &limit, By::Config, now).await?);
        }
    }
    Ok(changes)
}

/// Notes what the words on a harvest have come to.
pub(crate) async fn note_harvest(db: &mut Connection, harvest_id: i64, now: Timestamp) -> Result<()> {
    let limits = limits::standing(&mut *db, Configured::default(), Some(harvest_id), now).await?;
    for limit in limits.iter().filter(|limit| limit.scope == Scope::Harvest) {
        lower_command(db, limit).await?;
        note(db, limit, By::Config, now).await?;
    }
    Ok(())
}

/// Keeps the lower of the two words where the configuration says something else than what the command was given over, so
/// that a configuration that comes back does not raise it.
async fn lower_command(db: &mut Connection, limit: &Standing) -> Result<()> {
    const SQL: &str = "
        update budgets
        set units = $2, over_units = $3
        where scope = $1";
    let has_moved = |command: &Command| command.over != limit.configured;
    if limit.command.as_ref().is_some_and(has_moved) {
        sqlx::query(SQL)
            .bind(&limit.key)
            .bind(limit.limit)
            .bind(limit.configured)
            .execute(db)
            .await?;
    }
    Ok(())
}

/// Forgets what a command said of a harvest's limit, for a newer word of a person: says whether there was one.
pub(crate) async fn forget_command(db: &mut Connection, harvest_id: i64) -> Result<bool> {
    const SQL: &str = "
        update budgets
        set units = null, over_units = null, set_at = null
        where scope = 'harvest:' || $1 and set_at is not null";
    let forgotten = sqlx::query(SQL).bind(harvest_id).execute(db).await?;
    Ok(forgotten.rows_affected() > 0)
}

/// What the newest run was configured with.
pub async fn configured<'c>(db: impl sqlx::SqliteExecutor<'c>) -> Result<Configured> {
    const SQL: &str = "
        select scope, configured
        from budgets
        where scope in ('all', 'day', 'run')";
    let mut found = Configured::default();
    for row in sqlx::query(SQL).fetch_all(db).await? {
        match row.get(0) {
            "all" => found.total = row.get(1),
            "day" => found.per_day = row.get(1),
            _ => found.per_run = row.get(1),
        }
    }
    Ok(found)
}

/// Sets a limit by a command; what stood there is what it was given over.
pub async fn set(
    db: &mut Connection,
    limit: &Standing,
    units: Option<i64>,
    now: Timestamp,
) -> Result<Option<Change>> {
    const SQL: &str = "
        insert into budgets (scope, units, over_units, set_at)
        values ($1, $2, $3, $4)
        on conflict (scope) do update set
            units = excluded.units,
            over_units = excluded.over_units,
            set_at = excluded.set_at";
    sqlx::query(SQL)
        .bind(&limit.key)
        .bind(units)
        .bind(limit.configured)
        .bind(now)
        .execute(&mut *db)
        .await?;
    let command = Command {
        units,
        over: limit.configured,
    };
    let changed = Standing {
        limit: limits::word::holds(limit.configured, Some(command)),
        ..limit.clone()
    };
    note(db, &changed, By::Command, now).await
}

/// Takes back what a command said of a limit: what is configured holds again.
pub async fn unset(db: &mut Connection, limit: &Standing, now: Timestamp) -> Result<Option<Change>> {
    const SQL: &str = "
        update budgets
        set units = null, over_units = null, set_at = null
        where scope = $1";
    sqlx::query(SQL).bind(&limit.key).execute(&mut *db).await?;
    let changed = Standing {
        limit: limit.configured,
        ..limit.clone()
    };
    note(db, &changed, By::Command, now).await
}

/// Writes a change down, if it is one.
async fn note(db: &mut Connection, limit: &Standing, by: By, now: Timestamp) -> Result<Option<Change>> {
    const LAST: &str = "
        select to_units
        from budget_changes
        where scope = $1
        order by id desc
        limit 1";
    const SQL: &str = "
        insert into budget_changes (scope, from_units, to_units, spent, said_by, at)
        values ($1, $2, $3, $4, $5, $6)";
    const OF_RUN: &str = "
        select coalesce(sum(settled + reserved + lost), 0)
        from spend
        where scope = 'run:' || (select max(id) from runs)";
    let last: Option<Option<i64>> = sqlx::query_scalar(LAST)
        .bind(&limit.key)
        .fetch_optional(&mut *db)
        .await?;
    let before = last.flatten();
    if before == limit.limit {
        return Ok(None);
    }
    // Before the next run begins, the newest one is the one that has just ended: what people are shown is of the next.
    let spent = if limit.scope == Scope::Run {
        sqlx::query_scalar(OF_RUN).fetch_one(&mut *db).await?
    } else {
        limit.spent
    };
    let change = Change {
        scope: limit.key.clone(),
        from_units: before,
        to_units: limit.limit,
        spent,
        said_by: by.name().into(),
        at: now,
    };
    sqlx::query(SQL)
        .bind(&change.scope)
        .bind(change.from_units)
        .bind(change.to_units)
        .bind(change.spent)
        .bind(&change.said_by)
        .bind(change.at)
        .execute(db)
        .await?;
    Ok(Some(change))
}

/// The newest changes, the newest first.
pub async fn changes<'c>(db: impl sqlx::SqliteExecutor<'c>, at_most: i64) -> Result<Vec<Change>> {
    const SQL: &str = "
        select scope, from_units, to_units, spent, said_by, at
        from budget_changes
        order by id desc
        limit $1";
    let rows = sqlx::query(SQL).bind(at_most).fetch_all(db).await?;
    let changes = rows.into_iter().map(|row| Change {
        scope: row.get(0),
        from_units: row.get(1),
        to_units: row.get(2),
        spent: row.get(3),
        said_by: row.get(4),
        at: row.get(5),
    });
    Ok(changes.collect())
}
