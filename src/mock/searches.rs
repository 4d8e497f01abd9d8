//! What a search finds, for any words: accounts and posts in turn, the accounts again and again.

use crate::mock::draw::Draw;
use crate::mock::likes;
use crate::mock::people;
use crate::mock::phrases;
use crate::mock::posts::PostKey;
use crate::mock::reposts;

/// Places for accounts in all pages together; far fewer accounts stand in them.
const USER_SLOTS: usize = 35;

/// One thing found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    User(usize),
    Post(PostKey),
}

/// Everything that is found, in the order shown.
pub(crate) fn hits(seed: u64, size: usize, words: &str) -> Vec<Hit> {
    let mut draw = Draw::new(seed, &format!("search {words}"), &[]);
    let wanted = 8 + draw.below(5);
    let users = likes::crowd(&mut draw, size, wanted, &|index| people::was_there(seed, index));
    let wanted = 20 + draw.below(15);
    let mut posts = Vec::with_capacity(wanted);
    for _ in 0..wanted * 3 {
        if posts.len() == wanted {
            break;
        }
        if let Some(key) = reposts::post_of_others(&mut draw, seed, size, usize::MAX)
            && !posts.contains(&key)
        {
            posts.push(key);
        }
    }
    let mut hits = Vec::with_capacity(USER_SLOTS + posts.len());
    let mut posts = posts.into_iter();
    for slot in 0..USER_SLOTS {
        let met = (slot / 3 + 1).min(users.len());
        let user = if slot % 3 == 0 { met - 1 } else { draw.below(met) };
        hits.push(Hit::User(users[user]));
        hits.extend(posts.next().map(Hit::Post));
    }
    hits
}

/// Words that nobody has asked for yet: the same for the same number.
pub(crate) fn words(number: usize) -> String {
    let first = phrases::FIRST_NAMES[number % phrases::FIRST_NAMES.len()];
    let last = phrases::LAST_NAMES[(number / phrases::FIRST_NAMES.len()) % phrases::LAST_NAMES.len()];
    match number % 3 {
        0 => format!("{first} {last}"),
        1 => format!("café {first} & {last}"),
        _ => format!("#{first}{last}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn few_accounts_stand_in_many_places() {
        for size in [32, 300] {
            let hits = hits(5, size, "bread and salt");
            let users: Vec<usize> = hits
                .iter()
                .filter_map(|hit| match hit {
                    Hit::User(user) => Some(*user),
                    Hit::Post(_) => None,
                })
                .collect();
            assert_eq!(users.len(), USER_SLOTS);
            let distinct: HashSet<usize> = users.into_iter().collect();
            assert!((8..=12).contains(&distinct.len()));
            assert!(hits.len() > 3 * 17, "three pages at least");
        }
    }

    #[test]
    fn no_two_words_are_the_same() {
        let all: HashSet<String> = (0..200).map(words).collect();
        assert_eq!(all.len(), 200);
    }
}
