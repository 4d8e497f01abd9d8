//! What was odd in a body but cost no element: equal notes are counted, not repeated.

use std::cell::RefCell;

/// The odd things met while one body is read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    counted: RefCell<Vec<(String, usize)>>,
}

impl Notes {
    /// Writes one down.
    pub(crate) fn add(&self, note: impl Into<String>) {
        let note = note.into();
        let mut counted = self.counted.borrow_mut();
        match counted.iter_mut().find(|(known, _)| *known == note) {
            Some((_, count)) => *count += 1,
            None => counted.push((note, 1)),
        }
    }

    /// Forgets them: the body is read anew.
    pub(crate) fn clear(&self) {
        self.counted.borrow_mut().clear();
    }

    /// All of them in the order met, each with its count where it was met more than once.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.counted
            .into_inner()
            .into_iter()
            .map(|(note, count)| {
                if count == 1 {
                    note
                } else {
                    format!("{note} ({count} times)")
                }
            })
            .collect()
    }
}
