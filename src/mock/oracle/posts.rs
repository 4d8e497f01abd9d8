//! What hangs from a post itself: its likers and its tags.

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::harvest::{Below, Harvest};
use crate::mock::posts::PostKey;

/// So many posts are asked for together.
const BATCH: usize = 10;

impl Harvest<'_> {
    /// Collects everything that hangs from a post, once.
    pub(crate) fn collect_below(&mut self, key: PostKey) {
        if self.below.contains_key(&key) {
            return;
        }
        let mut below = Below::default();
        if self.plan.collects("comments") {
            self.walk_comments(key, &mut below);
        }
        if self.plan.collects("media_likers") {
            self.walk_likers(key, &mut below);
        }
        self.below.insert(key, below);
        if self.plan.collects("usertags") {
            self.untagged.push(key);
            if self.untagged.len() == BATCH {
                self.ask_tags();
            }
        }
    }

    fn walk_likers(&mut self, key: PostKey, below: &mut Below) {
        let world = self.world;
        let post = world.post(key);
        let target = post.id.to_string();
        if post.likes_shown == Some(0) {
            return self.judge("media_likers", &target, "complete");
        }
        let Some((endpoint, _)) = self.till.choose(&self.plan.routes.media_likers, 0) else {
            return self.judge("media_likers", &target, "retired");
        };
        let likers = world.likers_of_post(key);
        self.till.walk(endpoint, &target, likers.len(), false);
        for liker in &likers {
            self.tables.meet(world, *liker, Columns::shown_by(endpoint.path));
            self.tables.like(post.id, world.user_id(*liker));
        }
        // One page is all there is: only a counter tells that it was enough.
        let is_all = post
            .likes_shown
            .is_some_and(|likes| (likers.len() as u64).cast_signed() >= likes);
        let verdict = if is_all { "complete" } else { "truncated" };
        self.judge("media_likers", &target, verdict);
        below.likers = likers;
    }

    /// Asks for the tags of all posts that wait.
    pub(crate) fn ask_tags(&mut self) {
        let waiting = std::mem::take(&mut self.untagged);
        for batch in waiting.chunks(BATCH) {
            let chosen = self.till.choose(&self.plan.routes.usertags, 0);
            if let Some((endpoint, _)) = chosen {
                self.till.pay(endpoint, 1, false);
            }
            for key in batch {
                let verdict = match chosen {
                    None => "retired",
                    Some(_) if self.world.withholds_tags(*key) => "hidden",
                    Some(_) => {
                        self.tables.tag(self.world, *key);
                        "complete"
                    }
                };
                let target = self.world.post(*key).id.to_string();
                self.judge("usertags", &target, verdict);
            }
        }
    }
}
