//! What is true of every file whenever no engine runs on it, whatever happened before.

use gleaner::store::invariants::{self, Scope};

use crate::harness::Run;

impl Run {
    /// Asserts what is true of every file on which no engine runs.
    pub(crate) async fn check_invariants(&self) {
        let scope = Scope {
            working: false,
            all_rows: true,
        };
        let database = self.database().await;
        let checked = invariants::check(database.readers(), scope).await.unwrap();
        assert!(checked.broken.is_empty(), "{:#?}", checked.broken);
    }
}
