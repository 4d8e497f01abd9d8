//! Seeds: where each comes from, and what a reading of a source changes.
//!
//! A seed that loses its last source is held, not deleted: nothing of it is sent any more, and it goes on where it
//! stopped when a source has it again. What a person removed stays held until a person adds it.

mod hold;
mod listing;

use std::fmt;

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::policy::Policy;
use crate::store::{Connection, Result, StoreError, follow_up, harvests};

pub use listing::{SeedView, list, rejects};

/// What a person named in a command. It is never read again, so it never loses a seed.
pub const BY_HAND: &str = "argument";
/// The config's own list.
pub const CONFIG: &str = "config";
/// The answer to the config's statement.
pub const SELECT: &str = "seed_select";
/// What stands before the path of a file.
pub const FILE: &str = "file:";

/// Why a seed is held that a person removed; no source brings it back.
pub(crate) const REMOVED: &str = "removed by a person";

/// What a source held when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reading {
    /// [`BY_HAND`], [`CONFIG`], [`SELECT`], or [`FILE`] with a path behind it.
    pub source: String,
    /// Its seeds in their canonical text form, each once, in their order.
    pub seeds: Vec<String>,
    /// Its lines that are no seeds.
    pub rejected: Vec<Reject>,
}

/// A line that is no seed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Reject {
    /// The harvest, where it is known.
    pub harvest: Option<String>,
    /// Where the line stands: a source, or what a person named in a command.
    pub source: String,
    /// Its number, from 1.
    pub line: i64,
    /// Its text, cut to a length that can be shown.
    pub text: String,
    /// Why it is no seed.
    pub reason: String,
    /// When it was first read so.
    pub rejected_at: Option<Timestamp>,
}

impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments have no lines: their text says which one it is.
        if self.source != BY_HAND {
            let source = self.source.strip_prefix(FILE).unwrap_or(&self.source);
            write!(formatter, "{source}, line {}: ", self.line)?;
        }
        write!(formatter, "{:?}: {}", self.text, self.reason)
    }
}

/// What a reading changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Seeds that the harvest did not have.
    pub added: u64,
    /// Held seeds that are active again.
    pub returned: u64,
    /// Seeds that are held from now on.
    pub held: u64,
    /// Lines that were not rejected before.
    pub rejected: Vec<Reject>,
}

impl Change {
    fn add(&mut self, other: Self) {
        self.added += other.added;
        self.returned += other.returned;
        self.held += other.held;
        self.rejected.extend(other.rejected);
    }
}

/// Takes over readings of sources, opens what is new, and lets go of what no source has any more.
pub async fn apply(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    readings: &[Reading],
    now: Timestamp,
) -> Result<Change> {
    let mut change = Change::default();
    for reading in readings {
        change.add(note(db, harvest_id, reading, now).await?);
    }
    open(db, policy, harvest_id, now).await?;
    Ok(change)
}

/// Adds seeds by a person's word: also those that a person removed.
pub async fn add(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    seeds: &[String],
    rejected: &[Reject],
    now: Timestamp,
) -> Result<Change> {
    let json = json_of(seeds);
    let mut change = Change {
        returned: release(db, harvest_id, &json, true).await?,
        ..Change::default()
    };
    change.add(give(db, harvest_id, seeds, rejected, now).await?);
    open(db, policy, harvest_id, now).await?;
    Ok(change)
}

/// Holds seeds by a person's word. Returns how many were active; one that the harvest does not have is refused.
pub async fn remove(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    seeds: &[String],
    now: Timestamp,
) -> Result<u64> {
    const UNKNOWN: &str = "
        select wanted.value
        from json_each($2) as wanted
        where not exists (select 1 from seeds as s where s.harvest_id = $1 and s.value = wanted.value)
        order by wanted.key";
    const BY_HAND_ONLY: &str = "
        delete from seed_sources
        where harvest_id = $1 and source = $3 and value in (select e.value from json_each($2) as e)";
    const ALREADY_HELD: &str = "
        update seeds
        set held_reason = $3
        where harvest_id = $1 and value in (select e.value from json_each($2) as e)";
    let json = json_of(seeds);
    let unknown: Vec<String> = sqlx::query_scalar(UNKNOWN)
        .bind(harvest_id)
        .bind(&json)
        .fetch_all(&mut *db)
        .await?;
    if !unknown.is_empty() {
        return Err(StoreError::Refused(format!(
            "the harvest has no seed {}: `gleaner seeds` lists what it has; nothing was changed",
            unknown.join(", ")
        )));
    }
    sqlx::query(BY_HAND_ONLY)
        .bind(harvest_id)
        .bind(&json)
        .bind(BY_HAND)
        .execute(&mut *db)
        .await?;
    let held = hold::hold(db, harvest_id, &json, REMOVED, now).await?;
    sqlx::query(ALREADY_HELD)
        .bind(harvest_id)
        .bind(&json)
        .bind(REMOVED)
        .execute(&mut *db)
        .await?;
    follow_up::settle(db, policy, harvest_id, now).await?;
    Ok(held)
}

/// How many of these seeds are held: a command that names them does not take them up again.
pub async fn count_held(db: &mut Connection, harvest_id: i64, seeds: &[String]) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from json_each($2) as wanted
        cross join seeds as s on s.harvest_id = $1 and s.value = wanted.value and s.held_at is not null";
    Ok(sqlx::query_scalar(SQL)
        .bind(harvest_id)
        .bind(json_of(seeds))
        .fetch_one(db)
        .await?)
}

/// Takes over what a person named, without opening it.
pub(crate) async fn give(
    db: &mut Connection,
    harvest_id: i64,
    seeds: &[String],
    rejected: &[Reject],
    now: Timestamp,
) -> Result<Change> {
    let json = json_of(seeds);
    Ok(Change {
        added: enter(db, harvest_id, BY_HAND, &json, now).await?,
        returned: release(db, harvest_id, &json, false).await?,
        held: 0,
        rejected: reject(db, harvest_id, rejected, now).await?,
    })
}

/// Takes over one reading, without opening what is new.
pub(crate) async fn note(
    db: &mut Connection,
    harvest_id: i64,
    reading: &Reading,
    now: Timestamp,
) -> Result<Change> {
    const LEFT: &str = "
        delete from seed_sources
        where harvest_id = $1 and source = $2 and value not in (select e.value from json_each($3) as e)
        returning value";
    const LOST: &str = "
        select s.value
        from json_each($2) as gone
        cross join seeds as s on s.harvest_id = $1 and s.value = gone.value
        where s.held_at is null
            and not exists (select 1 from seed_sources as o where o.harvest_id = $1 and o.value = s.value)";
    const REJECTS: &str = "
        delete from seed_rejects
        where harvest_id = $1 and source = $2
            and (line, text) not in (select e.value ->> 0, e.value ->> 1 from json_each($3) as e)";
    let json = json_of(&reading.seeds);
    let added = enter(db, harvest_id, &reading.source, &json, now).await?;
    let returned = release(db, harvest_id, &json, false).await?;
    let left: Vec<String> = sqlx::query_scalar(LEFT)
        .bind(harvest_id)
        .bind(&reading.source)
        .bind(&json)
        .fetch_all(&mut *db)
        .await?;
    let lost: Vec<String> = sqlx::query_scalar(LOST)
        .bind(harvest_id)
        .bind(json_of(&left))
        .fetch_all(&mut *db)
        .await?;
    let held = hold::hold(db, harvest_id, &json_of(&lost), &gone_from(&reading.source), now).await?;
    let lines: Vec<(i64, &str)> = reading
        .rejected
        .iter()
        .map(|line| (line.line, line.text.as_str()))
        .collect();
    sqlx::query(REJECTS)
        .bind(harvest_id)
        .bind(&reading.source)
        .bind(serde_json::to_string(&lines).unwrap_or_else(|_| "[]".into()))
        .execute(&mut *db)
        .await?;
    Ok(Change {
        added,
        returned,
        held,
        rejected: reject(db, harvest_id, &reading.rejected, now).await?,
    })
}

/// Lets go of sources that the config does not name any more.
pub(crate) async fn forget_others(
    db: &mut Connection,
    harvest_id: i64,
    named: &[Reading],
    now: Timestamp,
) -> Result<()> {
    const OTHERS: &str = "
        select distinct source
        from seed_sources
        where harvest_id = $1 and source <> $2 and source not in (select e.value from json_each($3) as e)";
    let kept: Vec<&str> = named.iter().map(|reading| reading.source.as_str()).collect();
    let others: Vec<String> = sqlx::query_scalar(OTHERS)
        .bind(harvest_id)
        .bind(BY_HAND)
        .bind(serde_json::to_string(&kept).unwrap_or_else(|_| "[]".into()))
        .fetch_all(&mut *db)
        .await?;
    for source in others {
        let reading = Reading {
            source,
            ..Reading::default()
        };
        note(db, harvest_id, &reading, now).await?;
    }
    Ok(())
}

/// New seeds may show users for depths that were opened without them: these are opened again from the first.
pub(crate) async fn reopen_depths(db: &mut Connection, harvest_id: i64) -> Result<()> {
    const SQL: &str = "
        update harvests
        set open_depth = 1
        where id = $1
            and open_depth > 1
            and exists (
                select 1
                from seeds as s
                where s.harvest_id = $1 and s.held_at is null and s.opened_round < harvests.round
            )";
    sqlx::query(SQL).bind(harvest_id).execute(db).await?;
    Ok(())
}

async fn open(db: &mut Connection, policy: &Policy, harvest_id: i64, now: Timestamp) -> Result<()> {
    reopen_depths(db, harvest_id).await?;
    let harvest = harvests::load(db, harvest_id).await?;
    follow_up::open_seeds(db, policy, &harvest, now).await?;
    follow_up::settle(db, policy, harvest_id, now).await
}

/// Makes the rows of seeds and of their source; returns how many seeds are new.
async fn enter(
    db: &mut Connection,
    harvest_id: i64,
    source: &str,
    json: &str,
    now: Timestamp,
) -> Result<u64> {
    const POSITION: &str = "
        select coalesce(max(position) + 1, 0)
        from seeds
        where harvest_id = $1";
    const SEEDS: &str = "
        insert into seeds (harvest_id, value, position, user_id, added_at)
        select
            $1, e.value, $3 + e.key, case when e.value not glob '*[^0-9]*' then cast(e.value as integer) end, $4
        from json_each($2) as e
        where true
        on conflict (harvest_id, value) do nothing";
    const SOURCES: &str = "
        insert into seed_sources (harvest_id, value, source, since)
        select $1, e.value, $3, $4
        from json_each($2) as e
        where true
        on conflict (harvest_id, value, source) do nothing";
    let position: i64 = sqlx::query_scalar(POSITION)
        .bind(harvest_id)
        .fetch_one(&mut *db)
        .await?;
    let added = sqlx::query(SEEDS)
        .bind(harvest_id)
        .bind(json)
        .bind(position)
        .bind(now)
        .execute(&mut *db)
        .await?;
    sqlx::query(SOURCES)
        .bind(harvest_id)
        .bind(json)
        .bind(source)
        .bind(now)
        .execute(&mut *db)
        .await?;
    Ok(added.rows_affected())
}

/// Held seeds that a source has again are active, but for those that a person removed, unless a person adds them.
async fn release(db: &mut Connection, harvest_id: i64, json: &str, removed_too: bool) -> Result<u64> {
    const SQL: &str = "
        update seeds
        set held_at = null, held_reason = null
        where harvest_id = $1
            and held_at is not null
            and ($3 or held_reason <> $4)
            and value in (select e.value from json_each($2) as e)";
    let released = sqlx::query(SQL)
        .bind(harvest_id)
        .bind(json)
        .bind(removed_too)
        .bind(REMOVED)
        .execute(db)
        .await?;
    Ok(released.rows_affected())
}

/// Keeps lines that are no seeds; returns those that are new.
async fn reject(
    db: &mut Connection,
    harvest_id: i64,
    rejected: &[Reject],
    now: Timestamp,
) -> Result<Vec<Reject>> {
    const SQL: &str = "
        insert into seed_rejects (harvest_id, source, line, text, reason, rejected_at)
        select $1, e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, $3
        from json_each($2) as e
        where true
        on conflict (harvest_id, source, line, text) do nothing
        returning source, line, text, reason";
    if rejected.is_empty() {
        return Ok(Vec::new());
    }
    let json: Vec<(&str, i64, &str, &str)> = rejected
        .iter()
        .map(|line| {
            (
                line.source.as_str(),
                line.line,
                line.text.as_str(),
                line.reason.as_str(),
            )
        })
        .collect();
    let rows = sqlx::query(SQL)
        .bind(harvest_id)
        .bind(serde_json::to_string(&json).unwrap_or_else(|_| "[]".into()))
        .bind(now)
        .fetch_all(db)
        .await?;
    let new = |row: &sqlx::sqlite::SqliteRow| Reject {
        harvest: None,
        source: row.get(0),
        line: row.get(1),
        text: row.get(2),
        reason: row.get(3),
        rejected_at: Some(now),
    };
    Ok(rows.iter().map(new).collect())
}

/// Why seeds are held that a source has no more.
fn gone_from(source: &str) -> String {
    match source {
        CONFIG => "no longer in the config".to_owned(),
        SELECT => "no longer in the answer to seed_select".to_owned(),
        _ => format!("no longer in {}", source.strip_prefix(FILE).unwrap_or(source)),
    }
}

fn json_of(values: &[String]) -> String {
    serde_json::to_string(values).unwrap_or_else(|_| "[]".into())
}
