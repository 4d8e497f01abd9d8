//! How fast pages come: over the last seconds, so that neither a pause nor a burst is taken for the whole.

use std::collections::VecDeque;
use std::time::Duration;

/// So far back it looks.
const WINDOW: Duration = Duration::from_secs(15);

/// The pages counted at some moments.
#[derive(Clone, Debug, Default)]
pub(super) struct Speed {
    seen: VecDeque<(Duration, i64)>,
}

impl Speed {
    /// Notes how many pages there are by now.
    pub(super) fn note(&mut self, at: Duration, pages: i64) {
        self.seen.push_back((at, pages));
        while self.seen.len() > 2 && self.seen[1].0 + WINDOW <= at {
            self.seen.pop_front();
        }
    }

    /// Pages a second; none while nothing moves or too little is known.
    pub(super) fn pages_a_second(&self) -> Option<f64> {
        let ((from, before), (to, after)) = (self.seen.front()?, self.seen.back()?);
        let seconds = to.saturating_sub(*from).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = (after - before) as f64 / seconds;
        (seconds > 0.0 && rate >= 0.05).then_some(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_measured_over_the_last_seconds() {
        let mut speed = Speed::default();
        assert_eq!(speed.pages_a_second(), None);
        speed.note(Duration::ZERO, 1_000);
        assert_eq!(speed.pages_a_second(), None);
        for second in 1..=100 {
            speed.note(
                Duration::from_secs(second),
                1_000 + 2 * i64::try_from(second).unwrap(),
            );
        }
        assert_eq!(speed.pages_a_second(), Some(2.0));
        speed.note(Duration::from_secs(200), 1_200);
        speed.note(Duration::from_mins(5), 1_200);
        assert_eq!(speed.pages_a_second(), None);
    }
}
