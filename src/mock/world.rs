//! The world itself: what can be asked of it, in the world's own terms. It knows nothing of JSON or of HTTP.

mod below;
mod lists;

use crate::mock::days;
use crate::mock::draw::Draw;
use crate::mock::graph::Graph;
use crate::mock::pages::Pages;
use crate::mock::people::{self, Nature, Person};
use crate::mock::posts::{self, Form, Post, PostKey, names};
use crate::mock::searches;

/// How many followers of a big account `/g2/user/followers` shows at most.
const SHOWN_OF_BIG: usize = 50;

/// The counters of a profile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counters {
    pub(crate) followers: usize,
    pub(crate) following: usize,
    pub(crate) posts: usize,
    pub(crate) clips: usize,
}

/// A world of people, who follows whom, their posts and what is said below them, as it is on a day; the same for the
/// same seed, size and day.
#[derive(Debug)]
pub struct World {
    seed: u64,
    size: usize,
    day: u32,
    /// What is special about each person on this day.
    natures: Vec<Nature>,
    graph: Graph,
    /// For each person the posts of others that name them as coauthor, sorted by person.
    coauthored: Vec<(usize, PostKey)>,
}

impl World {
    /// The world of a seed on day 0. A world has at least 32 people and at most 131,072; other sizes are brought into this
    /// range.
    pub fn new(seed: u64, size: usize) -> Self {
        Self::at(seed, size, 0)
    }

    /// The same world so many days later, at most 400: each day is the one before it with a few changes. People follow,
    /// unfollow and follow again; take other names and biographies; close their accounts for a while, or delete them; make
    /// posts, caption them anew and delete them; and what they made is liked and commented on. Ids stay.
    pub fn at(seed: u64, size: usize, day: u32) -> Self {
        let size = size.clamp(people::LEAST_PEOPLE, people::MOST_PEOPLE);
        let day = day.min(days::LAST_DAY);
        let nature = |index| people::days::nature(seed, index, day);
        let mut world = Self {
            seed,
            size,
            day,
            natures: (0..size).map(nature).collect(),
            graph: Graph::at(seed, size, day),
            coauthored: Vec::new(),
        };
        let mut coauthored = Vec::new();
        // What a closed account made is on nobody's page.
        for owner in (0..size).filter(|owner| world.nature(*owner) != Nature::Private) {
            for key in world.own_posts(owner) {
                let coauthors = world.coauthors(key).into_iter();
                coauthored.extend(coauthors.map(|coauthor| (coauthor, key)));
            }
        }
        coauthored.sort_unstable();
        world.coauthored = coauthored;
        world
    }

    /// What everything is drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many people there are, deleted ones included.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many days have passed.
    pub fn day(&self) -> u32 {
        self.day
    }

    /// Seeds for a harvest that meet every kind of account first: ids and `@names`, big, private, deleted, renamed (by
    /// the old name), hidden and empty ones, then ordinary ones. No two are the same person, and on every day they are the
    /// same people.
    pub fn seeds(&self, count: usize) -> Vec<String> {
        let by_id = |index: usize| people::id(self.seed, index).to_string();
        let by_name = |index: usize| format!("@{}", people::days::username(self.seed, index, self.day));
        let mut seeds = vec![
            by_id(19),
            by_name(0),
            by_id(11),
            by_id(12),
            format!("@{}", people::old_username(self.seed, 13)),
            by_id(18),
            by_name(17),
            by_id(14),
            by_name(15),
            by_id(16),
            by_id(1),
            by_name(13),
        ];
        let ordinary = (2..self.size)
            .filter(|index| *index != 19 && people::nature(self.seed, *index) == Nature::Ordinary)
            .map(|index| {
                if index % 2 == 0 {
                    by_id(index)
                } else {
                    by_name(index)
                }
            });
        seeds.extend(ordinary.take(count));
        seeds.truncate(count);
        seeds
    }

    /// Searches for a harvest to begin with (`search:words`), no two the same.
    pub fn queries(&self, count: usize) -> Vec<String> {
        let first = usize::try_from(self.seed % 24).unwrap_or_default();
        (first..first + count)
            .map(|number| format!("search:{}", searches::words(number)))
            .collect()
    }

    pub(crate) fn person(&self, index: usize) -> Person {
        Person::on(self.seed, index, self.day)
    }

    pub(crate) fn nature(&self, index: usize) -> Nature {
        self.natures[index]
    }

    /// Whether an account is not deleted.
    pub(crate) fn is_there(&self, index: usize) -> bool {
        self.nature(index) != Nature::Deleted
    }

    pub(crate) fn user_id(&self, index: usize) -> i64 {
        people::id(self.seed, index)
    }

    /// Who has an id; nobody if the account is deleted.
    pub(crate) fn find_id(&self, id: i64) -> Option<usize> {
        let index = people::index_of_id(self.seed, self.size, id)?;
        self.is_there(index).then_some(index)
    }

    /// Who has a username now; nobody if the account is deleted.
    pub(crate) fn find_username(&self, name: &str) -> Option<usize> {
        let index = people::index_in_username(name).filter(|index| *index < self.size)?;
        let has_it = people::days::username(self.seed, index, self.day) == name;
        (has_it && self.is_there(index)).then_some(index)
    }

    /// What somebody's profile counts: exactly what the lists hold.
    pub(crate) fn counters(&self, index: usize) -> Counters {
        let posts = self.posts_of(index);
        let clips = posts
            .iter()
            .filter(|key| posts::form(self.seed, **key) == Form::Video)
            .count();
        Counters {
            followers: self.followers(index).len(),
            following: self.following(index).len(),
            posts: posts.len(),
            clips,
        }
    }

    /// Who follows somebody, in the order shown.
    pub(crate) fn followers(&self, index: usize) -> &[u32] {
        self.graph.followers(index)
    }

    /// The followers that `/g2/user/followers` shows, and whether these are only some.
    pub(crate) fn limited_followers(&self, index: usize) -> (&[u32], bool) {
        let all = self.followers(index);
        if self.nature(index) == Nature::Big {
            (&all[..SHOWN_OF_BIG.min(all.len() / 2)], true)
        } else {
            (all, false)
        }
    }

    /// Whom somebody follows, in the order shown.
    pub(crate) fn following(&self, index: usize) -> &[u32] {
        self.graph.following(index)
    }

    pub(crate) fn post(&self, key: PostKey) -> Post {
        let mut post = Post::on(self.seed, key, self.day);
        if self.day > 0 {
            post.comments = self.comments_counted(key);
        }
        post
    }

    /// Whether a post is there: made, not deleted, and its owner neither.
    pub(crate) fn has_post(&self, key: PostKey) -> bool {
        self.is_there(key.owner) && posts::days::exists(self.seed, key, self.day)
    }

    /// The post that has an id and is there.
    pub(crate) fn find_post(&self, media_id: i64) -> Option<PostKey> {
        names::key_of_id(self.seed, self.size, media_id).filter(|key| self.has_post(*key))
    }

    pub(crate) fn is_pinned(&self, key: PostKey) -> bool {
        posts::pinned(self.seed, key.owner).contains(&key.number)
    }

    pub(crate) fn coauthors(&self, key: PostKey) -> Vec<usize> {
        let mut coauthors = posts::coauthors(self.seed, self.size, key);
        coauthors.retain(|index| self.is_there(*index));
        coauthors
    }

    pub(crate) fn is_pinned_clip(&self, key: PostKey) -> bool {
        posts::pinned_clips(self.seed, key.owner).contains(&key.number)
    }

    /// How a list is cut into pages; which oddities it has is the list's own, whatever endpoint shows it.
    pub(crate) fn pages(&self, kind: &str, target: &str, length: usize, size: usize) -> Pages {
        let mut draw = Draw::new(self.seed, &format!("pages of {kind} {target}"), &[]);
        Pages {
            length,
            size,
            repeats: draw.chance(0.2),
            has_gap: draw.chance(0.12),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_size_is_the_same_world() {
        let (one, other) = (World::new(8, 200), World::new(8, 200));
        for index in 0..200 {
            assert_eq!(one.followers(index), other.followers(index));
            assert_eq!(one.posts_of(index), other.posts_of(index));
            assert_eq!(one.person(index).full_name, other.person(index).full_name);
        }
        let third = World::new(9, 200);
        assert!((0..200).any(|index| one.followers(index) != third.followers(index)));
    }

    #[test]
    fn a_coauthored_post_is_on_both_pages() {
        let world = World::new(8, 300);
        assert!(world.coauthored.len() > 10);
        for (coauthor, key) in &world.coauthored {
            assert!(world.posts_of(*coauthor).contains(key));
            assert!(world.posts_of(key.owner).contains(key));
            assert!(world.coauthors(*key).contains(coauthor));
        }
    }

    #[test]
    fn pinned_posts_come_first_and_only_once() {
        let world = World::new(8, 300);
        let mut pinned = 0;
        for index in 0..300 {
            let posts = world.posts_of(index);
            let pins = posts
                .iter()
                .take_while(|key| key.owner == index && world.is_pinned(**key))
                .count();
            pinned += pins;
            assert!(pins <= 3);
            let mut distinct = posts.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), posts.len());
        }
        assert!(pinned > 10);
    }

    #[test]
    fn the_seeds_are_different_and_as_many_as_asked_for() {
        let world = World::new(8, 300);
        let mut seeds = world.seeds(40);
        assert_eq!(seeds.len(), 40);
        seeds.sort();
        seeds.dedup();
        assert_eq!(seeds.len(), 40);
    }

    #[test]
    fn some_lists_repeat_items_and_some_have_an_empty_page() {
        let world = World::new(8, 300);
        let pages = |index: usize| world.pages("followers", &world.user_id(index).to_string(), 90, 25);
        assert!((0..300).any(|index| pages(index).repeats) && (0..300).any(|index| pages(index).has_gap));
        assert!((0..300).any(|index| !pages(index).repeats && !pages(index).has_gap));
    }
}
