//! Merging observations of a row: the newest answer wins, column by column. Pure.
//!
//! Merging is commutative and idempotent: the order in which pages are committed changes nothing, only the order in
//! which they were answered counts.

use crate::clock::Timestamp;
use crate::model::{Cell, Record};
use crate::store::history::former::{Former, Present};
use crate::store::stamps::{self, Stamp};

/// A row of a merged table as it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Merged {
    /// The key.
    pub id: i64,
    /// The columns, in the record's order; `Unsaid` and `Clear` are both null in the table.
    pub cells: Vec<Cell>,
    /// Which answer each column comes from.
    pub stamps: Vec<Option<Stamp>>,
    /// When a full object last described the row.
    pub profiled_at: Option<Timestamp>,
    /// When an answer first showed the row.
    pub first_seen_at: Timestamp,
    /// When an answer last showed the row.
    pub last_seen_at: Timestamp,
}

/// What an observation means for the columns whose history is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// Values that it replaced.
    pub replaced: Vec<(&'static str, Former)>,
    /// When the row was first seen: none of them is older, as far as is known.
    pub row_since: Stamp,
    /// What it says of the time before the newest answer.
    pub late: Vec<Late>,
}

/// A value that an answer older than the newest one said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Late {
    pub name: &'static str,
    pub value: Cell,
    pub said: Stamp,
    pub present: Present,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.late.is_empty()
    }
}

impl Merged {
    /// A row that nothing is known of yet.
    pub(crate) fn new(id: i64, columns: usize, answered_at: Timestamp) -> Self {
        Self {
            id,
            cells: vec![Cell::Unsaid; columns],
            stamps: vec![None; columns],
            profiled_at: None,
            first_seen_at: answered_at,
            last_seen_at: answered_at,
        }
    }

    /// Adds one observation; returns what it means for the columns whose history is kept.
    pub(crate) fn add<R: Record>(&mut self, observation: R, stamp: Stamp) -> Changes {
        let answered_at = stamps::answered_at(stamp);
        let row_since = stamps::stamp(self.first_seen_at, 0);
        self.first_seen_at = self.first_seen_at.min(answered_at);
        self.last_seen_at = self.last_seen_at.max(answered_at);
        if observation.is_full() {
            self.profiled_at = self.profiled_at.max(Some(answered_at));
        }
        let mut changes = Changes {
            row_since,
            ..Changes::default()
        };
        for (column, cell) in observation.cells().into_iter().enumerate() {
            if cell == Cell::Unsaid {
                continue;
            }
            let name = R::COLUMNS[column];
            let is_kept = R::HISTORY.contains(&name);
            let known_since = self.stamps[column];
            if let Some(last) = known_since.filter(|known| *known > stamp) {
                if is_kept {
                    let present = Present {
                        value: self.cells[column].clone(),
                        last,
                        row_since,
                    };
                    changes.late.push(Late {
                        name,
                        value: cell,
                        said: stamp,
                        present,
                    });
                }
                continue;
            }
            let value = std::mem::replace(&mut self.cells[column], cell);
            self.stamps[column] = Some(stamp);
            // What one answer says has not changed, even if it is read otherwise now, or says two things.
            if let Some(last) =
                known_since.filter(|last| *last < stamp && is_kept && value != self.cells[column])
            {
                let former = Former {
                    value,
                    last: Some(last),
                    until: stamp,
                };
                changes.replaced.push((name, former));
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Field, User, UserId};

    fn field<T: Clone + std::fmt::Debug>(
        value: impl Strategy<Value = T>,
        clears: bool,
    ) -> impl Strategy<Value = Field<T>> {
        (value, 0..4).prop_map(move |(value, choice)| match choice {
            0 => Field::Unsaid,
            1 if clears => Field::Clear,
            _ => Field::Is(value),
        })
    }

    prop_compose! {
        fn observation()(
            full in any::<bool>(),
            username in field("[a-c]", false),
            biography in field("[x-z]", true),
            is_private in field(any::<bool>(), false),
            follower_count in field(0..5_i64, false),
        ) -> User {
            User {
                full,
                username,
                biography: if full { biography } else { Field::Unsaid },
                is_private,
                follower_count: if full { follower_count } else { Field::Unsaid },
                ..User::known(UserId(1))
            }
        }
    }

    fn merge(observations: &[(User, Stamp)]) -> Merged {
        let first = stamps::answered_at(observations[0].1);
        let mut merged = Merged::new(1, User::COLUMNS.len(), first);
        for (user, stamp) in observations {
            merged.add(user.clone(), *stamp);
        }
        merged
    }

    proptest! {
        #[test]
        fn the_order_of_commits_changes_nothing(
            users in prop::collection::vec(observation(), 1..6),
            seed in any::<u64>(),
        ) {
            let in_order: Vec<(User, Stamp)> =
                users.into_iter().zip(0_i64..).map(|(user, at)| (user, stamps::stamp(1_000 + at, at))).collect();
            let mut shuffled = in_order.clone();
            fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
            prop_assert_eq!(merge(&in_order), merge(&shuffled));
            let mut twice = in_order.clone();
            twice.extend(in_order.clone());
            prop_assert_eq!(merge(&in_order), merge(&twice));
        }
    }

    #[test]
    fn a_short_form_never_erases_and_a_full_object_clears() {
        let full = User {
            full: true,
            biography: Field::Is("hello".into()),
            ..User::known(UserId(1))
        };
        let short = User {
            username: Field::Is("a".into()),
            ..User::known(UserId(1))
        };
        let emptied = User {
            full: true,
            biography: Field::Clear,
            ..User::known(UserId(1))
        };
        let merged = merge(&[(full.clone(), stamps::stamp(1, 1)), (short, stamps::stamp(2, 2))]);
        assert_eq!(merged.cells[2], Cell::Text("hello".into()));
        let merged = merge(&[(full, stamps::stamp(1, 1)), (emptied, stamps::stamp(3, 3))]);
        assert_eq!(merged.cells[2], Cell::Clear);
    }

    #[test]
    fn a_change_of_a_known_value_is_history() {
        let mut merged = Merged::new(1, User::COLUMNS.len(), 1);
        let named = |name: &str| User {
            username: Field::Is(name.into()),
            ..User::known(UserId(1))
        };
        assert!(merged.add(named("old"), stamps::stamp(1, 1)).is_empty());
        let former = Former {
            value: Cell::Text("old".into()),
            last: Some(stamps::stamp(1, 1)),
            until: stamps::stamp(2, 2),
        };
        let changes = merged.add(named("new"), stamps::stamp(2, 2));
        assert_eq!(changes.replaced, vec![("username", former)]);
        let changes = merged.add(named("NEW"), stamps::stamp(2, 2));
        assert!(changes.is_empty(), "the same answer, read otherwise");
        let changes = merged.add(named("older"), stamps::stamp(0, 3));
        assert_eq!(changes.replaced, vec![], "an older answer changes nothing");
        assert_eq!(changes.late[0].value, Cell::Text("older".into()));
    }
}
