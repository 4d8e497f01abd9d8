//! What part of the departures are retries, over the last two minutes, and how far the gate opens because of it.

use std::collections::VecDeque;
use std::time::Duration;

const WINDOW_SECONDS: u64 = 120;
/// The part that is normal trouble.
const SHARE_AT_MOST: f64 = 0.3;
/// Below so many departures a share says nothing.
const DEPARTURES_AT_LEAST: u32 = 20;
/// The interval changes by this at a time...
const STEP: f64 = 1.5;
const STRETCH_AT_MOST: f64 = 32.0;
/// ...and not again before the change can show.
const STEP_INTERVAL: Duration = Duration::from_secs(10);

/// The share of retries.
#[derive(Debug)]
pub(super) struct RetryShare {
    /// One entry for each second in which something departed, oldest first.
    seconds: VecDeque<Second>,
    stretch: f64,
    stepped_at: Duration,
    /// The part that is normal trouble.
    at_most: f64,
}

#[derive(Debug)]
struct Second {
    at: u64,
    departures: u32,
    retries: u32,
}

impl Default for RetryShare {
    fn default() -> Self {
        Self {
            seconds: VecDeque::new(),
            stretch: 1.0,
            stepped_at: Duration::ZERO,
            at_most: SHARE_AT_MOST,
        }
    }
}

impl RetryShare {
    /// Sets the part that is normal trouble.
    pub(super) fn set_at_most(&mut self, share: f64) {
        self.at_most = share;
    }

    /// By what the interval is multiplied; at least 1.
    pub(super) fn stretch(&self) -> f64 {
        self.stretch
    }

    /// Notes a departure.
    pub(super) fn record(&mut self, now: Duration, is_retry: bool) {
        let at = now.as_secs();
        if self.seconds.back().is_none_or(|second| second.at < at) {
            self.seconds.push_back(Second {
                at,
                departures: 0,
                retries: 0,
            });
        }
        if let Some(second) = self.seconds.back_mut() {
            second.departures += 1;
            second.retries += u32::from(is_retry);
        }
        while self.seconds.front().is_some_and(|second| !is_recent(second, now)) {
            self.seconds.pop_front();
        }
    }

    /// Whether the retries are too many.
    pub(super) fn is_exceeded(&self, now: Duration) -> bool {
        let recent = self.seconds.iter().filter(|second| is_recent(second, now));
        let (departures, retries) = recent.fold((0, 0), |(all, retries), second| {
            (all + second.departures, retries + second.retries)
        });
        departures >= DEPARTURES_AT_LEAST && f64::from(retries) > self.at_most * f64::from(departures)
    }

    /// Takes a step towards a longer or shorter interval, if it is time for one; true where it changed.
    pub(super) fn relax(&mut self, now: Duration) -> bool {
        if now.saturating_sub(self.stepped_at) < STEP_INTERVAL {
            return false;
        }
        let before = self.stretch;
        self.stretch = if self.is_exceeded(now) {
            self.stretch * STEP
        } else {
            self.stretch / STEP
        }
        .clamp(1.0, STRETCH_AT_MOST);
        self.stepped_at = now;
        #[expect(
            clippy::float_cmp,
            reason = "the bounds are hit exactly; anything else is a change"
        )]
        let changed = before != self.stretch;
        changed
    }
}

fn is_recent(second: &Second, now: Duration) -> bool {
    second.at + WINDOW_SECONDS > now.as_secs()
}
