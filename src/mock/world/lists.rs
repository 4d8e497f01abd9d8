//! The lists of the world, in the order in which they are shown.

use std::cmp::Reverse;

use crate::mock::draw::Draw;
use crate::mock::likes;
use crate::mock::likes::crowd;
use crate::mock::posts::{self, Form, PostKey};
use crate::mock::reposts::{self, Repost};
use crate::mock::searches::{self, Hit};
use crate::mock::tags::{self, Tag};
use crate::mock::world::World;

impl World {
    /// The posts on somebody's page, in the order shown: pinned ones, then own and coauthored ones, the newest first.
    pub(crate) fn posts_of(&self, index: usize) -> Vec<PostKey> {
        let pinned = posts::pinned(self.seed, index);
        let own = (0..posts::count(self.seed, index)).filter(|number| !pinned.contains(number));
        let mut rest: Vec<PostKey> = own.map(|number| PostKey { owner: index, number }).collect();
        let start = self.coauthored.partition_point(|entry| entry.0 < index);
        let shared = self.coauthored[start..]
            .iter()
            .take_while(|entry| entry.0 == index);
        rest.extend(shared.map(|entry| entry.1));
        rest.sort_by_key(|key| std::cmp::Reverse((posts::taken_at(self.seed, *key), *key)));
        let mut posts: Vec<PostKey> = pinned
            .into_iter()
            .map(|number| PostKey { owner: index, number })
            .collect();
        posts.extend(rest);
        posts
    }

    /// The videos on somebody's page: pinned ones, then the newest first; by plays there is no place for pins.
    pub(crate) fn clips_of(&self, index: usize, by_views: bool) -> Vec<PostKey> {
        let mut clips = self.posts_of(index);
        clips.retain(|key| self.post(*key).form == Form::Video);
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
        reposts::of(self.seed, self.size, index)
    }

    /// The people beside whom the upstream puts somebody.
    pub(crate) fn related_to(&self, index: usize) -> Vec<usize> {
        let mut draw = Draw::new(self.seed, "related", &[index as u64]);
        let wanted = 3 + draw.below(20);
        let mut related = crowd(&mut draw, self.seed, self.size, wanted);
        related.retain(|other| *other != index);
        related
    }

    /// The likers that a post shows.
    pub(crate) fn likers_of_post(&self, key: PostKey) -> Vec<usize> {
        likes::of_post(self.seed, self.size, &self.post(key))
    }

    /// The likers that a comment shows.
    pub(crate) fn likers_of_comment(&self, key: PostKey, place: usize) -> Vec<usize> {
        likes::of_comment(self.seed, self.size, &self.remark(key, place, 0))
    }

    /// Whether the likers of a comment are denied.
    pub(crate) fn hides_likers(&self, key: PostKey, place: usize) -> bool {
        likes::hides_likers(self.seed, key, place)
    }

    /// The places of the comments below a post in the order of a list: as they are, or those with most likes first.
    pub(crate) fn comment_order(&self, key: PostKey, is_popular: bool) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.comments_shown(key)).collect();
        if is_popular {
            places.sort_by_cached_key(|place| Reverse(self.remark(key, *place, 0).likes));
        }
        places
    }

    /// Who is tagged in the post itself.
    pub(crate) fn tags_of_post(&self, key: PostKey) -> Vec<Tag> {
        tags::of_post(self.seed, self.size, &self.post(key))
    }

    /// Who is tagged in each picture of a carousel.
    pub(crate) fn tags_of_children(&self, key: PostKey) -> Vec<Vec<Tag>> {
        let children = self.post(key).children(self.seed);
        let tags = children
            .iter()
            .enumerate()
            .map(|(place, child)| tags::of_child(self.seed, self.size, key, place, child.is_video));
        tags.collect()
    }

    /// Whether the endpoint for tags leaves a post out.
    pub(crate) fn withholds_tags(&self, key: PostKey) -> bool {
        tags::are_withheld(self.seed, key)
    }

    /// What a search finds.
    pub(crate) fn hits(&self, words: &str) -> Vec<Hit> {
        searches::hits(self.seed, self.size, words)
    }
}
