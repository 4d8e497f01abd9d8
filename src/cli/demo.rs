//! `gleaner demo`: the main job on a simulated world, in seconds, without a key.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use sqlx::Connection as _;

use super::arguments::{Common, Demo as Flags};
use super::money::Price;
use super::output::{self, line, number};
use super::progress::{self, Progress};
use super::{Exit, session, sql as answers};
use crate::config::{Config, Harvest, Limits};
use crate::engine::{self, Mode, Shutdown};
use crate::kind::Kind;
use crate::mock::oracle::{self, Plan};
use crate::mock::{Settings, Upstream, World};
use crate::secret::Key;
use crate::seeds::SeedList;
use crate::setup;
use crate::store::{Database, dump, harvests, progress as read, questions, sql};
use crate::way::Way;

const COLLECT: [Kind; 11] = [
    Kind::Profile,
    Kind::Followers,
    Kind::Following,
    Kind::Medias,
    Kind::Clips,
    Kind::Reposts,
    Kind::Comments,
    Kind::Replies,
    Kind::MediaLikers,
    Kind::CommentLikers,
    Kind::Usertags,
];

/// The name of the demo's only harvest.
const NAME: &str = "demo";

/// Whose lists are read beside the seeds': so many of the users on the seeds' lists.
const USERS: usize = 20;

const WAYS: [Way; 2] = [Way::Followers, Way::Following];

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let clock = session::clock();
    let url = format!("sqlite:{}", flags.file.display());
    replace(&url, &flags.file).await?;
    let world = Arc::new(World::new(flags.world.seed, flags.world.size));
    let mut seeds = world.seeds(6);
    seeds.extend(world.queries(1));
    let plan = Plan {
        depth: 2,
        expand: WAYS.map(|way| way.name().to_owned()).to_vec(),
        users: Some(USERS),
        ..Plan::of(seeds, &COLLECT.map(Kind::name))
    };
    let upstream = Upstream::start(
        Arc::clone(&world),
        Settings::default(),
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    )
    .await?;
    let config = demo_config(&url, &upstream.url());
    if !common.json && !common.quiet {
        line(format!(
            "A simulated Instagram of {} users answers on this machine: no key, no cost, nothing leaves it.\n\
             From {} seeds gleaner reads all it can: profiles, follow lists, posts, clips, reposts, comments, replies,\n\
             likers, tags and a search; then the same of {USERS} users it finds on the seeds' lists.\n",
            number(i64::try_from(flags.world.size).unwrap_or(i64::MAX)),
            plan.seeds.len()
        ));
    }
    let database = Database::open(&url, true).await?;
    let lock = database.lock().await?;
    let settings = setup::engine(&config, true);
    let harvest = Harvest {
        name: NAME.into(),
        seeds: plan.seeds.clone(),
        collect: COLLECT.to_vec(),
        depth: plan.depth,
        expand: WAYS.to_vec(),
        limits: Limits {
            users: Some(USERS as u64),
            ..Limits::default()
        },
        ..Harvest::default()
    };
    let list = SeedList::collect(harvest.seeds.iter().map(String::as_str));
    let spec = setup::spec(&harvest, &list.seeds, true);
    let mut connection = database.writer().await?;
    let id = harvests::put(&mut connection, &settings.policy, &spec, false, clock.now()).await?;
    connection.close().await?;
    let client = setup::client(&config, Key::from_text("simulated")?)?;
    let shutdown = Shutdown::default();
    shutdown.listen()?;
    let progress = Progress::start(&database, Some(id), common, &config, clock.clone());
    let started = clock.elapsed();
    let stop = engine::run(
        &database,
        &lock,
        client,
        settings,
        Mode::Harvest(id),
        clock.clone(),
        &shutdown,
    )
    .await?;
    progress.finish().await;
    if stop != engine::Stop::Finished {
        line(stop.sentence());
        return Ok(stop.into());
    }
    let expected = oracle::expect(&world, &plan);
    let mut rows = Vec::new();
    dump::write(database.readers(), &mut rows).await?;
    let units = read::overview(database.readers(), clock.now())
        .await?
        .spent
        .total();
    let outcome = Outcome {
        rows_equal: rows == expected.rows.as_bytes(),
        rows: expected.rows.lines().count(),
        units,
        units_expected: expected.units,
        requests: upstream
            .arrivals()
            .iter()
            .filter(|arrival| arrival.path != "/sys/balance")
            .count(),
        seconds: clock.elapsed().saturating_sub(started).as_secs_f64(),
    };
    tell(common, &database, id, &outcome, &flags.file).await
}

/// What the demo shows.
struct Outcome {
    rows_equal: bool,
    rows: usize,
    units: i64,
    units_expected: i64,
    requests: usize,
    seconds: f64,
}

async fn tell(
    common: &Common,
    database: &Database,
    harvest_id: i64,
    outcome: &Outcome,
    file: &Path,
) -> anyhow::Result<Exit> {
    let as_expected = outcome.rows_equal && outcome.units == outcome.units_expected;
    let exit = if as_expected { Exit::Done } else { Exit::Error };
    let harvests = read::harvests(database.readers()).await?;
    let harvest = harvests.iter().find(|harvest| harvest.id == harvest_id);
    if common.json {
        output::json(&serde_json::json!({
            "rows": outcome.rows, "rows_as_expected": outcome.rows_equal, "units": outcome.units,
            "units_expected": outcome.units_expected, "requests": outcome.requests, "seconds": outcome.seconds,
            "database": format!("sqlite:{}", file.display()), "harvest": harvest,
        }))?;
        return Ok(exit);
    }
    if let Some(harvest) = harvest {
        line(progress::table_of(harvest, Price(None)));
        line("");
    }
    for (question, statement) in questions::DEMO {
        line(question);
        let answer = sql::ask(database.readers(), statement).await?;
        line(answers::table_of(&answer));
        line("");
    }
    line(format!(
        "{} rows in {:.1} s from {} requests: {} units.",
        number(i64::try_from(outcome.rows).unwrap_or(i64::MAX)),
        outcome.seconds,
        number(i64::try_from(outcome.requests).unwrap_or(i64::MAX)),
        number(outcome.units),
    ));
    line(
        match (outcome.rows_equal, outcome.units == outcome.units_expected) {
            (true, true) => {
                "Checked against the simulated world: every row is there and right, and no page was bought twice."
                    .to_owned()
            }
            (false, _) => "The rows are NOT what the simulated world holds: please report this.".to_owned(),
            (true, false) => format!(
                "A perfect harvest costs {} units: please report this.",
                outcome.units_expected
            ),
        },
    );
    what_next(file);
    Ok(exit)
}

/// Lines that can be copied: the program is called as it was called.
fn what_next(file: &Path) {
    let program = std::env::args().next().unwrap_or_else(|| "gleaner".into());
    let database = format!("--database sqlite:{}", file.display());
    line(format!(
        "\nGo on:\n  \
         {program} status {database}\n  \
         {program} sql {database} \"select * from completeness limit 20\"\n\n\
         With a key of HikerAPI, for at most 20 units:\n  \
         export HIKERAPI_TOKEN=...\n  \
         {program} harvest natgeo --collect profile,followers --limit followers=2p --max-units 20"
    ));
}

fn demo_config(url: &str, base_url: &str) -> Config {
    let mut config = Config::default();
    url.clone_into(&mut config.database.url);
    base_url.clone_into(&mut config.upstream.base_url);
    // The simulated account allows what it likes; its answers come at once.
    config.upstream.rate = None;
    config.retry.not_found_again = std::time::Duration::from_secs(1);
    config
}

/// Removes the file of an earlier demo, and only that: any other may hold what was paid for.
async fn replace(url: &str, file: &Path) -> anyhow::Result<()> {
    if !file.exists() {
        return Ok(());
    }
    let database = Database::open(url, false).await?;
    let lock = database.lock().await?;
    let harvests = read::harvests(database.readers()).await?;
    database.close().await;
    if let Some(other) = harvests.iter().find(|harvest| harvest.name != NAME) {
        return Err(session::refuse(format!(
            "{} is no earlier demo's: it holds the harvest {:?}; name another with --file; nothing was changed",
            file.display(),
            other.name
        )));
    }
    for suffix in ["-wal", "-shm", "", "-lock"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(session::refuse(format!("{}: {error}", file.display()))),
        }
    }
    drop(lock);
    Ok(())
}
