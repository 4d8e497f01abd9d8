//! What an answer says about its endpoint, so that nothing more is sent there.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::holds::{self, Hold, Reason, Scope};
use crate::store::report::Finished;
use crate::store::{Connection, Result};

/// Nothing more is sent to an endpoint that is retired.
pub(super) async fn retired(db: &mut Connection, endpoint: &str, now: Timestamp) -> Result<()> {
    let hold = Hold {
        scope: Scope::Endpoint(endpoint.into()),
        reason: Reason::Retired,
        detail: "the upstream answers 410: retired".into(),
        since: now,
        until: None,
    };
    holds::put(db, &hold).await
}

/// An endpoint that bills more than it is declared to cost could break every limit: nothing more is sent to it.
pub(super) async fn overcharged(db: &mut Connection, finished: &Finished, now: Timestamp) -> Result<()> {
    const RESERVED: &str = "
        select reserved
        from ledger
        where id = $1";
    let billed = finished.settlement.units();
    let row = sqlx::query(RESERVED)
        .bind(finished.ledger_id)
        .fetch_one(&mut *db)
        .await?;
    let reserved: i64 = row.get(0);
    if billed <= reserved {
        return Ok(());
    }
    let hold = Hold {
        scope: Scope::Endpoint(finished.task.endpoint.clone()),
        reason: Reason::Overcharge,
        detail: format!("billed {billed} units where {reserved} were reserved"),
        since: now,
        until: None,
    };
    holds::put(db, &hold).await
}
