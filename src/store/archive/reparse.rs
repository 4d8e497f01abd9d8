//! Reparse: the harvested tables are built anew from the kept bodies, without a request, in one transaction.

use serde::Serialize;

use crate::store::archive::difference::{self, Difference};
use crate::store::archive::measured;
use crate::store::archive::replay::{self, Find};
use crate::store::{Connection, Result, begin};

/// What a reparse did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reparsed {
    /// Pages read again.
    pub pages: i64,
    /// Of these, those that are no page any more.
    pub pages_lost: i64,
    /// Of these, those that had been no page.
    pub pages_won: i64,
    /// Pages that could not be read, because their body was dropped or their endpoint is not known. If there are any,
    /// rows were only read over what is there: lists and follow edges stay as they were.
    pub unreadable: i64,
    /// Whether the tables were built from nothing.
    pub whole: bool,
    /// Whether the tables were put back as they had been.
    pub dry_run: bool,
    /// What happened to each table.
    pub tables: Vec<Difference>,
}

/// Builds the tables anew. The caller holds the file's lock, so nothing is in flight.
pub async fn reparse(
    db: &mut Connection,
    find: Find<'_>,
    close_after: i64,
    dry_run: bool,
) -> Result<Reparsed> {
    // What is set aside may be as large as the file.
    const ON_DISK: &str = "pragma temp_store = file";
    const IN_MEMORY: &str = "pragma temp_store = memory";
    sqlx::query(ON_DISK).execute(&mut *db).await?;
    let mut transaction = begin(db).await?;
    let unreadable = replay::unreadable(&mut transaction, find).await?;
    difference::set_aside(&mut transaction).await?;
    measured::set_aside(&mut transaction).await?;
    let read = if unreadable == 0 {
        replay::whole(&mut transaction, find, close_after).await?
    } else {
        replay::merged_only(&mut transaction, find).await?
    };
    measured::follow(&mut transaction).await?;
    let tables = difference::compare(&mut transaction).await?;
    if dry_run {
        transaction.rollback().await?;
    } else {
        transaction.commit().await?;
    }
    sqlx::query(IN_MEMORY).execute(db).await?;
    Ok(Reparsed {
        pages: read.pages,
        pages_lost: read.lost,
        pages_won: read.won,
        unreadable,
        whole: unreadable == 0,
        dry_run,
        tables,
    })
}
