//! `gleaner harvest`: add seeds and run to the end; beside a daemon, add them and follow their progress.

use std::time::Duration;

use sqlx::Connection as _;

use super::arguments::{Common, Harvest as Flags};
use super::money::Price;
use super::named::Found;
use super::output::{self, line};
use super::progress::{self, Progress};
use super::{Exit, limits, plan, session};
use crate::config::{self, Config, Environment};
use crate::endpoints;
use crate::engine::seed_reader::log_rejects;
use crate::engine::{self, Mode, Shutdown, Stop};
use crate::kind::Kind;
use crate::setup;
use crate::store::approvals::{self, By};
use crate::store::connect::path_of;
use crate::store::harvests::{self, HarvestSpec};
use crate::store::holds::{self, Reason, Scope};
use crate::store::limits as limited;
use crate::store::seeds::{self, Reject};
use crate::store::{Database, Lock, StoreError, begin, progress as read};
use crate::way::Way;

/// How often the file is looked at while a daemon does the work.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let mut loaded = session::config(common, Some(&flags.sending))?;
    if let Some(units) = flags.units_this_time {
        loaded.config.budget.per_run = Some(units);
        loaded.config.budget.is_for_this_run = true;
    }
    let config = &loaded.config;
    let wanted = harvest_of(&flags, config)?;
    let is_configured = config.harvest.iter().any(|harvest| harvest.name == wanted.name);
    let refused = |error: anyhow::Error| session::refuse(format!("{error:#}; nothing was sent"));
    let mut sources = setup::listed(&wanted).map_err(refused)?;
    let mut found = flags.named.read().map_err(refused)?;
    if flags.named.seed_select.is_none() {
        require_seeds(&wanted, &found)?;
    }
    let limit = match wanted.max_units {
        None => stored_limit(config, &wanted.name).await?,
        given => given,
    };
    if !limits::are_set_by_command(config).await? {
        setup::require_limit(config, &[limit]).map_err(|error| session::refuse(error.to_string()))?;
    }
    let key = setup::key(config, &Environment::of_process())?;
    output::hide(&key);
    let client = setup::client(config, key)?;
    let database = session::database(config, true).await?;
    if database.is_in_use()? {
        limits::must_hold_beside_another(config, database.readers(), session::clock().now()).await?;
    }
    sources.extend(setup::selected(&wanted, database.readers()).await?);
    flags.named.select(&mut found, &database).await?;
    require_seeds(&wanted, &found)?;
    let of_sources = sources.iter().flat_map(|reading| &reading.rejected);
    let rejected: Vec<Reject> = found.rejected.iter().chain(of_sources).cloned().collect();
    log_rejects(&wanted.name, &rejected);
    let is_search = |seed: &String| seed.starts_with("search:");
    let has_search = found.seeds.iter().any(|seed| is_search(&seed.to_string()))
        || sources.iter().flat_map(|reading| &reading.seeds).any(is_search);
    if wanted.collect.contains(&Kind::Search) && !has_search {
        tracing::warn!(
            "--collect search finds nothing by itself: a search needs a seed such as search:words"
        );
    }
    let spec = HarvestSpec {
        sources: is_configured.then_some(sources),
        rejected: found.rejected,
        ..setup::spec(&wanted, &found.seeds, true)
    };
    let by = if flags.max_units.is_some() {
        By::Flag
    } else {
        By::Config
    };
    if !common.quiet && !common.json {
        let of_sources = spec.sources.iter().flatten().flat_map(|reading| &reading.seeds);
        let seeds: Vec<String> = of_sources.chain(&spec.seeds).cloned().collect();
        output::aside(&plan::sentence(config, &database, &spec, by, &seeds, flags.refresh).await?);
    }
    let clock = session::clock();
    let policy = setup::policy(config, true);
    // Before the file is taken, so that whoever sees it taken can stop this process gently.
    let shutdown = Shutdown::default();
    shutdown.listen()?;
    let lock = lock(&database).await?;
    if lock.is_none() {
        limits::must_hold_beside_another(config, database.readers(), clock.now()).await?;
    }
    let configured = config.harvest.iter().find(|harvest| harvest.name == wanted.name);
    let configured = configured.and_then(|harvest| harvest.max_units);
    let harvest_id = put(
        &database,
        &policy,
        spec,
        by,
        configured,
        flags.refresh,
        clock.now(),
    )
    .await?;
    let progress = Progress::start(&database, Some(harvest_id), common, config, clock.clone());
    let lock = match lock {
        Some(lock) => Followed::Left(lock),
        None => follow(&database, config, harvest_id, &shutdown).await?,
    };
    let stop = match lock {
        Followed::Left(lock) => {
            let settings = engine::Settings {
                policy,
                ..setup::engine(config, true)
            };
            let mode = Mode::Harvest(harvest_id);
            engine::run(&database, &lock, client, settings, mode, clock.clone(), &shutdown).await?
        }
        Followed::Ended(stop) => stop,
    };
    progress.finish().await;
    summary(common, &database, harvest_id, config, stop, &rejected).await
}

/// The limit that the harvest has from before, which stays until another is given.
pub(super) async fn stored_limit(config: &Config, name: &str) -> anyhow::Result<Option<i64>> {
    if !path_of(&config.database.url)?.exists() {
        return Ok(None);
    }
    let database = session::database(config, false).await?;
    let limit = harvests::limit_of(database.readers(), name).await?;
    database.close().await;
    Ok(limit)
}

/// The right to work on the file, unless another gleaner has it: that one does the sending then.
pub(super) async fn lock(database: &Database) -> anyhow::Result<Option<Lock>> {
    match database.lock().await {
        Ok(lock) => Ok(Some(lock)),
        Err(StoreError::InUse { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The harvest that the flags describe, on top of the configured one of that name.
pub(super) fn harvest_of(flags: &Flags, config: &Config) -> anyhow::Result<config::Harvest> {
    let configured = config.harvest.iter().find(|harvest| harvest.name == flags.name);
    let mut harvest = configured.cloned().unwrap_or_else(|| config::Harvest {
        name: flags.name.clone(),
        ..config::Harvest::default()
    });
    if !flags.collect.is_empty() {
        harvest.collect = kinds("--collect", &flags.collect)?;
    }
    if !flags.expand.is_empty() {
        harvest.expand = ways("--expand", &flags.expand)?;
    }
    for part in &flags.filter {
        harvest
            .filter
            .set(part)
            .map_err(|reason| session::refuse(format!("--filter {part}: {reason}; nothing was sent")))?;
    }
    match flags.sort_order.as_deref() {
        None => {}
        Some("popular") => harvest.sort_order = config::SortOrder::Popular,
        Some(_) => harvest.sort_order = config::SortOrder::Recent,
    }
    harvest.sort_by_views |= flags.sort_by_views;
    harvest.force |= flags.force;
    harvest.depth = flags.depth.unwrap_or(harvest.depth);
    harvest.max_units = flags.max_units.or(harvest.max_units);
    for limit in &flags.limit {
        let parsed = limit
            .split_once('=')
            .ok_or_else(|| "write KIND=N or KIND=Np".to_owned());
        parsed
            .and_then(|(name, number)| harvest.limits.set(name, number.parse()?))
            .map_err(|reason| session::refuse(format!("--limit {limit}: {reason}; nothing was sent")))?;
    }
    harvest.validate(&config.routes).map_err(|fault| {
        let (flag, message) = (flag_of(&fault.key), &fault.message);
        session::refuse(format!("{flag}: {message}; nothing was sent"))
    })?;
    Ok(harvest)
}

/// The flag that sets a key of a harvest: what the config says was checked when it was read.
fn flag_of(key: &str) -> String {
    match key.split_once('.') {
        Some(("limits", name)) => format!("--limit {name}"),
        _ => format!("--{}", key.replace('_', "-")),
    }
}

pub(super) fn kinds(flag: &str, names: &[String]) -> anyhow::Result<Vec<Kind>> {
    let kind = |name: &String| {
        Kind::find(name.trim()).ok_or_else(|| {
            let collected = |kind: &Kind| endpoints::ALL.iter().any(|endpoint| endpoint.kind == Some(*kind));
            let known: Vec<_> = Kind::ALL.into_iter().filter(collected).map(Kind::name).collect();
            session::refuse(format!(
                "{flag} {name}: there is no such kind; there are {}; nothing was sent",
                known.join(", ")
            ))
        })
    };
    names.iter().filter(|name| !name.is_empty()).map(kind).collect()
}

fn ways(flag: &str, names: &[String]) -> anyhow::Result<Vec<Way>> {
    let way = |name: &String| {
        Way::find(name.trim()).ok_or_else(|| {
            let known = Way::ALL.map(Way::name).join(", ");
            session::refuse(format!(
                "{flag} {name}: there is no such way; there are {known}; nothing was sent"
            ))
        })
    };
    names.iter().filter(|name| !name.is_empty()).map(way).collect()
}

/// Somebody must be named, if only in a file that is empty today.
fn require_seeds(harvest: &config::Harvest, found: &Found) -> anyhow::Result<()> {
    if !found.seeds.is_empty() {
        return Ok(());
    }
    setup::require_seeds(harvest).map_err(|error| {
        if found.rejected.is_empty() {
            session::refuse(error.to_string())
        } else {
            log_rejects(&harvest.name, &found.rejected);
            session::refuse("none of the seeds can be used; nothing was sent")
        }
    })
}

pub(super) async fn put(
    database: &Database,
    policy: &crate::policy::Policy,
    mut spec: HarvestSpec,
    by: By,
    configured: Option<i64>,
    refresh: bool,
    now: i64,
) -> anyhow::Result<i64> {
    let mut connection = database.writer().await?;
    let mut transaction = begin(&mut connection).await?;
    let given = spec.max_units;
    if let Some(units) = given {
        spec.max_units = Some(approvals::given(&mut transaction, &spec.name, units, by).await?);
    }
    let has_replaced =
        given.is_some() && approvals::replaces_command(&mut transaction, &spec.name, by).await?;
    let id = harvests::put(&mut transaction, policy, &spec, refresh, now).await?;
    if let Some(units) = spec.max_units {
        approvals::note_limit(&mut transaction, id, units, by, now).await?;
    }
    approvals::keep_configured(&mut transaction, id, configured).await?;
    let held = seeds::count_held(&mut transaction, id, &spec.seeds).await?;
    transaction.commit().await?;
    connection.close().await?;
    let name = &spec.name;
    if let (Some(given), Some(holds)) = (given, spec.max_units)
        && holds < given
    {
        tracing::warn!(
            "the configuration gives harvest {name} max_units = {given}, but {holds} were approved since, and the lower \
             holds: `gleaner budget set harvest:{name}=UNITS` or `gleaner plan --approve UNITS` raises it"
        );
    }
    if has_replaced {
        let units = output::count(given.unwrap_or(0), "unit", "units");
        tracing::warn!(
            "--max-units takes the place of what `gleaner budget set` said of harvest {name}: its limit is {units} now"
        );
    }
    if held > 0 {
        tracing::warn!(
            harvest = spec.name,
            "{} held because a person removed it: `gleaner seeds add` takes it up again",
            output::count(held, "named seed is", "named seeds are")
        );
    }
    Ok(id)
}

/// How following another gleaner ended.
enum Followed {
    /// The harvest has come to its end, or nobody waits for it any more.
    Ended(Stop),
    /// The other one has left the file before that.
    Left(Lock),
}

/// Waits for the gleaner that works on the file to finish the harvest.
async fn follow(
    database: &Database,
    config: &Config,
    harvest_id: i64,
    shutdown: &Shutdown,
) -> anyhow::Result<Followed> {
    tracing::info!("another gleaner works on this file: the seeds are added, and it sends");
    let policy = setup::policy(config, true);
    loop {
        let harvests = read::harvests(database.readers()).await?;
        let harvest = harvests.iter().find(|harvest| harvest.id == harvest_id);
        if harvest.is_some_and(|harvest| harvest.finished_at.is_some()) {
            return Ok(Followed::Ended(Stop::Finished));
        }
        if let Some(harvest) = harvest {
            let limits = limits::standing(config, database.readers(), true, session::clock().now()).await?;
            let endpoints = limited::open_endpoints(database.readers(), harvest_id).await?;
            // Answers that are on their way may change it yet; those of other harvests do not.
            if limits::end(&limits, &policy, &endpoints, &harvest.name)
                && limited::in_flight(database.readers(), harvest_id).await? == 0
            {
                return Ok(Followed::Ended(Stop::Budget));
            }
        }
        let holds = holds::all(database.readers()).await?;
        if holds
            .iter()
            .any(|hold| hold.scope == Scope::All && hold.reason == Reason::NoFunds)
        {
            return Ok(Followed::Ended(Stop::NoFunds));
        }
        if !database.is_in_use()?
            && let Some(lock) = lock(database).await?
        {
            tracing::info!("the other gleaner has stopped: going on in its place");
            return Ok(Followed::Left(lock));
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = shutdown.asked() => return Ok(Followed::Ended(Stop::Asked)),
        }
    }
}

/// What was found, what it cost, and what to do next.
async fn summary(
    common: &Common,
    database: &Database,
    harvest_id: i64,
    config: &Config,
    stop: Stop,
    rejected: &[Reject],
) -> anyhow::Result<Exit> {
    let price = Price::of(config);
    let harvests = read::harvests(database.readers()).await?;
    let harvest = harvests.into_iter().find(|harvest| harvest.id == harvest_id);
    let troubled = read::troubled_lists(database.readers(), harvest_id).await?;
    let exit = match Exit::from(stop) {
        // An orderly stop is no failure; `stopped` in the JSON tells it from an end.
        Exit::Done if stop != Stop::Asked && troubled > 0 => Exit::Parked,
        exit => exit,
    };
    let rows = read::row_counts(database.readers()).await?;
    // What has just ended is told as what has worked.
    let limits = limits::standing(config, database.readers(), true, session::clock().now()).await?;
    let reached = match (stop, &harvest) {
        (Stop::Budget, Some(harvest)) => {
            let endpoints = limited::ready_endpoints(database.readers(), harvest_id).await?;
            limits::reached(
                &limits,
                &setup::policy(config, true),
                &endpoints,
                &[&harvest.name],
            )
            // What is cheap enough may be held.
            .or_else(|| limits::tightest(&limits, &harvest.name))
        }
        _ => None,
    };
    if common.json {
        let rows: serde_json::Map<String, serde_json::Value> = rows
            .iter()
            .map(|(name, count)| ((*name).to_owned(), (*count).into()))
            .collect();
        let rejected: Vec<String> = rejected.iter().map(ToString::to_string).collect();
        output::json(&serde_json::json!({
            "harvest": harvest, "rows": rows, "rejected_seeds": rejected, "troubled_lists": troubled,
            "stopped": stop.name(), "exit_code": exit.code(), "limits": limits, "limit_reached": reached,
        }))?;
        return Ok(exit);
    }
    if let Some(harvest) = &harvest {
        line(progress::table_of(harvest, price));
        line("");
        let rows: Vec<String> = rows
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{} {name}", output::number(*count)))
            .collect();
        if !rows.is_empty() {
            line(format!(
                "{} holds {}.",
                database.path().display(),
                rows.join(", ")
            ));
        }
        let limit = harvest
            .max_units
            .map_or_else(String::new, |units| format!(" of its {}", output::number(units)));
        line(format!(
            "Harvest {} has cost {}{limit} so far.",
            harvest.name,
            price.units(harvest.units)
        ));
        let left = limits::in_words(&limits);
        if !left.is_empty() {
            line(format!("Units: {left}."));
        }
    }
    line(reached.map_or_else(|| stop.sentence().to_owned(), limits::ended_by));
    if !rejected.is_empty() {
        let seeds = i64::try_from(rejected.len()).unwrap_or(i64::MAX);
        line(format!(
            "{} rejected, as said above.",
            output::count(seeds, "seed was", "seeds were")
        ));
    }
    if troubled > 0 {
        line(format!(
            "{} parked or failed: `gleaner tasks --state parked` shows parked ones, `gleaner tasks retry --all` asks \
             again, --refresh starts failed ones anew.",
            output::count(troubled, "list is", "lists are")
        ));
    }
    Ok(exit)
}
