//! The lists of the world, in the order in which they are shown.

use std::cmp::Reverse;

use crate::mock::draw::Draw;
use crate::mock::likes::crowd;
use crate::mock::people::{self, Nature};
use crate::mock::posts::{self, Form, PostKey};
use crate::mock::reposts::{self, Repost};
use crate::mock::searches::{self, Hit};
use crate::mock::world::World;

impl World {
    /// The posts on somebody's page, in the order shown: pinned ones, then own and coauthored ones, the newest first.
    pub(crate) fn posts_of(&self, index: usize) -> Vec<PostKey> {
        let pins = posts::pinned(self.seed, index);
        let own = self.own_posts(index);
        let pinned = pins.into_iter().map(|number| PostKey { owner: index, number });
        let mut posts: Vec<PostKey> = pinned.filter(|key| own.contains(key)).collect();
        let mut rest = own;
        rest.retain(|key| !posts.contains(key));
        let start = self.coauthored.partition_point(|entry| entry.0 < index);
        let shared = self.coauthored[start..]
            .iter()
            .take_while(|entry| entry.0 == index);
        rest.extend(shared.map(|entry| entry.1));
        rest.sort_by_key(|key| std::cmp::Reverse((posts::taken_at(self.seed, *key), *key)));
        posts.extend(rest);
        posts
    }

    /// The posts that somebody made and did not delete.
    pub(crate) fn own_posts(&self, owner: usize) -> Vec<PostKey> {
        if !self.is_there(owner) {
            return Vec::new();
        }
        let numbers = posts::days::numbers(self.seed, owner, self.day);
        numbers.map(|number| PostKey { owner, number }).collect()
    }

    /// Whether a stranger can see a post, wherever it is shown.
    fn shows(&self, key: PostKey) -> bool {
        self.has_post(key) && self.nature(key.owner) != Nature::Private
    }

    /// The videos on somebody's page: pinned ones, then the newest first; by plays there is no place for pins.
    pub(crate) fn clips_of(&self, index: usize, by_views: bool) -> Vec<PostKey> {
        let mut clips = self.posts_of(index);
        clips.retain(|key| posts::form(self.seed, *key) == Form::Video);
        if by_views {
            clips.sort_by_cached_key(|key| Reverse((self.post(*key).plays, *key)));
            return clips;
        }
        let pins = posts::pinned_clips(self.seed, index);
        clips.sort_by_cached_key(|key| {
            let pin = pins
                .iter()
                .position(|pin| key.owner == index && *pin == key.number);
            (
                pin.unwrap_or(pins.len()),
                Reverse((posts::taken_at(self.seed, *key), *key)),
            )
        });
        clips
    }

    /// What somebody reposted, the newest first.
    pub(crate) fn reposts_of(&self, index: usize) -> Vec<Repost> {
        let mut reposts = reposts::of(self.seed, self.size, index);
        reposts.retain(|repost| self.shows(repost.key));
        for repost in &mut reposts {
            repost.other_note.take_if(|note| !self.is_there(note.0));
        }
        reposts
    }

    /// The people beside whom the upstream puts somebody.
    pub(crate) fn related_to(&self, index: usize) -> Vec<usize> {
        let mut draw = Draw::new(self.seed, "related", &[index as u64]);
        let wanted = 3 + draw.below(20);
        let mut related = crowd(&mut draw, self.size, wanted, &|other| {
            people::was_there(self.seed, other)
        });
        related.retain(|other| *other != index && self.is_there(*other));
        related
    }

    /// What a search finds.
    pub(crate) fn hits(&self, words: &str) -> Vec<Hit> {
        let mut hits = searches::hits(self.seed, self.size, words);
        hits.retain(|hit| match hit {
            Hit::User(user) => self.is_there(*user),
            Hit::Post(key) => self.shows(*key),
        });
        hits
    }
}
