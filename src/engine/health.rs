//! What the last answers say of the upstream as a whole: is anybody there, and does its front let us in. Pure.

use std::time::Duration;

/// Counts that tell an outage from a hiccup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    unanswered: u32,
    blocked: u32,
    /// Until when the pause after the last refusal that counted lasts.
    paused_until: Duration,
    troubled: bool,
}

impl Health {
    /// Somebody answered. Says whether a hold may have to be lifted.
    pub(crate) fn answered(&mut self) -> bool {
        let troubled = std::mem::take(&mut self.troubled);
        *self = Self::default();
        troubled
    }

    /// Nobody answered; how often in a row now.
    pub(crate) fn unanswered(&mut self) -> u32 {
        self.unanswered += 1;
        self.troubled = true;
        self.unanswered
    }

    /// The front refused this client; how often in a row now. What was in flight together is refused together: until the
    /// pause is over it is one refusal.
    pub(crate) fn blocked(&mut self, now: Duration, pause: Duration) -> u32 {
        self.unanswered = 0;
        self.troubled = true;
        if now >= self.paused_until {
            self.paused_until = now + pause;
            self.blocked += 1;
        }
        self.blocked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_a_row() {
        let mut health = Health::default();
        assert_eq!(health.unanswered(), 1);
        assert_eq!(health.unanswered(), 2);
        assert!(health.answered(), "there may be a hold");
        assert!(!health.answered(), "it was lifted");
        assert_eq!(health.unanswered(), 1);
        assert_eq!(health.blocked(Duration::ZERO, Duration::from_secs(30)), 1);
        assert_eq!(health.unanswered(), 1, "a refusal is an answer of somebody");
    }

    #[test]
    fn refusals_within_a_pause_are_one() {
        let mut health = Health::default();
        let at = |second| (Duration::from_secs(second), Duration::from_secs(30));
        for (second, in_a_row) in [(0, 1), (1, 1), (29, 1), (30, 2), (31, 2), (61, 3)] {
            let (now, pause) = at(second);
            assert_eq!(health.blocked(now, pause), in_a_row, "{second}");
        }
    }
}
