//! `gleaner run`: the daemon.

use super::arguments::{Common, Run as Flags};
use super::output::{self, line};
use super::progress::Progress;
use super::{Exit, harvest, limits, session};
use crate::config::Environment;
use crate::engine::seed_reader::log_rejects;
use crate::engine::{self, Mode, Settings, Shutdown};
use crate::setup;
use crate::store::approvals::By;
use crate::store::harvests::{self, HarvestSpec};

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let mut loaded = session::config(common, Some(&flags.sending))?;
    if let Some(units) = flags.max_units {
        loaded.config.budget.total = Some(units);
    }
    if let Some(units) = flags.units_this_time {
        loaded.config.budget.per_run = Some(units);
        loaded.config.budget.is_for_this_run = true;
    }
    let config = &loaded.config;
    let mut own: Vec<Option<i64>> = Vec::new();
    for wanted in &config.harvest {
        own.push(match wanted.max_units {
            None => harvest::stored_limit(config, &wanted.name).await?,
            given => given,
        });
    }
    let is_limited = limits::are_set_by_command(config).await?;
    if !is_limited {
        setup::require_limit(config, &own).map_err(|error| session::refuse(error.to_string()))?;
    }
    let mut listed = Vec::new();
    for wanted in &config.harvest {
        setup::require_seeds(wanted).map_err(|error| session::refuse(error.to_string()))?;
        listed.push(setup::listed(wanted).map_err(|error| {
            session::refuse(format!("harvest {}: {error:#}; nothing was sent", wanted.name))
        })?);
    }
    let key = setup::key(config, &Environment::of_process())?;
    output::hide(&key);
    let client = setup::client(config, key)?;
    let database = session::database(config, true).await?;
    // Before the file is taken, so that whoever sees it taken can stop this process gently.
    let shutdown = Shutdown::default();
    shutdown.listen()?;
    let seed_reader = setup::seed_reader(&config.harvest);
    seed_reader.listen()?;
    let lock = database.lock().await?;
    let clock = session::clock();
    let settings = Settings {
        seeds: Some(seed_reader),
        ..setup::engine(config, false)
    };
    for (wanted, mut sources) in config.harvest.iter().zip(listed) {
        sources.extend(setup::selected(wanted, database.readers()).await?);
        for reading in &sources {
            log_rejects(&wanted.name, &reading.rejected);
        }
        let spec = HarvestSpec {
            sources: Some(sources),
            ..setup::spec(wanted, &[], false)
        };
        let configured = wanted.max_units;
        harvest::put(
            &database,
            &settings.policy,
            spec,
            By::Config,
            configured,
            false,
            clock.now(),
        )
        .await?;
    }
    let mut connection = database.writer().await?;
    let unlimited = harvests::without_limit(&mut connection).await?;
    if !is_limited {
        setup::require_limits_of(config, &unlimited).map_err(|error| session::refuse(error.to_string()))?;
    }
    drop(connection);
    tracing::info!(harvests = config.harvest.len(), file = %database.path().display(), "working; SIGTERM stops");
    let progress = Progress::start(&database, None, common, config, clock.clone());
    let stop = engine::run(&database, &lock, client, settings, Mode::Daemon, clock, &shutdown).await?;
    progress.finish().await;
    if common.json {
        output::json(&serde_json::json!({ "stopped": stop.name(), "exit_code": Exit::from(stop).code() }))?;
    } else {
        line(stop.sentence());
    }
    Ok(Exit::from(stop))
}
