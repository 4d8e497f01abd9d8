//! Money: limits hold whatever happens, they follow a person while the file is worked on, and the account agrees with the
//! ledger.

mod account;
mod kills;
mod live;
mod run;
mod words;

use gleaner::store::budgets;
use gleaner::store::limits::{self, Configured};

use crate::harness::Run;

impl Run {
    /// Sets a limit as `gleaner budget set` does beside an engine that is configured so.
    async fn set_limit(&self, name: &str, units: Option<i64>) {
        let now = self.clock.now();
        self.beside(async |db| {
            let configured: Configured = budgets::configured(&mut *db).await?;
            let limits = limits::standing(&mut *db, configured, None, now).await?;
            let limit = limits.iter().find(|limit| limit.name == name).unwrap();
            budgets::set(db, limit, units, now).await
        })
        .await;
    }

    /// The units of the ledger.
    async fn units(&self) -> i64 {
        self.number("select coalesce(sum(units), 0) from ledger").await
    }
}
