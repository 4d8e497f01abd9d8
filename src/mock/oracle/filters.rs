//! Which of those who are found are added: they are judged in waves, as many at a time as there is room for.

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::harvest::Harvest;

impl Harvest<'_> {
    /// Those who are added, in order.
    pub(crate) fn admitted(&mut self, candidates: Vec<usize>, room: usize) -> Vec<usize> {
        let mut admitted = Vec::new();
        let mut waiting = candidates.into_iter();
        while admitted.len() < room {
            let wave: Vec<usize> = waiting.by_ref().take(room - admitted.len()).collect();
            if wave.is_empty() {
                break;
            }
            for index in wave {
                if self.turned_away.contains(&index) {
                    continue;
                }
                if self.passes(index) {
                    admitted.push(index);
                } else {
                    self.turned_away.insert(index);
                }
            }
        }
        admitted
    }

    /// What is known is judged first; what is not known is bought.
    fn passes(&mut self, index: usize) -> bool {
        let (world, filter) = (self.world, &self.plan.filter);
        if filter.unprofiled && self.profiled.contains(&index) {
            return false;
        }
        let (id, person) = (world.user_id(index), world.person(index));
        let followers = (world.followers(index).len() as u64).cast_signed();
        let rules = [
            (filter.verified, Columns::IS_VERIFIED, person.is_verified),
            (filter.public, Columns::IS_PRIVATE, !person.is_private),
            (
                filter.followers.is_some(),
                Columns::COUNTERS,
                filter
                    .followers
                    .is_some_and(|(least, most)| (least..=most).contains(&followers)),
            ),
        ];
        let mut has_questions = false;
        for (is_asked, columns, is_met) in rules {
            let is_known = self.tables.know(id, columns);
            if is_asked && is_known && !is_met {
                return false;
            }
            has_questions |= is_asked && !is_known;
        }
        if has_questions && self.buy_profile(&id.to_string(), Some(index)) != "complete" {
            return false;
        }
        rules.into_iter().all(|(is_asked, _, is_met)| !is_asked || is_met)
    }
}
