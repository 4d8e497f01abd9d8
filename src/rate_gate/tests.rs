//! The gate driven through made-up times.

mod properties;

use std::time::Duration;

use super::RateGate;

const START: Duration = Duration::from_secs(5);
const NONE: Duration = Duration::ZERO;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn gate(rate: f64) -> RateGate {
    let mut gate = RateGate::resume(None, START);
    gate.set_rate(rate);
    // As after a send one interval ago: nothing to catch up.
    RateGate {
        next: START,
        clear_at: START,
        ..gate
    }
}

#[test]
fn a_new_gate_lets_one_request_a_second_through() {
    let mut gate = RateGate::resume(None, START);
    assert_eq!(
        gate.take(START, ms(2_500), 10),
        [START, START + ms(1_000), START + ms(2_000)]
    );
}

#[test]
fn a_gate_takes_up_where_the_last_send_was() {
    let first = |ago| RateGate::resume(ago, START).next_at(START);
    assert_eq!(first(Some(ms(300))), START + ms(700));
    assert_eq!(first(Some(NONE)), START + ms(1_000));
    assert_eq!(first(Some(ms(1_000))), START);
    assert_eq!(first(Some(Duration::MAX)), START);
    assert_eq!(RateGate::resume(Some(ms(300)), NONE).next_at(NONE), ms(700));
}

#[test]
fn a_new_rate_counts_from_the_last_slot() {
    let mut gate = RateGate::resume(None, START);
    gate.take(START, NONE, 1);
    gate.set_rate(10.0);
    assert_eq!(gate.next_at(START), START + ms(100));
    gate.set_rate(0.5);
    assert_eq!(gate.next_at(START), START + ms(2_000));
}

#[test]
fn what_is_no_rate_changes_nothing() {
    let mut gate = gate(15.0);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        gate.set_rate(rate);
        assert!((gate.rate() - 15.0).abs() < 1e-6);
    }
}

#[test]
fn one_take_at_a_thousand_a_second_brings_several_slots() {
    let mut gate = gate(1_000.0);
    assert_eq!(gate.take(START, ms(9), 100).len(), 10);
    assert_eq!(gate.take(START, ms(9), 100), []);
    assert_eq!(
        gate.take(START + ms(10), ms(9), 4),
        [10, 11, 12, 13].map(|at| START + ms(at))
    );
}

#[test]
fn slots_that_are_given_back_come_again() {
    let mut gate = gate(10.0);
    let slots = gate.take(START, ms(500), 5);
    gate.give_back(3);
    assert_eq!(gate.take(START, ms(500), 9)[..3], slots[2..]);
}

#[test]
fn no_more_slots_are_given_back_than_were_taken() {
    let mut gate = gate(10.0);
    gate.take(START, ms(500), 2);
    gate.give_back(usize::MAX);
    gate.give_back(1);
    assert_eq!(gate.next_at(START), START);
}

#[test]
fn a_late_departure_moves_the_slots_after_it() {
    let mut gate = gate(10.0);
    let slots = gate.take(START, ms(200), 3);
    assert_eq!(gate.depart(slots[0], START + ms(50)), Ok(()));
    assert_eq!(gate.next_at(START), START + ms(350));
    gate.give_back(2);
    assert_eq!(
        gate.next_at(START),
        START + ms(350),
        "the slots have moved, so none is taken back"
    );
}

#[test]
fn a_send_that_is_always_late_leaves_all_the_same() {
    let mut gate = gate(1.0);
    let mut now = START;
    for _ in 0..10 {
        let slot = gate.take(now, ms(1_000), 1)[0];
        now = slot + ms(400);
        assert_eq!(gate.depart(slot, now), Ok(()));
    }
    assert_eq!(now, START + ms(9 * 1_400 + 400));
}

#[test]
fn a_send_does_not_leave_before_its_slot() {
    let mut gate = gate(10.0);
    let slots = gate.take(START, ms(100), 2);
    assert_eq!(gate.depart(slots[1], START), Err(slots[1]));
    assert_eq!(gate.depart(slots[1], slots[1]), Ok(()));
}

#[test]
fn sends_that_were_held_up_leave_one_by_one() {
    let mut gate = gate(10.0);
    let mut waiting = gate.take(START, ms(900), 10);
    let mut now = START + ms(3_000);
    let mut departures = Vec::new();
    while !waiting.is_empty() {
        let answers: Vec<_> = waiting
            .iter()
            .map(|&slot| (slot, gate.depart(slot, now)))
            .collect();
        waiting = answers
            .iter()
            .filter(|(_, answer)| answer.is_err())
            .map(|&(slot, _)| slot)
            .collect();
        departures.extend(std::iter::repeat_n(now, answers.len() - waiting.len()));
        now = answers
            .iter()
            .filter_map(|(_, answer)| answer.err())
            .min()
            .unwrap_or(now);
    }
    assert_eq!(departures.len(), 10);
    assert!(
        departures
            .windows(2)
            .all(|pair| pair[1].saturating_sub(pair[0]) >= ms(80)),
        "{departures:?}"
    );
}

#[test]
fn a_complaint_stops_everything_and_halves_the_rate_once() {
    let mut gate = gate(10.0);
    let slots = gate.take(START, ms(300), 4);
    gate.rate_limited(START, ms(2_000));
    gate.rate_limited(START + ms(10), ms(2_000));
    let end = START + ms(2_010);
    assert_eq!(gate.paused_until(START), Some(end));
    assert_eq!(gate.paused_until(end), None);
    assert!((gate.rate() - 5.0).abs() < 1e-6);
    assert_eq!(gate.take(START + ms(100), ms(1_000), 9), []);
    assert_eq!(gate.depart(slots[1], slots[1]), Err(end));
    assert_eq!(gate.depart(slots[1], end), Ok(()));
    assert_eq!(gate.depart(slots[2], end), Err(end + ms(180)));
}

#[test]
fn complaints_without_end_leave_one_request_a_minute() {
    let mut gate = gate(15.0);
    for minute in 0..50 {
        gate.rate_limited(START + Duration::from_mins(minute), ms(1_000));
    }
    assert!((gate.rate() - 1.0 / 60.0).abs() < 1e-6);
}

#[test]
fn good_answers_bring_the_rate_back_in_steps() {
    let mut gate = gate(16.0);
    gate.rate_limited(START, ms(1_000));
    let mut rates = vec![gate.rate().round()];
    for _ in 0..100 {
        gate.answered_well();
        if rates.last() != Some(&gate.rate().round()) {
            rates.push(gate.rate().round());
        }
    }
    assert_eq!(rates, [8.0, 10.0, 13.0, 16.0]);
}

#[test]
fn a_gate_at_its_slowest_recovers_within_minutes() {
    let mut gate = gate(15.0);
    for minute in 0..50 {
        gate.rate_limited(START + Duration::from_mins(minute), ms(1_000));
    }
    let mut seconds = 0.0;
    while gate.rate() < 14.9 {
        seconds += 1.0 / gate.rate();
        gate.answered_well();
    }
    assert!(seconds < 600.0, "{seconds}");
}

#[test]
fn too_many_retries_slow_the_gate_and_few_let_it_recover() {
    let mut gate = gate(10.0);
    let mut now = START + ms(20_000);
    let mut record = |gate: &mut RateGate, sends: u32, is_retry: fn(u32) -> bool| {
        for send in 0..sends {
            now += ms(500);
            gate.record(now, is_retry(send));
        }
        gate.retries_exceeded(now)
    };
    assert!(!record(&mut gate, 19, |_| true), "too few to say");
    assert!(record(&mut gate, 60, |send| send % 10 < 4));
    assert!(gate.rate() < 5.0);
    assert!(!record(&mut gate, 400, |send| send % 10 < 2), "some are allowed");
    assert!((gate.rate() - 10.0).abs() < 1e-6);
}

#[test]
fn retries_are_forgotten_after_two_minutes() {
    let mut gate = gate(10.0);
    for send in 0..100 {
        gate.record(START + ms(send * 100), true);
    }
    assert!(gate.retries_exceeded(START + ms(60_000)));
    assert!(!gate.retries_exceeded(START + ms(131_000)));
}
