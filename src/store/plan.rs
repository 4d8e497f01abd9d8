//! What a plan is made from: the seeds' counters, what of their lists is there already, and what was spent. Only reading:
//! nothing of a harvest is made here.

mod below;
mod buying;
mod measured;
mod seeds;

use sqlx::{Row as _, SqlitePool};

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::harvests::HarvestSpec;
use crate::store::{Result, holds, intervals, ledger};

pub use below::Left;
pub use buying::{close, left_to_ask, open, removed_seeds, spent, stored_seeds};
pub use measured::{Measured, Paged, Post, Remark, Walk};
pub use seeds::{Counters, ListState, Profile, Seed};

/// Everything that is known before a crawl.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The harvest's number, if it is there already.
    pub harvest_id: Option<i64>,
    /// Its limit of units so far.
    pub max_units: Option<i64>,
    /// What it has spent.
    pub spent: i64,
    /// What all harvests have spent.
    pub spent_in_all: i64,
    /// What they have spent on this day of UTC.
    pub spent_today: i64,
    /// Units left on the account and requests a second, as the upstream last said.
    pub account: Option<(i64, f64)>,
    /// Endpoints that answer 410.
    pub retired: Vec<String>,
    /// The seeds in their order; searches too.
    pub seeds: Vec<Seed>,
    /// What was measured on the lists of this file.
    pub measured: Measured,
}

/// Reads what is known of these seeds for a harvest. With `refresh` everything is asked again.
pub async fn known(
    pool: &SqlitePool,
    spec: &HarvestSpec,
    seeds: &[String],
    refresh: bool,
    now: Timestamp,
) -> Result<Known> {
    const HARVEST: &str = "
        select id, max_units, fresh_after
        from harvests
        where name = $1";
    const ACCOUNT: &str = "
        select units_left, rate
        from balance";
    let harvest = sqlx::query(HARVEST)
        .bind(&spec.name)
        .fetch_optional(pool)
        .await?
        .map(|row| (row.get::<i64, _>(0), row.get(1), row.get(2)));
    let interval = intervals::shortest(&spec.refresh);
    let fresh_after = match (&harvest, interval) {
        _ if refresh => i64::MAX,
        (Some((_, _, fresh_after)), _) => *fresh_after,
        (None, Some(interval)) => now.saturating_sub(interval).max(0),
        (None, None) => 0,
    };
    let harvest_id = harvest.map(|(id, _, _)| id);
    let spent = match harvest_id {
        Some(id) => ledger::spent_by(pool, id).await?.total(),
        None => 0,
    };
    let account = sqlx::query(ACCOUNT).fetch_optional(pool).await?;
    let wanted = Wanted {
        spec,
        fresh_after,
        media_kinds: [Kind::Medias, Kind::Clips]
            .into_iter()
            .filter(|kind| spec.collect.contains(kind))
            .collect(),
    };
    let mut connection = pool.acquire().await?;
    let mut found = seeds::read(&mut connection, &wanted, seeds).await?;
    below::read(&mut connection, &wanted, &mut found).await?;
    Ok(Known {
        harvest_id,
        max_units: harvest.and_then(|(_, units, _)| units),
        spent,
        spent_in_all: ledger::spent_in_all(pool).await?.total(),
        spent_today: ledger::spent_today(pool, now).await?.total(),
        account: account.map(|row| (row.get(0), row.get(1))),
        retired: holds::retired(&mut connection).await?,
        seeds: found,
        measured: measured::read(&mut connection).await?,
    })
}

/// What is looked for: a harvest, and since when a list counts as read.
struct Wanted<'a> {
    spec: &'a HarvestSpec,
    fresh_after: Timestamp,
    /// The lists of posts that it reads.
    media_kinds: Vec<Kind>,
}
