//! What somebody reposted: posts of others, with a note of when, and seldom of why.

use crate::mock::draw::Draw;
use crate::mock::people::{self, Nature};
use crate::mock::phrases;
use crate::mock::posts::{self, PostKey};

/// A post that somebody shows again.
#[derive(Clone, Debug)]
pub(crate) struct Repost {
    pub(crate) key: PostKey,
    /// The reposter's own note; a few reposts have none.
    pub(crate) note: Option<Note>,
    /// Somebody else's note that stands before it.
    pub(crate) other_note: Option<(usize, Note)>,
}

/// What stands beside a repost.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) id: i64,
    /// Unix seconds.
    pub(crate) at: i64,
    /// Mostly empty.
    pub(crate) text: String,
}

/// The reposts of somebody, the newest first.
pub(crate) fn of(seed: u64, size: usize, user: usize) -> Vec<Repost> {
    let mut draw = Draw::new(seed, "reposts", &[user as u64]);
    if people::nature(seed, user) == Nature::Deleted || draw.chance(0.4) {
        return Vec::new();
    }
    let wanted = draw.power(2.0, 0.9, 40);
    let mut keys = Vec::with_capacity(wanted);
    // Somebody who has few posts is drawn again and again; giving up leaves the list a little shorter.
    for _ in 0..wanted * 3 {
        if keys.len() == wanted {
            break;
        }
        if let Some(key) = post_of_others(&mut draw, seed, size, user)
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    let mut at = 1_775_900_000;
    let reposts = keys.into_iter().map(|key| {
        at -= draw.between(60, 7_000);
        let other = draw.below(size);
        let is_other = other != user && people::nature(seed, other) != Nature::Deleted;
        Repost {
            key,
            note: draw.chance(0.95).then(|| note(&mut draw, at)),
            other_note: (is_other && draw.chance(0.1)).then(|| (other, note(&mut draw, at - 50))),
        }
    });
    reposts.collect()
}

/// A post that a stranger can see; none if the draw met somebody who has none.
pub(crate) fn post_of_others(draw: &mut Draw, seed: u64, size: usize, user: usize) -> Option<PostKey> {
    let owner = draw.below(size);
    let count = posts::count(seed, owner);
    let is_shown = people::nature(seed, owner) != Nature::Private && owner != user && count > 0;
    is_shown.then(|| PostKey {
        owner,
        number: draw.below(count),
    })
}

fn note(draw: &mut Draw, at: i64) -> Note {
    let mut text = String::new();
    if draw.chance(0.15) {
        text.push_str(draw.of(&phrases::SENTENCES));
        if draw.chance(0.1) {
            text.push(phrases::HALF_PAIR);
        }
    }
    Note {
        id: draw.between(17_900_000_000_000_000, 18_099_999_999_999_999),
        at,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reposts_are_different_posts_of_others_and_mostly_without_words() {
        let (seed, size) = (3, 200);
        let (mut silent, mut spoken, mut bare) = (0, 0, 0);
        for user in 0..size {
            let reposts = of(seed, size, user);
            let mut keys: Vec<PostKey> = reposts.iter().map(|repost| repost.key).collect();
            assert!(keys.iter().all(|key| key.owner != user));
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), reposts.len());
            for repost in &reposts {
                match &repost.note {
                    None => bare += 1,
                    Some(note) if note.text.is_empty() => silent += 1,
                    Some(_) => spoken += 1,
                }
            }
        }
        assert!(
            bare > 2 && spoken > 20 && silent > 3 * spoken,
            "{bare}, {spoken}, {silent}"
        );
    }
}
