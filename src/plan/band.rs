//! A number with a band around it.

use std::iter::Sum;
use std::ops::{Add, Mul};

use serde::Serialize;

/// What something comes to: at least, most likely, at most.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Band {
    /// At least.
    pub low: f64,
    /// Most likely.
    pub expected: f64,
    /// At most.
    pub high: f64,
}

/// The same in whole numbers: rounded down, to the nearest, up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// At least.
    pub low: i64,
    /// Most likely.
    pub expected: i64,
    /// At most.
    pub high: i64,
}

impl Band {
    /// A number that is known.
    pub const fn exact(number: f64) -> Self {
        Self {
            low: number,
            expected: number,
            high: number,
        }
    }

    /// Three numbers, brought into their order and above 0.
    pub fn new(low: f64, expected: f64, high: f64) -> Self {
        let expected = expected.max(0.0);
        Self {
            low: low.clamp(0.0, expected),
            expected,
            high: high.max(expected),
        }
    }

    /// Each of the three numbers on its own way.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self::new(change(self.low), change(self.expected), change(self.high))
    }

    /// At least this share below and above what is expected.
    #[must_use]
    pub fn widened(self, share: f64) -> Self {
        Self::new(
            self.low.min(self.expected * (1.0 - share)),
            self.expected,
            self.high.max(self.expected * (1.0 + share)),
        )
    }

    /// In whole numbers.
    pub fn whole(self) -> Whole {
        // A sum of shares is never quite the number that it stands for.
        const DUST: f64 = 1e-6;
        let expected = number(self.expected.round());
        Whole {
            low: number((self.low + DUST).floor()).min(expected),
            expected,
            high: number((self.high - DUST).ceil()).max(expected),
        }
    }
}

impl Add for Band {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            expected: self.expected + other.expected,
            high: self.high + other.high,
        }
    }
}

impl Mul<f64> for Band {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self {
            low: self.low * times,
            expected: self.expected * times,
            high: self.high * times,
        }
    }
}

impl Sum for Whole {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            low: sum.low.saturating_add(one.low),
            expected: sum.expected.saturating_add(one.expected),
            high: sum.high.saturating_add(one.high),
        })
    }
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) const fn float(count: i64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a large number stops at the largest"
)]
const fn number(float: f64) -> i64 {
    float as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_in_order_and_never_below_zero() {
        let band = Band::new(9.0, -1.0, -3.0);
        assert_eq!(band, Band::default());
        let band = Band::new(7.0, 5.0, 2.0);
        assert_eq!(band, Band::exact(5.0));
    }

    #[test]
    fn whole_numbers_keep_the_band_around_what_is_expected() {
        let whole = Band::new(1.4, 1.6, 1.7).whole();
        assert_eq!((whole.low, whole.expected, whole.high), (1, 2, 2));
        let dust = Band::exact(0.1 + 0.2 + 0.7).whole();
        assert_eq!((dust.low, dust.high), (1, 1));
    }

    #[test]
    fn widening_keeps_what_is_wider() {
        let band = Band::new(0.0, 10.0, 11.0).widened(0.2);
        assert_eq!(band, Band::new(0.0, 10.0, 12.0));
    }
}
