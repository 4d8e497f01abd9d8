//! What hangs from the posts of the world: comments, replies, likes, tags. What the deleted said is not there.

use std::cmp::Reverse;

use crate::mock::likes;
use crate::mock::posts::PostKey;
use crate::mock::tags::{self, Tag};
use crate::mock::threads::{self, Remark};
use crate::mock::world::World;

impl World {
    /// The places of the comments below a post in the order of a list: the newest first as far as they came on later days,
    /// then as they are; or those with most likes first.
    pub(crate) fn comment_order(&self, key: PostKey, is_popular: bool) -> Vec<usize> {
        let first = threads::shown(self.seed, key);
        let all = threads::days::places(self.seed, key, self.day);
        let mut places: Vec<usize> = (first..all).rev().chain(0..first).collect();
        if self.day > 0 {
            places.retain(|place| self.says(key, *place, 0));
        }
        if is_popular {
            places.sort_by_cached_key(|place| Reverse(self.remark(key, *place, 0).likes));
        }
        places
    }

    /// How many comments the list below a post shows.
    pub(crate) fn comments_shown(&self, key: PostKey) -> usize {
        if self.day == 0 {
            threads::shown(self.seed, key)
        } else {
            self.comment_order(key, false).len()
        }
    }

    /// What a post says it has: comments and replies.
    pub(crate) fn comments_counted(&self, key: PostKey) -> usize {
        let order = self.comment_order(key, false).into_iter();
        let total = order.map(|place| 1 + self.replies(key, place).len()).sum();
        threads::counter_of(self.seed, key, total)
    }

    /// The replies to the comment at a place, the first being 1.
    pub(crate) fn replies(&self, key: PostKey, place: usize) -> Vec<usize> {
        let mut replies: Vec<usize> = (1..=threads::replies(self.seed, key, place)).collect();
        if self.day > 0 {
            replies.retain(|reply| self.says(key, place, *reply));
        }
        replies
    }

    /// Whether who says something is there.
    fn says(&self, key: PostKey, place: usize, reply: usize) -> bool {
        self.is_there(threads::author(self.seed, self.size, key, place, reply))
    }

    /// A comment (`reply` 0) or one of its replies.
    pub(crate) fn remark(&self, key: PostKey, place: usize, reply: usize) -> Remark {
        let mut remark = threads::remark(self.seed, self.size, key, place, reply);
        if self.day == 0 {
            return remark;
        }
        if reply == 0 {
            remark.replies = self.replies(key, place).len();
        }
        if let Some(created_at) = threads::days::created_at(self.seed, key, place) {
            remark.created_at = created_at + (reply as u64).cast_signed() * 45;
        }
        remark
    }

    /// The place of a comment below a post.
    pub(crate) fn find_comment(&self, key: PostKey, comment_id: i64) -> Option<usize> {
        let place = threads::place_of_id(self.seed, key, comment_id)?;
        let is_there = place < threads::days::places(self.seed, key, self.day) && self.says(key, place, 0);
        is_there.then_some(place)
    }

    /// The comment that has an id, below whatever post.
    pub(crate) fn find_comment_anywhere(&self, comment_id: i64) -> Option<(PostKey, usize)> {
        let (key, _) = threads::find(self.seed, self.size, comment_id)?;
        let place = self.find_comment(key, comment_id)?;
        self.has_post(key).then_some((key, place))
    }

    /// The likers that a post shows.
    pub(crate) fn likers_of_post(&self, key: PostKey) -> Vec<usize> {
        likes::of_post(self.seed, self.size, &self.post(key), &|index| {
            self.is_there(index)
        })
    }

    /// The likers that a comment shows.
    pub(crate) fn likers_of_comment(&self, key: PostKey, place: usize) -> Vec<usize> {
        let remark = self.remark(key, place, 0);
        likes::of_comment(self.seed, self.size, &remark, &|index| self.is_there(index))
    }

    /// Whether the likers of a comment are denied.
    pub(crate) fn hides_likers(&self, key: PostKey, place: usize) -> bool {
        likes::hides_likers(self.seed, key, place)
    }

    /// Who is tagged in the post itself.
    pub(crate) fn tags_of_post(&self, key: PostKey) -> Vec<Tag> {
        self.of_those_there(tags::of_post(self.seed, self.size, &self.post(key)))
    }

    /// Who is tagged in each picture of a carousel.
    pub(crate) fn tags_of_children(&self, key: PostKey) -> Vec<Vec<Tag>> {
        let children = self.post(key).children(self.seed);
        let tags = children.iter().enumerate().map(|(place, child)| {
            let tags = tags::of_child(self.seed, self.size, key, place, child.is_video);
            self.of_those_there(tags)
        });
        tags.collect()
    }

    fn of_those_there(&self, mut tags: Vec<Tag>) -> Vec<Tag> {
        tags.retain(|tag| self.is_there(tag.user));
        tags
    }

    /// Whether the endpoint for tags leaves a post out.
    pub(crate) fn withholds_tags(&self, key: PostKey) -> bool {
        tags::are_withheld(self.seed, key)
    }
}
