//! The comments and replies below a post. An id leads back to the place without any table.

pub(crate) mod days;

use crate::mock::draw::Draw;
use crate::mock::people;
use crate::mock::phrases;
use crate::mock::posts::{self, PostKey, names};

/// A comment or a reply.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub(crate) id: i64,
    pub(crate) author: usize,
    pub(crate) text: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    pub(crate) likes: i64,
    /// How many replies it has; 0 for a reply.
    pub(crate) replies: usize,
    pub(crate) is_covered: bool,
    pub(crate) gif: Option<String>,
    /// The comment that a reply answers.
    pub(crate) parent: Option<i64>,
}

/// How many comments the list below a post shows when it is new or on day 0, replies not counted.
pub(crate) fn shown(seed: u64, key: PostKey) -> usize {
    let mut draw = Draw::new(seed, "comments", &[key.owner as u64, key.number as u64]);
    if posts::comments_disabled(seed, key) || draw.chance(0.25) {
        return 0;
    }
    draw.power(1.0, 0.8, 400)
}

/// How many replies the comment at a place has.
pub(crate) fn replies(seed: u64, key: PostKey, place: usize) -> usize {
    let mut draw = Draw::new(
        seed,
        "replies",
        &[key.owner as u64, key.number as u64, place as u64],
    );
    if draw.chance(0.15) {
        draw.power(1.0, 0.9, 60)
    } else {
        0
    }
}

/// What the post says it has: comments and replies. A few posts have more than their list shows.
pub(crate) fn counter(seed: u64, key: PostKey) -> usize {
    let shown = shown(seed, key);
    let total = shown + (0..shown).map(|place| replies(seed, key, place)).sum::<usize>();
    counter_of(seed, key, total)
}

/// What the post says it has where so many comments and replies are there.
pub(crate) fn counter_of(seed: u64, key: PostKey, total: usize) -> usize {
    let mut draw = Draw::new(seed, "withheld", &[key.owner as u64, key.number as u64]);
    if total >= 20 && draw.chance(0.1) {
        total + total / 4 + 6
    } else {
        total
    }
}

/// The comment at a place of the list, or a reply to it, the first reply being number 1.
pub(crate) fn remark(seed: u64, size: usize, key: PostKey, place: usize, reply: usize) -> Remark {
    let numbers = [key.owner as u64, key.number as u64, place as u64, reply as u64];
    let mut draw = Draw::new(seed, "remark", &numbers);
    let author = drawn_author(&mut draw, seed, size);
    let gif = draw.chance(0.04).then(|| format!("{:014x}", draw.bits() >> 8));
    let mut text = draw.of(&phrases::SENTENCES).to_owned();
    if draw.chance(0.01) {
        text.push(phrases::HALF_PAIR);
    }
    let age = draw.between(60, 900_000);
    Remark {
        id: id(seed, key, place, reply),
        author,
        text,
        created_at: posts::taken_at(seed, key) + age + (reply as u64).cast_signed() * 45,
        likes: (draw.power(1.0, 1.0, 50_000) as u64).cast_signed() - 1,
        replies: if reply == 0 { replies(seed, key, place) } else { 0 },
        is_covered: draw.chance(0.03),
        gif,
        parent: (reply > 0).then(|| id(seed, key, place, 0)),
    }
}

/// Who says something: the author of [`remark`].
pub(crate) fn author(seed: u64, size: usize, key: PostKey, place: usize, reply: usize) -> usize {
    let numbers = [key.owner as u64, key.number as u64, place as u64, reply as u64];
    drawn_author(&mut Draw::new(seed, "remark", &numbers), seed, size)
}

fn drawn_author(draw: &mut Draw, seed: u64, size: usize) -> usize {
    loop {
        let author = draw.below(size);
        if people::was_there(seed, author) {
            return author;
        }
    }
}

/// The two families of comment ids; each has room for the bits of a post and a million remarks below it.
const ID_BASES: [i64; 2] = [17_850_000_000_000_000, 18_090_000_000_000_000];

fn id(seed: u64, key: PostKey, place: usize, reply: usize) -> i64 {
    let base = ID_BASES[Draw::new(seed, "family", &[names::bits(key), place as u64]).below(2)];
    let number = names::bits(key) * 1_000_000 + place as u64 * 1_000 + reply as u64;
    base + number.cast_signed()
}

/// The place of a comment below a post, if it has this id there; whether it is there is another question.
pub(crate) fn place_of_id(seed: u64, key: PostKey, comment_id: i64) -> Option<usize> {
    let base = if comment_id < ID_BASES[1] {
        ID_BASES[0]
    } else {
        ID_BASES[1]
    };
    let place = usize::try_from((comment_id - base) % 1_000_000 / 1_000).ok()?;
    (id(seed, key, place, 0) == comment_id).then_some(place)
}

/// The comment that has an id, below whatever post, whether it is there or not.
pub(crate) fn find(seed: u64, size: usize, comment_id: i64) -> Option<(PostKey, usize)> {
    let base = ID_BASES.into_iter().rev().find(|base| *base <= comment_id)?;
    let bits = u64::try_from((comment_id - base) / 1_000_000).ok()?;
    let key = names::key_of_bits(bits).filter(|key| key.owner < size)?;
    place_of_id(seed, key, comment_id).map(|place| (key, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_is_comments_and_replies_or_more() {
        let mut withheld = 0;
        for owner in 0..400 {
            for number in 0..posts::count(2, owner) {
                let key = PostKey { owner, number };
                let replies: usize = (0..shown(2, key)).map(|place| replies(2, key, place)).sum();
                let counter = counter(2, key);
                assert!(counter >= shown(2, key) + replies);
                withheld += usize::from(counter > shown(2, key) + replies);
            }
        }
        assert!(withheld > 0);
    }

    #[test]
    fn a_comments_id_leads_back_to_its_place() {
        let key = (0..200)
            .map(|owner| PostKey { owner, number: 0 })
            .max_by_key(|key| shown(2, *key))
            .unwrap();
        for place in 0..shown(2, key) {
            let remark = remark(2, 200, key, place, 0);
            assert_eq!(place_of_id(2, key, remark.id), Some(place));
            assert_eq!(remark.id.to_string().len(), 17);
        }
        assert_eq!(place_of_id(2, key, 17), None);
        let first = remark(2, 200, key, 0, 0);
        assert_eq!(find(2, 200, first.id), Some((key, 0)));
        assert_eq!(find(2, 200, first.id + 1), None);
        assert_eq!(find(2, 200, 17), None);
    }
}
