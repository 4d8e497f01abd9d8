//! What an arrival meets: who is let in, what is billed, and which fault strikes.
//!
//! Everything is decided in one step, in the order of arrival, before any body is made.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::mock::calendar::Calendar;
use crate::mock::endpoints::{self, BALANCE, Endpoint};
use crate::mock::faults::FaultKind;
use crate::mock::http::Request;
use crate::mock::mischief::{Asked, Mischief};
use crate::mock::outcomes::{Outcome, status};
use crate::mock::questions::{self, Question};
use crate::mock::settings::Settings;
use crate::mock::world::World;

/// A request as it arrived, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Microseconds since the start of the upstream.
    pub at_us: u64,
    /// The path.
    pub path: String,
    /// The target: the parameters that name it, joined by a slash.
    pub target: String,
    /// The cursor, if there was one.
    pub cursor: Option<String>,
    /// The status of the answer; 0 if the connection was closed before it.
    pub status: u16,
    /// The units billed.
    pub units: i64,
    /// The name of the fault that struck, if one did.
    pub fault: Option<&'static str>,
}

/// What was decided for an arrival.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// The world of the day on which it came.
    pub(crate) world: Arc<World>,
    pub(crate) outcome: Outcome,
    pub(crate) fault: Option<FaultKind>,
    /// The price that the header names, if the answer names one.
    pub(crate) price: Option<i64>,
    pub(crate) delay: Duration,
    /// The number of the arrival: no two answers are signed alike.
    pub(crate) number: u64,
}

/// Everything that changes while an upstream runs.
#[derive(Debug)]
pub(crate) struct Desk {
    rate: Option<f64>,
    latency: (Duration, Duration),
    key: Option<String>,
    pub(crate) retired: Vec<String>,
    pub(crate) mischief: Mischief,
    pub(crate) balance: i64,
    pub(crate) meter: i64,
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) calendar: Calendar,
    window: VecDeque<Duration>,
    numbers: u64,
}

impl Desk {
    pub(crate) fn new(world: Arc<World>, settings: Settings) -> Self {
        Self {
            rate: settings.rate,
            latency: settings.latency,
            key: settings.key,
            retired: settings.retired,
            mischief: Mischief::new(world.seed(), settings.faults),
            balance: settings.balance,
            meter: 0,
            arrivals: Vec::new(),
            calendar: Calendar::new(world),
            window: VecDeque::new(),
            numbers: 0,
        }
    }

    /// Decides what an arrival meets, bills it and writes it down.
    pub(crate) fn decide(&mut self, request: &Request, now: Duration) -> Decision {
        let endpoint = endpoints::find(&request.path);
        let target = endpoint
            .and_then(|endpoint| questions::target(endpoint, &request.parameters).ok())
            .unwrap_or_default();
        let cursor = endpoint
            .and_then(|endpoint| endpoint.cursor)
            .and_then(|name| questions::parameter(&request.parameters, name))
            .map(str::to_owned);
        let outcome = self.outcome(request, endpoint, now);
        // The front, the gate and the account do not reach the parts that fail.
        let reaches = matches!(outcome, Outcome::Page(_) | Outcome::Refused(_));
        let mut delay = Duration::ZERO;
        let mut fault = None;
        if let (Some(endpoint), true) = (endpoint, reaches) {
            let asked = Asked {
                endpoint,
                target: &target,
                cursor: cursor.as_deref(),
                outcome: &outcome,
            };
            let (struck, mut draw) = self.mischief.strike(asked);
            let (least, most) = self.latency;
            delay = least + most.saturating_sub(least).mul_f64(draw.share());
            if struck == Some(FaultKind::Slow) {
                delay += self.mischief.slow();
            }
            fault = struck;
        }
        let status = status(&outcome, fault);
        let nominal = endpoint.map_or(0, |endpoint| questions::price(endpoint, &request.parameters));
        let is_billed =
            reaches && fault != Some(FaultKind::FrontRefusal) && matches!(status, 0 | 200 | 400 | 403 | 404);
        let units = if is_billed { nominal } else { 0 };
        self.meter += units;
        self.balance = (self.balance - units).max(0);
        self.numbers += 1;
        self.arrivals.push(Arrival {
            at_us: u64::try_from(now.as_micros()).unwrap_or(u64::MAX),
            path: request.path.clone(),
            target,
            cursor,
            status,
            units,
            fault: fault.map(FaultKind::name),
        });
        // The header is a list price: it also stands on answers that are not billed.
        let names_price = reaches
            && !matches!(
                fault,
                Some(FaultKind::PriceMissing | FaultKind::FrontRefusal | FaultKind::BadGateway)
            );
        Decision {
            world: self.calendar.today(),
            outcome,
            fault,
            price: names_price.then_some(nominal),
            delay,
            number: self.numbers,
        }
    }

    fn outcome(&mut self, request: &Request, endpoint: Option<&'static Endpoint>, now: Duration) -> Outcome {
        if request.user_agent.as_ref().is_none_or(String::is_empty) {
            return Outcome::NoUserAgent;
        }
        let is_known = request.key.as_ref().is_some_and(|key| match &self.key {
            Some(right) => key == right,
            None => !key.is_empty(),
        });
        if request.path == BALANCE {
            // An upstream without a limit still has to name one.
            let rate = self.rate.unwrap_or(1_000.0);
            return if is_known {
                Outcome::Balance(self.balance, rate)
            } else {
                Outcome::Unauthorized
            };
        }
        if self.is_too_fast(now) {
            return Outcome::TooFast;
        }
        if !is_known {
            return Outcome::Unauthorized;
        }
        let Some(endpoint) = endpoint else {
            return Outcome::NoSuchPath;
        };
        if self.retired.contains(&request.path) {
            return Outcome::Retired;
        }
        if self.balance <= 0 {
            return Outcome::NoFunds;
        }
        match questions::target(endpoint, &request.parameters) {
            Err(flaw) => Outcome::Flawed(flaw),
            Ok(target) => match Question::new(&mut self.calendar, endpoint, &target, &request.parameters) {
                Ok(question) => Outcome::Page(question),
                Err(refusal) => Outcome::Refused(refusal),
            },
        }
    }

    /// Whether more than the rate and one arrived in the last second, this one included.
    fn is_too_fast(&mut self, now: Duration) -> bool {
        let Some(rate) = self.rate else { return false };
        self.window.push_back(now);
        while self
            .window
            .front()
            .is_some_and(|first| *first + Duration::from_secs(1) <= now)
        {
            self.window.pop_front();
        }
        let arrivals = u32::try_from(self.window.len()).unwrap_or(u32::MAX);
        f64::from(arrivals) > rate + 1.0
    }
}
