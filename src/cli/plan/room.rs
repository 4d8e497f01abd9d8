//! What the limits leave for a harvest that is planned, and for the plan's own purchase.

use serde::Serialize;

use crate::cli::limits;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::store::Database;
use crate::store::approvals::{self, By};
use crate::store::limits::{Scope, word};
use crate::store::plan::{self as read, Known};

/// What the harvest may spend.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Limits {
    /// The harvest's own limit, in all its runs.
    pub(crate) harvest: Option<i64>,
    /// What it has spent of that.
    pub(crate) spent: i64,
    /// The limit in all.
    pub(crate) total: Option<i64>,
    /// That of a day.
    pub(crate) per_day: Option<i64>,
    /// That of a run.
    pub(crate) per_run: Option<i64>,
    /// Units that all of these leave now.
    pub(crate) room: Option<i64>,
    /// Those that they leave for the plan's own purchase.
    #[serde(skip)]
    pub(crate) for_profiles: Option<i64>,
    /// Units left on the account.
    pub(crate) account: Option<i64>,
}

/// The limits as they hold now, or will once the harvest has started with this word on it: what a person says takes the
/// place of what was said before.
pub(super) async fn limits(
    config: &Config,
    database: &Database,
    name: &str,
    known: &Known,
    word: Option<(i64, By)>,
    now: Timestamp,
) -> anyhow::Result<Limits> {
    let pool = database.readers();
    let working = database.is_in_use()?;
    let standing = limits::standing(config, pool, working, now).await?;
    let own = standing.iter().find(|limit| limit.is_of(name));
    let harvest = match word {
        None => own.and_then(|limit| limit.limit),
        Some((units, By::Config)) => {
            let mut connection = pool.acquire().await?;
            let given = approvals::given(&mut connection, name, units, By::Config).await?;
            word::holds(Some(given), own.and_then(|limit| limit.command))
        }
        Some((units, By::Flag | By::Plan(_))) => Some(units),
    };
    let left = harvest.map(|limit| (limit - known.spent).max(0));
    let common: Vec<_> = standing
        .iter()
        .filter(|limit| limit.scope != Scope::Harvest)
        .collect();
    let least = common.iter().filter_map(|limit| limit.left).min();
    let of = |scope: Scope| common.iter().find(|limit| limit.scope == scope)?.limit;
    let lower = |one: Option<i64>| [one, least].into_iter().flatten().min();
    // All plans of a harvest together buy no more than the harvest itself may.
    let planned = read::spent(pool, name).await?;
    // Whoever sends keeps to what the plan asks for, so that the limits of this command hold, too.
    let own = if working {
        limits::standing(config, pool, false, now).await?
    } else {
        Vec::new()
    };
    let of_command = own
        .iter()
        .filter(|limit| limit.scope != Scope::Harvest)
        .filter_map(|limit| limit.left)
        .min();
    let for_profiles = lower(left.map(|left| (left - planned).max(0)));
    Ok(Limits {
        harvest,
        spent: known.spent,
        total: of(Scope::Total),
        per_day: of(Scope::Day),
        per_run: of(Scope::Run),
        room: lower(left),
        for_profiles: [for_profiles, of_command].into_iter().flatten().min(),
        account: known.account.map(|(units, _)| units),
    })
}
