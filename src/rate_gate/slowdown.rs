//! How much slower than allowed the gate is since the upstream last complained.

/// A complaint doubles the interval.
const STEP_DOWN: f64 = 2.0;
/// A recovery takes back a part of it, so that the gate feels its way to where the complaints began.
const STEP_UP: f64 = 1.25;
/// A step up needs good answers for this long at the present rate...
const SECONDS_OF_GOOD_ANSWERS: f64 = 0.5;
/// ...but never more of them than this.
const GOOD_ANSWERS_AT_MOST: f64 = 5.0;

/// The slowdown; none to begin with.
#[derive(Debug)]
pub(super) struct Slowdown {
    factor: f64,
    good_answers: u32,
}

impl Default for Slowdown {
    fn default() -> Self {
        Self {
            factor: 1.0,
            good_answers: 0,
        }
    }
}

impl Slowdown {
    /// By what the interval is multiplied; at least 1.
    pub(super) fn factor(&self) -> f64 {
        self.factor
    }

    /// Halves the rate.
    pub(super) fn halve(&mut self) {
        self.good_answers = 0;
        self.factor *= STEP_DOWN;
    }

    /// Counts a good answer at this `rate`; true where that makes the rate recover by a step.
    pub(super) fn answered_well(&mut self, rate: f64) -> bool {
        if self.factor <= 1.0 {
            return false;
        }
        self.good_answers += 1;
        let needed = (rate * SECONDS_OF_GOOD_ANSWERS).min(GOOD_ANSWERS_AT_MOST);
        if f64::from(self.good_answers) < needed {
            return false;
        }
        self.good_answers = 0;
        self.factor = (self.factor / STEP_UP).max(1.0);
        true
    }
}
