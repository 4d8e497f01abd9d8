//! Tasks that were in flight when a process died.

use sqlx::Row as _;

use crate::store::{Connection, Result};

/// How many of them there are.
pub(super) struct Suspects {
    pub(super) in_flight: i64,
    pub(super) ready: i64,
}

/// Tasks that were in flight at an unclean stop run alone, one by one, until each has an outcome.
pub(super) async fn suspects(db: &mut Connection) -> Result<Suspects> {
    const SQL: &str = "
        select
            coalesce(sum(state = 'leased'), 0),
            coalesce(sum(state = 'ready'), 0)
        from tasks
        where suspect = 1";
    let row = sqlx::query(SQL).fetch_one(db).await?;
    Ok(Suspects {
        in_flight: row.get(0),
        ready: row.get(1),
    })
}
