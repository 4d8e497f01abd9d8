//! Retention: bodies that are too old or take too much room are dropped, the oldest first, some at a time. The pages and
//! their rows stay; only what is made of the bodies themselves is lost.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::store::{Connection, Result, json_ids};

/// How many bodies are dropped in one transaction.
const BATCH: i64 = 500;

/// How long bodies are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Bodies whose answer is older than so many milliseconds go.
    pub max_age_ms: Option<i64>,
    /// The oldest go until what is left takes at most so many bytes.
    pub max_bytes: Option<i64>,
}

/// What was dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Bodies.
    pub bodies: i64,
    /// The room that they took.
    pub bytes: i64,
    /// What is still too much, for the next call.
    pub excess: Excess,
    /// Whether others have dropped bodies since the excess was measured: nothing was dropped, it is to be measured again.
    pub is_stale: bool,
}

/// What is too much, and the oldest body that was there when that was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    bytes: i64,
    oldest: Option<i64>,
}

/// How many bytes are stored beyond those that may be. It goes through all bodies, so it is asked beside what writes.
pub async fn excess(db: &mut Connection, retention: Retention) -> Result<Excess> {
    const STORED: &str = "
        select coalesce(sum(length(body)), 0)
        from page_bodies";
    let Some(most) = retention.max_bytes else {
        return Ok(Excess::default());
    };
    // The oldest first: what is dropped in between makes the sum out of date, not the other way round.
    let oldest = oldest(db).await?;
    let stored: i64 = sqlx::query_scalar(STORED).fetch_one(db).await?;
    Ok(Excess {
        bytes: stored - most,
        oldest,
    })
}

/// The page of the oldest body. Whoever drops bodies begins with it.
async fn oldest(db: &mut Connection) -> Result<Option<i64>> {
    const SQL: &str = "
        select p.id
        from pages as p indexed by pages_with_body
        cross join page_bodies as b on b.page_id = p.id
        where p.body_dropped_at is null
        order by p.answered_at, p.id
        limit 1";
    Ok(sqlx::query_scalar(SQL).fetch_optional(db).await?)
}

/// Drops some bodies, those with the oldest answers first; nothing was dropped when nothing is left to drop, or when the
/// excess is stale.
///
/// `excess` is what is too much, and then what the call before left of it. Others may drop bodies beside this: what two had
/// measured and both dropped would be twice what is too much, and for good.
pub async fn prune(
    db: &mut Connection,
    retention: Retention,
    excess: Excess,
    now: Timestamp,
) -> Result<Dropped> {
    // An import may be older than the pages before it: the time counts, not the page's number.
    const OLDEST: &str = "
        select p.id, length(b.body), p.answered_at
        from pages as p indexed by pages_with_body
        cross join page_bodies as b on b.page_id = p.id
        where p.body_dropped_at is null and p.answered_at < $1
        order by p.answered_at, p.id
        limit $2";
    let oldest_kept = retention.max_age_ms.map(|age| now.saturating_sub(age));
    let mut bytes = excess.bytes;
    if oldest_kept.is_none() && bytes <= 0 {
        return Ok(Dropped::default());
    }
    if bytes > 0 && oldest(db).await? != excess.oldest {
        return Ok(Dropped {
            is_stale: true,
            ..Dropped::default()
        });
    }
    let mut dropped = Dropped::default();
    let mut pages = Vec::new();
    let rows = sqlx::query(OLDEST)
        .bind(oldest_kept.filter(|_| bytes <= 0).unwrap_or(Timestamp::MAX))
        .bind(BATCH)
        .fetch_all(&mut *db)
        .await?;
    for row in rows {
        let (page, length, answered_at): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
        let is_old = oldest_kept.is_some_and(|oldest| answered_at < oldest);
        if !is_old && bytes <= 0 {
            break;
        }
        bytes -= length;
        dropped.bodies += 1;
        dropped.bytes += length;
        pages.push(page);
    }
    drop_bodies(db, &pages, now).await?;
    dropped.excess = Excess {
        bytes,
        oldest: oldest(db).await?,
    };
    Ok(dropped)
}

/// Drops the body of one page, if there is one.
pub async fn drop_one(db: &mut Connection, page_id: i64, now: Timestamp) -> Result<Dropped> {
    const BYTES: &str = "
        select length(body)
        from page_bodies
        where page_id = $1";
    let bytes: Option<i64> = sqlx::query_scalar(BYTES)
        .bind(page_id)
        .fetch_optional(&mut *db)
        .await?;
    let Some(bytes) = bytes else {
        return Ok(Dropped::default());
    };
    drop_bodies(db, &[page_id], now).await?;
    Ok(Dropped {
        bodies: 1,
        bytes,
        ..Dropped::default()
    })
}

async fn drop_bodies(db: &mut Connection, pages: &[i64], now: Timestamp) -> Result<()> {
    const BODIES: &str = "
        delete from page_bodies
        where page_id in (select value from json_each($1))";
    const PAGES: &str = "
        update pages
        set body_dropped_at = $2
        where id in (select value from json_each($1)) and body_dropped_at is null";
    if pages.is_empty() {
        return Ok(());
    }
    let json = json_ids(pages.iter().copied());
    sqlx::query(BODIES).bind(&json).execute(&mut *db).await?;
    sqlx::query(PAGES).bind(&json).bind(now).execute(db).await?;
    Ok(())
}
