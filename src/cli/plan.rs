//! `gleaner plan`: the bill before the crawl, and the approval of it.

mod purchase;
mod show;

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use sqlx::Connection as _;

use super::arguments::{Common, Harvest as Flags};
use super::harvest::harvest_of;
use super::money::Price;
use super::output::{count, line};
use super::{Exit, session};
use crate::config::{self, Config};
use crate::engine::seed_reader::log_rejects;
use crate::plan::{self, Forecast, Whole};
use crate::setup;
use crate::store::approvals::{self, By, Foreseen};
use crate::store::harvests::{self, HarvestSpec};
use crate::store::plan::Known;
use crate::store::seeds::Reject;
use crate::store::{Database, begin, plan as read};

pub(super) use purchase::Bought;

/// Requests a second where neither the account nor a person says.
const DEFAULT_RATE: f64 = 15.0;

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    harvest: Flags,
    /// Send nothing: what is in the file must do.
    #[arg(long)]
    offline: bool,
    /// Approve so many units for this harvest, in all its runs: its limit from now on.
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(i64).range(0..))]
    approve: Option<i64>,
    /// A line for each seed as well.
    #[arg(long)]
    by_seed: bool,
}

/// The plan of one harvest.
pub(super) struct Planned {
    pub(super) spec: HarvestSpec,
    pub(super) is_configured: bool,
    pub(super) known: Known,
    pub(super) forecast: Forecast,
    pub(super) bought: Bought,
    pub(super) limits: Limits,
    pub(super) rejected: Vec<Reject>,
}

/// What the harvest may spend.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Limits {
    /// The harvest's own limit, in all its runs.
    pub(super) harvest: Option<i64>,
    /// What it has spent of that.
    pub(super) spent: i64,
    /// `[budget] total`.
    pub(super) total: Option<i64>,
    /// `[budget] per_day`.
    pub(super) per_day: Option<i64>,
    /// Units that are left within the harvest's limit and the total.
    pub(super) room: Option<i64>,
    /// Units left on the account.
    pub(super) account: Option<i64>,
}

pub(crate) async fn run(common: &Common, flags: Plan) -> anyhow::Result<Exit> {
    let loaded = session::config(common, Some(&flags.harvest.sending))?;
    let config = &loaded.config;
    let names = names(&flags, config);
    if flags.approve.is_some() && names.len() > 1 {
        return Err(session::refuse(format!(
            "--approve is for one harvest, and the config has {}: name one with --name; nothing was sent",
            names.join(", ")
        )));
    }
    let database = session::database(config, true).await?;
    let mut planned = Vec::new();
    let mut exit = Exit::Done;
    for name in names {
        let wanted = harvest_of(
            &Flags {
                name,
                ..flags.harvest.clone()
            },
            config,
        )?;
        let one = plan_one(common, &flags, config, &database, &wanted).await?;
        exit = match one.bought.exit {
            Exit::Done => exit,
            other => other,
        };
        planned.push(one);
        if exit != Exit::Done {
            break;
        }
    }
    let rate = rate(config, planned.first().map(|one| &one.known));
    show::all(common, config, &planned, rate, flags.by_seed)?;
    if let (Some(units), [one]) = (flags.approve, planned.as_slice()) {
        approve(common, &database, config, one, units).await?;
    }
    Ok(exit)
}

/// The harvests that are planned: the one that is named, or all of the config where nothing is.
fn names(flags: &Plan, config: &Config) -> Vec<String> {
    let named = &flags.harvest.named;
    let has_seeds = !named.seeds.is_empty() || !named.seed_file.is_empty() || named.seed_select.is_some();
    let is_default = flags.harvest.name == config::Harvest::default().name;
    if has_seeds || !is_default || config.harvest.is_empty() {
        return vec![flags.harvest.name.clone()];
    }
    config
        .harvest
        .iter()
        .map(|harvest| harvest.name.clone())
        .collect()
}

async fn plan_one(
    common: &Common,
    flags: &Plan,
    config: &Config,
    database: &Database,
    wanted: &config::Harvest,
) -> anyhow::Result<Planned> {
    let is_configured = config.harvest.iter().any(|harvest| harvest.name == wanted.name);
    let refused = |error: anyhow::Error| session::refuse(format!("{error:#}; nothing was sent"));
    let mut sources = setup::listed(wanted).map_err(refused)?;
    let mut found = flags.harvest.named.read().map_err(refused)?;
    sources.extend(setup::selected(wanted, database.readers()).await?);
    flags.harvest.named.select(&mut found, database).await?;
    let of_sources = sources.iter().flat_map(|reading| &reading.rejected);
    let rejected: Vec<Reject> = found.rejected.iter().chain(of_sources).cloned().collect();
    log_rejects(&wanted.name, &rejected);
    let of_sources = sources.iter().flat_map(|reading| &reading.seeds).cloned();
    let seeds = all_seeds(
        database,
        &wanted.name,
        is_configured,
        of_sources.chain(found.texts()),
    )
    .await?;
    if seeds.is_empty() {
        setup::require_seeds(wanted).map_err(|error| session::refuse(error.to_string()))?;
    }
    let spec = setup::spec(wanted, &[], true);
    let bought = if flags.offline {
        Bought::default()
    } else {
        purchase::profiles(common, config, database, &spec, &seeds, flags.harvest.refresh).await?
    };
    let now = session::clock().now();
    let policy = setup::policy(config, true);
    let known = read::known(
        database.readers(),
        &spec,
        &seeds,
        flags.harvest.refresh,
        &policy,
        now,
    )
    .await?;
    let limits = limits(config, &known, flags.approve.or(spec.max_units));
    let forecast = plan::foresee(&known, &spec, &policy, limits.room);
    Ok(Planned {
        spec,
        is_configured,
        known,
        forecast,
        bought,
        limits,
        rejected,
    })
}

/// The seeds that a harvest starts from when these are named, each once: those that it has from before, too, but for those
/// that a person removed.
async fn all_seeds(
    database: &Database,
    name: &str,
    is_configured: bool,
    named: impl Iterator<Item = String>,
) -> anyhow::Result<Vec<String>> {
    let stored = read::stored_seeds(database.readers(), name, is_configured).await?;
    let mut met: HashSet<String> = read::removed_seeds(database.readers(), name)
        .await?
        .into_iter()
        .collect();
    Ok(named
        .chain(stored)
        .filter(|seed| met.insert(seed.clone()))
        .collect())
}

/// What is left to spend.
pub(super) fn limits(config: &Config, known: &Known, harvest: Option<i64>) -> Limits {
    let harvest = harvest.or(known.max_units);
    let of_harvest = harvest.map(|limit| (limit - known.spent).max(0));
    let of_all = config
        .budget
        .total
        .map(|limit| (limit - known.spent_in_all).max(0));
    Limits {
        harvest,
        spent: known.spent,
        total: config.budget.total,
        per_day: config.budget.per_day,
        room: [of_harvest, of_all].into_iter().flatten().min(),
        account: known.account.map(|(units, _)| units),
    }
}

/// Requests a second: what the account allows, and a person.
pub(super) fn rate(config: &Config, known: Option<&Known>) -> f64 {
    let allowed = known
        .and_then(|known| known.account)
        .map(|(_, rate)| rate)
        .filter(|rate| *rate > 0.0)
        .unwrap_or(DEFAULT_RATE);
    config.upstream.rate.map_or(allowed, |wanted| wanted.min(allowed))
}

/// How long so many requests take.
pub(super) fn time(requests: i64, rate: f64) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    let seconds = requests.max(0) as f64 / rate;
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// Makes so many units the harvest's limit. The harvest is made if it is not there, without seeds and tasks.
async fn approve(
    common: &Common,
    database: &Database,
    config: &Config,
    planned: &Planned,
    units: i64,
) -> anyhow::Result<()> {
    let now = session::clock().now();
    let policy = setup::policy(config, true);
    let Whole { low, expected, high } = planned.forecast.total.units;
    let mut connection = database.writer().await?;
    let mut transaction = begin(&mut connection).await?;
    let name = &planned.spec.name;
    let id = match harvests::find(&mut transaction, name).await? {
        Some(id) => id,
        None => harvests::put(&mut transaction, &policy, &planned.spec, false, now).await?,
    };
    let foreseen = Foreseen { low, expected, high };
    approvals::approve(&mut transaction, id, units, By::Plan(foreseen), now).await?;
    transaction.commit().await?;
    connection.close().await?;
    let configured = config.harvest.iter().find(|harvest| harvest.name == *name);
    if let Some(limit) = configured
        .and_then(|harvest| harvest.max_units)
        .filter(|limit| *limit != units)
    {
        tracing::warn!(
            "the configuration gives harvest {name} max_units = {limit}, which `gleaner run` and `gleaner harvest` set \
             again: change it there, too"
        );
    }
    if !common.json {
        line(format!(
            "Approved: {} for harvest {name}, in all its runs, of which {} spent. It stops there and keeps the rest in the \
             queue.",
            Price::of(config).units(units),
            count(planned.limits.spent, "is", "are"),
        ));
    }
    Ok(())
}

/// What is expected of a harvest that is about to start, in a sentence.
pub(super) async fn sentence(
    config: &Config,
    database: &Database,
    spec: &HarvestSpec,
    seeds: &[String],
    refresh: bool,
) -> anyhow::Result<String> {
    let now = session::clock().now();
    let seeds = all_seeds(
        database,
        &spec.name,
        spec.sources.is_some(),
        seeds.iter().cloned(),
    )
    .await?;
    let policy = setup::policy(config, true);
    let known = read::known(database.readers(), spec, &seeds, refresh, &policy, now).await?;
    let limits = limits(config, &known, spec.max_units);
    let forecast = plan::foresee(&known, spec, &policy, None);
    let units = forecast.total.units;
    let price = Price::of(config);
    let mut text = format!("Expected: {}", show::band(units, price));
    if !forecast.unknown.is_empty() {
        let unknown = i64::try_from(forecast.unknown.len()).unwrap_or(i64::MAX);
        let seeds = count(unknown, "seed is", "seeds are");
        text = format!("{text}; the size of {seeds} not known yet");
    }
    if let Some(room) = limits.room.filter(|room| *room < units.high) {
        text = format!("{text}; the limit leaves {}", count(room, "unit", "units"));
    }
    text.push_str(". `gleaner plan` shows it kind by kind. What is there already is not bought again.");
    Ok(text)
}
