//! How many requests a list takes whose size is known.

use crate::plan::band::float;
use crate::policy::Step;
use crate::store::harvests::Limit;
use crate::store::plan::Paged;

/// So many pages that were followed by another make the measured size count.
const LEAST_PAGES: i64 = 5;
/// So many further pages make the measured number of further pages count.
const LEAST_FURTHER: f64 = 20.0;
/// A list that passes a full page by so little of one takes no further page: sizes of pages are never quite equal.
const TOLERANCE: f64 = 0.02;

/// How an endpoint pages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Paging {
    /// Whether there is a second page.
    pub paged: bool,
    /// Items on a full page.
    pub size: f64,
    /// Requests for each further page that the size foretells: empty pages and repeated items make it more than one.
    pub further: f64,
    /// How many full pages the size was measured on; 0 where it is the registry's.
    pub measured: i64,
}

impl Paging {
    /// As the registry says, and as it was measured where enough was.
    pub(crate) fn of(step: &Step, paged: Option<&Paged>) -> Self {
        let mut paging = Self {
            paged: step.paged,
            size: float(step.page_size.max(1)),
            further: 1.0,
            measured: 0,
        };
        let Some(paged) = paged.filter(|_| step.paged) else {
            return paging;
        };
        let full: i64 = paged.full_pages.values().sum();
        if full >= LEAST_PAGES {
            paging.size = float(middle(paged, full).max(1));
            paging.measured = full;
        }
        let (mut foretold, mut bought) = (0.0, 0.0);
        for walk in &paged.walks {
            foretold += (paging.full(float(walk.items)) - 1.0) * float(walk.lists);
            bought += float(walk.pages - 1) * float(walk.lists);
        }
        if foretold >= LEAST_FURTHER {
            paging.further = (bought / foretold).clamp(0.5, 3.0);
        }
        paging
    }

    /// The pages that so many items fill; an empty list has one.
    fn full(&self, items: f64) -> f64 {
        (items / self.size - TOLERANCE).ceil().max(1.0)
    }

    /// How many requests a list of so many items takes; none where there is nothing on it. `limit` is our own.
    pub(crate) fn requests(&self, items: f64, limit: Option<Limit>) -> f64 {
        if items <= 0.0 {
            return 0.0;
        }
        if !self.paged {
            return 1.0;
        }
        let pages = 1.0 + (self.full(self.shown(items, limit)) - 1.0) * self.further;
        match limit {
            Some(Limit::Pages(most)) => pages.min(float(most)),
            Some(Limit::Items(_)) | None => pages,
        }
    }

    /// How many of so many items are shown.
    pub(crate) fn shown(&self, items: f64, limit: Option<Limit>) -> f64 {
        let most = match limit {
            None if self.paged => return items,
            None => self.size,
            // The page that reaches a limit is bought whole.
            Some(Limit::Items(most)) => (float(most) / self.size).ceil() * self.size,
            Some(Limit::Pages(most)) => float(most) * self.size,
        };
        items.min(most)
    }
}

/// The size of the page in the middle: a few damaged pages do not move it.
fn middle(paged: &Paged, all: i64) -> i64 {
    let mut before = 0;
    for (size, many) in &paged.full_pages {
        before += many;
        if 2 * before >= all {
            return *size;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::plan::Walk;

    fn step(page_size: i64, paged: bool) -> Step {
        Step {
            endpoint: "/a".into(),
            units: 1,
            forced_units: None,
            page_size,
            paged,
            amount: None,
            variants: &[],
        }
    }

    #[track_caller]
    fn is(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }

    #[test]
    fn the_registry_counts_until_enough_was_measured() {
        let mut paged = Paged {
            full_pages: BTreeMap::from([(20, 4)]),
            ..Paged::default()
        };
        is(Paging::of(&step(25, true), Some(&paged)).size, 25.0);
        paged.full_pages = BTreeMap::from([(3, 1), (20, 9), (25, 2)]);
        let paging = Paging::of(&step(25, true), Some(&paged));
        is(paging.size, 20.0);
        assert_eq!(paging.measured, 12);
    }

    #[test]
    fn the_last_page_is_short_and_an_empty_list_costs_nothing() {
        let paging = Paging::of(&step(25, true), None);
        for (items, requests) in [
            (0.0, 0.0),
            (1.0, 1.0),
            (25.0, 1.0),
            (26.0, 2.0),
            (50.0, 2.0),
            (51.0, 3.0),
        ] {
            is(paging.requests(items, None), requests);
        }
        is(Paging::of(&step(77, false), None).requests(5_000.0, None), 1.0);
    }

    #[test]
    fn limits_end_a_walk_after_the_page_that_reaches_them() {
        let paging = Paging::of(&step(25, true), None);
        is(paging.requests(500.0, Some(Limit::Items(26))), 2.0);
        is(paging.shown(500.0, Some(Limit::Items(26))), 50.0);
        is(paging.requests(500.0, Some(Limit::Pages(3))), 3.0);
        is(paging.requests(10.0, Some(Limit::Pages(3))), 1.0);
    }

    #[test]
    fn empty_pages_and_repeats_make_further_pages_dearer() {
        let walk = |items, pages, lists| Walk { items, pages, lists };
        let paged = Paged {
            walks: vec![walk(50, 2, 30), walk(50, 3, 10)],
            ..Paged::default()
        };
        let paging = Paging::of(&step(25, true), Some(&paged));
        is(paging.further, 1.25);
        is(paging.requests(75.0, None), 3.5);
        is(paging.requests(20.0, None), 1.0);
    }
}
