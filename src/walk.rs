//! What a page means for its walk: go on, ask again, or end with a verdict. Pure: numbers in, a step out.

use crate::endpoint::Next;
use crate::policy::{Ends, MAX_ASKS};
use crate::verdict::Verdict;

/// A sweep as it stands with the page counted in.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Pages of this walk, this one included.
    pub pages: i64,
    /// Items on a full page of this endpoint.
    pub page_size: i64,
    /// Items on the pages of this walk, each as often as it was shown.
    pub walk_items: i64,
    /// The list's size as its owner's object says it, before the sweep.
    pub counter_before: Option<i64>,
    /// The same, as it is known now.
    pub counter_after: Option<i64>,
    /// How much of the counter the items shown stand for.
    pub covered: i64,
    /// Distinct items shown.
    pub distinct_items: i64,
    /// Pages in a row, this one included, with nothing new to the sweep.
    pub barren: i64,
    /// Whether any page said that the upstream shows only part.
    pub limited: bool,
    /// Times this page has been asked again.
    pub asks: i64,
    /// Whether the page's next cursor was sent before in this walk.
    pub cursor_seen: bool,
    /// Our own limits on this list.
    pub max_items: Option<i64>,
    /// Our own limits on this list.
    pub max_pages: Option<i64>,
    /// Whether this list of likers has no other page: the upstream cuts it where it likes, so only the counter says that it
    /// is whole.
    pub only_page: bool,
    /// How many items were asked for, where the upstream pages on its own side.
    pub asked_for: Option<i64>,
}

impl Standing {
    /// Whether a limit of the harvest is reached, so that a wider one would have the walk go on.
    pub fn is_at_limit_of_harvest(&self) -> bool {
        self.max_items.is_some_and(|limit| self.distinct_items >= limit)
            || self.max_pages.is_some_and(|limit| self.pages >= limit)
    }

    /// Whether one of our own limits is reached, so that an end says nothing of the endpoint.
    pub fn is_at_our_limit(&self) -> bool {
        self.is_at_limit_of_harvest() || self.asked_for.is_some_and(|amount| self.distinct_items >= amount)
    }
}

/// What to do after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for the next page.
    GoOn,
    /// Ask for the same page again: it was incomplete.
    Again,
    /// The sweep is over.
    End(Verdict, String),
}

/// What comes after a page that said `next`.
pub fn after_page(ends: &Ends, standing: &Standing, next: &Next) -> Step {
    match next {
        Next::Missing if standing.asks < MAX_ASKS => Step::Again,
        Next::Missing => Step::End(
            Verdict::Failed,
            "a page showed neither a cursor nor an end, also when asked again".into(),
        ),
        Next::End => at_end(ends, standing),
        Next::Cursor(_) => with_cursor(ends, standing),
    }
}

fn with_cursor(ends: &Ends, standing: &Standing) -> Step {
    if standing.cursor_seen {
        return Step::End(
            Verdict::Looped,
            "the upstream gave a cursor that was sent before".into(),
        );
    }
    if standing.barren >= ends.nothing_new_pages {
        let pages = ends.nothing_new_pages;
        return Step::End(
            Verdict::Looped,
            format!("{pages} pages in a row showed nothing new"),
        );
    }
    if standing
        .max_items
        .is_some_and(|limit| standing.distinct_items >= limit)
    {
        return Step::End(
            Verdict::Capped,
            format!("limit of {} items", standing.max_items.unwrap_or(0)),
        );
    }
    if standing.max_pages.is_some_and(|limit| standing.pages >= limit) {
        return Step::End(
            Verdict::Capped,
            format!("limit of {} pages", standing.max_pages.unwrap_or(0)),
        );
    }
    let cap = page_cap(standing);
    if standing.pages >= cap {
        return Step::End(Verdict::Capped, format!("page cap of {cap}"));
    }
    Step::GoOn
}

fn at_end(ends: &Ends, standing: &Standing) -> Step {
    if standing.limited {
        return Step::End(
            Verdict::Truncated,
            "the upstream says that it shows only part".into(),
        );
    }
    let is_short = counter(standing).is_none_or(|counter| standing.covered < counter);
    if let Some(amount) = standing
        .asked_for
        .filter(|amount| standing.distinct_items >= *amount)
        && is_short
    {
        let reason = format!("the {amount} items that were asked for; [deprecated] amount asks for more");
        return Step::End(Verdict::Capped, reason);
    }
    if standing.only_page {
        return at_only_page(standing);
    }
    let Some(counter) = counter(standing) else {
        return Step::End(Verdict::Complete, "clean end; no counter to compare with".into());
    };
    let covered = standing.covered;
    #[expect(clippy::cast_precision_loss, reason = "counters are far below 2^52")]
    let enough = covered as f64 >= ends.coverage * counter as f64;
    if enough || counter - covered <= ends.short_by {
        Step::End(Verdict::Complete, format!("clean end; {covered} of {counter}"))
    } else {
        Step::End(
            Verdict::Truncated,
            format!("clean end, but {covered} of {counter}"),
        )
    }
}

fn at_only_page(standing: &Standing) -> Step {
    let covered = standing.covered;
    match counter(standing) {
        Some(counter) if covered >= counter => {
            Step::End(Verdict::Complete, format!("one page; {covered} of {counter}"))
        }
        Some(counter) => Step::End(
            Verdict::Truncated,
            format!("one page, but {covered} of {counter}"),
        ),
        None => Step::End(
            Verdict::Truncated,
            "one page, and no counter says that it is all".into(),
        ),
    }
}

/// The lower of the counters read before and after: a list that shrank meanwhile is not short.
pub(crate) fn counter(standing: &Standing) -> Option<i64> {
    match (standing.counter_before, standing.counter_after) {
        (Some(before), Some(after)) => Some(before.min(after)),
        (before, after) => before.or(after),
    }
}

/// A walk longer than this is not a walk of this list: 1.5 times its pages and 10, or 1,000 if its size is unknown. A page
/// holds what it should or, where that is less, what the pages of this walk held.
fn page_cap(standing: &Standing) -> i64 {
    let Some(counter) = counter(standing) else {
        return 1_000;
    };
    let declared = counter.saturating_mul(3) / (2 * standing.page_size.max(1));
    let shown = counter.saturating_mul(3 * standing.pages) / (2 * standing.walk_items.max(1));
    let pages = if standing.walk_items > 0 {
        declared.max(shown)
    } else {
        declared
    };
    pages.saturating_add(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: Ends = Ends {
        coverage: 0.95,
        short_by: 5,
        nothing_new_pages: 3,
        close_after: 2,
    };

    fn standing() -> Standing {
        Standing {
            pages: 1,
            page_size: 25,
            counter_before: Some(100),
            counter_after: Some(100),
            covered: 25,
            distinct_items: 25,
            ..Standing::default()
        }
    }

    fn verdict(standing: &Standing, next: &Next) -> Option<Verdict> {
        match after_page(&ENDS, standing, next) {
            Step::End(verdict, _) => Some(verdict),
            Step::GoOn | Step::Again => None,
        }
    }

    #[test]
    fn a_clean_end_is_complete_only_near_the_counter() {
        for (covered, counter, expected) in [
            (100, 100, Verdict::Complete),
            (95, 100, Verdict::Complete),
            (94, 100, Verdict::Truncated),
            (5, 10, Verdict::Complete),
            (4, 10, Verdict::Truncated),
            (0, 5, Verdict::Complete),
            (120, 100, Verdict::Complete),
        ] {
            let standing = Standing {
                covered,
                counter_before: Some(counter),
                counter_after: Some(counter),
                ..standing()
            };
            assert_eq!(
                verdict(&standing, &Next::End),
                Some(expected),
                "{covered} of {counter}"
            );
        }
    }

    #[test]
    fn the_lower_counter_decides() {
        let shrunk = Standing {
            covered: 60,
            counter_after: Some(60),
            ..standing()
        };
        assert_eq!(verdict(&shrunk, &Next::End), Some(Verdict::Complete));
    }

    #[test]
    fn without_a_counter_a_clean_end_is_complete_unless_limited() {
        let unknown = Standing {
            counter_before: None,
            counter_after: None,
            ..standing()
        };
        assert_eq!(verdict(&unknown, &Next::End), Some(Verdict::Complete));
        let limited = Standing {
            limited: true,
            ..unknown
        };
        assert_eq!(verdict(&limited, &Next::End), Some(Verdict::Truncated));
    }

    #[test]
    fn the_only_page_of_likers_is_complete_only_with_its_counter() {
        for (covered, counter, expected) in [
            (100, Some(100), Verdict::Complete),
            (101, Some(100), Verdict::Complete),
            (99, Some(100), Verdict::Truncated),
            (1, None, Verdict::Truncated),
        ] {
            let standing = Standing {
                covered,
                counter_before: counter,
                counter_after: counter,
                only_page: true,
                ..standing()
            };
            assert_eq!(
                verdict(&standing, &Next::End),
                Some(expected),
                "{covered} of {counter:?}"
            );
        }
    }

    #[test]
    fn as_many_as_were_asked_for_may_not_be_all() {
        for (distinct_items, counter, expected) in [
            (46, Some(100), Verdict::Capped),
            (46, Some(46), Verdict::Complete),
            (46, None, Verdict::Capped),
            (45, Some(46), Verdict::Complete),
            (45, None, Verdict::Complete),
        ] {
            let standing = Standing {
                covered: distinct_items,
                distinct_items,
                counter_before: counter,
                counter_after: counter,
                asked_for: Some(46),
                ..standing()
            };
            let found = verdict(&standing, &Next::End);
            assert_eq!(found, Some(expected), "{distinct_items} of {counter:?}");
        }
    }

    #[test]
    fn a_page_without_cursor_or_end_is_asked_again_twice_and_then_fails() {
        let mut standing = standing();
        assert_eq!(after_page(&ENDS, &standing, &Next::Missing), Step::Again);
        standing.asks = 1;
        assert_eq!(after_page(&ENDS, &standing, &Next::Missing), Step::Again);
        standing.asks = 2;
        assert_eq!(verdict(&standing, &Next::Missing), Some(Verdict::Failed));
    }

    #[test]
    fn loops_end_and_are_never_complete() {
        let next = Next::Cursor("x".into());
        let seen = Standing {
            cursor_seen: true,
            ..standing()
        };
        assert_eq!(verdict(&seen, &next), Some(Verdict::Looped));
        let barren = Standing {
            barren: 3,
            ..standing()
        };
        assert_eq!(verdict(&barren, &next), Some(Verdict::Looped));
        let nearly = Standing {
            barren: 2,
            ..standing()
        };
        assert_eq!(verdict(&nearly, &next), None);
    }

    #[test]
    fn the_page_cap_follows_the_counter() {
        let next = Next::Cursor("x".into());
        for (counter, pages, capped) in [
            (Some(100), 15, false),
            (Some(100), 16, true),
            (None, 999, false),
            (None, 1_000, true),
        ] {
            let standing = Standing {
                pages,
                counter_before: counter,
                counter_after: counter,
                ..standing()
            };
            assert_eq!(
                verdict(&standing, &next) == Some(Verdict::Capped),
                capped,
                "{counter:?} {pages}"
            );
        }
    }

    #[test]
    fn pages_that_hold_less_than_they_should_may_be_more() {
        let next = Next::Cursor("x".into());
        for (pages, walk_items, capped) in [
            // 12 on a page of 25.
            (100, 1_200, false),
            (134, 1_608, false),
            (136, 1_632, true),
            (70, 1_750, true),
            (69, 1_725, false),
            // What is shown again does not make the list longer.
            (70, 70 * 25, true),
        ] {
            let standing = Standing {
                pages,
                walk_items,
                counter_before: Some(1_000),
                counter_after: Some(1_000),
                ..standing()
            };
            assert_eq!(
                verdict(&standing, &next) == Some(Verdict::Capped),
                capped,
                "{walk_items} on {pages}"
            );
        }
    }

    #[test]
    fn our_own_limits_cap_after_the_page_that_reaches_them() {
        let next = Next::Cursor("x".into());
        let items = Standing {
            max_items: Some(25),
            ..standing()
        };
        assert_eq!(verdict(&items, &next), Some(Verdict::Capped));
        assert_eq!(
            verdict(&items, &Next::End),
            Some(Verdict::Truncated),
            "an end is judged as an end"
        );
        let pages = Standing {
            max_pages: Some(2),
            ..standing()
        };
        assert_eq!(verdict(&pages, &next), None);
    }
}
