//! `gleaner harvest`: add seeds and run to the end; beside a daemon, add them and follow their progress.

use std::time::Duration;

use sqlx::Connection as _;

use super::arguments::{Common, Harvest as Flags};
use super::output::{self, line};
use super::progress::{self, Progress};
use super::{Exit, session};
use crate::config::{self, Config, Environment};
use crate::engine::{self, Mode, Shutdown, Stop};
use crate::kind::Kind;
use crate::seeds::{Seed, SeedList};
use crate::setup;
use crate::store::harvests::{self, HarvestSpec};
use crate::store::{Database, StoreError, begin, progress as read};

/// How often the file is looked at while a daemon does the work.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let loaded = session::config(common, Some(&flags.sending))?;
    let config = &loaded.config;
    let wanted = harvest_of(&flags, config)?;
    setup::require_limit(config, &[wanted.max_units])?;
    let seeds = seeds_of(&wanted)?;
    let spec = setup::spec(&wanted, &seeds, true).map_err(|error| session::refuse(error.to_string()))?;
    let key = setup::key(config, &Environment::of_process())?;
    output::hide(&key);
    let client = setup::client(config, key)?;
    let database = session::database(config, true).await?;
    let clock = session::clock();
    let policy = setup::policy(config, true);
    let lock = match database.lock().await {
        Ok(lock) => Some(lock),
        // A daemon has the file: it does the sending.
        Err(StoreError::InUse { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let harvest_id = put(&database, &policy, &spec, flags.refresh, clock.now()).await?;
    let shutdown = Shutdown::default();
    shutdown.listen()?;
    let progress = Progress::start(&database, Some(harvest_id), common, clock.clone());
    let stop = match lock {
        Some(lock) => {
            let settings = engine::Settings {
                policy,
                ..setup::engine(config, true)
            };
            let mode = Mode::Harvest(harvest_id);
            engine::run(&database, &lock, client, settings, mode, clock.clone(), &shutdown).await?
        }
        None => follow(&database, harvest_id, &shutdown).await?,
    };
    progress.finish().await;
    summary(common, &database, harvest_id, stop, clock.now()).await
}

/// The harvest that the flags describe.
fn harvest_of(flags: &Flags, config: &Config) -> anyhow::Result<config::Harvest> {
    let mut harvest = config::Harvest {
        name: flags.name.clone(),
        seeds: flags.seeds.clone(),
        seed_files: flags.seed_file.clone(),
        collect: kinds("--collect", &flags.collect)?,
        depth: flags.depth,
        expand: kinds("--expand", &flags.expand)?,
        max_units: flags.max_units,
        ..config::Harvest::default()
    };
    for limit in &flags.limit {
        let parsed = limit
            .split_once('=')
            .ok_or_else(|| "write KIND=N or KIND=Np".to_owned());
        parsed
            .and_then(|(name, number)| harvest.limits.set(name, number.parse()?))
            .map_err(|reason| session::refuse(format!("--limit {limit}: {reason}; nothing was sent")))?;
    }
    // Seeds that are none are reported with the rest of the list.
    let checked = config::Harvest {
        seeds: Vec::new(),
        ..harvest.clone()
    };
    checked
        .validate(&config.routes)
        .map_err(|fault| session::refuse(format!("{fault}; nothing was sent")))?;
    Ok(harvest)
}

pub(super) fn kinds(flag: &str, names: &[String]) -> anyhow::Result<Vec<Kind>> {
    let kind = |name: &String| {
        Kind::find(name.trim()).ok_or_else(|| {
            let known = Kind::ALL.map(Kind::name).join(", ");
            session::refuse(format!("{flag} {name}: there is no such kind; there are {known}"))
        })
    };
    names.iter().filter(|name| !name.is_empty()).map(kind).collect()
}

/// The seeds; a line that is none is reported, and the others are harvested all the same.
fn seeds_of(harvest: &config::Harvest) -> anyhow::Result<Vec<Seed>> {
    let SeedList {
        seeds,
        rejected,
        repeated,
    } = setup::seeds(harvest)?;
    for rejected in &rejected {
        tracing::warn!("seed rejected: {rejected}");
    }
    for repeated in &repeated {
        tracing::info!("{repeated}");
    }
    if seeds.is_empty() && !rejected.is_empty() {
        return Err(session::refuse("none of the seeds can be used; nothing was sent"));
    }
    Ok(seeds)
}

pub(super) async fn put(
    database: &Database,
    policy: &crate::policy::Policy,
    spec: &HarvestSpec,
    refresh: bool,
    now: i64,
) -> anyhow::Result<i64> {
    let mut connection = database.writer().await?;
    let mut transaction = begin(&mut connection).await?;
    let id = harvests::put(&mut transaction, policy, spec, refresh, now).await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(id)
}

/// Waits for a daemon to finish the harvest.
async fn follow(database: &Database, harvest_id: i64, shutdown: &Shutdown) -> anyhow::Result<Stop> {
    tracing::info!("a daemon works on this file: the seeds are added, and it does the rest");
    loop {
        let harvests = read::harvests(database.readers()).await?;
        if harvests
            .iter()
            .any(|harvest| harvest.id == harvest_id && harvest.finished_at.is_some())
        {
            return Ok(Stop::Finished);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = shutdown.asked() => return Ok(Stop::Asked),
        }
    }
}

/// What was found, what it cost, and what to do next.
pub(super) async fn summary(
    common: &Common,
    database: &Database,
    harvest_id: i64,
    stop: Stop,
    now: i64,
) -> anyhow::Result<Exit> {
    let harvests = read::harvests(database.readers()).await?;
    let harvest = harvests.into_iter().find(|harvest| harvest.id == harvest_id);
    let troubled = read::troubled_lists(database.readers(), harvest_id).await?;
    let exit = match Exit::from(stop) {
        Exit::Done if troubled > 0 => Exit::Parked,
        exit => exit,
    };
    let rows = read::row_counts(database.readers()).await?;
    if common.json {
        let rows: serde_json::Map<String, serde_json::Value> = rows
            .iter()
            .map(|(name, count)| ((*name).to_owned(), (*count).into()))
            .collect();
        output::json(&serde_json::json!({
            "harvest": harvest, "rows": rows, "stopped": stop.name(), "exit_code": exit.code(),
        }))?;
        return Ok(exit);
    }
    if let Some(harvest) = &harvest {
        line(progress::table_of(harvest));
        line("");
        let rows: Vec<String> = rows
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{} {name}", output::number(*count)))
            .collect();
        line(format!("The file holds {}.", rows.join(", ")));
        line(format!(
            "This harvest has cost {} units.",
            output::number(harvest.units)
        ));
    }
    let overview = read::overview(database.readers(), now).await?;
    line(stop.sentence());
    if overview.tasks.parked > 0 {
        line(
            "Something is parked: `gleaner tasks --state parked` shows it, `gleaner tasks retry --all` asks again.",
        );
    }
    Ok(exit)
}
