//! `gleaner plan`: the bill before the crawl, and the approval of it.

mod ending;
mod other;
mod purchase;
mod room;
mod show;

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;
use sqlx::Connection as _;

use super::arguments::{Common, Harvest as Flags};
use super::harvest::harvest_of;
use super::money::Price;
use super::output::{count, line};
use super::{Exit, limits, session};
use crate::config::{self, Config};
use crate::engine::seed_reader::log_rejects;
use crate::plan::{self, Forecast, Whole};
use crate::setup;
use crate::store::approvals::{self, By, Foreseen};
use crate::store::harvests::{self, HarvestSpec};
use crate::store::limits::Scope;
use crate::store::plan::Known;
use crate::store::seeds::Reject;
use crate::store::{Database, begin, plan as read};

use purchase::{Person, Wanted};

pub(super) use purchase::Bought;
pub(super) use room::Limits;

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

pub(crate) async fn run(common: &Common, flags: Plan) -> anyhow::Result<Exit> {
    let mut loaded = session::config(common, Some(&flags.harvest.sending))?;
    if let Some(units) = flags.harvest.units_this_time {
        loaded.config.budget.per_run = Some(units);
        loaded.config.budget.is_for_this_run = true;
    }
    let config = &loaded.config;
    let names = names(&flags, config);
    if flags.approve.is_some() && names.len() > 1 {
        return Err(session::refuse(format!(
            "--approve is for one harvest, and the config has {}: name one with --name; nothing was sent",
            names.join(", ")
        )));
    }
    let database = session::database(config, true).await?;
    let person = Person::default();
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
        let bought = planned.iter().map(|one: &Planned| one.bought.units).sum();
        let one = plan_one(common, &flags, config, &database, &wanted, &person, bought).await?;
        exit = match one.bought.exit {
            Exit::Done => exit,
            other => other,
        };
        planned.push(one);
        if exit != Exit::Done || person.asks_to_stop() {
            break;
        }
    }
    let rate = rate(config, planned.first().map(|one| &one.known));
    show::all(common, config, &planned, rate, flags.by_seed)?;
    if let (Some(units), [one]) = (flags.approve, planned.as_slice()) {
        if exit != Exit::Done || person.asks_to_stop() || !one.bought.ending.is_at_its_end() {
            tracing::warn!(
                "nothing was approved, for the plan's own purchase did not come to its end: give the same command again"
            );
            return Ok(if exit == Exit::Done { Exit::Error } else { exit });
        }
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
    person: &Person,
    bought_before: i64,
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
    let word = match flags.approve.or(flags.harvest.max_units) {
        None => spec.max_units.map(|units| (units, By::Config)),
        given => given.map(|units| (units, By::Flag)),
    };
    let bought = if flags.offline {
        Bought::default()
    } else {
        let wanted = Wanted {
            spec: &spec,
            word,
            seeds: &seeds,
            refresh: flags.harvest.refresh,
            bought_before,
        };
        purchase::profiles(common, config, database, wanted, person).await?
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
    let limits = room::limits(config, database, &spec.name, &known, word, now).await?;
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
    let spec = HarvestSpec {
        max_units: Some(units),
        ..planned.spec.clone()
    };
    let id = match harvests::find(&mut transaction, name).await? {
        Some(id) => id,
        None => harvests::put(&mut transaction, &policy, &spec, false, now).await?,
    };
    let foreseen = Foreseen { low, expected, high };
    approvals::approve(&mut transaction, id, units, By::Plan(foreseen), now).await?;
    let configured = config.harvest.iter().find(|harvest| harvest.name == *name);
    let configured = configured.and_then(|harvest| harvest.max_units);
    approvals::keep_configured(&mut transaction, id, configured).await?;
    transaction.commit().await?;
    connection.close().await?;
    if let Some(limit) = configured.filter(|limit| *limit < units) {
        tracing::warn!(
            "the configuration gives harvest {name} max_units = {limit}, and the lower holds from the next `gleaner run` or \
             `gleaner harvest` on: change it there, too"
        );
    }
    if !common.json {
        let working = database.is_in_use()?;
        let limits = limits::standing(config, database.readers(), working, now).await?;
        let own = limits.iter().find(|limit| limit.is_of(name));
        let holds = own.and_then(|limit| limit.limit).unwrap_or(units);
        let mut text = format!(
            "Approved: {} for harvest {name}, in all its runs, of which {} spent. It stops there and keeps the rest in the \
             queue.",
            Price::of(config).units(holds),
            count(planned.limits.spent, "is", "are"),
        );
        let left = own.and_then(|limit| limit.left);
        let common = limits.iter().filter(|limit| limit.scope != Scope::Harvest);
        let lowest = common
            .filter(|limit| limit.left.is_some())
            .min_by_key(|limit| limit.left);
        if let Some(lowest) = lowest.filter(|limit| limit.left < left) {
            let units = count(lowest.left.unwrap_or(0), "unit", "units");
            text = format!("{text} But {} leaves {units}.", lowest.title());
        }
        line(text);
    }
    Ok(())
}

/// What is expected of a harvest that is about to start, in a sentence.
pub(super) async fn sentence(
    config: &Config,
    database: &Database,
    spec: &HarvestSpec,
    by: By,
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
    let word = spec.max_units.map(|units| (units, by));
    let limits = room::limits(config, database, &spec.name, &known, word, now).await?;
    let forecast = plan::foresee(&known, spec, &policy, None);
    let units = forecast.total.units;
    let price = Price::of(config);
    let mut text = format!("Expected: {}", show::band(units, price));
    if !forecast.unknown.is_empty() {
        let unknown = i64::try_from(forecast.unknown.len()).unwrap_or(i64::MAX);
        let seeds = count(unknown, "seed", "seeds");
        text = format!("{text}; of {seeds} the size is not known yet");
    }
    if let Some(room) = limits.room.filter(|room| *room < units.high) {
        text = format!("{text}; the limit leaves {}", count(room, "unit", "units"));
    }
    text.push_str(". `gleaner plan` shows it kind by kind. What is there already is not bought again.");
    Ok(text)
}
