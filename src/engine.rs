//! The moving parts: what sends, what writes, what waits. Decisions are made elsewhere, in pure code and in the store.
//!
//! ```text
//! dispatcher --slots--> rate gate
//!     |  claim                         (one writer owns the write connection; claims and
//!     v                                 reports share its next commit)
//!   writer <--report-- worker --request--> client --> upstream
//! ```

mod account;
mod archivist;
mod context;
mod dispatch;
mod health;
pub mod seed_reader;
mod shutdown;
mod worker;
mod writer;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio_util::task::TaskTracker;

use crate::client::Client;
use crate::clock::{Clock, Timestamp};
use crate::kind::Kind;
use crate::policy::Policy;
use crate::rate_gate::RateGate;
use crate::store::archive::retention::Retention;
use crate::store::holds::{self, Reason, Scope};
use crate::store::{Connection, Database, Lock, begin, budgets, ledger, limits, plan, recover};

pub use context::Context;
pub use dispatch::Mode;
pub use seed_reader::SeedReader;
pub use shutdown::Shutdown;
pub use writer::Writer;

/// How an engine is set up.
pub struct Settings {
    /// The rules of the queue.
    pub policy: Policy,
    /// Requests in flight at most.
    pub workers: usize,
    /// The most requests a second that a person allows; none for what the account allows.
    pub rate: Option<f64>,
    /// The kinds for which the upstream merges its streamed patches.
    pub flat: BTreeSet<Kind>,
    /// How many items to ask for where the upstream pages on its own side.
    pub amount: u32,
    /// The share of retries that is normal trouble; above it the gate slows down.
    pub retry_share: f64,
    /// Sends in a row without an answer that are an outage.
    pub outage_after: u32,
    /// How long bodies are kept.
    pub retention: Retention,
    /// How often one request probes an outage.
    pub outage_probe: Duration,
    /// How long to pause when the upstream's front refuses this client.
    pub blocked_pause: Duration,
    /// So many such refusals in a row stop the engine.
    pub blocked_stop_after: u32,
    /// How often an empty account is looked at.
    pub funds_poll: Duration,
    /// What reads seeds again; none where they are read once.
    pub seeds: Option<SeedReader>,
}

/// Why an engine stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The one-shot's harvest has nothing left to do.
    Finished,
    /// Somebody asked it to.
    Asked,
    /// A limit of units is reached.
    Budget,
    /// The key was refused.
    Unauthorized,
    /// The account is out of funds.
    NoFunds,
    /// The upstream's front refuses this client again and again.
    Blocked,
    /// What is left can only be asked of an endpoint that is held until a person looks.
    Held,
}

impl Stop {
    /// One word for it, for scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Asked => "asked",
            Self::Budget => "budget",
            Self::Unauthorized => "unauthorized",
            Self::NoFunds => "no_funds",
            Self::Blocked => "blocked",
            Self::Held => "held",
        }
    }

    /// What it means and what to do, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Finished => {
                "Every list has a verdict or is parked: `gleaner sql \"select * from completeness\"` lists them."
            }
            Self::Asked => {
                "Stopped as asked; everything bought is kept, and the same command goes on from here."
            }
            Self::Budget => {
                "The limit of units is reached; everything bought is kept. Raise --max-units or [budget] and run the \
                 same command to go on."
            }
            Self::Unauthorized => {
                "The upstream refuses the key (401); nothing was billed. Set a valid HIKERAPI_TOKEN and run the same \
                 command to go on."
            }
            Self::NoFunds => {
                "The account is out of units (402); everything bought is kept. Top it up and run the same command to go on."
            }
            Self::Held => {
                "What is left can only be asked of an endpoint that is held; everything bought is kept. `gleaner status` \
                 says which and why."
            }
            Self::Blocked => {
                "The upstream's front refuses this client (error code: 1010) again and again; everything bought is kept. \
                 Try again later, or set [upstream] base_url to https://api.instagrapi.com."
            }
        }
    }
}

/// Runs until there is nothing left to do for `mode`, or until asked to stop; then drains what is in flight.
///
/// The caller holds the file's lock. An error is the database's: sending has stopped, what was committed is safe.
pub async fn run(
    database: &Database,
    _lock: &Lock,
    client: Client,
    mut settings: Settings,
    mode: Mode,
    clock: Arc<dyn Clock>,
    shutdown: &Shutdown,
) -> anyhow::Result<Stop> {
    let mut connection = database.writer().await.context("opening the file for writing")?;
    let now = clock.now();
    let mut transaction = begin(&mut connection).await?;
    let recovered = recover::begin(&mut transaction, &settings.policy, std::process::id(), now)
        .await
        .context("putting right what the last run left")?;
    let own = match mode {
        Mode::Daemon => None,
        Mode::Harvest(id) => Some(id),
    };
    plan::close_others(&mut transaction, &settings.policy, own, now).await?;
    let limits = limits_of(&mut transaction, &settings.policy, now).await?;
    // Whoever starts the engine again has looked at what stopped it.
    for reason in [
        Reason::Unauthorized,
        Reason::NoFunds,
        Reason::Blocked,
        Reason::Outage,
    ] {
        holds::lift(&mut transaction, &Scope::All, reason).await?;
    }
    transaction.commit().await?;
    if recovered.lost > 0 {
        tracing::warn!(
            lost = recovered.lost,
            parked = recovered.parked,
            "the last run died with {} requests in flight: they count as spent and are asked again, one by one",
            recovered.lost
        );
    }
    tracing::info!("limits of units: {limits}");
    let last_sent = ledger::last_reserved_at(&mut connection).await?;
    let since = last_sent.map(|at| Duration::from_millis(u64::try_from(now - at).unwrap_or(0)));
    let mut gate = RateGate::resume(since, clock.elapsed());
    gate.set_retry_share(settings.retry_share);
    let tracker = TaskTracker::new();
    let reader = settings.seeds.take();
    let (writer, writing) = writer::start(connection, settings.policy.clone(), &tracker);
    let context = Arc::new(Context::new(
        client,
        writer,
        gate,
        settings,
        clock,
        shutdown.clone(),
    ));
    let polling = account::start(Arc::clone(&context), mode, &tracker);
    let reading = reader.map(|reader| {
        let readers = database.readers().clone();
        seed_reader::start(Arc::clone(&context), reader, readers, &tracker)
    });
    account::first(&context).await;
    let looking_after = archivist::start(Arc::clone(&context), database.readers().clone(), &tracker);
    let stop = dispatch::run(Arc::clone(&context), mode).await;
    polling.abort();
    looking_after.abort();
    if let Some(reading) = reading {
        reading.abort();
    }
    account::last(&context, &stop).await;
    context
        .writer
        .end_run(recovered.run_id, context.clock.now(), stop.is_ok())
        .await;
    drop(context);
    tracker.close();
    writing.await.context("the writer panicked")??;
    stop
}

/// Notes what this run is configured with, and says how it stands with the limits that are not of one harvest.
async fn limits_of(db: &mut Connection, policy: &Policy, now: Timestamp) -> anyhow::Result<String> {
    let changes = budgets::begin(db, policy.into(), now).await?;
    for change in changes.iter().filter(|change| change.from_units.is_some()) {
        let units =
            |units: Option<i64>| units.map_or_else(|| "no limit".into(), |units| format!("{units} units"));
        tracing::info!(
            "the limit `{}` has changed with the configuration: {} now, {} before",
            if change.scope == "all" {
                "total"
            } else {
                &change.scope
            },
            units(change.to_units),
            units(change.from_units)
        );
    }
    let limits = limits::standing(db, policy.into(), None, now).await?;
    let set = limits
        .iter()
        .filter(|limit| limit.scope != limits::Scope::Harvest)
        .filter_map(|limit| {
            Some(format!(
                "{} of {} spent of {}",
                limit.spent,
                limit.limit?,
                limit.title()
            ))
        });
    let set = set.collect::<Vec<_>>().join(", ");
    Ok(if set.is_empty() {
        "those of the harvests alone".into()
    } else {
        set
    })
}
