//! What the last answers say of the upstream as a whole: is anybody there, and does its front let us in. Pure.

/// Counts that tell an outage from a hiccup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    unanswered: u32,
    blocked: u32,
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

    /// The front refused this client; how often in a row now.
    pub(crate) fn blocked(&mut self) -> u32 {
        self.unanswered = 0;
        self.blocked += 1;
        self.troubled = true;
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
        assert_eq!(health.blocked(), 1);
        assert_eq!(health.unanswered(), 1, "a refusal is an answer of somebody");
    }
}
