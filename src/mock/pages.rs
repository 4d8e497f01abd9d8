//! How a list is cut into pages, with the two oddities of the upstream: pages that repeat the last item of the page
//! before, and an empty page in the middle with a cursor to go on.

use std::ops::Range;

/// The cut of one list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages {
    /// Items of the list.
    pub(crate) length: usize,
    /// Items of a full page.
    pub(crate) size: usize,
    /// Each later page begins with the last item of the one before.
    pub(crate) repeats: bool,
    /// The second page is empty.
    pub(crate) has_gap: bool,
}

impl Pages {
    /// How many items the pages before a page show, where the list is as long as it must be to have that page.
    pub(crate) fn shown_before(&self, number: usize) -> usize {
        let gaps = usize::from(self.has_gap && number > 1);
        match number - gaps {
            0 => 0,
            full => self.size + (full - 1) * self.step(),
        }
    }

    /// The items on the page of a number before which so many items were shown.
    pub(crate) fn after(&self, number: usize, shown: usize) -> Range<usize> {
        if self.gap() == Some(number) {
            return 0..0;
        }
        let overlap = usize::from(self.repeats && self.size > 1 && shown > 0);
        let start = (shown - overlap).min(self.length);
        start..(start + self.size).min(self.length)
    }

    /// How many pages there are; a list without items has one.
    pub(crate) fn count(&self) -> usize {
        let later = self.length.saturating_sub(self.size).div_ceil(self.step());
        1 + later + usize::from(self.gap().is_some())
    }

    /// Pages of one item have no room for a repeated one.
    fn step(&self) -> usize {
        self.size - usize::from(self.repeats && self.size > 1)
    }

    fn gap(&self) -> Option<usize> {
        (self.has_gap && self.length > self.size).then_some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_cover_it_whatever_its_oddities() {
        for length in 0..90 {
            for (repeats, has_gap) in [(false, false), (true, false), (false, true), (true, true)] {
                let pages = Pages {
                    length,
                    size: 12,
                    repeats,
                    has_gap,
                };
                let mut next = 0;
                for number in 0..pages.count() {
                    assert!(length == 0 || pages.shown_before(number) < length);
                    assert_eq!(pages.shown_before(number), next);
                    let page = pages.after(number, next);
                    if page.is_empty() {
                        continue;
                    }
                    assert!(page.len() <= 12);
                    assert!(page.start == next || (repeats && page.start + 1 == next));
                    assert!(page.end > next, "page {number} of {pages:?} shows nothing new");
                    next = page.end;
                }
                assert_eq!(next, length);
                assert!(pages.shown_before(pages.count()) >= length);
            }
        }
    }
}
