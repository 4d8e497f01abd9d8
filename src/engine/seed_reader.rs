//! Reading seeds again while the daemon runs: files and statements change, and nobody wants to start it again for that.
//!
//! What is read here is only handed on; what it changes is decided in the store, in the writer's transaction.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::SqlitePool;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::engine::Context;
use crate::seeds::SeedList;
use crate::store::seeds::{Change, FILE, Reading, Reject, SELECT};
use crate::store::sql;

/// How often sources are read without being asked to.
const EVERY: Duration = Duration::from_mins(1);
/// So many rejected lines of a reading are logged; the table holds them all.
const LOGGED: usize = 10;

/// Where seeds can be read again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file with a seed a line.
    File(PathBuf),
    /// A statement on our own tables; the first column of its answer holds the seeds.
    Select(String),
}

impl Source {
    /// What it is called in the tables.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => format!("{FILE}{}", path.display()),
            Self::Select(_) => SELECT.to_owned(),
        }
    }

    /// Reads it.
    pub async fn read(&self, readers: &SqlitePool) -> anyhow::Result<SeedList> {
        match self {
            Self::File(path) => {
                let path = path.clone();
                Ok(tokio::task::spawn_blocking(move || SeedList::read(&path)).await??)
            }
            Self::Select(statement) => {
                let column = sql::first_column(readers, statement)
                    .await
                    .context("seed_select")?;
                Ok(SeedList::collect(column.iter().map(String::as_str)))
            }
        }
    }
}

/// A list of seeds as the store takes it over.
pub fn reading(source: &str, list: &SeedList) -> Reading {
    Reading {
        source: source.to_owned(),
        seeds: list.seeds.iter().map(ToString::to_string).collect(),
        rejected: rejects(source, list),
    }
}

/// The lines of a list that are no seeds, as the store keeps them.
pub fn rejects(source: &str, list: &SeedList) -> Vec<Reject> {
    let reject = |line: &crate::seeds::Rejected| Reject {
        harvest: None,
        source: source.to_owned(),
        line: i64::try_from(line.line).unwrap_or(i64::MAX),
        text: line.text.clone(),
        reason: line.reason.to_string(),
        rejected_at: None,
    };
    list.rejected.iter().map(reject).collect()
}

/// Says which lines were rejected: the first ones, and how many more.
pub fn log_rejects(harvest: &str, rejected: &[Reject]) {
    for line in rejected.iter().take(LOGGED) {
        tracing::warn!(harvest, "seed rejected: {line}");
    }
    if rejected.len() > LOGGED {
        let more = rejected.len() - LOGGED;
        tracing::warn!(
            harvest,
            "{more} more seeds were rejected: `gleaner seeds --rejected` lists them"
        );
    }
}

/// Reads the sources of the configured harvests, and says what is new.
#[derive(Debug, Default)]
pub struct SeedReader {
    harvests: Vec<(String, Vec<Source>)>,
    /// Hashes of what was read last, by harvest and source.
    last: HashMap<(String, String), u64>,
    /// Sources that could not be read last time: said once.
    troubled: HashSet<(String, String)>,
    hashes: RandomState,
    asked: Arc<Notify>,
}

impl SeedReader {
    /// For these harvests and their sources.
    pub fn new(harvests: Vec<(String, Vec<Source>)>) -> Self {
        Self {
            harvests,
            ..Self::default()
        }
    }

    /// Listens to SIGHUP: everything is read at once. Without it the signal would end the process.
    pub fn listen(&self) -> std::io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        let asked = Arc::clone(&self.asked);
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::info!("reading the seeds again");
                asked.notify_one();
            }
        });
        Ok(())
    }

    /// Reads every source once and returns what changed since the last time, by harvest. A source that cannot be read
    /// changes nothing, and is said once.
    pub async fn step(&mut self, readers: &SqlitePool) -> Vec<(String, Vec<Reading>)> {
        let mut changed = Vec::new();
        for (harvest, sources) in &self.harvests {
            let mut readings = Vec::new();
            for source in sources {
                let place = (harvest.clone(), source.name());
                match source.read(readers).await {
                    Ok(list) => {
                        if self.troubled.remove(&place) {
                            tracing::info!(harvest, "{} can be read again", place.1);
                        }
                        let reading = reading(&place.1, &list);
                        let hash = self.hashes.hash_one(&reading);
                        if self.last.insert(place, hash) != Some(hash) {
                            readings.push(reading);
                        }
                    }
                    Err(error) => {
                        if self.troubled.insert(place) {
                            tracing::warn!(harvest, "{error:#}; its seeds stay as they are");
                        }
                    }
                }
            }
            if !readings.is_empty() {
                changed.push((harvest.clone(), readings));
            }
        }
        changed
    }
}

/// Reads the sources now and then, and when asked, until the engine stops.
pub(crate) fn start(
    context: Arc<Context>,
    mut reader: SeedReader,
    readers: SqlitePool,
    tracker: &TaskTracker,
) -> JoinHandle<()> {
    tracker.spawn(async move {
        let asked = Arc::clone(&reader.asked);
        while !context.shutdown.is_asked() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = asked.notified() => {}
                () = context.shutdown.asked() => return,
            }
            for (harvest, readings) in reader.step(&readers).await {
                let now = context.clock.now();
                let sources: Vec<String> = readings.iter().map(|reading| reading.source.clone()).collect();
                match context.writer.seeds(harvest.clone(), readings, now).await {
                    Ok(change) => log(&harvest, &change),
                    Err(error) => {
                        tracing::warn!(harvest, %error, "the seeds could not be taken over; they are read again");
                        reader.forget(&harvest, sources);
                    }
                }
            }
            context.stirred.notify_one();
        }
    })
}

impl SeedReader {
    /// What was not taken over counts as not read.
    fn forget(&mut self, harvest: &str, sources: Vec<String>) {
        for source in sources {
            self.last.remove(&(harvest.to_owned(), source));
        }
    }
}

fn log(harvest: &str, change: &Change) {
    let Change {
        added,
        returned,
        held,
        rejected,
    } = change;
    if added + returned + held > 0 {
        tracing::info!(
            harvest,
            "seeds: {added} are new, {returned} are back, {held} are held from now on"
        );
    }
    log_rejects(harvest, rejected);
}
