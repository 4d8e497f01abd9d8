//! What is said below a post, and who likes what is said.

use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::harvest::{Below, Harvest};
use crate::mock::oracle::till;
use crate::mock::posts::PostKey;

impl Harvest<'_> {
    pub(crate) fn walk_comments(&mut self, key: PostKey, below: &mut Below) {
        let (world, plan) = (self.world, self.plan);
        let post = world.post(key);
        let target = post.id.to_string();
        if post.comments == 0 {
            return self.judge("comments", &target, "complete");
        }
        let Some((endpoint, _)) = self.till.choose(&plan.routes.comments, 0) else {
            return self.judge("comments", &target, "retired");
        };
        // The other family has one order only.
        let order = world.comment_order(key, plan.popular && endpoint.path.starts_with("/gql/"));
        let shown = self.till.walk(endpoint, &target, order.len(), false);
        let mut total = shown;
        for place in order.into_iter().take(shown) {
            self.tables.say(world, key, place, 0, endpoint.path);
            let comment = world.remark(key, place, 0);
            let of_comment = format!("{target}/{}", comment.id);
            total += comment.replies;
            below.commenters.push(comment.author);
            if let Some(first) = world.replies(key, place).first() {
                if endpoint.path == "/v2/media/comments" {
                    self.tables.say(world, key, place, *first, endpoint.path);
                }
                if plan.collects("replies") {
                    self.walk_replies(key, place, &of_comment, below);
                }
            }
            if plan.collects("comment_likers") && comment.likes >= plan.min_likes.max(1) {
                self.walk_comment_likers(key, place, &of_comment, below);
            }
        }
        self.judge("comments", &target, till::verdict(total, post.comments));
    }

    fn walk_replies(&mut self, key: PostKey, place: usize, target: &str, below: &mut Below) {
        let Some((endpoint, _)) = self.till.choose(&self.plan.routes.replies, 0) else {
            return self.judge("replies", target, "retired");
        };
        let replies = self.world.replies(key, place);
        let counter = replies.len();
        let shown = self.till.walk(endpoint, target, counter, false);
        for reply in replies.into_iter().take(shown) {
            self.tables.say(self.world, key, place, reply, endpoint.path);
            below.commenters.push(self.world.remark(key, place, reply).author);
        }
        self.judge("replies", target, till::verdict(shown, counter));
    }

    fn walk_comment_likers(&mut self, key: PostKey, place: usize, target: &str, below: &mut Below) {
        let world = self.world;
        let route = &self.plan.routes.comment_likers;
        let Some((endpoint, step)) = self.till.choose(route, 0) else {
            return self.judge("comment_likers", target, "retired");
        };
        if world.hides_likers(key, place) {
            self.till.pay(endpoint, 1, false);
            self.till.ask_again(route, endpoint, step, false);
            return self.judge("comment_likers", target, "hidden");
        }
        let comment = world.remark(key, place, 0);
        let likers = world.likers_of_comment(key, place);
        let shown = self.till.walk(endpoint, target, likers.len(), false);
        for liker in likers.into_iter().take(shown) {
            self.tables.meet(world, liker, Columns::shown_by(endpoint.path));
            self.tables.like_comment(comment.id, world.user_id(liker));
            below.comment_likers.push(liker);
        }
        let counter = usize::try_from(comment.likes).unwrap_or_default();
        self.judge("comment_likers", target, till::verdict(shown, counter));
    }
}
