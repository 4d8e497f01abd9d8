//! What the last answers say of the upstream as a whole: is anybody there, and does its front let us in. Pure.

use std::time::Duration;

/// Counts that tell an outage from a hiccup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    unanswered: u32,
    blocked: u32,
    /// Refusals before this time belong to the one that began the pause: they were under way with it.
    refused_until: Duration,
}

impl Health {
    /// Somebody answered.
    pub(crate) fn answered(&mut self) {
        *self = Self::default();
    }

    /// Nobody answered; how often in a row now.
    pub(crate) fn unanswered(&mut self) -> u32 {
        self.unanswered += 1;
        self.unanswered
    }

    /// The front refused this client at `now`, which means a pause; how often in a row now, pauses between them.
    pub(crate) fn blocked(&mut self, now: Duration, pause: Duration) -> u32 {
        self.unanswered = 0;
        if now >= self.refused_until {
            self.blocked += 1;
            self.refused_until = now.saturating_add(pause);
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
        health.answered();
        assert_eq!(health.unanswered(), 1);
    }

    #[test]
    fn refusals_of_what_was_under_way_count_once() {
        let mut health = Health::default();
        let (pause, at) = (Duration::from_secs(30), Duration::from_secs);
        assert_eq!(health.blocked(at(1), pause), 1);
        assert_eq!(health.blocked(at(2), pause), 1, "it was sent before the pause");
        assert_eq!(health.blocked(at(31), pause), 2, "the probe");
        assert_eq!(health.blocked(at(62), pause), 3);
    }
}
