//! When the next request may leave: pure arithmetic on the time since the process started.
//!
//! Slots are spaced one interval apart. The scheduler takes slots first ([`RateGate::take`]), claims that many tasks
//! and gives back what it cannot use; each send waits for its slot and passes [`RateGate::depart`] as the last thing
//! before its first byte: that keeps what really leaves apart, so that a stall between the two never becomes a burst.

mod retry_share;
mod slowdown;

use std::collections::VecDeque;
use std::time::Duration;

use retry_share::RetryShare;
use slowdown::Slowdown;

/// Requests a second until the upstream has said what the plan allows.
const FIRST_RATE: f64 = 1.0;
/// The rates that are believed: one request an hour to ten thousand a second.
const RATES: std::ops::RangeInclusive<f64> = 1.0 / 3_600.0..=10_000.0;
/// However slow the gate gets by itself, it lets one request a minute through to see whether things are better.
const INTERVAL_AT_MOST: Duration = Duration::from_mins(1);
/// How late a timer may fire without costing anything: a schedule that is behind by less catches up.
const LATENESS: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);

/// The gate that every request passes.
#[derive(Debug)]
pub struct RateGate {
    rate: f64,
    slowdown: Slowdown,
    retries: RetryShare,
    /// When the next slot is due.
    next: Duration,
    /// When the next departure is due; behind `next` by the slots that are taken and not yet used.
    clear_at: Duration,
    /// The interval that both were computed with.
    interval: Duration,
    /// Slots of the last take that can still be given back.
    returnable: u32,
    paused_until: Duration,
    /// The departures of the last second.
    departures: VecDeque<Duration>,
}

impl RateGate {
    /// A gate that takes up where the last send, if there was one, left off: so long ago, by the ledger.
    pub fn resume(last_sent_ago: Option<Duration>, now: Duration) -> Self {
        let interval = Duration::from_secs_f64(1.0 / FIRST_RATE);
        let next = last_sent_ago.map_or(now, |ago| (now + interval).saturating_sub(ago).max(now));
        Self {
            rate: FIRST_RATE,
            slowdown: Slowdown::default(),
            retries: RetryShare::default(),
            next,
            clear_at: next,
            interval,
            returnable: 0,
            paused_until: Duration::ZERO,
            departures: VecDeque::new(),
        }
    }

    /// Sets the part of the departures that may be retries before the gate slows down.
    pub fn set_retry_share(&mut self, share: f64) {
        self.retries.set_at_most(share);
    }

    /// Sets the requests a second that are allowed. What is no rate changes nothing.
    pub fn set_rate(&mut self, rate: f64) {
        if rate.is_finite() && rate > 0.0 {
            self.rate = rate.clamp(*RATES.start(), *RATES.end());
            self.respace();
        }
    }

    /// The requests a second that leave at most as things are: the allowed rate, slowed down where it must be.
    pub fn rate(&self) -> f64 {
        1.0 / self.interval.as_secs_f64()
    }

    /// Takes the slots between `now` and `horizon` later, `at_most` so many. Each ends in [`RateGate::depart`] or is
    /// given back.
    pub fn take(&mut self, now: Duration, horizon: Duration, at_most: usize) -> Vec<Duration> {
        self.relax(now);
        let mut slots = Vec::new();
        while slots.len() < at_most && self.next_at(now) <= now + horizon {
            slots.push(self.allot(now));
        }
        if let Ok(taken @ 1..) = u32::try_from(slots.len()) {
            self.returnable = taken;
        }
        slots
    }

    /// Gives back the last `unused` slots of the last take. It is too late, and the slots stay empty, once the
    /// schedule has moved for another reason.
    pub fn give_back(&mut self, unused: usize) {
        let slots = u32::try_from(unused).unwrap_or(u32::MAX).min(self.returnable);
        self.returnable -= slots;
        self.next = self.next.saturating_sub(self.interval * slots);
    }

    /// Asks to leave in `slot`. `Err` is when to ask again, for the same slot; `Ok` is a departure.
    ///
    /// Who comes late leaves as soon as the departures before allow it, so nobody waits for ever; the slots that are
    /// still to be taken move back to make room for it.
    pub fn depart(&mut self, slot: Duration, now: Duration) -> Result<(), Duration> {
        let clear_at = self.clear_at.max(self.paused_until).max(slot);
        if now < clear_at {
            return Err(clear_at);
        }
        while self
            .departures
            .front()
            .is_some_and(|&departure| now.saturating_sub(departure) >= SECOND)
        {
            self.departures.pop_front();
        }
        // At the rates that are sold the spacing keeps to this by itself; at higher ones late timers bunch up.
        if let Some(&first) = self
            .departures
            .front()
            .filter(|_| self.departures.len() >= self.departures_a_second())
        {
            return Err(first + SECOND);
        }
        self.departures.push_back(now);
        self.clear_at = self.clear_at.max(now.saturating_sub(LATENESS)) + self.interval;
        let lateness = now.saturating_sub(slot);
        if lateness > LATENESS {
            self.next = self.due(now) + lateness.min(self.interval);
            self.returnable = 0;
        }
        Ok(())
    }

    /// When a slot can be taken next: `now` or later.
    pub fn next_at(&self, now: Duration) -> Duration {
        self.due(now).max(now)
    }

    /// The upstream wants a pause of `wait`: nothing leaves before its end, and the rate halves. Answers to requests
    /// that left before the pause only prolong it.
    pub fn rate_limited(&mut self, now: Duration, wait: Duration) {
        let is_new = now >= self.paused_until;
        self.paused_until = self.paused_until.max(now.saturating_add(wait));
        self.returnable = 0;
        if is_new && self.interval < INTERVAL_AT_MOST {
            self.slowdown.halve();
            self.respace();
        }
    }

    /// A good answer came: after some of them the rate recovers by a step.
    pub fn answered_well(&mut self) {
        if self.slowdown.answered_well(self.rate()) {
            self.respace();
        }
    }

    /// Notes a departure for the share of retries. Where they are too many, the interval grows step by step, and
    /// shrinks again when they are few.
    pub fn record(&mut self, now: Duration, is_retry: bool) {
        self.retries.record(now, is_retry);
        self.relax(now);
    }

    /// Whether more of the departures of the last two minutes were retries than is normal.
    pub fn retries_exceeded(&self, now: Duration) -> bool {
        self.retries.is_exceeded(now)
    }

    /// Until when the upstream wants no request, if it still does.
    pub fn paused_until(&self, now: Duration) -> Option<Duration> {
        Some(self.paused_until).filter(|&until| until > now)
    }

    /// The place of the next slot in the schedule. It can lie before `now` by as much as is caught up: so the mean
    /// rate holds although timers fire late, and half an interval stays between any two.
    fn due(&self, now: Duration) -> Duration {
        let caught_up = (self.interval / 2).min(LATENESS);
        self.next
            .max(now.saturating_sub(caught_up))
            .max(self.paused_until)
    }

    fn allot(&mut self, now: Duration) -> Duration {
        let due = self.due(now);
        self.next = due + self.interval;
        due.max(now)
    }

    fn relax(&mut self, now: Duration) {
        if self.retries.relax(now) {
            self.respace();
        }
    }

    /// Moves what is due to where it would be, had the interval always been the one of now.
    fn respace(&mut self) {
        let allowed = Duration::from_secs_f64(1.0 / self.rate);
        let slowed = allowed.mul_f64(self.slowdown.factor() * self.retries.stretch());
        let interval = slowed.min(allowed.max(INTERVAL_AT_MOST));
        if interval != self.interval {
            self.next = (self.next + interval).saturating_sub(self.interval);
            self.clear_at = (self.clear_at + interval).saturating_sub(self.interval);
            self.interval = interval;
            self.returnable = 0;
        }
    }

    fn departures_a_second(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is between 0 and 10,000"
        )]
        let whole = self.rate.ceil() as usize;
        whole + 1
    }
}

#[cfg(test)]
mod tests;
