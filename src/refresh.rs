//! When a list is read again: at a fixed interval, or when enough is likely to have changed. Pure.
//!
//! Changes are taken to come as a Poisson process whose rate is learnt from each reading: the mean of a gamma
//! distribution, after J. Cho and H. Garcia-Molina, "Estimating frequency of change", ACM Transactions on Internet
//! Technology 3 (2003), <https://doi.org/10.1145/857166.857170>. What is old counts less, so that an account that falls
//! silent is asked less often.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::kind::Kind;

/// After how long lists of a kind are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// After so long.
    Every(Duration),
    /// When the changes seen so far promise enough.
    Auto,
}

/// How `auto` decides, and how much of a list is read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The shortest interval of `auto`.
    pub least: Duration,
    /// The longest interval of `auto`.
    pub most: Duration,
    /// So many changes must be expected for each unit before `auto` reads a list again.
    pub gain: f64,
    /// A list of posts is read whole at least so often; between, only as far as it is not known.
    pub whole_every: Duration,
}

const DAY: f64 = 86_400_000.0;
/// What each further reading leaves of the weight of those before it.
const MEMORY: f64 = 0.7;
/// How many changes the first guess is worth.
const GUESS_WEIGHT: f64 = 0.5;

/// What the readings of a list have shown so far; older ones count less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Changes.
    pub changes: f64,
    /// Days between the readings.
    pub days: f64,
}

impl Seen {
    /// With one more reading, so long after the one before, that met so many changes.
    #[must_use]
    pub fn with(self, changes: i64, since: Timestamp, now: Timestamp) -> Self {
        Self {
            changes: self.changes * MEMORY + number(changes.max(0)),
            days: self.days * MEMORY + days(since, now),
        }
    }

    /// With so many changes more that the newest reading met, as it went on.
    #[must_use]
    pub fn and(self, changes: i64) -> Self {
        Self {
            changes: self.changes + number(changes.max(0)),
            ..self
        }
    }

    /// Changes a day to be expected; before anything is seen, a guess for the kind.
    pub fn rate(self, kind: Kind) -> f64 {
        (self.changes + GUESS_WEIGHT) / (self.days + GUESS_WEIGHT / guess(kind))
    }
}

/// Changes a day where nothing is known yet: a profile changes every tenth day, a list once a day.
const fn guess(kind: Kind) -> f64 {
    match kind {
        Kind::Profile => 0.1,
        _ => 1.0,
    }
}

/// After how long a list with that rate of change that costs so many units is worth reading again.
pub fn interval(rules: &Rules, rate: f64, units: f64) -> Duration {
    let wait = rules.gain * units.max(1.0) / rate.max(f64::MIN_POSITIVE) * DAY / 1_000.0;
    Duration::try_from_secs_f64(wait)
        .unwrap_or(rules.most)
        .clamp(rules.least, rules.most.max(rules.least))
}

/// A list that is due, with what reading it is likely to bring.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The list.
    pub list_id: i64,
    /// Changes that are expected since it was last read.
    pub changes: f64,
    /// Units that reading it is expected to cost.
    pub units: f64,
}

impl Due {
    /// A list with a rate of change, last read at a time.
    pub fn new(list_id: i64, rate: f64, units: f64, since: Timestamp, now: Timestamp) -> Self {
        Self {
            list_id,
            changes: rate * days(since, now),
            units: units.max(1.0),
        }
    }

    fn gain(&self) -> f64 {
        self.changes / self.units
    }
}

/// Which of the lists that are due are read now: those with the most expected changes for a unit, as far as the units
/// reach; of equal ones those that come first. The first of all begins however dear it is where nothing else is under way:
/// one that costs more than a day's limit is read over several days.
pub fn choose(mut due: Vec<Due>, units: Option<i64>, is_idle: bool, at_most: usize) -> Vec<Due> {
    due.sort_by(|one, other| other.gain().total_cmp(&one.gain()));
    let mut left = units.map_or(f64::INFINITY, number);
    let mut is_first = is_idle && left > 0.0;
    due.retain(|list| {
        let fits = list.units <= left || is_first;
        is_first = false;
        if fits {
            left -= list.units;
        }
        fits
    });
    due.truncate(at_most);
    due
}

fn days(since: Timestamp, now: Timestamp) -> f64 {
    number(now.saturating_sub(since).max(0)) / DAY
}

#[expect(clippy::cast_precision_loss, reason = "times and counts are far below 2^52")]
fn number(whole: i64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: Timestamp = 86_400_000;
    const RULES: Rules = Rules {
        least: Duration::from_hours(6),
        most: Duration::from_hours(30 * 24),
        gain: 1.0,
        whole_every: Duration::from_hours(30 * 24),
    };

    fn read(readings: &[i64]) -> Seen {
        let mut seen = Seen::default();
        for (at, changes) in (1_i64..).zip(readings) {
            seen = seen.with(*changes, (at - 1) * DAY_MS, at * DAY_MS);
        }
        seen
    }

    #[test]
    fn the_rate_follows_what_is_seen() {
        let first = Seen::default().rate(Kind::Medias);
        assert!((first - 1.0).abs() < 1e-9, "{first}");
        let busy = read(&[4; 20]).rate(Kind::Medias);
        assert!((3.0..4.1).contains(&busy), "{busy}");
        let silent = read(&[0; 20]).rate(Kind::Medias);
        assert!(silent < 0.2, "{silent}");
        assert!(
            read(&[4, 4, 4, 0, 0, 0]).rate(Kind::Medias) < read(&[0, 0, 0, 4, 4, 4]).rate(Kind::Medias),
            "what is old counts less"
        );
    }

    #[test]
    fn busy_lists_are_read_more_often_and_dear_ones_less() {
        let hours = |rate, units| interval(&RULES, rate, units).as_secs() / 3_600;
        assert_eq!(hours(1.0, 1.0), 24);
        assert_eq!(hours(2.0, 1.0), 12);
        assert_eq!(hours(1.0, 5.0), 120);
        assert_eq!(hours(1_000.0, 1.0), 6, "never below the least");
        assert_eq!(hours(0.0, 1.0), 720, "never above the most");
    }

    #[test]
    fn the_most_for_a_unit_comes_first_as_far_as_the_units_reach() {
        let due = |list_id, rate, units| Due::new(list_id, rate, units, 0, DAY_MS);
        let lists = || {
            vec![
                due(1, 1.0, 1.0),
                due(2, 6.0, 2.0),
                due(3, 9.0, 9.0),
                due(4, 0.5, 1.0),
            ]
        };
        let ids = |chosen: Vec<Due>| chosen.iter().map(|list| list.list_id).collect::<Vec<_>>();
        let choose = |lists, units, at_most| choose(lists, units, false, at_most);
        assert_eq!(ids(choose(lists(), None, 10)), [2, 1, 3, 4]);
        assert_eq!(
            ids(choose(lists(), Some(4), 10)),
            [2, 1, 4],
            "what is too dear gives way"
        );
        assert_eq!(ids(choose(lists(), Some(0), 10)), Vec::<i64>::new());
        assert_eq!(ids(choose(lists(), None, 1)), [2]);
        let alone = super::choose(vec![due(3, 9.0, 9.0), due(1, 0.1, 1.0)], Some(4), true, 10);
        assert_eq!(
            ids(alone),
            [3],
            "what is dearer than all that is left begins where nothing else is under way"
        );
    }
}
