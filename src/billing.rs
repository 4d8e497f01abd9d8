//! What an answer costs: pure rules from what came back to what the ledger says.
//!
//! The vendor charges by status: 200, 400, 403 and 404 cost, everything else does not, whatever the header says, since
//! the header shows the nominal price on failures as well. What may have been charged without anybody saying so
//! counts as spent.

use crate::client::Outcome;

/// What becomes of the units that were reserved for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The request was answered and cost this many units; 0 where the answer is free.
    Settled(i64),
    /// The request was sent and no whole answer came: these units count as spent.
    Lost(i64),
    /// Nothing was sent: nothing was spent.
    Released,
}

impl Settlement {
    /// The units that count against the limits.
    pub fn units(self) -> i64 {
        match self {
            Self::Settled(units) | Self::Lost(units) => units,
            Self::Released => 0,
        }
    }

    /// By how many units the bill passes its reservation, if it does.
    pub fn overcharge(self, reserved: i64) -> Option<i64> {
        Some(self.units().saturating_sub(reserved)).filter(|&over| over > 0)
    }
}

/// The settlement of one request: `header` is the figure of `x-hiker-info`, `units` what was reserved.
pub fn settle(outcome: &Outcome, status: Option<u16>, header: Option<i64>, units: i64) -> Settlement {
    let said = header.filter(|&units| units >= 0).unwrap_or(units);
    match (outcome, status) {
        (Outcome::NeverSent { .. }, _) => Settlement::Released,
        // The front refused it before the vendor saw it: nobody was there to bill. Only the vendor's own 403 costs.
        (Outcome::Blocked, _) => Settlement::Settled(0),
        // A head that says that the answer is free is believed even if its body is lost.
        (_, Some(status)) if !is_billed(status) => Settlement::Settled(0),
        (_, None) | (Outcome::Reset { .. } | Outcome::Lost { .. }, Some(_)) => Settlement::Lost(said),
        (_, Some(_)) => Settlement::Settled(said),
    }
}

/// Whether answers with this status cost anything. The other successes are not documented; they count as 200 does.
pub fn is_billed(status: u16) -> bool {
    matches!(status, 200..=299 | 400 | 403 | 404)
}

#[cfg(test)]
mod tests {
    use super::{Settlement, is_billed, settle};
    use crate::client::Outcome;

    fn reason() -> String {
        "because".to_owned()
    }

    #[test]
    fn only_these_statuses_cost() {
        let refused = Outcome::Refused { reason: reason() };
        for status in 100..=999 {
            let billed = is_billed(status);
            assert_eq!(
                billed,
                (200..300).contains(&status) || [400, 403, 404].contains(&status),
                "{status}"
            );
            let expected = |units| Settlement::Settled(if billed { units } else { 0 });
            assert_eq!(
                settle(&refused, Some(status), Some(3), 2),
                expected(3),
                "{status}"
            );
            assert_eq!(settle(&refused, Some(status), None, 2), expected(2), "{status}");
        }
    }

    #[test]
    fn the_header_decides_unless_it_makes_no_sense() {
        for (header, expected) in [(Some(0), 0), (Some(9_999), 9_999), (Some(-5), 2), (None, 2)] {
            assert_eq!(
                settle(&Outcome::Page, Some(200), header, 2),
                Settlement::Settled(expected)
            );
        }
    }

    #[test]
    fn what_was_sent_without_a_whole_answer_counts_as_spent() {
        let lost = Outcome::Lost { reason: reason() };
        assert_eq!(settle(&lost, None, None, 2), Settlement::Lost(2));
        assert_eq!(settle(&lost, Some(200), Some(1), 2), Settlement::Lost(1));
        assert_eq!(settle(&lost, Some(410), Some(1), 2), Settlement::Settled(0));
        assert_eq!(
            settle(&Outcome::Reset { reason: reason() }, None, None, 2),
            Settlement::Lost(2)
        );
    }

    #[test]
    fn what_the_front_refused_costs_nothing() {
        assert_eq!(
            settle(&Outcome::Blocked, Some(403), None, 1),
            Settlement::Settled(0)
        );
    }

    #[test]
    fn what_was_never_sent_is_released() {
        let settlement = settle(&Outcome::NeverSent { reason: reason() }, None, None, 2);
        assert_eq!(settlement, Settlement::Released);
        assert_eq!((settlement.units(), settlement.overcharge(0)), (0, None));
    }

    #[test]
    fn a_bill_above_its_reservation_shows() {
        assert_eq!(Settlement::Settled(3).overcharge(2), Some(1));
        assert_eq!(Settlement::Settled(2).overcharge(2), None);
        assert_eq!(Settlement::Settled(i64::MAX).overcharge(-1), Some(i64::MAX));
    }
}
