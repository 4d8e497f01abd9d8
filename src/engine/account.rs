//! The account: how fast it may ask, and whether there is anything left to ask with. Its balance is free.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::client::Outcome;
use crate::endpoint::{Balance, Parse};
use crate::endpoints;
use crate::engine::{Context, Mode, Stop};

/// Requests a second where the account does not say.
const DEFAULT_RATE: f64 = 15.0;
/// How often the balance is read while all is well.
const EVERY: Duration = Duration::from_mins(10);
/// How soon it is read again when it did not come.
const AGAIN: Duration = Duration::from_secs(10);

/// Reads the balance now and then until the engine stops.
pub(crate) fn start(context: Arc<Context>, mode: Mode, tracker: &TaskTracker) -> JoinHandle<()> {
    tracker.spawn(async move {
        while !context.shutdown.is_asked() {
            let wait = step(&context, mode).await;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = context.shutdown.asked() => {}
            }
        }
    })
}

/// Reads the balance once; says when to read it again.
async fn step(context: &Context, mode: Mode) -> Duration {
    let answer = context.client.balance(context.clock.as_ref()).await;
    let poll = context.settings.funds_poll;
    if answer.outcome == Outcome::Unauthorized {
        context.stop(Stop::Unauthorized);
        return poll;
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
        return AGAIN.min(poll);
    };
    apply(context, balance);
    if let Err(error) = context.writer.balance(balance, context.clock.now()).await {
        tracing::warn!(%error, "the balance could not be kept");
    }
    context.stirred.notify_one();
    if balance.units_left > 0 {
        return EVERY.min(poll);
    }
    if matches!(mode, Mode::Harvest(_)) {
        context.stop(Stop::NoFunds);
    }
    poll
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
