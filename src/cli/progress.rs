//! Progress while harvests run: a line each that renews itself on a terminal, plain log lines now and then elsewhere.

mod speed;
mod words;

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::arguments::Common;
use super::money::Price;
use super::{limits, output};
use crate::clock::Clock;
use crate::config::Config;
use crate::setup;
use crate::store::Database;
use crate::store::limits::Standing;
use crate::store::progress::{self, HarvestView, Overview};
use crate::why::{self, Situation};
use speed::Speed;
use words::Beside;
pub(super) use words::table_of;

const ON_TERMINAL: Duration = Duration::from_millis(500);
const IN_LOGS: Duration = Duration::from_secs(10);

/// In a log a line that says what the last one said is kept back so many times.
const REPEATED_AFTER: u32 = 30;

/// The spinner and a margin: a line that is wrapped would stay behind.
const BESIDE_THE_LINE: usize = 6;

/// A terminal shows so many harvests at most: lines that do not fit would scroll.
const MOST_LINES: usize = 12;

/// Progress that goes on until it is finished.
pub(super) struct Progress {
    stop: CancellationToken,
    showing: JoinHandle<()>,
}

impl Progress {
    /// Shows the progress of one harvest, or of all that are not finished.
    pub(super) fn start(
        database: &Database,
        harvest: Option<i64>,
        common: &Common,
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let stop = CancellationToken::new();
        let terminal = std::io::stderr().is_terminal() && !common.json;
        let silent = common.quiet || (common.json && !terminal);
        let watch = Watch {
            database: database.clone(),
            harvest,
            price: Price::of(config),
            config: config.clone(),
            clock,
            speeds: HashMap::new(),
        };
        let stopped = stop.clone();
        let showing = tokio::spawn(async move {
            if silent {
            } else if terminal {
                on_terminal(watch, &stopped).await;
            } else {
                in_logs(watch, &stopped).await;
            }
        });
        Self { stop, showing }
    }

    /// Takes the lines away.
    pub(super) async fn finish(self) {
        self.stop.cancel();
        // Progress is only shown: whatever ended it, the harvest is what counts.
        let _ = self.showing.await;
    }
}

/// Whose progress is looked at, and how fast it has been.
struct Watch {
    database: Database,
    harvest: Option<i64>,
    price: Price,
    config: Config,
    clock: Arc<dyn Clock>,
    speeds: HashMap<i64, Speed>,
}

impl Watch {
    /// A line for each harvest that is shown, with its number; none if the file could not be read just now.
    async fn look(&mut self) -> Option<Vec<(i64, String)>> {
        let now = self.clock.now();
        let overview = progress::overview(self.database.readers(), now).await.ok()?;
        let limits = limits::standing(&self.config, self.database.readers(), true, now)
            .await
            .ok()?;
        let is_shown = |harvest: &&HarvestView| match self.harvest {
            Some(id) => harvest.id == id,
            None => harvest.finished_at.is_none(),
        };
        let shown: Vec<&HarvestView> = overview.harvests.iter().filter(is_shown).collect();
        let elapsed = self.clock.elapsed();
        let policy = setup::policy(&self.config, false);
        let lines = shown.into_iter().map(|harvest| {
            let speed = self.speeds.entry(harvest.id).or_default();
            speed.note(elapsed, harvest.kinds.iter().map(|kind| kind.pages).sum());
            let reached = limits::reached(&limits, &policy, &overview.ready_endpoints, &[&harvest.name]);
            let why = why_nothing_moves(&overview, reached, now);
            let left = limits::nearest(&limits, &harvest.name);
            let beside = Beside {
                rate: speed.pages_a_second(),
                price: self.price,
                left: left.as_deref(),
                why: why.as_deref(),
            };
            (harvest.id, words::line_of(harvest, &beside))
        });
        Some(lines.collect())
    }
}

fn why_nothing_moves(overview: &Overview, limit_reached: Option<&Standing>, now: i64) -> Option<String> {
    why::sentence(&Situation {
        holds: &overview.holds,
        harvests: &overview.harvests,
        tasks: overview.tasks,
        waiting: overview.waiting,
        limit_reached: limit_reached.filter(|_| overview.tasks.leased == 0),
        working: true,
        now,
        ..Situation::default()
    })
}

/// Whether to go on after a while.
async fn waited(every: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(every) => true,
        () = stop.cancelled() => false,
    }
}

/// Lines that renew themselves; the log goes above them.
async fn on_terminal(mut watch: Watch, stop: &CancellationToken) {
    let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    output::keep_below_the_log(Some(lines.clone()));
    let style = ProgressStyle::with_template("{spinner} {msg}").ok();
    let mut bars: HashMap<i64, ProgressBar> = HashMap::new();
    let more = ProgressBar::no_length();
    let mut more_is_shown = false;
    while waited(ON_TERMINAL, stop).await {
        let Some(shown) = watch.look().await else {
            continue;
        };
        bars.retain(|id, bar| {
            let stays = shown.iter().take(MOST_LINES).any(|(shown, _)| shown == id);
            if !stays {
                bar.finish_and_clear();
                lines.remove(bar);
            }
            stays
        });
        for (id, text) in shown.iter().take(MOST_LINES) {
            let bar = bars.entry(*id).or_insert_with(|| {
                let bar = lines.add(ProgressBar::no_length());
                if let Some(style) = &style {
                    bar.set_style(style.clone());
                }
                bar
            });
            bar.set_message(words::cut(
                text,
                output::terminal_width().saturating_sub(BESIDE_THE_LINE),
            ));
            bar.tick();
        }
        let left_out = shown.len().saturating_sub(MOST_LINES);
        if left_out > 0 {
            if !more_is_shown {
                if let Some(style) = &style {
                    more.set_style(style.clone());
                }
                lines.add(more.clone());
                more_is_shown = true;
            }
            more.set_message(format!("and {left_out} more: `gleaner status` shows all"));
            more.tick();
        } else if more_is_shown {
            more.set_message("");
            lines.remove(&more);
            more_is_shown = false;
        }
    }
    output::keep_below_the_log(None);
    // What is left of a harvest that a person watched is its summary.
    let _ = lines.clear();
}

/// Log lines; one that says what the last one said is kept back for a while.
async fn in_logs(mut watch: Watch, stop: &CancellationToken) {
    let mut said: HashMap<i64, (String, u32)> = HashMap::new();
    while waited(IN_LOGS, stop).await {
        for (id, text) in watch.look().await.unwrap_or_default() {
            let (last, kept_back) = said.entry(id).or_default();
            if text != *last || *kept_back >= REPEATED_AFTER {
                tracing::info!("{text}");
                (*last, *kept_back) = (text, 0);
            } else {
                *kept_back += 1;
            }
        }
    }
}
