//! One request: wait for its slot, send it, read the answer, report it. Exactly one send for each claim.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::backoff;
use crate::billing::{self, Settlement};
use crate::client::{Answer, Outcome};
use crate::endpoint::{Endpoint, Options, Parse};
use crate::endpoints;
use crate::engine::{Context, Stop};
use crate::kind::Kind;
use crate::store::StoreError;
use crate::store::claim::{Claim, Task};
use crate::store::holds::{Hold, Reason, Scope};
use crate::store::report::{Finished, Report};
use crate::target::Target;

/// A claimed request waits at most so long for its departure: what would wait out a pause goes back to the queue.
const LONGEST_DEPARTURE: Duration = Duration::from_secs(2);

/// Serves a claim to its end. An error is the database's: nothing more may be sent.
pub(crate) async fn serve(context: Arc<Context>, claim: Claim, slot: Duration) -> Result<(), StoreError> {
    let task = claim.task.clone();
    let ledger_id = claim.permit.ledger_id();
    // A panic must not leave the task leased for ever: the request may have left, so it counts as lost.
    let asked = tokio::spawn(ask(Arc::clone(&context), claim, slot)).await;
    let finished = asked.unwrap_or_else(|panic| {
        tracing::error!(task.id, %panic, "a worker panicked; its task is parked");
        Finished {
            ledger_id,
            settlement: Settlement::Lost(task.units),
            status: None,
            answered_at: context.clock.now(),
            body: Vec::new(),
            report: Report::Park {
                reason: "the program panicked while it worked on this page; please report it".into(),
            },
            task: task.clone(),
        }
    });
    let (ledger_id, settlement, status) = (finished.ledger_id, finished.settlement, finished.status);
    let answered_at = finished.answered_at;
    let body = finished.body.clone();
    let first = context
        .writer
        .report(Box::new(finished), context.clock.now())
        .await;
    if let Err(error) = first {
        if error.is_of_the_disk() || matches!(error, StoreError::WriterStopped) {
            return Err(error);
        }
        tracing::error!(task.id, endpoint = task.endpoint, %error, "a page could not be committed; its task is parked");
        let parked = Finished {
            task,
            ledger_id,
            settlement,
            status,
            answered_at,
            body,
            report: Report::Park {
                reason: format!("the page could not be committed: {error}"),
            },
        };
        context
            .writer
            .report(Box::new(parked), context.clock.now())
            .await?;
    }
    Ok(())
}

/// Sends the request of a claim and says what its answer means.
async fn ask(context: Arc<Context>, claim: Claim, slot: Duration) -> Finished {
    let Claim { task, permit } = claim;
    let ledger_id = permit.ledger_id();
    let Some((endpoint, target)) = endpoints::find(&task.endpoint).zip(target_of(task.kind, &task.target))
    else {
        let reason = format!("this version does not know {} for {}", task.endpoint, task.target);
        return Finished {
            ledger_id,
            settlement: Settlement::Released,
            status: None,
            answered_at: context.clock.now(),
            body: Vec::new(),
            report: Report::Park { reason },
            task,
        };
    };
    if !depart(&context, slot, task.retry).await {
        return Finished {
            ledger_id,
            settlement: Settlement::Released,
            status: None,
            answered_at: context.clock.now(),
            body: Vec::new(),
            report: again(Duration::ZERO, false, "not sent: sending stopped"),
            task,
        };
    }
    let options = Options {
        flat: context.settings.flat.contains(&task.kind),
        force: task.force,
        amount: context.settings.amount,
        variant: task.variant,
    };
    let clock = context.clock.as_ref();
    let answer = context
        .client
        .send(permit, endpoint, &target, &options, task.cursor.as_deref(), clock)
        .await;
    let settlement = billing::settle(&answer.outcome, answer.status, answer.units_header, task.units);
    let report = report_of(&context, &task, endpoint, &target, &answer);
    tracing::debug!(
        task.id,
        endpoint = endpoint.path,
        target = task.target,
        page = task.page_no,
        status = answer.status,
        outcome = answer.outcome.name(),
        took_ms = answer.took.as_millis(),
    );
    Finished {
        ledger_id,
        settlement,
        status: answer.status,
        answered_at: answer.answered_at,
        body: answer.body,
        report,
        task,
    }
}

/// Waits until the gate lets this request leave; it is asked with the same slot until it does. Says whether it left: a
/// request that would wait out a pause, or that is still here when somebody asks to stop, goes back to the queue.
async fn depart(context: &Context, slot: Duration, is_retry: bool) -> bool {
    loop {
        let now = context.clock.elapsed();
        let departed = {
            let mut gate = context.gate();
            let departed = gate.depart(slot, now);
            if departed.is_ok() {
                gate.record(now, is_retry);
            }
            departed
        };
        let wait = match departed {
            Ok(()) => return true,
            Err(later) => later.saturating_sub(now),
        };
        if wait > LONGEST_DEPARTURE || context.stopped().is_some() {
            return false;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = context.shutdown.asked() => return false,
        }
    }
}

fn report_of(
    context: &Context,
    task: &Task,
    endpoint: &'static Endpoint,
    target: &Target,
    answer: &Answer,
) -> Report {
    if answer.outcome.is_answer() && answer.outcome != Outcome::Blocked {
        context.health().answered();
    }
    match &answer.outcome {
        Outcome::Page => {
            context.gate().answered_well();
            parsed(context, task, endpoint, target, &answer.body)
        }
        Outcome::NotAPage { reason } => unusable(context, task, reason.clone()),
        Outcome::TooLarge => park("the body is larger than upstream.max_body allows"),
        Outcome::RateLimited { wait } => {
            let now = context.clock.elapsed();
            context.gate().rate_limited(now, *wait);
            tracing::warn!(
                wait_s = wait.as_secs_f64(),
                "the upstream says that we are too fast"
            );
            again(*wait, false, "rate limited")
        }
        Outcome::Retry { reason } => again(backoff_of(context, task.attempts), is_at_fault(context), reason),
        Outcome::Redirected { same_origin: true } => again(
            backoff_of(context, task.attempts),
            is_at_fault(context),
            "redirected",
        ),
        Outcome::Redirected { same_origin: false } => {
            park("the upstream redirects elsewhere; it was not followed")
        }
        Outcome::Unauthorized => {
            context.stop(Stop::Unauthorized);
            Report::Held(hold(
                context,
                Reason::Unauthorized,
                "the upstream refuses the key (401)",
                None,
            ))
        }
        Outcome::OutOfFunds => Report::Held(hold(
            context,
            Reason::NoFunds,
            "the account is out of units (402)",
            None,
        )),
        Outcome::Private => Report::Private,
        Outcome::NotFound => Report::NotFound,
        Outcome::Retired => Report::Retired,
        Outcome::BadRequest { reason } => Report::BadRequest {
            reason: reason.clone(),
        },
        Outcome::Refused { reason } => park(reason),
        Outcome::Blocked => blocked(context),
        Outcome::NeverSent { reason } => unanswered(
            context,
            task,
            reason,
            again(backoff_of(context, 0), false, reason),
        ),
        // A kept connection that had gone stale does this once; one that does it again is trouble.
        Outcome::Reset { reason } if task.resets == 0 => {
            let reset = Report::Reset {
                reason: reason.clone(),
            };
            unanswered(context, task, reason, reset)
        }
        Outcome::Reset { reason } | Outcome::Lost { reason } => unanswered(
            context,
            task,
            reason,
            again(backoff_of(context, task.attempts), is_at_fault(context), reason),
        ),
    }
}

/// Whether a failure counts against its page: when much fails, the upstream is at fault.
fn is_at_fault(context: &Context) -> bool {
    !context.gate().retries_exceeded(context.clock.elapsed())
}

/// Reads the body. A parser that panics is our fault: the paid body is kept with its parked task.
fn parsed(context: &Context, task: &Task, endpoint: &Endpoint, target: &Target, body: &[u8]) -> Report {
    let Parse::Page(parse) = endpoint.parse else {
        return park("this endpoint has no pages");
    };
    match catch_unwind(AssertUnwindSafe(|| parse(body, target))) {
        Ok(Ok(page)) => Report::Page(Box::new(page)),
        Ok(Err(error)) => unusable(context, task, error.to_string()),
        Err(_) => park("the parser panicked on this body; please report it"),
    }
}

fn unusable(context: &Context, task: &Task, reason: String) -> Report {
    tracing::warn!(
        task.id,
        endpoint = task.endpoint,
        reason,
        "a paid answer is no page"
    );
    Report::Unusable {
        wait: backoff_of(context, task.attempts),
        reason,
    }
}

fn unanswered(context: &Context, task: &Task, reason: &str, otherwise: Report) -> Report {
    let in_a_row = context.health().unanswered();
    if in_a_row < context.settings.outage_after {
        // Where nobody else was answered in between, it is not this page's fault.
        return match otherwise {
            Report::Again { wait, reason, .. } if in_a_row > 1 => again(wait, false, &reason),
            report => report,
        };
    }
    tracing::warn!(
        task.id,
        in_a_row,
        reason,
        "nobody answers; one request a time probes"
    );
    let detail = format!("nobody answers: {reason}");
    Report::Held(hold(
        context,
        Reason::Outage,
        &detail,
        Some(context.settings.outage_probe),
    ))
}

fn blocked(context: &Context) -> Report {
    let in_a_row = context
        .health()
        .blocked(context.clock.elapsed(), context.settings.blocked_pause);
    let last = in_a_row >= context.settings.blocked_stop_after;
    if last {
        context.stop(Stop::Blocked);
    }
    let detail = "the upstream's front refuses this client (error code: 1010)";
    let pause = (!last).then_some(context.settings.blocked_pause);
    Report::Held(hold(context, Reason::Blocked, detail, pause))
}

fn hold(context: &Context, reason: Reason, detail: &str, pause: Option<Duration>) -> Hold {
    let since = context.clock.now();
    let until = pause.map(|pause| since.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)));
    Hold {
        scope: Scope::All,
        reason,
        detail: detail.into(),
        since,
        until,
    }
}

fn again(wait: Duration, counted: bool, reason: &str) -> Report {
    Report::Again {
        wait,
        counted,
        reason: reason.into(),
    }
}

fn park(reason: &str) -> Report {
    Report::Park {
        reason: reason.into(),
    }
}

fn backoff_of(context: &Context, attempts: i64) -> Duration {
    let attempt = u32::try_from(attempts).unwrap_or(u32::MAX).saturating_add(1);
    backoff::delay(
        attempt,
        &mut fastrand::Rng::new(),
        &context.settings.policy.retry.backoff,
    )
}

fn target_of(kind: Kind, text: &str) -> Option<Target> {
    Target::parse(kind, text)
}
