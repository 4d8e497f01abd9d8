//! The stretches against a list that changes under interrupted walks.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// How a cursor names the place where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cursors {
    /// After an item, by its time and number.
    After,
    /// At a number of items from the top.
    Offset,
}

/// A list, what is known of it, and the walks over it.
struct Story {
    draw: fastrand::Rng,
    cursors: Cursors,
    /// The newest first.
    posts: Vec<Mark>,
    next: i64,
    seen: BTreeSet<i64>,
    stretches: Vec<Stretch>,
    sweep: i64,
    pages: usize,
    /// How many posts a page may show.
    a_page: std::ops::Range<usize>,
}

impl Story {
    fn new(seed: u64, cursors: Cursors) -> Self {
        let mut story = Self {
            draw: fastrand::Rng::with_seed(seed),
            cursors,
            posts: Vec::new(),
            next: 1,
            seen: BTreeSet::new(),
            stretches: Vec::new(),
            sweep: 0,
            pages: 0,
            a_page: 1..16,
        };
        let count = story.draw.usize(0..80);
        story.post(count);
        story
    }

    fn post(&mut self, count: usize) {
        for _ in 0..count {
            // Two posts may share a second.
            let taken_at = 1_000 + self.next - i64::from(self.draw.u8(0..5) == 0);
            let newest = self.posts.iter().map(|post| post.taken_at).max();
            let taken_at = newest.map_or(taken_at, |newest| taken_at.max(newest));
            self.posts.insert(
                0,
                Mark {
                    taken_at,
                    id: self.next,
                },
            );
            self.next += 1;
        }
    }

    fn delete(&mut self, count: usize) {
        for _ in 0..count.min(self.posts.len()) {
            let place = self.draw.usize(0..self.posts.len());
            self.posts.remove(place);
        }
    }

    fn page(&self, cursor: Option<&str>, size: usize) -> (Vec<Mark>, Option<String>) {
        let from = match (cursor, self.cursors) {
            (None, _) => 0,
            (Some(text), Cursors::Offset) => text.parse().unwrap(),
            (Some(text), Cursors::After) => {
                let (taken_at, id) = text.split_once(' ').unwrap();
                let after: (i64, i64) = (taken_at.parse().unwrap(), id.parse().unwrap());
                self.posts
                    .iter()
                    .position(|post| (post.taken_at, post.id) < after)
                    .unwrap_or(self.posts.len())
            }
        };
        let from = from.min(self.posts.len());
        let to = (from + size).min(self.posts.len());
        let marks = self.posts[from..to].to_vec();
        let next = (to < self.posts.len()).then(|| match (self.cursors, marks.last()) {
            (Cursors::After, Some(last)) => format!("{} {}", last.taken_at, last.id),
            _ => to.to_string(),
        });
        (marks, next)
    }

    /// The owner moves a post that was seen to another place of the list, and puts back the one before.
    fn move_one(&mut self) {
        self.posts
            .sort_by_key(|post| std::cmp::Reverse((post.taken_at, post.id)));
        let known: Vec<usize> = (0..self.posts.len())
            .filter(|place| self.seen.contains(&self.posts[*place].id))
            .collect();
        if known.is_empty() {
            return;
        }
        let post = self.posts.remove(known[self.draw.usize(0..known.len())]);
        let to = self.draw.usize(0..=self.posts.len());
        self.posts.insert(to, post);
    }

    /// One sweep, perhaps interrupted for good; says whether all was known at its end.
    fn sweep(&mut self, interrupted: bool) -> bool {
        self.sweep += 1;
        let size = self.draw.usize(self.a_page.clone());
        let last_page = if interrupted {
            self.draw.usize(1..5)
        } else {
            usize::MAX
        };
        let (mut own, mut cursor, mut jumps) = (None, None::<String>, true);
        let mut pages = 0;
        loop {
            pages += 1;
            self.pages += 1;
            assert!(pages < 500, "the walk does not end");
            let (marks, next) = self.page(cursor.as_deref(), size);
            self.seen.extend(marks.iter().map(|mark| mark.id));
            let read = Read {
                marks: &marks,
                ended: next.is_none(),
                endpoint: "posts",
                cursor: cursor.as_deref(),
                sweep: self.sweep,
                started_at: self.sweep,
                joins: true,
                jumps,
            };
            let others: Vec<(Stretch, bool)> = self
                .stretches
                .iter()
                .map(|stretch| (stretch.clone(), stretch.reaches_end))
                .collect();
            let outcome = after_page(own.take(), &others, &read);
            let mut place = 0;
            self.stretches.retain(|_| {
                place += 1;
                !outcome.absorbed.contains(&(place - 1))
            });
            own = outcome.own;
            let ends = match outcome.step {
                Step::Known => true,
                Step::GoOn | Step::Jump(_) if next.is_none() => true,
                // Read to the end, without any conclusion.
                Step::Unordered => {
                    self.stretches.clear();
                    self.seen.extend(self.posts.iter().map(|post| post.id));
                    return true;
                }
                Step::GoOn => {
                    cursor = next;
                    false
                }
                Step::Jump(resume) => {
                    cursor = Some(resume);
                    false
                }
                Step::Astray => {
                    // From the first page again, without jumps; what the walk knew so far stays a stretch.
                    self.stretches.extend(own.take());
                    (cursor, jumps) = (None, false);
                    false
                }
            };
            if ends || pages >= last_page {
                self.stretches.extend(own);
                return ends;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn interrupted_walks_leave_no_hole(seed in any::<u64>(), by_offset in any::<bool>(), moves in any::<bool>()) {
        // What a cursor that names a moved post leads to is the upstream's secret.
        let cursors = if by_offset || moves { Cursors::Offset } else { Cursors::After };
        let mut story = Story::new(seed, cursors);
        if moves {
            story.a_page = 6..20;
        }
        for _ in 0..12 {
            let interrupted = story.draw.bool();
            let knows_all = story.sweep(interrupted);
            if knows_all {
                let missing: Vec<i64> =
                    story.posts.iter().map(|post| post.id).filter(|id| !story.seen.contains(id)).collect();
                prop_assert!(missing.is_empty(), "missing {missing:?} after sweep {}", story.sweep);
            }
            let new = if story.draw.bool() { story.draw.usize(0..12) } else { 0 };
            let gone = story.draw.usize(0..8);
            story.post(new);
            story.delete(gone);
            if moves {
                story.move_one();
            }
        }
    }
}

#[test]
fn an_unchanged_list_is_known_after_its_first_page() {
    for seed in 0..50 {
        let mut story = Story::new(seed, Cursors::After);
        story.post(3);
        story.sweep(false);
        let before = story.pages;
        assert!(story.sweep(false));
        assert_eq!(story.pages, before + 1);
    }
}

#[test]
fn a_walk_that_was_interrupted_is_taken_up_at_its_end() {
    let mut story = Story::new(7, Cursors::After);
    story.posts.clear();
    story.post(400);
    let page = |story: &Story, cursor: Option<&str>| story.page(cursor, 10);
    // 30 pages of 40 are read, then the walk is given up.
    let (mut own, mut cursor) = (None, None);
    for _ in 0..30 {
        let (marks, next) = page(&story, cursor.as_deref());
        let read = Read {
            marks: &marks,
            ended: false,
            endpoint: "posts",
            cursor: cursor.as_deref(),
            sweep: 1,
            started_at: 1,
            joins: true,
            jumps: true,
        };
        own = after_page(own, &[], &read).own;
        cursor = next;
    }
    story.stretches.extend(own);
    story.seen.extend(story.posts[..300].iter().map(|post| post.id));
    story.sweep = 1;
    assert!(story.sweep(false));
    assert!(story.posts.iter().all(|post| story.seen.contains(&post.id)));
}

#[test]
fn a_list_that_is_not_in_the_order_of_time_proves_nothing() {
    let mark = |taken_at| Mark {
        taken_at,
        id: taken_at,
    };
    let read = |marks| Read {
        marks,
        ended: false,
        endpoint: "posts",
        cursor: None,
        sweep: 2,
        started_at: 2,
        joins: true,
        jumps: true,
    };
    let rising = [mark(5), mark(9)];
    assert_eq!(after_page(None, &[], &read(&rising)).step, Step::Unordered);
    let first = [mark(9), mark(5)];
    let own = after_page(None, &[], &read(&first)).own;
    let above = [mark(12), mark(11)];
    assert_eq!(after_page(own, &[], &read(&above)).step, Step::Unordered);
}
