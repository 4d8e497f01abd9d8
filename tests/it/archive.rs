//! The archive: what was bought once is never bought again.

mod import;
mod import_closing;
mod import_command;
mod import_kinds;
mod lost;
mod reparse;
mod saved;
mod storage;
mod why;

use gleaner::endpoint::Endpoint;
use gleaner::endpoints;
use gleaner::store::archive::difference::Difference;
use gleaner::store::archive::reparse::{Reparsed, reparse};
use gleaner::store::archive::replay::Find;

use crate::harness::Run;

/// The registry.
fn registry(path: &str) -> Option<&'static Endpoint> {
    endpoints::find(path)
}

impl Run {
    /// Reads the whole archive again with these parsers; the tables are compared row by row.
    async fn reparse_with(&self, find: Find<'_>, dry_run: bool) -> Reparsed {
        let database = self.database().await;
        let _lock = database.lock().await.unwrap();
        let mut writer = database.writer().await.unwrap();
        let close_after = self.config.ends.close_after.into();
        reparse(&mut writer, find, close_after, dry_run).await.unwrap()
    }

    pub(crate) async fn reparse(&self) -> Reparsed {
        self.reparse_with(&registry, false).await
    }
}

/// Fails with the tables that are not as they were.
#[track_caller]
pub(crate) fn assert_same(tables: &[Difference]) {
    let differ: Vec<&Difference> = tables.iter().filter(|table| !table.is_none()).collect();
    assert!(differ.is_empty(), "{differ:#?}");
    let rows: i64 = tables.iter().map(|table| table.after).sum();
    assert!(rows > 0, "nothing was compared");
}
