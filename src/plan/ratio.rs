//! How much hangs from something, where no counter says it: a ratio with the band of a total that it foretells.
//!
//! The ratio is that of sums over the groups that were measured (accounts, or posts), and a group scatters around it with a
//! variance that grows with its size. The band of a new total is two standard deviations either side: the scatter of the
//! total itself, and the error of the ratio. Before enough groups were measured the ratio is assumed, and its band is a
//! factor either side.

use crate::plan::band::Band;

/// So many groups make a measured ratio.
const LEAST_GROUPS: usize = 5;
/// Standard deviations either side.
const DEVIATIONS: f64 = 2.0;
/// The least share either side.
const LEAST_SHARE: f64 = 0.1;

/// A ratio with what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    /// What comes on one.
    pub mean: f64,
    error: Error,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Error {
    /// The variance of one, how many were measured, and in how many groups.
    Measured {
        variance: f64,
        weight: f64,
        groups: usize,
    },
    /// A factor either side.
    Assumed(f64),
}

impl Ratio {
    /// An assumption.
    pub(crate) const fn assumed(mean: f64, factor: f64) -> Self {
        Self {
            mean,
            error: Error::Assumed(factor),
        }
    }

    /// From groups: how large each is, and how much came of it. None if there are too few.
    pub(crate) fn measured(groups: &[(f64, f64)]) -> Option<Self> {
        let weight: f64 = groups.iter().map(|(size, _)| size).sum();
        if groups.len() < LEAST_GROUPS || weight <= 0.0 {
            return None;
        }
        let mean = groups.iter().map(|(_, came)| came).sum::<f64>() / weight;
        let squares: f64 = groups
            .iter()
            .map(|(size, came)| (came - mean * size).powi(2))
            .sum();
        #[expect(clippy::cast_precision_loss, reason = "a sample is small")]
        let few = groups.len() as f64 / (groups.len() - 1) as f64;
        Some(Self {
            mean,
            error: Error::Measured {
                variance: squares * few / weight,
                weight,
                groups: groups.len(),
            },
        })
    }

    /// How many groups it was measured on; 0 if it is assumed.
    pub(crate) const fn groups(&self) -> usize {
        match self.error {
            Error::Measured { groups, .. } => groups,
            Error::Assumed(_) => 0,
        }
    }

    /// What comes on so many.
    pub(crate) fn total(&self, many: Band) -> Band {
        let (low, high) = (self.of(many.low).low, self.of(many.high).high);
        Band::new(low, self.mean * many.expected, high)
    }

    fn of(&self, many: f64) -> Band {
        let expected = self.mean * many;
        match self.error {
            Error::Assumed(factor) => Band::new(expected / factor, expected, expected * factor),
            Error::Measured { variance, weight, .. } => {
                let deviation = (variance * many * (1.0 + many / weight)).sqrt();
                let off = DEVIATIONS * deviation;
                Band::new(expected - off, expected, expected + off).widened(LEAST_SHARE)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_groups_leave_only_the_least_band() {
        let ratio = Ratio::measured(&[(10.0, 20.0); 6]).unwrap();
        let total = ratio.total(Band::exact(100.0));
        assert!((total.expected - 200.0).abs() < 1e-9);
        assert!((total.low - 180.0).abs() < 1e-9 && (total.high - 220.0).abs() < 1e-9);
    }

    #[test]
    fn scatter_widens_the_band_and_many_narrow_it() {
        let ratio =
            Ratio::measured(&[(10.0, 5.0), (10.0, 40.0), (10.0, 0.0), (10.0, 20.0), (10.0, 35.0)]).unwrap();
        let share = |many: f64| {
            let total = ratio.total(Band::exact(many));
            (total.high - total.expected) / total.expected
        };
        assert!(share(10.0) > share(1_000.0), "{} {}", share(10.0), share(1_000.0));
        // The error of the ratio itself stays, however many there are.
        assert!(share(1_000_000.0) > 0.5, "{}", share(1_000_000.0));
    }

    #[test]
    fn few_groups_make_no_ratio_and_an_assumption_has_a_factor() {
        assert_eq!(Ratio::measured(&[(10.0, 5.0); 4]), None);
        assert_eq!(Ratio::measured(&[(0.0, 0.0); 9]), None);
        let total = Ratio::assumed(0.5, 4.0).total(Band::exact(8.0));
        assert_eq!(total, Band::new(1.0, 4.0, 16.0));
    }
}
