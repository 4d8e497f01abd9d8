//! The dispatcher: slots from the gate first, then claims, then one worker for each.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::engine::{Context, Stop, worker};
use crate::store::StoreError;
use crate::store::claim::{Claimed, For, Idle};
use crate::store::limits::Refusal;

/// How far ahead slots are taken at least: one claim transaction serves all of them at high rates...
const LEAST_LEAD: Duration = Duration::from_millis(5);
/// ...and at most: what is claimed waits so long for its slot, and is lost if the process dies meanwhile.
const MOST_LEAD: Duration = Duration::from_millis(100);
/// How many intervals ahead, between the two: a claim that waits for the disk must not cost its slot.
const LEAD_INTERVALS: f64 = 2.0;
/// How often an idle dispatcher looks for work that another process queued.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// So many times as long as looking for what is due took passes before the next look.
const REST: u32 = 20;

/// What an engine works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every harvest in the file, and whatever is added: the daemon.
    Daemon,
    /// One harvest, until it has nothing left to do.
    Harvest(i64),
}

/// Dispatches until the mode's work is done or somebody asks to stop; then waits for what is in flight.
pub(crate) async fn run(context: Arc<Context>, mode: Mode) -> anyhow::Result<Stop> {
    let free = Arc::new(Semaphore::new(context.settings.workers));
    let mut serving: JoinSet<Result<(), StoreError>> = JoinSet::new();
    let mut look_at = Duration::ZERO;
    let mut told = None;
    let stop = loop {
        while let Some(served) = serving.try_join_next() {
            served??;
        }
        if let Some(stop) = context.stopped() {
            break stop;
        }
        if context.shutdown.is_asked() {
            break Stop::Asked;
        }
        // On its own time, so that a long harvest does not keep others from reading again what is due.
        let now = context.clock.elapsed();
        if mode == Mode::Daemon && now >= look_at {
            context.writer.start_due(context.clock.now()).await?;
            // Where very much is due, looking takes long, and nothing is sent meanwhile.
            let took = context.clock.elapsed().saturating_sub(now);
            look_at = now + LOOK_EVERY.max(took * REST);
        }
        match step(&context, mode, &free, &mut serving, &mut told).await? {
            Step::Sent => told = None,
            Step::Stop(reason) => break reason,
            Step::Idle(wait) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = context.stirred.notified() => {}
                    () = context.shutdown.asked() => {}
                }
            }
        }
    };
    while let Some(served) = serving.join_next().await {
        served??;
    }
    // What ended in the meantime may say more than the request to stop.
    Ok(context.stopped().filter(|_| stop == Stop::Asked).unwrap_or(stop))
}

enum Step {
    Sent,
    Idle(Duration),
    Stop(Stop),
}

async fn step(
    context: &Arc<Context>,
    mode: Mode,
    free: &Arc<Semaphore>,
    serving: &mut JoinSet<Result<(), StoreError>>,
    told: &mut Option<String>,
) -> anyhow::Result<Step> {
    let now = context.clock.elapsed();
    let (next_slot, lead) = {
        let gate = context.gate();
        (gate.next_at(now), lead(gate.rate()))
    };
    if next_slot > now + lead {
        return Ok(Step::Idle(next_slot.saturating_sub(now + lead)));
    }
    let idle_workers = free.available_permits();
    if idle_workers == 0 {
        return Ok(Step::Idle(LOOK_EVERY));
    }
    let slots = context.gate().take(now, lead, idle_workers);
    if slots.is_empty() {
        return Ok(Step::Idle(Duration::from_millis(1)));
    }
    let for_whom = match mode {
        Mode::Daemon => For::All,
        Mode::Harvest(id) => For::Harvest(id),
    };
    let claimed = context
        .writer
        .claim(for_whom, slots.len(), context.clock.now())
        .await?;
    context.gate().give_back(slots.len() - claimed.claims.len());
    if claimed.claims.is_empty() {
        if mode == Mode::Daemon && serving.is_empty() {
            tell(claimed.refusal.as_ref(), told);
        }
        return Ok(idle(context, mode, &claimed, serving.is_empty()));
    }
    for (claim, slot) in claimed.claims.into_iter().zip(slots) {
        let Ok(place) = Arc::clone(free).try_acquire_owned() else {
            unreachable!("only the dispatcher takes places, and it took no more than there are");
        };
        let (context, stirred) = (Arc::clone(context), Arc::clone(context));
        serving.spawn(async move {
            let served = worker::serve(context, claim, slot).await;
            // The place first: whoever is woken looks for a free one.
            drop(place);
            stirred.stirred.notify_one();
            served
        });
    }
    Ok(Step::Sent)
}

/// Says once which limit a daemon waits for.
fn tell(refusal: Option<&Refusal>, told: &mut Option<String>) {
    if let Some(refusal) = refusal
        && told.as_deref() != Some(refusal.name())
    {
        tracing::warn!("{refusal}");
        *told = Some(refusal.name().to_owned());
    }
}

/// How long before its slot a request is claimed, at so many requests a second.
fn lead(rate: f64) -> Duration {
    Duration::try_from_secs_f64(LEAD_INTERVALS / rate)
        .unwrap_or(MOST_LEAD)
        .clamp(LEAST_LEAD, MOST_LEAD)
}

/// Nothing could be claimed: is there nothing left, is it not allowed, or is it only not yet time?
fn idle(context: &Arc<Context>, mode: Mode, claimed: &Claimed, nothing_in_flight: bool) -> Step {
    if nothing_in_flight && let (Mode::Harvest(_), Some(idle)) = (mode, claimed.idle) {
        return Step::Stop(match idle {
            Idle::Finished => Stop::Finished,
            Idle::NoFunds => Stop::NoFunds,
            Idle::OverBudget => Stop::Budget,
            Idle::Held => Stop::Held,
        });
    }
    let until_due = claimed
        .next_due
        .map(|due| due.saturating_sub(context.clock.now()));
    let until_due = until_due.map_or(LOOK_EVERY, |ms| {
        Duration::from_millis(u64::try_from(ms).unwrap_or(0))
    });
    Step::Idle(until_due.clamp(Duration::from_millis(5), LOOK_EVERY))
}
