//! Writing users, media items and comments: read what is known, merge, write back; one statement a step for a page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Column as _, Row as _, TypeInfo as _, ValueRef as _};

use crate::clock::Timestamp;
use crate::model::{Cell, Comment, Media, Record, Rows, User};
use crate::store::history::log;
use crate::store::merge::{Changes, Merged};
use crate::store::stamps::{self, Stamp};
use crate::store::{Connection, Result, json_ids, notes};

/// What of a page becomes history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum History {
    /// All that it says.
    All,
    /// Only values that it replaces: what it says of the time before the newest answer was kept when it came.
    Replaced,
}

/// Writes the rows of a page.
pub(crate) async fn write_all(
    db: &mut Connection,
    rows: &Rows,
    page_id: i64,
    answered_at: Timestamp,
    history: History,
) -> Result<()> {
    let stamp = stamps::stamp(answered_at, page_id);
    write::<User>(db, &rows.users, stamp, history).await?;
    write::<Media>(db, &rows.media, stamp, history).await?;
    write::<Comment>(db, &rows.comments, stamp, history).await?;
    write_children(db, rows, stamp).await?;
    write_coauthors(db, rows, answered_at).await?;
    notes::write_usertags(db, rows, stamp).await?;
    notes::write_reposts(db, rows, stamp).await
}

async fn write<R: Record + Clone>(
    db: &mut Connection,
    observations: &[R],
    stamp: Stamp,
    history: History,
) -> Result<()> {
    if observations.is_empty() {
        return Ok(());
    }
    let mut known = read::<R>(db, observations).await?;
    let mut of_rows: Vec<(i64, Changes)> = Vec::new();
    for observation in observations {
        let id = observation.key();
        let row = known
            .entry(id)
            .or_insert_with(|| Merged::new(id, R::COLUMNS.len(), stamps::answered_at(stamp)));
        let mut changes = row.add(observation.clone(), stamp);
        if history == History::Replaced {
            changes.late.clear();
        }
        if !changes.is_empty() {
            of_rows.push((id, changes));
        }
    }
    upsert::<R>(db, known.into_values()).await?;
    log::write::<R>(db, of_rows).await
}

async fn read<R: Record>(db: &mut Connection, observations: &[R]) -> Result<BTreeMap<i64, Merged>> {
    let sql = format!(
        "select id, stamps, profiled_at, first_seen_at, last_seen_at, {} from {} where id in (select value from json_each($1))",
        R::COLUMNS.join(", "),
        R::TABLE,
    );
    let ids = json_ids(observations.iter().map(Record::key));
    let mut known = BTreeMap::new();
    // The text is made of the crate's own column names only.
    for row in sqlx::query(AssertSqlSafe(sql)).bind(ids).fetch_all(db).await? {
        let stamps = stamps::read(row.get(1), R::COLUMNS.len());
        let cells = (0..R::COLUMNS.len())
            .map(|column| cell(&row, column + 5))
            .collect::<Result<_>>()?;
        let merged = Merged {
            id: row.get(0),
            cells,
            stamps,
            profiled_at: row.get(2),
            first_seen_at: row.get(3),
            last_seen_at: row.get(4),
        };
        known.insert(merged.id, merged);
    }
    Ok(known)
}

/// A column of a row as it stands; null is what was cleared, or what nobody has spoken of.
pub(crate) fn cell(row: &sqlx::sqlite::SqliteRow, column: usize) -> Result<Cell> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(Cell::Clear);
    }
    match value.type_info().name() {
        "INTEGER" | "BOOLEAN" => Ok(Cell::Int(row.try_get(column)?)),
        "REAL" => Ok(Cell::Real(row.try_get(column)?)),
        "TEXT" => Ok(Cell::Text(row.try_get(column)?)),
        other => Err(crate::store::StoreError::Refused(format!(
            "column {} holds a {other}, which this version does not write",
            row.column(column).name()
        ))),
    }
}

async fn upsert<R: Record>(db: &mut Connection, rows: impl Iterator<Item = Merged>) -> Result<()> {
    let rows: Vec<Value> = rows
        .map(|row| {
            let mut values = vec![
                json!(row.id),
                json!(stamps::write(&row.stamps)),
                json!(row.profiled_at),
                json!(row.first_seen_at),
                json!(row.last_seen_at),
            ];
            values.extend(row.cells.into_iter().map(|cell| match cell {
                Cell::Unsaid | Cell::Clear => Value::Null,
                Cell::Int(value) => json!(value),
                Cell::Real(value) => json!(value),
                Cell::Text(value) => json!(value),
            }));
            Value::Array(values)
        })
        .collect();
    let mut values = String::new();
    let mut updates = String::new();
    for (at, column) in R::COLUMNS.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(values, "{comma}row.value ->> {}", at + 5);
        let _ = write!(updates, "{comma}{column} = excluded.{column}");
    }
    // Whoever is seen later is not gone.
    let sql = format!(
        "insert into {table} (id, stamps, profiled_at, first_seen_at, last_seen_at, {columns})
        select row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, {values}
        from json_each($1) as row
        where true
        on conflict (id) do update set
            stamps = excluded.stamps,
            profiled_at = excluded.profiled_at,
            first_seen_at = excluded.first_seen_at,
            last_seen_at = excluded.last_seen_at,
            gone_at = case when excluded.last_seen_at >= gone_at then null else gone_at end,
            {updates}",
        table = R::TABLE,
        columns = R::COLUMNS.join(", "),
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(Value::Array(rows).to_string())
        .execute(db)
        .await?;
    Ok(())
}

async fn write_children(db: &mut Connection, rows: &Rows, stamp: Stamp) -> Result<()> {
    const SQL: &str = "
        insert into media_children (
            media_id, position, id, media_type, width, height, url, stamp, first_seen_at, last_seen_at
        )
        select
            row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, row.value ->> 5,
            row.value ->> 6, $2, $3, $3
        from json_each($1) as row
        where true
        on conflict (media_id, position) do update set
            id = case when excluded.stamp >= stamp then excluded.id else id end,
            media_type = case when excluded.stamp >= stamp then coalesce(excluded.media_type, media_type) else media_type end,
            width = case when excluded.stamp >= stamp then coalesce(excluded.width, width) else width end,
            height = case when excluded.stamp >= stamp then coalesce(excluded.height, height) else height end,
            url = case when excluded.stamp >= stamp then coalesce(excluded.url, url) else url end,
            stamp = max(stamp, excluded.stamp),
            first_seen_at = min(first_seen_at, excluded.first_seen_at),
            last_seen_at = max(last_seen_at, excluded.last_seen_at)";
    if rows.children.is_empty() {
        return Ok(());
    }
    let json: Vec<Value> = rows
        .children
        .iter()
        .map(|child| {
            json!([
                child.media_id.0,
                child.position,
                child.id.0,
                child.media_type,
                child.width,
                child.height,
                child.url
            ])
        })
        .collect();
    sqlx::query(SQL)
        .bind(Value::Array(json).to_string())
        .bind(stamp)
        .bind(stamps::answered_at(stamp))
        .execute(db)
        .await?;
    Ok(())
}

async fn write_coauthors(db: &mut Connection, rows: &Rows, answered_at: Timestamp) -> Result<()> {
    const SQL: &str = "
        insert into coauthors (media_id, user_id, first_seen_at, last_seen_at)
        select row.value ->> 0, row.value ->> 1, $2, $2
        from json_each($1) as row
        where true
        on conflict (media_id, user_id) do update set
            first_seen_at = min(first_seen_at, excluded.first_seen_at),
            last_seen_at = max(last_seen_at, excluded.last_seen_at)";
    if rows.coauthors.is_empty() {
        return Ok(());
    }
    let json: Vec<(i64, i64)> = rows
        .coauthors
        .iter()
        .map(|coauthor| (coauthor.media_id.0, coauthor.user_id.0))
        .collect();
    let json = serde_json::to_string(&json).unwrap_or_else(|_| "[]".into());
    sqlx::query(SQL).bind(json).bind(answered_at).execute(db).await?;
    Ok(())
}
