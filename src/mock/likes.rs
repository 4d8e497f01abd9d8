//! Who likes a post or a comment. Only as many are shown as the upstream shows; the counters say the rest.

use crate::mock::draw::Draw;
use crate::mock::posts::{Post, PostKey};
use crate::mock::threads::Remark;

/// So many likers of a post are shown at most.
const MOST_OF_POST: usize = 77;
/// So many likers of a comment are shown at most.
const MOST_OF_COMMENT: usize = 120;

/// Says of an index whether somebody is there.
pub(crate) type IsThere<'a> = &'a dyn Fn(usize) -> bool;

/// The likers that a post shows: all of them, or the first.
pub(crate) fn of_post(seed: u64, size: usize, post: &Post, is_there: IsThere) -> Vec<usize> {
    let mut draw = Draw::new(seed, "likers", &[post.key.owner as u64, post.key.number as u64]);
    let wanted = usize::try_from(post.likes).unwrap_or_default();
    crowd(&mut draw, size, wanted.min(MOST_OF_POST), is_there)
}

/// The likers that a comment shows: all of them, or the first.
pub(crate) fn of_comment(seed: u64, size: usize, remark: &Remark, is_there: IsThere) -> Vec<usize> {
    let mut draw = Draw::new(seed, "comment likers", &[remark.id.unsigned_abs()]);
    let wanted = usize::try_from(remark.likes).unwrap_or_default();
    crowd(&mut draw, size, wanted.min(MOST_OF_COMMENT), is_there)
}

/// Whether the upstream denies that a comment has likers although its counter says so.
pub(crate) fn hides_likers(seed: u64, key: PostKey, place: usize) -> bool {
    let numbers = [key.owner as u64, key.number as u64, place as u64];
    Draw::new(seed, "hidden likers", &numbers).chance(0.04)
}

/// So many different people who are there, in the order drawn; at most half of the world does the same thing.
pub(crate) fn crowd(draw: &mut Draw, size: usize, wanted: usize, is_there: IsThere) -> Vec<usize> {
    let wanted = wanted.min(size / 2);
    let mut crowd = Vec::with_capacity(wanted);
    while crowd.len() < wanted {
        let other = draw.below(size);
        if is_there(other) && !crowd.contains(&other) {
            crowd.push(other);
        }
    }
    crowd
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::people::{self, Nature};
    use crate::mock::posts;

    #[test]
    fn some_posts_show_all_likers_some_only_the_first_and_some_have_none() {
        let (seed, size) = (4, 300);
        let (mut all, mut first, mut none) = (0, 0, 0);
        for owner in 0..size {
            for number in 0..posts::count(seed, owner) {
                let post = Post::new(seed, PostKey { owner, number });
                let likers = of_post(seed, size, &post, &|index| people::was_there(seed, index));
                let mut distinct = likers.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), likers.len());
                match usize::try_from(post.likes).unwrap() {
                    0 => none += 1,
                    count if count <= MOST_OF_POST => {
                        assert_eq!(likers.len(), count);
                        all += 1;
                    }
                    _ => {
                        assert_eq!(likers.len(), MOST_OF_POST);
                        first += 1;
                    }
                }
            }
        }
        assert!(all > 100 && first > 20 && none > 20, "{all}, {first}, {none}");
    }

    #[test]
    fn the_least_world_has_a_crowd_too() {
        let mut draw = Draw::new(1, "crowd", &[]);
        let crowd = crowd(&mut draw, 32, 77, &|index| people::was_there(1, index));
        assert_eq!(crowd.len(), 16);
        assert!(
            crowd
                .iter()
                .all(|index| people::nature(1, *index) != Nature::Deleted)
        );
    }
}
