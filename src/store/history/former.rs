//! The former values of a column, in the order of the answers, whatever the order in which they are stored. Pure.
//!
//! Of each value that was replaced, the last answer that said it and the first that said something else are kept. So an
//! answer that is stored late finds its place among those around it, and one that is stored twice changes nothing. What a
//! late answer cannot tell is where, between the first and the last of several equal answers, one stood that nobody kept.

use crate::clock::Timestamp;
use crate::model::Cell;
use crate::store::stamps::{self, Stamp};

/// A value that a column had.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Former {
    pub value: Cell,
    /// The last answer that said it; none if that is not known.
    pub last: Option<Stamp>,
    /// The first answer that said something else.
    pub until: Stamp,
}

/// What the newest answer says of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Present {
    pub value: Cell,
    pub last: Stamp,
    /// When the row was first seen: no value is older, as far as is known.
    pub row_since: Stamp,
}

impl Former {
    /// Whether it began and ended on one UTC day, if it began then.
    pub(crate) const fn is_of_one_day(&self, began: Stamp) -> bool {
        match self.last {
            Some(last) => same_day(last, self.until) && same_day(began, self.until),
            None => false,
        }
    }
}

/// Counts change with nearly every answer, so the last one of each UTC day is kept, not every one: those that began and
/// ended on one day are not. A value began when the one before it ended; if that was not kept, it was on the same day.
pub(crate) fn is_daily(column: &str) -> bool {
    column.ends_with("_count")
}

/// Whether both answers came on the same UTC day.
pub(crate) const fn same_day(one: Stamp, other: Stamp) -> bool {
    const DAY_MS: Timestamp = 86_400_000;
    stamps::answered_at(one) / DAY_MS == stamps::answered_at(other) / DAY_MS
}

/// Puts a value that an answer older than the newest said in its place among the former values, which stand in their
/// order.
pub(crate) fn place(formers: &mut Vec<Former>, present: &Present, value: Cell, said: Stamp, daily: bool) {
    let at = formers
        .iter()
        .position(|former| former.until > said)
        .unwrap_or(formers.len());
    let (around, last) = match formers.get(at) {
        Some(former) => (&former.value, former.last),
        None => (&present.value, Some(present.last)),
    };
    if *around == value {
        if let Some(former) = formers.get_mut(at) {
            former.last = former.last.max(Some(said));
        }
        return;
    }
    match last {
        // It stands between the last answer that said the one value and the first that said the next.
        _ if at < formers.len() && last.is_none_or(|last| said > last) => {
            let next = formers.get(at + 1).map_or(&present.value, |next| &next.value);
            let is_next = *next == value;
            let until = std::mem::replace(&mut formers[at].until, said);
            if !is_next {
                let last = Some(said);
                formers.insert(at + 1, Former { value, last, until });
            }
        }
        last => {
            let last = last.unwrap_or(present.last);
            let begins = match at {
                0 => present.row_since,
                at => formers[at - 1].until,
            };
            // What came and went on the day on which this value began was not kept: it is nothing new.
            if daily && said >= begins && same_day(begins, said) {
                return;
            }
            let before = around.clone();
            let late = Former {
                value,
                last: Some(said),
                until: if said < begins { begins.min(last) } else { last },
            };
            formers.insert(at, late);
            // It interrupts a value that was there before it and after it. When a row was first seen, nobody may have
            // spoken of its counts.
            if said >= begins && !(daily && at == 0) {
                let begun = Former {
                    value: before,
                    last: Some(begins),
                    until: said,
                };
                formers.insert(at, begun);
            }
        }
    }
    if daily {
        let mut began = present.row_since.min(said);
        formers.retain(|former| {
            let is_kept = !former.is_of_one_day(began);
            began = former.until;
            is_kept
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Record, User, UserId};
    use crate::store::merge::Merged;

    /// What is kept of a user's names and of how many follow, after these answers in this order: as the store does it.
    fn kept(answers: &[(i64, i64)]) -> (Vec<Former>, Vec<Former>) {
        let mut row = Merged::new(1, User::COLUMNS.len(), answers[0].1);
        let mut formers: BTreeMap<&str, Vec<Former>> = BTreeMap::new();
        for (value, at) in answers {
            let answer = User {
                full: true,
                username: crate::model::Field::Is(format!("name{value}")),
                follower_count: crate::model::Field::Is(*value),
                ..User::known(UserId(1))
            };
            let changes = row.add(answer, stamps::stamp(*at, 0));
            for (name, former) in changes.replaced {
                let formers = formers.entry(name).or_default();
                let began = formers.last().map_or(changes.row_since, |before| before.until);
                if !(is_daily(name) && former.is_of_one_day(began)) {
                    formers.push(former);
                }
            }
            for late in changes.late {
                let formers = formers.entry(late.name).or_default();
                place(formers, &late.present, late.value, late.said, is_daily(late.name));
            }
        }
        let mut of = |name| formers.remove(name).unwrap_or_default();
        (of("username"), of("follower_count"))
    }

    proptest! {
        #[test]
        fn the_order_of_commits_changes_no_history(
            runs in prop::collection::vec(1..4_usize, 1..5),
            step in prop_oneof![Just(1_i64), Just(30_000_000)],
            seed in any::<u64>(),
        ) {
            let values = runs.iter().zip(0..).flat_map(|(many, value)| vec![value; *many]);
            let in_order: Vec<(i64, i64)> =
                values.zip(0..).map(|(value, at)| (value, 1_767_225_600_000 + at * step)).collect();
            let mut shuffled = in_order.clone();
            fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
            let (names, counts) = kept(&in_order);
            prop_assert_eq!(names.len(), runs.len() - 1);
            prop_assert_eq!(&kept(&shuffled).0, &names);
            if step == 1 {
                prop_assert_eq!(&counts, &vec![], "all within one day");
                prop_assert_eq!(&kept(&shuffled).1, &counts);
            }
            let mut twice = shuffled.clone();
            twice.extend(shuffled);
            prop_assert_eq!(&kept(&twice).0, &names);
        }
    }

    proptest! {
        #[test]
        fn what_was_told_in_its_time_changes_nothing_when_it_is_told_again(
            values in prop::collection::vec(0..3_i64, 1..12),
            step in prop_oneof![Just(1_i64), Just(7_000_000), Just(30_000_000)],
            seed in any::<u64>(),
        ) {
            let mut answers: Vec<(i64, i64)> =
                values.into_iter().zip(0..).map(|(value, at)| (value, 1_767_225_600_000 + at * step)).collect();
            let expected = kept(&answers);
            let mut random = fastrand::Rng::with_seed(seed);
            let mut again: Vec<_> = answers.iter().copied().filter(|_| random.bool()).collect();
            random.shuffle(&mut again);
            answers.extend(again);
            prop_assert_eq!(kept(&answers), expected);
        }
    }

    fn texts(formers: &[Former]) -> Vec<String> {
        let text = |former: &Former| {
            let Cell::Text(value) = &former.value else {
                return "not a text".to_owned();
            };
            let last = former.last.map_or(-1, stamps::answered_at);
            format!("{value} {last} {}", stamps::answered_at(former.until))
        };
        formers.iter().map(text).collect()
    }

    #[test]
    fn a_value_that_interrupts_another_is_found_between_its_sightings() {
        let (names, _) = kept(&[(1, 10), (2, 20), (1, 30), (3, 25)]);
        assert_eq!(texts(&names), ["name1 10 20", "name2 20 25", "name3 25 30"]);
        let (names, _) = kept(&[(1, 10), (2, 20), (2, 40), (3, 50), (1, 30)]);
        assert_eq!(
            texts(&names),
            ["name1 10 20", "name2 20 30", "name1 30 40", "name2 40 50"]
        );
    }

    #[test]
    fn of_counts_the_last_of_each_day_is_kept() {
        const DAY: i64 = 86_400_000;
        let answers = [
            (5, DAY),
            (6, DAY + 1),
            (7, 2 * DAY),
            (8, 3 * DAY),
            (9, 3 * DAY + 5),
        ];
        let values =
            |formers: &[Former]| -> Vec<Cell> { formers.iter().map(|former| former.value.clone()).collect() };
        let expected = [Cell::Int(6), Cell::Int(7)];
        assert_eq!(values(&kept(&answers).1), expected);
        let late = [answers[0], answers[2], answers[3], answers[1], answers[4]];
        assert_eq!(values(&kept(&late).1), expected);
    }

    /// Three answers a day, for days in which the count changes at noon.
    fn at_noon(days: i64) -> Vec<(i64, i64)> {
        const DAY: i64 = 86_400_000;
        (1..=days)
            .flat_map(|day| {
                let at = |hour: i64| day * DAY + hour * 3_600_000;
                [
                    (10 * day, at(0) + 1),
                    (10 * day + 10, at(12)),
                    (10 * day + 10, at(23)),
                ]
            })
            .collect()
    }

    #[test]
    fn a_count_that_stood_since_the_day_before_is_kept_though_its_day_read_it_again() {
        let values: Vec<Cell> = kept(&at_noon(4))
            .1
            .into_iter()
            .map(|former| former.value)
            .collect();
        assert_eq!(values, [Cell::Int(20), Cell::Int(30), Cell::Int(40)]);
    }
}
