//! The account: how fast it may ask, whether there is anything left to ask with, and whether it agrees with the ledger.
//! Its balance is free.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::client::Outcome;
use crate::endpoint::{Balance, Parse};
use crate::endpoints;
use crate::engine::{Context, Mode, Stop};
use crate::store::balance::{Finding, Reconciled};
use crate::store::holds::{Hold, Reason, Scope};

/// Requests a second where the account does not say.
const DEFAULT_RATE: f64 = 15.0;
/// How often the balance is read while all is well.
const EVERY: Duration = Duration::from_mins(10);
/// How soon it is read again when it did not come.
const AGAIN: Duration = Duration::from_secs(10);
/// How long the first request waits for it: with nothing in flight the account and the ledger can be compared to the
/// unit, and until its rate is known only one request a second could leave anyway.
const FIRST: Duration = Duration::from_secs(1);
/// How long a run that has ended waits for it.
const LAST: Duration = Duration::from_secs(3);

/// Reads the balance now and then until the engine stops.
pub(crate) fn start(context: Arc<Context>, mode: Mode, tracker: &TaskTracker) -> JoinHandle<()> {
    tracker.spawn(async move {
        while !context.shutdown.is_asked() {
            let wait = step(&context, mode).await;
            context.account_was_asked.notify_one();
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = context.shutdown.asked() => {}
            }
        }
    })
}

/// Waits for the first balance, but not for long.
pub(crate) async fn first(context: &Context) {
    tokio::select! {
        () = context.account_was_asked.notified() => {}
        () = tokio::time::sleep(FIRST) => {}
        () = context.shutdown.asked() => {}
    }
}

/// Reads the balance once more when nothing is in flight any more, so that short runs are compared as well.
pub(crate) async fn last(context: &Context, stop: &anyhow::Result<Stop>) {
    let answers = match stop {
        Ok(Stop::Finished | Stop::Asked | Stop::Budget | Stop::NoFunds | Stop::Held) => true,
        Ok(Stop::Unauthorized | Stop::Blocked) | Err(_) => false,
    };
    if !answers || !context.writer.balance_is_behind().await.unwrap_or(false) {
        return;
    }
    if tokio::time::timeout(LAST, look(context)).await.is_err() {
        tracing::debug!("the balance did not come in time; the next run compares it");
    }
}

/// Reads the balance once; says when to read it again.
async fn step(context: &Context, mode: Mode) -> Duration {
    let poll = context.settings.funds_poll;
    let balance = match look(context).await {
        Looked::Balance(balance) => balance,
        Looked::Unauthorized => {
            context.stop(Stop::Unauthorized);
            return poll;
        }
        Looked::Nothing => return AGAIN.min(poll),
    };
    apply(context, balance);
    context.stirred.notify_one();
    if balance.units_left > 0 {
        return EVERY.min(poll);
    }
    if matches!(mode, Mode::Harvest(_)) {
        // What is left says why it was not asked for.
        let empty = Hold {
            scope: Scope::All,
            reason: Reason::NoFunds,
            detail: "the account is out of units".into(),
            since: context.clock.now(),
            until: None,
        };
        if let Err(error) = context.writer.hold(empty).await {
            tracing::warn!(%error, "that the account is empty could not be kept");
        }
        context.stop(Stop::NoFunds);
    }
    poll
}

enum Looked {
    Balance(Balance),
    Unauthorized,
    Nothing,
}

/// Asks for the balance, keeps it, and compares it with the ledger.
async fn look(context: &Context) -> Looked {
    let spent = context.writer.spent().await;
    let answer = context.client.balance(context.clock.as_ref()).await;
    if answer.outcome == Outcome::Unauthorized {
        return Looked::Unauthorized;
    }
    let parsed = match endpoints::balance::ENDPOINT.parse {
        Parse::Balance(parse) if answer.outcome == Outcome::Page => parse(&answer.body).ok(),
        Parse::Balance(_) | Parse::Page(_) => None,
    };
    let Some(balance) = parsed else {
        // The rate stays where it is: it is not raised on doubt.
        tracing::warn!(
            "the balance did not come, it is asked for again: {}",
            answer.outcome
        );
        return Looked::Nothing;
    };
    let kept = match spent {
        Ok(before) => context.writer.balance(balance, before, context.clock.now()).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(reconciled) => tell(reconciled),
        Err(error) => tracing::warn!(%error, "the balance could not be kept"),
    }
    Looked::Balance(balance)
}

fn tell(reconciled: Option<Reconciled>) {
    let Some(Reconciled {
        finding, difference, ..
    }) = reconciled
    else {
        return;
    };
    match finding {
        Finding::Drift => tracing::warn!(
            units = difference,
            "the account lost {difference} units that this file knows nothing of: another user of the key, another file, or \
             bills that the answers did not name; see `gleaner query drifts`"
        ),
        Finding::ToppedUp => tracing::info!("the account has more units than before: it was topped up"),
        Finding::Less => tracing::debug!(
            units = -difference,
            "the account lost fewer units than were billed; it may show them later"
        ),
        Finding::First | Finding::Agrees => {}
    }
}

fn apply(context: &Context, balance: Balance) {
    let allowed = if balance.rate > 0.0 {
        balance.rate
    } else {
        DEFAULT_RATE
    };
    let rate = context
        .settings
        .rate
        .map_or(allowed, |wanted| wanted.min(allowed));
    context.gate().set_rate(rate);
}
