//! The account beside the ledger, as plain numbers: does what the account lost agree with what was billed to this file?
//!
//! An answer about the account says how many units are left at some instant between its question and its coming. What
//! was settled when the question was asked had surely been billed by then; what was reserved or lost when the answer came
//! may have been. So the ledger foretells a span, not a number; with nothing in flight and nothing lost the span is one
//! number, and the two must agree to the unit.

/// What the account had left, beside the ledger's sums when it was asked and when it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Units left on the account.
    pub units_left: i64,
    /// Billed when the question was asked.
    pub settled_before: i64,
    /// Sent and given up when the question was asked.
    pub lost_before: i64,
    /// Billed when the answer came.
    pub settled: i64,
    /// In flight when the answer came.
    pub reserved: i64,
    /// Sent and given up when the answer came.
    pub lost: i64,
}

impl Look {
    /// Whether nothing was in flight between question and answer.
    pub fn is_at_rest(&self) -> bool {
        self.reserved == 0 && self.settled == self.settled_before && self.lost == self.lost_before
    }
}

/// How two looks agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reckoning {
    /// Units that the account lost from one to the other.
    pub seen: i64,
    /// What the ledger says that it lost, at least.
    pub least: i64,
    /// And at most.
    pub most: i64,
    /// By how much what was seen lies outside of that: above 0 where the account lost more.
    pub outside: i64,
}

/// What the ledger foretells between two looks, and what was seen.
pub fn between(earlier: &Look, later: &Look) -> Reckoning {
    let seen = earlier.units_left - later.units_left;
    // Surely billed in between: asked for after the earlier answer, and settled before the later question.
    let least = (later.settled_before - earlier.settled - earlier.reserved).max(0);
    // Perhaps billed in between: all but what was settled or given up before the earlier question.
    let known = later.settled + later.reserved + later.lost;
    let most = (known - earlier.settled_before - earlier.lost_before).max(least);
    Reckoning {
        seen,
        least,
        most,
        outside: if seen > most {
            seen - most
        } else {
            (seen - least).min(0)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_rest(units_left: i64, settled: i64, lost: i64) -> Look {
        Look {
            units_left,
            settled_before: settled,
            lost_before: lost,
            settled,
            reserved: 0,
            lost,
        }
    }

    #[test]
    fn at_rest_they_agree_to_the_unit_or_not_at_all() {
        let start = at_rest(1_000, 10, 0);
        for (left, outside) in [(980, 0), (979, 1), (981, -1), (900, 80)] {
            let found = between(&start, &at_rest(left, 30, 0));
            assert_eq!(
                (found.least, found.most, found.outside),
                (20, 20, outside),
                "{left}"
            );
        }
    }

    #[test]
    fn what_was_lost_may_have_been_billed_or_not() {
        let start = at_rest(1_000, 0, 5);
        for (left, outside) in [(990, 0), (988, 0), (987, 0), (986, 1), (991, -1)] {
            let found = between(&start, &at_rest(left, 10, 8));
            assert_eq!(found.outside, outside, "{left}");
        }
    }

    #[test]
    fn what_is_in_flight_on_either_side_widens_the_span() {
        let start = Look {
            settled_before: 0,
            reserved: 3,
            ..at_rest(1_000, 1, 0)
        };
        let end = Look {
            settled_before: 10,
            reserved: 2,
            ..at_rest(990, 12, 0)
        };
        let found = between(&start, &end);
        assert_eq!((found.least, found.most), (6, 14));
        assert!(!start.is_at_rest() && !end.is_at_rest() && at_rest(1, 1, 1).is_at_rest());
    }

    /// Requests of one unit each: when each is reserved, billed and settled.
    struct Requests(Vec<[u32; 3]>);

    impl Requests {
        fn draw(random: &mut fastrand::Rng) -> Self {
            let draw = |_| {
                let mut moments = [random.u32(0..40), random.u32(0..40), random.u32(0..40)];
                moments.sort_unstable();
                moments
            };
            Self((0..8).map(draw).collect())
        }

        fn passed(&self, step: usize, at: u32) -> i64 {
            i64::try_from(self.0.iter().filter(|moments| moments[step] <= at).count()).unwrap()
        }

        /// A look from `asked` on, that takes a while.
        fn look(&self, asked: u32, random: &mut fastrand::Rng) -> Look {
            let answered = asked + random.u32(0..5);
            Look {
                units_left: 100 - self.passed(1, random.u32(asked..=answered)),
                settled_before: self.passed(2, asked),
                settled: self.passed(2, answered),
                reserved: self.passed(0, answered) - self.passed(2, answered),
                lost_before: 0,
                lost: 0,
            }
        }
    }

    #[test]
    fn honest_books_never_lie_outside_of_the_span() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..5_000 {
            let requests = Requests::draw(&mut random);
            let from = random.u32(0..20);
            let earlier = requests.look(from, &mut random);
            let to = random.u32(25..40);
            let later = requests.look(to, &mut random);
            let found = between(&earlier, &later);
            assert_eq!(found.outside, 0, "{:?} {earlier:?} {later:?}", requests.0);
        }
    }
}
