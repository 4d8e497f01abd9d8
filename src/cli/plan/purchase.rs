//! What a plan buys: the profile of each seed whose size nobody has told yet, once.

use std::cell::Cell;
use std::time::Duration;

use sqlx::Connection as _;

use crate::cli::arguments::Common;
use crate::cli::plan::ending::Ending;
use crate::cli::plan::other::Other;
use crate::cli::plan::room;
use crate::cli::progress::Progress;
use crate::cli::{Exit, harvest, session};
use crate::clock::Timestamp;
use crate::config::{Config, Environment};
use crate::engine::{self, Mode, Shutdown, Stop};
use crate::kind::Kind;
use crate::policy::Policy;
use crate::setup;
use crate::store::approvals::By;
use crate::store::harvests::HarvestSpec;
use crate::store::plan::{self as read, Known, Profile};
use crate::store::{Database, begin};

/// How often is looked whether all have been asked.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bought {
    /// Profiles that were asked for and paid.
    pub(crate) profiles: i64,
    /// What they cost.
    pub(crate) units: i64,
    /// Profiles that are still missing.
    pub(crate) left: i64,
    /// Why the purchase ended.
    pub(super) ending: Ending,
    /// How the command ends because of it.
    pub(crate) exit: Exit,
}

impl Default for Bought {
    fn default() -> Self {
        Self {
            profiles: 0,
            units: 0,
            left: 0,
            ending: Ending::default(),
            exit: Exit::Done,
        }
    }
}

/// A person who may ask the command to stop; before the first purchase a signal ends it as it ends any other.
#[derive(Debug, Default)]
pub(super) struct Person {
    asked: Shutdown,
    listened: Cell<bool>,
}

impl Person {
    /// Whether the command was asked to stop.
    pub(super) fn asks_to_stop(&self) -> bool {
        self.asked.is_asked()
    }

    fn listen(&self) -> std::io::Result<()> {
        if self.listened.replace(true) {
            return Ok(());
        }
        self.asked.listen()
    }
}

/// For which harvest profiles are bought.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) spec: &'a HarvestSpec,
    /// What is said of its limit, and by whom.
    pub(super) word: Option<(i64, By)>,
    pub(super) seeds: &'a [String],
    pub(super) refresh: bool,
    /// Units that this command has spent on other harvests' profiles: it is one run.
    pub(super) bought_before: i64,
}

impl Wanted<'_> {
    /// What is known of its seeds.
    pub(super) async fn known(
        &self,
        database: &Database,
        policy: &Policy,
        now: Timestamp,
    ) -> anyhow::Result<Known> {
        let pool = database.readers();
        Ok(read::known(pool, self.spec, self.seeds, self.refresh, policy, now).await?)
    }

    /// By what the missing profiles are asked. A harvest that asks everything again asks these again, too; where a size is
    /// known, that will do.
    pub(super) fn missing(&self, known: &Known) -> Vec<String> {
        let is_missing = |seed: &&read::Seed| {
            seed.words().is_none()
                && seed.profile == Profile::Missing
                && !(self.refresh && (seed.counters.is_some() || seed.gone))
        };
        known
            .seeds
            .iter()
            .filter(is_missing)
            .map(read::Seed::read_as)
            .collect()
    }
}

/// Buys what is missing, within the limits and a unit a seed.
pub(super) async fn profiles(
    common: &Common,
    config: &Config,
    database: &Database,
    wanted: Wanted<'_>,
    person: &Person,
) -> anyhow::Result<Bought> {
    let Wanted { spec, word, .. } = wanted;
    let clock = session::clock();
    let policy = setup::policy(config, true);
    let known = wanted.known(database, &policy, clock.now()).await?;
    let missing = wanted.missing(&known);
    let count = i64::try_from(missing.len()).unwrap_or(i64::MAX);
    let first = |name: &str| policy.route(Kind::Profile, name).first();
    let prices = missing.iter().filter_map(|seed| Some(first(seed)?.units));
    let price = prices.max().unwrap_or(1).max(1);
    let limits = room::limits(config, database, &spec.name, &known, word, clock.now()).await?;
    let of_run = config
        .budget
        .per_run
        .map(|units| (units - wanted.bought_before).max(0));
    let room = [limits.for_profiles, of_run].into_iter().flatten().min();
    let room = room.unwrap_or(i64::MAX);
    let units = count.saturating_mul(price).min(room);
    if units < price || count == 0 {
        return Ok(Bought {
            left: count,
            ending: if count == 0 { Ending::Asked } else { Ending::Limit },
            ..Bought::default()
        });
    }
    let key = setup::key(config, &Environment::of_process())?;
    crate::cli::output::hide(&key);
    let client = setup::client(config, key)?;
    // What a person asks is told from what is asked here when all is done.
    let shutdown = Shutdown::default();
    person.listen()?;
    let lock = harvest::lock(database).await?;
    let mut connection = database.writer().await?;
    let mut transaction = begin(&mut connection).await?;
    let id = read::open(&mut transaction, &policy, &spec.name, missing, units, clock.now()).await?;
    transaction.commit().await?;
    let before = read::newest_request(database.readers()).await?;
    let progress = Progress::start(database, Some(id), common, config, clock.clone());
    let (ending, stop) = if let Some(lock) = lock {
        let settings = setup::engine(config, true);
        let running = async {
            let mode = Mode::Harvest(id);
            let ended = engine::run(database, &lock, client, settings, mode, clock.clone(), &shutdown).await;
            // Whatever ended it, nobody waits for answers any more.
            shutdown.ask();
            ended
        };
        let waiting = async {
            let asked = all_asked(database, id, &person.asked, &shutdown).await;
            shutdown.ask();
            asked
        };
        let (ended, asked) = tokio::join!(running, waiting);
        match (asked?, ended?) {
            (Ending::Person, stop) => (Ending::Person, stop),
            (_, stop) => (Ending::of(stop), stop),
        }
    } else {
        tracing::info!("another gleaner works on this file: it buys the profiles");
        let other = Other {
            database,
            policy: &policy,
            wanted: &wanted,
            id,
            price,
        };
        let ending = other.asks(&mut connection, clock.as_ref(), &person.asked).await?;
        (ending, Stop::Finished)
    };
    progress.finish().await;
    let mut transaction = begin(&mut connection).await?;
    read::close(&mut transaction, &policy, &spec.name, clock.now()).await?;
    transaction.commit().await?;
    connection.close().await?;
    let after = wanted.known(database, &policy, clock.now()).await?;
    let (profiles, units) = read::bought_since(database.readers(), id, before).await?;
    Ok(Bought {
        profiles,
        units,
        left: i64::try_from(wanted.missing(&after).len()).unwrap_or(i64::MAX),
        ending,
        exit: match stop {
            // Its own bound, or all it asks: no trouble.
            Stop::Finished | Stop::Asked | Stop::Budget | Stop::Held => Exit::Done,
            trouble => trouble.into(),
        },
    })
}

/// Waits until every profile has been asked for, a person asks to stop, or the engine of this command has ended.
async fn all_asked(
    database: &Database,
    id: i64,
    person: &Shutdown,
    shutdown: &Shutdown,
) -> anyhow::Result<Ending> {
    while read::left_to_ask(database.readers(), id).await? > 0 {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = person.asked() => return Ok(Ending::Person),
            () = shutdown.asked() => break,
        }
    }
    Ok(Ending::Asked)
}
