//! Pages: the record of each answer, its raw body, and what could not become rows.

use sqlx::Row as _;

use crate::endpoint::{Next, PARSER_VERSION, Page};
use crate::store::archive::bodies;
use crate::store::claim::Task;
use crate::store::ledger::cursor_hash;
use crate::store::report::Finished;
use crate::store::{Connection, Result};

/// Records a page with its rejects, and with its body if bodies are kept; returns its id.
pub(crate) async fn record(db: &mut Connection, finished: &Finished, page: &Page, keep: bool) -> Result<i64> {
    let page_id = insert(db, finished, Counts::of(page), keep).await?;
    write_rejects(db, page_id, page).await?;
    Ok(page_id)
}

/// Writes what of a page could not become rows.
async fn write_rejects(db: &mut Connection, page_id: i64, page: &Page) -> Result<()> {
    const REJECT: &str = "
        insert into rejects (page_id, position, reason, element)
        values ($1, $2, $3, $4)
        on conflict (page_id, position) do nothing";
    for reject in &page.rejects {
        sqlx::query(REJECT)
            .bind(page_id)
            .bind(count(reject.position))
            .bind(&reject.reason)
            .bind(&reject.element)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Records a paid answer that was no page.
pub(crate) async fn record_unusable(
    db: &mut Connection,
    finished: &Finished,
    reason: &str,
    keep: bool,
) -> Result<()> {
    let counts = Counts {
        error: Some(reason),
        ..Counts::default()
    };
    insert(db, finished, counts, keep).await?;
    Ok(())
}

/// Writes anew what a page says of itself, because its body was read again; none of it where the body is no page.
pub(crate) async fn rewrite(
    db: &mut Connection,
    page_id: i64,
    read: std::result::Result<&Page, &str>,
) -> Result<()> {
    const PAGE: &str = "
        update pages
        set elements = $2, entries = $3, duplicates = $4, rejected = $5, next = $6, limited = $7, notes = $8, error = $9,
            parser = $10, new_entries = null
        where id = $1";
    const REJECTS: &str = "
        delete from rejects
        where page_id = $1";
    let counts = match read {
        Ok(page) => Counts::of(page),
        Err(reason) => Counts {
            error: Some(reason),
            ..Counts::default()
        },
    };
    sqlx::query(PAGE)
        .bind(page_id)
        .bind(counts.elements)
        .bind(counts.entries)
        .bind(counts.duplicates)
        .bind(counts.rejected)
        .bind(counts.next)
        .bind(counts.limited)
        .bind(counts.notes)
        .bind(counts.error)
        .bind(PARSER_VERSION)
        .execute(&mut *db)
        .await?;
    sqlx::query(REJECTS).bind(page_id).execute(&mut *db).await?;
    match read {
        Ok(page) => write_rejects(db, page_id, page).await,
        Err(_) => Ok(()),
    }
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

impl Counts<'_> {
    fn of(page: &Page) -> Self {
        let next = match page.next {
            Next::Cursor(_) => "cursor",
            Next::End => "end",
            Next::Missing => "missing",
        };
        let notes = (!page.notes.is_empty()).then(|| serde_json::to_string(&page.notes).unwrap_or_default());
        Self {
            elements: Some(count(page.elements)),
            entries: Some(count(page.entries.len())),
            duplicates: Some(count(page.duplicates)),
            rejected: Some(count(page.rejects.len())),
            next: Some(next),
            limited: Some(page.limited),
            notes,
            error: None,
        }
    }
}

async fn insert(db: &mut Connection, finished: &Finished, counts: Counts<'_>, keep: bool) -> Result<i64> {
    const PAGE: &str = "
        insert into pages (
            sweep_id, ledger_id, endpoint, walk, page_no, cursor, cursor_hash, answered_at,
            elements, entries, duplicates, rejected, next, limited, notes, error, bytes,
            parser, body_dropped_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        returning id";
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
        .bind(PARSER_VERSION)
        .bind((!keep).then_some(finished.answered_at))
        .fetch_one(&mut *db)
        .await?;
    if keep {
        bodies::keep(db, page_id, &task.endpoint, &finished.body).await?;
    }
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

/// How many entries of a page its sweep had not shown before, if that is known.
pub(crate) async fn new_entries(db: &mut Connection, page_id: i64) -> Result<Option<i64>> {
    const SQL: &str = "
        select new_entries
        from pages
        where id = $1";
    Ok(sqlx::query_scalar(SQL).bind(page_id).fetch_one(db).await?)
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
