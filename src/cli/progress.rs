//! Progress while a harvest runs: one line that renews itself on a terminal, a plain log line now and then elsewhere.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::arguments::Common;
use super::output;
use crate::clock::Clock;
use crate::store::Database;
use crate::store::progress::{self, HarvestView, Overview};
use crate::why::{self, Situation};

const ON_TERMINAL: Duration = Duration::from_millis(500);
const IN_LOGS: Duration = Duration::from_secs(10);

/// In a log a line that says what the last one said is kept back so many times.
const REPEATED_AFTER: u32 = 30;

/// Progress that goes on until it is finished.
pub(super) struct Progress {
    stop: CancellationToken,
    showing: JoinHandle<()>,
}

impl Progress {
    /// Shows the progress of one harvest, or of all.
    pub(super) fn start(
        database: &Database,
        harvest: Option<i64>,
        common: &Common,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let stop = CancellationToken::new();
        let terminal = std::io::stderr().is_terminal() && !common.json;
        let silent = common.quiet || (common.json && !terminal);
        let shown = show(database.clone(), harvest, clock, terminal, stop.clone());
        let showing = tokio::spawn(async move {
            if !silent {
                shown.await;
            }
        });
        Self { stop, showing }
    }

    /// Takes the line away.
    pub(super) async fn finish(self) {
        self.stop.cancel();
        // Progress is only shown: whatever ended it, the harvest is what counts.
        let _ = self.showing.await;
    }
}

async fn show(
    database: Database,
    harvest: Option<i64>,
    clock: Arc<dyn Clock>,
    terminal: bool,
    stop: CancellationToken,
) {
    let every = if terminal { ON_TERMINAL } else { IN_LOGS };
    let target = if terminal {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    if terminal {
        output::keep_below_the_log(Some(bar.clone()));
    }
    let mut before: Option<(Duration, i64)> = None;
    let (mut said, mut kept_back) = (String::new(), 0);
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => break,
        }
        let Ok(overview) = progress::overview(database.readers(), clock.now()).await else {
            continue;
        };
        let pages = total(&overview, harvest, |kind| kind.pages);
        let elapsed = clock.elapsed();
        let rate = before.map(|(then, pages_then)| {
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let fetched = (pages - pages_then) as f64;
            fetched / elapsed.saturating_sub(then).as_secs_f64().max(0.001)
        });
        before = Some((elapsed, pages));
        let text = line_of(&overview, harvest, rate, clock.now());
        if terminal {
            bar.set_message(text);
            bar.tick();
        } else if text != said || kept_back >= REPEATED_AFTER {
            tracing::info!("{text}");
            (said, kept_back) = (text, 0);
        } else {
            kept_back += 1;
        }
    }
    output::keep_below_the_log(None);
    bar.finish_and_clear();
}

fn total(overview: &Overview, harvest: Option<i64>, of: impl Fn(&progress::KindView) -> i64) -> i64 {
    overview
        .harvests
        .iter()
        .filter(|view| harvest.is_none_or(|id| view.id == id))
        .flat_map(|view| &view.kinds)
        .map(of)
        .sum()
}

/// Everything that moves, in one line.
fn line_of(overview: &Overview, harvest: Option<i64>, rate: Option<f64>, now: i64) -> String {
    let lists = total(overview, harvest, |kind| kind.lists);
    let open = total(overview, harvest, |kind| kind.open);
    let rate = rate.filter(|rate| *rate >= 0.05);
    let speed = rate.map_or_else(String::new, |rate| format!(", {rate:.1} pages/s"));
    let situation = Situation {
        holds: &overview.holds,
        harvests: &overview.harvests,
        tasks: overview.tasks,
        working: true,
        now,
        ..Situation::default()
    };
    let why = why::sentence(&situation).filter(|_| open > 0);
    let why = why.map_or_else(String::new, |why| format!(" - {why}"));
    format!(
        "{} of {} lists done, {} pages, {} items, {} units{speed}{}{why}",
        output::number(lists - open),
        output::number(lists),
        output::number(total(overview, harvest, |kind| kind.pages)),
        output::number(total(overview, harvest, |kind| kind.items)),
        output::number(spent(overview, harvest)),
        left(overview, harvest, rate),
    )
}

fn spent(overview: &Overview, harvest: Option<i64>) -> i64 {
    let of = |id| overview.harvests.iter().find(|view| view.id == id);
    harvest.map_or(overview.spent.total(), |id| of(id).map_or(0, |view| view.units))
}

/// What the lists under way still need, as far as their counters tell: what they show may open more.
fn left(overview: &Overview, harvest: Option<i64>, rate: Option<f64>) -> String {
    let pages = total(overview, harvest, pages_left);
    let units = total(overview, harvest, |kind| {
        let each = (kind.units + kind.pages - 1) / kind.pages.max(1);
        pages_left(kind) * each.max(1)
    });
    if pages == 0 {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    let time = rate.and_then(|rate| Duration::try_from_secs_f64(pages as f64 / rate).ok());
    let time = time.map_or_else(String::new, |time| format!(", {}", output::wait(time)));
    format!(
        "; left, as far as known: {}{time}",
        output::count(units, "unit", "units")
    )
}

/// At least a page for each list under way, and what the counters promise at the size of the pages so far.
fn pages_left(kind: &progress::KindView) -> i64 {
    let page = (kind.items / kind.pages.max(1)).max(1);
    let page = if kind.items == 0 { 25 } else { page };
    kind.open.max(kind.items_left / page)
}

/// A harvest's lists by kind.
pub(super) fn table_of(harvest: &HarvestView) -> String {
    let rows = harvest.kinds.iter().map(|kind| {
        let mut verdicts: Vec<String> = kind
            .verdicts
            .iter()
            .map(|(verdict, lists)| format!("{} {verdict}", output::number(*lists)))
            .collect();
        if kind.open > 0 {
            verdicts.push(format!("{} under way", output::number(kind.open)));
        }
        if kind.parked > 0 {
            verdicts.push(format!("{} parked", output::number(kind.parked)));
        }
        vec![
            kind.kind.clone(),
            output::number(kind.lists),
            output::number(kind.pages),
            output::number(kind.items),
            output::number(kind.units),
            verdicts.join(", "),
        ]
    });
    output::table(&["kind", "lists", "pages", "items", "units", "verdicts"], rows)
}
