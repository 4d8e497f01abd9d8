//! What the gate promises of every second, whatever happens.

use std::time::Duration;

use proptest::prelude::*;

use super::{NONE, START, gate, ms};
use crate::rate_gate::RateGate;

/// The most times in any window of one second.
fn most_in_a_second(times: &[Duration]) -> usize {
    let mut times = times.to_vec();
    times.sort_unstable();
    let before = |end: Duration| times.partition_point(|&at| at < end);
    let from_each = times
        .iter()
        .enumerate()
        .map(|(index, &from)| before(from + ms(1_000)) - index);
    from_each.max().unwrap_or(0)
}

fn count(times: usize) -> f64 {
    f64::from(u32::try_from(times).unwrap())
}

fn mean_rate(times: &[Duration]) -> f64 {
    count(times.len() - 1) / times[times.len() - 1].saturating_sub(times[0]).as_secs_f64()
}

/// Takes one slot after another, each when the one before is due and a timer `late`.
fn one_by_one(gate: &mut RateGate, sends: usize, mut late: impl FnMut() -> Duration) -> Vec<Duration> {
    let mut now = START;
    (0..sends)
        .map(|_| {
            now = gate.next_at(now) + late();
            let slots = gate.take(now, NONE, 1);
            assert_eq!(gate.depart(slots[0], now), Ok(()));
            now
        })
        .collect()
}

/// What can happen to a gate.
#[derive(Clone, Debug)]
enum Event {
    /// Time passes, and slots are taken.
    Take {
        later: u64,
        horizon: u64,
        at_most: usize,
        unused: usize,
    },
    /// Time passes while nobody looks.
    Stall { later: u64 },
    /// The upstream complains.
    Limited { wait: u64 },
    /// A good answer came.
    Good,
    /// A departure is noted.
    Record { is_retry: bool },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0..200_u64, 0..500_u64, 0..20_usize, 0..20_usize)
            .prop_map(|(later, horizon, at_most, unused)| Event::Take { later, horizon, at_most, unused }),
        1 => (0..5_000_u64).prop_map(|later| Event::Stall { later }),
        1 => (0..3_000_u64).prop_map(|wait| Event::Limited { wait }),
        1 => Just(Event::Good),
        1 => any::<bool>().prop_map(|is_retry| Event::Record { is_retry }),
    ]
}

/// Runs events through a gate; returns the slots that were not given back.
fn slots_of(gate: &mut RateGate, events: &[Event]) -> Vec<Duration> {
    let mut now = START;
    let mut slots = Vec::new();
    for event in events {
        match *event {
            Event::Take {
                later,
                horizon,
                at_most,
                unused,
            } => {
                now += ms(later);
                let mut taken = gate.take(now, ms(horizon), at_most);
                let unused = unused.min(taken.len());
                gate.give_back(unused);
                taken.truncate(taken.len() - unused);
                slots.extend(taken);
            }
            Event::Stall { later } => now += ms(later),
            Event::Limited { wait } => gate.rate_limited(now, ms(wait)),
            Event::Good => gate.answered_well(),
            Event::Record { is_retry } => gate.record(now, is_retry),
        }
    }
    slots
}

/// The departures of four seconds in which up to a hundred sends wait, each for a timer that fires up to so late.
fn departures(rate: u32, late_ms: u64, seed: u64) -> Vec<Duration> {
    let mut gate = gate(f64::from(rate));
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut timer = |at: Duration| at + Duration::from_micros(rng.u64(0..=late_ms * 1_000));
    // When the timer of a send fires, and its slot.
    let mut waiting: Vec<(Duration, Duration)> = Vec::new();
    let mut departures = Vec::new();
    for now in (0..4_000).map(|at| START + ms(at)) {
        let room = 100_usize.saturating_sub(waiting.len());
        waiting.extend(
            gate.take(now, ms(50), room)
                .into_iter()
                .map(|slot| (timer(slot), slot)),
        );
        for (fires_at, slot) in std::mem::take(&mut waiting) {
            if fires_at > now {
                waiting.push((fires_at, slot));
            } else if let Err(again) = gate.depart(slot, now) {
                waiting.push((timer(again), slot));
            } else {
                departures.push(now);
            }
        }
    }
    departures
}

proptest! {
    #[test]
    fn no_second_has_more_slots_than_the_rate_and_one(
        rate in 0.1_f64..60.0, events in prop::collection::vec(event(), 1..150),
    ) {
        let mut gate = gate(rate);
        let slots = slots_of(&mut gate, &events);
        let most = most_in_a_second(&slots);
        prop_assert!(count(most) <= rate.ceil() + 1.0, "{} slots in a second", most);
        prop_assert!(slots.is_sorted());
    }

    #[test]
    fn no_second_has_more_departures_than_the_rate_and_one_however_late_timers_fire(
        rate in 1_u32..1_000,
        seed: u64,
        late_ms in prop::sample::select(vec![0_u64, 5, 15, 40, 400, 2_000]),
    ) {
        let departures = departures(rate, late_ms, seed);
        let most = most_in_a_second(&departures);
        prop_assert!(most <= rate as usize + 1, "{} departures in a second", most);
        prop_assert!(!departures.is_empty());
    }

    #[test]
    fn departures_hold_the_rate_although_timers_fire_late(rate in 10_u32..1_000, seed: u64) {
        let mean = mean_rate(&departures(rate, 15, seed));
        prop_assert!(mean >= 0.98 * f64::from(rate), "{} instead of {}", mean, rate);
    }

    #[test]
    fn the_mean_rate_holds_although_timers_fire_late(rate in 1_u32..=25, seed: u64) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let sends = 400;
        let times = one_by_one(&mut gate(f64::from(rate)), sends, || ms(rng.u64(0..=15)));
        let mean = mean_rate(&times);
        prop_assert!(mean >= 0.99 * f64::from(rate), "{} instead of {}", mean, rate);
        prop_assert!(most_in_a_second(&times) <= rate as usize + 1);
    }

    #[test]
    fn no_stall_ends_in_a_burst(stall_ms in 0_u64..100_000, before in 0_usize..30) {
        let mut gate = gate(15.0);
        let mut times = one_by_one(&mut gate, before, || NONE);
        let mut now = times.last().copied().unwrap_or(START) + ms(stall_ms);
        for _ in 0..30 {
            now = gate.next_at(now);
            times.extend(gate.take(now, NONE, 5));
        }
        prop_assert!(most_in_a_second(&times) <= 16);
        prop_assert!(times.windows(2).all(|pair| pair[1].saturating_sub(pair[0]) >= ms(33)));
    }

    #[test]
    fn a_higher_rate_is_kept_too_where_slots_are_taken_ahead(rate in 26_u32..1_000, seed: u64) {
        let mut gate = gate(f64::from(rate));
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut now = START;
        let mut slots = Vec::new();
        while now < START + ms(10_000) {
            slots.extend(gate.take(now, ms(100), usize::MAX));
            now += ms(50 + rng.u64(0..=15));
        }
        let mean = mean_rate(&slots);
        prop_assert!(mean >= 0.99 * f64::from(rate), "{} instead of {}", mean, rate);
    }
}
