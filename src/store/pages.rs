//! Pages: the record of each answer, its raw body, and what could not become rows.

use sqlx::Row as _;

use crate::endpoint::{Next, Page};
use crate::store::claim::Task;
use crate::store::ledger::cursor_hash;
use crate::store::report::Finished;
use crate::store::{Connection, Result};

/// Bodies are small and alike; a low level is within some percent of the best at a fraction of the time.
const ZSTD_LEVEL: i32 = 3;

/// A body as it is stored.
pub(crate) fn compress(body: &[u8]) -> Vec<u8> {
    // Compressing from memory to memory fails only without memory; the plain body is better than none.
    zstd::bulk::compress(body, ZSTD_LEVEL).unwrap_or_else(|_| body.to_vec())
}

/// Records a page with its body and rejects; returns its id.
pub(crate) async fn record(db: &mut Connection, finished: &Finished, page: &Page) -> Result<i64> {
    const REJECT: &str = "
        insert into rejects (page_id, position, reason, element)
        values ($1, $2, $3, $4)
        on conflict (page_id, position) do nothing";
    let next = match page.next {
        Next::Cursor(_) => "cursor",
        Next::End => "end",
        Next::Missing => "missing",
    };
    let notes = (!page.notes.is_empty()).then(|| serde_json::to_string(&page.notes).unwrap_or_default());
    let counts = Counts {
        elements: Some(count(page.elements)),
        entries: Some(count(page.entries.len())),
        duplicates: Some(count(page.duplicates)),
        rejected: Some(count(page.rejects.len())),
        next: Some(next),
        limited: Some(page.limited),
        notes,
        error: None,
    };
    let page_id = insert(db, finished, counts).await?;
    for reject in &page.rejects {
        sqlx::query(REJECT)
            .bind(page_id)
            .bind(count(reject.position))
            .bind(&reject.reason)
            .bind(&reject.element)
            .execute(&mut *db)
            .await?;
    }
    Ok(page_id)
}

/// Records a paid answer that was no page.
pub(crate) async fn record_unusable(db: &mut Connection, finished: &Finished, reason: &str) -> Result<()> {
    let counts = Counts {
        error: Some(reason),
        ..Counts::default()
    };
    insert(db, finished, counts).await?;
    Ok(())
}

#[derive(Default)]
struct Counts<'a> {
    elements: Option<i64>,
    entries: Option<i64>,
    duplicates: Option<i64>,
    rejected: Option<i64>,
    next: Option<&'a str>,
    limited: Option<bool>,
    notes: Option<String>,
    error: Option<&'a str>,
}

async fn insert(db: &mut Connection, finished: &Finished, counts: Counts<'_>) -> Result<i64> {
    const PAGE: &str = "
        insert into pages (
            sweep_id, ledger_id, endpoint, walk, page_no, cursor, cursor_hash, answered_at,
            elements, entries, duplicates, rejected, next, limited, notes, error, bytes
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        returning id";
    const BODY: &str = "
        insert into page_bodies (page_id, body)
        values ($1, $2)";
    let task = &finished.task;
    let page_id: i64 = sqlx::query_scalar(PAGE)
        .bind(task.sweep_id)
        .bind(finished.ledger_id)
        .bind(&task.endpoint)
        .bind(task.walk)
        .bind(task.page_no)
        .bind(&task.cursor)
        .bind(task.cursor.as_deref().map(cursor_hash))
        .bind(finished.answered_at)
        .bind(counts.elements)
        .bind(counts.entries)
        .bind(counts.duplicates)
        .bind(counts.rejected)
        .bind(counts.next)
        .bind(counts.limited)
        .bind(counts.notes)
        .bind(counts.error)
        .bind(count(finished.body.len()))
        .fetch_one(&mut *db)
        .await?;
    sqlx::query(BODY)
        .bind(page_id)
        .bind(compress(&finished.body))
        .execute(db)
        .await?;
    Ok(page_id)
}

pub(crate) async fn set_new_entries(db: &mut Connection, page_id: i64, new_entries: i64) -> Result<()> {
    const SQL: &str = "
        update pages
        set new_entries = $2
        where id = $1";
    sqlx::query(SQL)
        .bind(page_id)
        .bind(new_entries)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a page of this walk was asked for with this cursor.
pub(crate) async fn cursor_seen(db: &mut Connection, task: &Task, cursor: &str) -> Result<bool> {
    const SQL: &str = "
        select cursor
        from pages
        where sweep_id = $1 and walk = $2 and cursor_hash = $3";
    let rows = sqlx::query(SQL)
        .bind(task.sweep_id)
        .bind(task.walk)
        .bind(cursor_hash(cursor))
        .fetch_all(db)
        .await?;
    Ok(rows.iter().any(|row| row.get::<&str, _>(0) == cursor))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
