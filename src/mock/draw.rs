//! Chance without state: every draw is a function of the world's seed and of what it is drawn for.
//!
//! So nothing has to be remembered to answer the same question twice in the same way, in any order.

/// A row of draws for one subject.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    state: u64,
}

impl Draw {
    /// The draws for `subject`, told apart by `numbers`.
    pub(crate) fn new(seed: u64, subject: &str, numbers: &[u64]) -> Self {
        let mut state = mix(seed);
        for byte in subject.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        for number in numbers {
            state = mix(state ^ number);
        }
        Self { state: mix(state) }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from 0 up to but not including `bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let scaled = (u128::from(self.bits()) * bound as u128) >> 64;
        usize::try_from(scaled).expect("it is below a usize")
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = low.abs_diff(high) + 1;
        low + (self.bits() % span).cast_signed()
    }

    /// A number from 0 up to but not including 1.
    pub(crate) fn share(&mut self) -> f64 {
        let bits = u32::try_from(self.bits() >> 32).expect("32 bits are left");
        f64::from(bits) / 4_294_967_296.0
    }

    /// True in `share` of the cases.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// One of some choices.
    pub(crate) fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// A number with many small and few large values: `least` or more, falling off faster with a smaller `exponent`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is positive and its fraction is to go"
    )]
    pub(crate) fn power(&mut self, least: f64, exponent: f64, most: usize) -> usize {
        let share = 1.0 - self.share();
        ((least * share.powf(-exponent)) as usize).min(most)
    }
}

/// Spreads every bit of a number over all of them (the finalizer of SplitMix64).
fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::Draw;

    #[test]
    fn the_same_subject_draws_the_same() {
        let bits = |subject, number| Draw::new(7, subject, &[number]).bits();
        assert_eq!(bits("posts", 3), bits("posts", 3));
        assert_ne!(bits("posts", 3), bits("posts", 4));
        assert_ne!(bits("posts", 3), bits("pins", 3));
    }

    #[test]
    fn draws_stay_in_their_range() {
        let mut draw = Draw::new(1, "range", &[]);
        for _ in 0..1_000 {
            assert!(draw.below(7) < 7);
            assert!((-3..=4).contains(&draw.between(-3, 4)));
            assert!((2..=9).contains(&draw.power(2.0, 0.8, 9)));
        }
        assert_eq!(draw.below(0), 0);
    }
}
