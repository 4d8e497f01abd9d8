//! Who somebody is on a day: names and biographies change, accounts close for a while, and some are deleted.

use crate::mock::days::{self, STEADY_PEOPLE};
use crate::mock::draw::Draw;
use crate::mock::people::{self, Nature, Person};
use crate::mock::phrases;

impl Person {
    /// Who stands at an index on a day.
    pub(crate) fn on(seed: u64, index: usize, day: u32) -> Self {
        let mut person = Self::new(seed, index);
        let last = |subject, chance| days::last_event(draw(seed, subject, index), chance, day);
        person.username = username(seed, index, day);
        person.is_private = nature(seed, index, day) == Nature::Private;
        if let Some((event, _)) = last("full names", days::NEW_FULL_NAME) {
            let mut draw = Draw::new(seed, "new full name", &[index as u64, event.into()]);
            person.full_name = people::full_name(&mut draw);
        }
        if let Some((event, _)) = last("biographies", days::NEW_BIOGRAPHY) {
            let mut draw = Draw::new(seed, "new biography", &[index as u64, event.into()]);
            person.biography = people::biography(&mut draw);
        }
        person
    }
}

/// The username at an index on a day. Nobody ever has a name that another had: the index stands in it, and how often it
/// was changed.
pub(crate) fn username(seed: u64, index: usize, day: u32) -> String {
    let Some((_, times)) = days::last_event(draw(seed, "renames", index), days::RENAMED, day) else {
        return people::username(seed, index);
    };
    let mut draw = Draw::new(seed, "new username", &[index as u64, times as u64]);
    let first = draw.of(&phrases::FIRST_NAMES);
    let last = draw.of(&phrases::LAST_NAMES);
    format!("{first}.{last}{times}_{index}")
}

/// What is special about the person at an index on a day: a closed account is private, a deleted one is deleted.
pub(crate) fn nature(seed: u64, index: usize, day: u32) -> Nature {
    let nature = people::nature(seed, index);
    if day == 0 {
        return nature;
    }
    if deleted_on(seed, index).is_some_and(|deleted| deleted <= day) {
        Nature::Deleted
    } else if nature != Nature::Deleted && is_closed(seed, index, day) {
        Nature::Private
    } else {
        nature
    }
}

/// The day on which an account is deleted, however far away; 0 for those that never were there, none for those that
/// never go.
pub(crate) fn deleted_on(seed: u64, index: usize) -> Option<u32> {
    if people::nature(seed, index) == Nature::Deleted {
        return Some(0);
    }
    let mut events = days::events(draw(seed, "deletion", index), days::ACCOUNT_DELETED);
    if index < STEADY_PEOPLE {
        None
    } else {
        events.next()
    }
}

/// Whether a public account is private for a while.
fn is_closed(seed: u64, index: usize, day: u32) -> bool {
    let closings = days::events(draw(seed, "closings", index), days::CLOSED);
    index >= STEADY_PEOPLE
        && closings.take_while(|first| *first <= day).any(|first| {
            let mut draw = Draw::new(seed, "closed for", &[index as u64, first.into()]);
            let (least, most) = days::CLOSED_FOR_DAYS;
            i64::from(day - first) < draw.between(least, most)
        })
}

fn draw(seed: u64, subject: &str, index: usize) -> Draw {
    Draw::new(seed, subject, &[index as u64])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_is_ever_anothers() {
        let mut names = HashSet::new();
        let mut renamed = 0;
        for index in 0..2_000 {
            let mut own: Vec<String> = (0..60).map(|day| username(4, index, day)).collect();
            own.dedup();
            renamed += own.len() - 1;
            for name in own {
                assert!(names.insert(name.clone()), "{name} was there before");
            }
        }
        assert!(renamed > 300, "{renamed}");
    }

    #[test]
    fn who_is_deleted_stays_so_and_who_closes_opens_again() {
        let (mut deleted, mut closed) = (0, 0);
        for index in 0..1_000 {
            let natures: Vec<Nature> = (0..60).map(|day| nature(4, index, day)).collect();
            let gone = natures.iter().position(|nature| *nature == Nature::Deleted);
            let lived = gone.unwrap_or(60);
            assert!(natures[lived..].iter().all(|nature| *nature == Nature::Deleted));
            deleted += usize::from((1..60).contains(&lived));
            let usual = people::nature(4, index);
            let opened = natures[..lived]
                .windows(2)
                .any(|days| days[0] == Nature::Private && days[1] == usual && days[0] != days[1]);
            closed += usize::from(opened);
            assert!(
                natures[..lived]
                    .iter()
                    .all(|nature| *nature == usual || *nature == Nature::Private)
            );
        }
        assert!(deleted > 30 && closed > 60, "{deleted} and {closed}");
        assert!((0..STEADY_PEOPLE).all(|index| nature(4, index, 400) == people::nature(4, index)));
    }
}
