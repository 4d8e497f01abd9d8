//! What a plan is made from: the seeds' counters, what of their lists is there already, and what was spent. Only reading:
//! nothing of a harvest is made here.

mod again;
mod asked_once;
mod below;
mod buying;
mod counters;
mod due_lists;
mod measured;
mod seeds;
mod tries;

use sqlx::{Row as _, SqlitePool};

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::Interval;
use crate::store::choice::{self, Measures};
use crate::store::harvests::HarvestSpec;
use crate::store::{Result, holds, ledger};

pub use crate::store::choice::Choice;
pub(crate) use crate::store::yields::size_of;
pub use again::{Again, Place, Told};
pub(crate) use asked_once::{NOT_NOW, is_alone, wanted_by};
pub use below::Left;
pub(crate) use buying::close_others;
pub use buying::{
    bought_since, close, is_open, is_spent, left_to_ask, newest_request, open, removed_seeds, reopen, spent,
    stored_seeds,
};
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
    /// Which endpoints read new lists first, and those that are read again.
    pub choices: Choices,
    /// Endpoints that answer 410.
    pub retired: Vec<String>,
    /// The seeds in their order; searches too.
    pub seeds: Vec<Seed>,
    /// Lists that are there and read again, because they are due.
    pub again: Vec<Again>,
    /// What was measured on the lists of this file.
    pub measured: Measured,
}

/// Which endpoints read lists first.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Lists that are new to the round: by what was measured before it began.
    pub new: Choice,
    /// Lists that are read again.
    pub again: Choice,
}

/// Reads what is known of these seeds for a harvest. With `refresh` everything is asked again.
pub async fn known(
    pool: &SqlitePool,
    spec: &HarvestSpec,
    seeds: &[String],
    refresh: bool,
    policy: &Policy,
    now: Timestamp,
) -> Result<Known> {
    const HARVEST: &str = "
        select id, max_units, fresh_after, round_started_at
        from harvests
        where name = $1";
    const ACCOUNT: &str = "
        select units_left, rate
        from balance";
    let harvest = sqlx::query(HARVEST)
        .bind(&spec.name)
        .fetch_optional(pool)
        .await?
        .map(|row| {
            (
                row.get::<i64, _>(0),
                row.get(1),
                row.get(2),
                row.get::<Timestamp, _>(3),
            )
        });
    let fresh_after = match &harvest {
        _ if refresh => i64::MAX,
        Some((_, _, fresh_after, _)) => *fresh_after,
        None => 0,
    };
    // A new harvest reads profiles that are older than their interval before anything else.
    let profiled_after = match (&harvest, spec.refresh.get(&Kind::Profile)) {
        (None, Some(Interval::Every(every))) if !refresh => {
            now.saturating_sub(i64::try_from(every.as_millis()).unwrap_or(i64::MAX))
        }
        _ => fresh_after,
    };
    let harvest_id = harvest.map(|(id, ..)| id);
    let spent = match harvest_id {
        Some(id) => ledger::spent_by(pool, id).await?.total(),
        None => 0,
    };
    let account = sqlx::query(ACCOUNT).fetch_optional(pool).await?;
    let mut connection = pool.acquire().await?;
    let wanted = Wanted {
        spec,
        policy,
        now,
        retired: holds::retired(&mut connection).await?,
        harvest_id,
        fresh_after,
        profiled_after,
        media_kinds: [Kind::Medias, Kind::Clips]
            .into_iter()
            .filter(|kind| spec.collect.contains(kind))
            .collect(),
    };
    let mut found = seeds::read(&mut connection, &wanted, seeds).await?;
    below::read(&mut connection, &wanted, &mut found).await?;
    let again = again::read(&mut connection, &wanted, policy, &found, now).await?;
    let began = harvest
        .as_ref()
        .filter(|_| spec.one_shot && !refresh)
        .map_or(now, |(_, _, _, began)| *began);
    let measures = |before| Measures {
        limits: &spec.limits,
        force: spec.force,
        before,
    };
    let kinds = || spec.collect.iter().copied();
    let choices = Choices {
        new: choice::before(&mut connection, policy, &measures(began), kinds()).await?,
        again: choice::before(&mut connection, policy, &measures(now), kinds()).await?,
    };
    Ok(Known {
        harvest_id,
        choices,
        max_units: harvest.and_then(|(_, units, ..)| units),
        spent,
        spent_in_all: ledger::spent_in_all(pool).await?.total(),
        spent_today: ledger::spent_today(pool, now).await?.total(),
        account: account.map(|row| (row.get(0), row.get(1))),
        retired: wanted.retired,
        seeds: found,
        again,
        measured: measured::read(&mut connection, now).await?,
    })
}

/// What is looked for: a harvest, and since when a list, and a profile, counts as read.
struct Wanted<'a> {
    spec: &'a HarvestSpec,
    policy: &'a Policy,
    now: Timestamp,
    /// Endpoints that answer 410.
    retired: Vec<String>,
    harvest_id: Option<i64>,
    fresh_after: Timestamp,
    profiled_after: Timestamp,
    /// The lists of posts that it reads.
    media_kinds: Vec<Kind>,
}
