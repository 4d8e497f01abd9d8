//! Which endpoint of a route reads a list, by what was measured. Pure: the same numbers give the same choice.

use std::cmp::Ordering;

use crate::policy::Step;

/// What an endpoint gave of lists of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Given {
    /// Lists that it read to an end.
    pub lists: i64,
    /// Pages of these.
    pub pages: i64,
    /// Items that these showed.
    pub items: i64,
    /// The part of its list that each of them showed, added up: as much as `lists` if it showed all of them whole.
    pub part: f64,
}

/// So many lists measure an endpoint...
const ENOUGH_LISTS: i64 = 5;
/// ...or so many pages.
const ENOUGH_PAGES: i64 = 20;
/// How much better an endpoint must be than one that stands before it. Less is chance, and would change with every round.
const ADVANTAGE: f64 = 1.2;

/// So many fallbacks show whether the next endpoint brings anything.
pub(crate) const TRIES: usize = 3;

/// The endpoint that a new sweep begins with: the one that gives most for a unit. Without measurements, and between equals,
/// the first one.
pub fn first<'a>(
    usable: impl IntoIterator<Item = &'a Step>,
    force: bool,
    given: impl Fn(&str) -> Option<Given>,
) -> Option<&'a Step> {
    let worth = |step: &Step| given(&step.endpoint).and_then(|given| worth(step, force, given));
    usable.into_iter().reduce(|best, other| {
        let is_better = match (worth(best), worth(other)) {
            (Some(best), Some(other)) => other >= best * ADVANTAGE && other > 0.0,
            _ => false,
        };
        if is_better { other } else { best }
    })
}

/// Items for a unit, times the part of the list that is shown; none where too little was measured.
fn worth(step: &Step, force: bool, given: Given) -> Option<f64> {
    let is_measured = given.lists >= ENOUGH_LISTS || given.pages >= ENOUGH_PAGES;
    if !is_measured || given.lists <= 0 || given.pages <= 0 {
        return None;
    }
    let units = step.forced_units.filter(|_| force).unwrap_or(step.units).max(1);
    Some(float(given.items) / float(given.pages) / float(units) * (given.part / float(given.lists)))
}

/// A list that the endpoint before showed only in part.
#[derive(Clone, Copy, Debug)]
pub struct Short {
    /// What its counter says.
    pub counter: i64,
    /// What the sweep showed of it.
    pub covered: i64,
}

/// Whether the next endpoint could bring enough of what is missing: at least half of the list and more than one of its
/// pages, and not less than `least` rows for a unit even if it brings all.
pub fn is_worth_reading_on(step: &Step, short: Short, least: f64) -> bool {
    let missing = short.counter - short.covered;
    let page_size = step.page_size.max(1);
    let pages = if step.paged {
        short.counter.div_euclid(page_size) + 1
    } else {
        1
    };
    missing > page_size && 2 * missing >= short.counter && float(missing) >= least * float(pages * step.units)
}

/// What one fallback brought so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// Rows that were not known before.
    pub new_rows: i64,
    /// What they cost.
    pub units: i64,
    /// Whether it has ended, is on its way, or lies still.
    pub state: TryState,
}

/// How far a fallback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryState {
    /// It has ended.
    Ended,
    /// It goes on.
    UnderWay,
    /// Nothing of it is asked, because nobody wants it or may pay for it: nobody waits for it.
    Still,
}

/// Whether one more list goes on to the next endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It does.
    GoesOn,
    /// Not before those on their way have shown whether it is worth it.
    Waits,
    /// It does not: those before it brought too little.
    Ends,
}

/// Judges by the newest fallbacks to the same endpoint.
pub fn judge(tries: &[Try], page_size: i64, least: f64) -> Judged {
    let new_rows: i64 = tries.iter().map(|one| one.new_rows).sum();
    let units: i64 = tries.iter().map(|one| one.units).sum();
    let is_enough = matches!(
        float(new_rows).partial_cmp(&(least * float(units))),
        Some(Ordering::Greater | Ordering::Equal)
    );
    let count = |state| tries.iter().filter(|one| one.state == state).count();
    let (ended, under_way) = (count(TryState::Ended), count(TryState::UnderWay));
    if new_rows >= page_size && is_enough {
        Judged::GoesOn
    } else if ended >= TRIES {
        Judged::Ends
    } else if ended + under_way < TRIES {
        Judged::GoesOn
    } else {
        Judged::Waits
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(endpoint: &str, units: i64, page_size: i64) -> Step {
        Step {
            endpoint: endpoint.into(),
            units,
            forced_units: (units == 2).then_some(1),
            page_size,
            paged: true,
            amount: None,
            variants: &[],
        }
    }

    fn given(lists: i64, pages: i64, items: i64, part: f64) -> Given {
        Given {
            lists,
            pages,
            items,
            part,
        }
    }

    /// The choice between a cheap endpoint and one that costs two units, by what each gave.
    fn choice(cheap: Option<Given>, dear: Option<Given>, force: bool) -> &'static str {
        let steps = [step("cheap", 1, 41), step("dear", 2, 50)];
        let measured = |path: &str| if path == "cheap" { cheap } else { dear };
        let chosen = first(&steps, force, measured).unwrap();
        if chosen.endpoint == "cheap" {
            "cheap"
        } else {
            "dear"
        }
    }

    #[test]
    fn the_listed_order_holds_until_both_are_measured() {
        let bad = Some(given(50, 50, 50, 0.5));
        let good = Some(given(50, 500, 25_000, 50.0));
        assert_eq!(choice(None, None, false), "cheap");
        assert_eq!(choice(bad, None, false), "cheap", "the other one is not explored");
        assert_eq!(choice(None, good, false), "cheap");
        assert_eq!(
            choice(bad, Some(given(4, 19, 950, 4.0)), false),
            "cheap",
            "too little"
        );
        assert_eq!(
            choice(bad, Some(given(5, 5, 250, 5.0)), false),
            "dear",
            "enough lists"
        );
        assert_eq!(
            choice(bad, Some(given(1, 20, 1_000, 1.0)), false),
            "dear",
            "enough pages"
        );
    }

    #[test]
    fn whole_lists_are_read_by_whoever_gives_most_for_a_unit() {
        let cheap = Some(given(10, 30, 1_200, 10.0));
        let dear = Some(given(10, 25, 1_250, 10.0));
        assert_eq!(choice(cheap, dear, false), "cheap", "40 for a unit, not 25");
        assert_eq!(
            choice(cheap, dear, true),
            "dear",
            "50 for a unit where force is on"
        );
    }

    #[test]
    fn one_that_cuts_lists_is_worth_what_it_shows_before_it_stops() {
        // 50 of 1,000 for 2 units, against all of it for 40.
        let cheap = Some(given(10, 20, 500, 0.5));
        let dear = Some(given(10, 200, 10_000, 10.0));
        assert_eq!(choice(cheap, dear, false), "dear");
        // If both stop after 50, the cheap one stays.
        assert_eq!(choice(cheap, Some(given(10, 10, 500, 0.5)), false), "cheap");
    }

    #[test]
    fn a_small_advantage_changes_nothing() {
        let of = |items| Some(given(10, 10, items, 10.0));
        assert_eq!(choice(of(200), of(470), false), "cheap", "17 % better");
        assert_eq!(choice(of(200), of(480), false), "dear", "20 % better");
        assert_eq!(choice(Some(given(10, 10, 0, 0.0)), of(0), false), "cheap");
    }

    #[test]
    fn nothing_usable_is_no_choice() {
        assert_eq!(first([].iter(), false, |_| None), None);
    }

    #[test]
    fn reading_on_must_be_able_to_pay() {
        let dear = step("dear", 2, 50);
        for (counter, covered, expected) in [
            (10_000, 50, true),
            (104, 52, true),
            (104, 54, false),
            (100, 50, false),
            (200, 101, false),
            (200, 100, true),
        ] {
            let short = Short { counter, covered };
            assert_eq!(
                is_worth_reading_on(&dear, short, 1.0),
                expected,
                "{covered} of {counter}"
            );
        }
        let short = Short {
            counter: 10_000,
            covered: 50,
        };
        assert!(is_worth_reading_on(&dear, short, 24.0));
        assert!(!is_worth_reading_on(&dear, short, 25.0), "402 units for 9,950");
    }

    fn tried(state: TryState, new_rows: i64) -> Try {
        Try {
            new_rows,
            units: 2,
            state,
        }
    }

    #[test]
    fn three_are_tried_and_the_others_wait_for_them() {
        use TryState::{Ended, Still, UnderWay};
        for (states, expected) in [
            (vec![], Judged::GoesOn),
            (vec![UnderWay, UnderWay], Judged::GoesOn),
            (vec![UnderWay, UnderWay, UnderWay], Judged::Waits),
            (vec![Ended, UnderWay, UnderWay], Judged::Waits),
            (vec![Ended, Ended], Judged::GoesOn),
            (vec![Ended, Ended, Ended], Judged::Ends),
            (vec![UnderWay, Ended, Ended, Ended], Judged::Ends),
            (vec![UnderWay, UnderWay, Still], Judged::GoesOn),
        ] {
            let tries: Vec<Try> = states.iter().map(|state| tried(*state, 0)).collect();
            assert_eq!(judge(&tries, 50, 1.0), expected, "{states:?}");
        }
    }

    #[test]
    fn what_brought_enough_goes_on_without_waiting() {
        let tries = [
            tried(TryState::UnderWay, 50),
            tried(TryState::UnderWay, 0),
            tried(TryState::UnderWay, 0),
        ];
        assert_eq!(judge(&tries, 50, 1.0), Judged::GoesOn);
        assert_eq!(
            judge(&tries, 51, 1.0),
            Judged::Waits,
            "less than a page tells nothing"
        );
        assert_eq!(judge(&tries, 50, 9.0), Judged::Waits, "6 units for 50 rows");
        let ended = tries.map(|one| Try {
            state: TryState::Ended,
            ..one
        });
        assert_eq!(judge(&ended, 50, 9.0), Judged::Ends);
    }
}
