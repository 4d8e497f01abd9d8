//! What the account lost that the ledger knows nothing of, for the commands that tell of money.

use sqlx::SqlitePool;

use super::output::{self, count};
use crate::store::balance;

/// For so long a drift is told.
const TOLD_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Units that the account lost of late without a row in the ledger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drift {
    units: i64,
    seen_at: i64,
}

/// The drifts of the last seven days together; none if account and ledger agree.
pub(super) async fn recent(pool: &SqlitePool, now: i64) -> anyhow::Result<Option<Drift>> {
    let drifted = balance::drifted(pool, now.saturating_sub(TOLD_FOR_MS)).await?;
    Ok(drifted.map(|(units, seen_at)| Drift { units, seen_at }))
}

impl Drift {
    /// In words.
    pub(super) fn sentence(self) -> String {
        format!(
            "account: it lost {} that this file knows nothing of, last seen at {}: another user of the key, another file, or \
             bills that the answers did not name; `gleaner query drifts` shows when",
            count(self.units, "unit", "units"),
            output::time(self.seen_at)
        )
    }

    /// For scripts.
    pub(super) fn json(self) -> serde_json::Value {
        serde_json::json!({ "units": self.units, "seen_at": self.seen_at })
    }
}
