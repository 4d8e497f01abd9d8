//! The lists of a user, and searches.

use crate::mock::endpoints::Endpoint;
use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::harvest::{Harvest, Subject};
use crate::mock::oracle::till;
use crate::mock::people::Nature;
use crate::mock::searches::Hit;

/// The kinds whose target is a user, in the order in which they are collected.
const LISTS: [&str; 5] = ["followers", "following", "medias", "clips", "reposts"];

/// What a page of the next endpoint for followers is known to hold; some hold a few more.
const NEXT_PAGE: usize = 48;

/// Whose follow list is read, for which target, and what is known of it.
#[derive(Clone, Copy)]
struct FollowWalk {
    place: usize,
    index: usize,
    counter: Option<usize>,
    is_forced: bool,
}

impl Harvest<'_> {
    /// Harvests all lists of a target.
    pub(crate) fn lists_of(&mut self, place: usize) {
        let subject = self.targets[place].subject.clone();
        if let Subject::Words(words) = &subject {
            return self.search(place, words);
        }
        for kind in LISTS {
            if !self.plan.collects(kind) {
                continue;
            }
            match &subject {
                Subject::Nobody(target, verdict) => self.judge(kind, target, verdict),
                Subject::Person(index) => {
                    let verdict = self.list(place, kind, *index);
                    let id = self.id(*index);
                    self.judge(kind, &id, verdict);
                }
                Subject::Words(_) => {}
            }
        }
    }

    /// Harvests one list of somebody.
    fn list(&mut self, place: usize, kind: &'static str, index: usize) -> &'static str {
        let (world, plan) = (self.world, self.plan);
        self.tables.meet(world, index, Columns::NONE);
        let nature = world.nature(index);
        let knows_privacy = self.tables.know(world.user_id(index), Columns::IS_PRIVATE);
        if nature == Nature::Private && knows_privacy {
            return "private";
        }
        let counter = match kind {
            "followers" => Some(world.followers(index).len()),
            "following" => Some(world.following(index).len()),
            "medias" => Some(world.posts_of(index).len()),
            _ => None,
        };
        // What a profile counts is known where it was bought.
        let counter = counter.filter(|_| self.profiled.contains(&index));
        if counter == Some(0) {
            return "complete";
        }
        let route = plan.routes.of(kind);
        let Some((endpoint, step)) = self.till.choose(route, 0) else {
            return "retired";
        };
        let is_forced = plan.force && knows_privacy;
        match (kind, nature) {
            (_, Nature::Private) | ("following", Nature::HidesFollowing) => {
                self.till.pay(endpoint, 1, is_forced);
                "private"
            }
            ("followers", Nature::HidesFollowers) => {
                self.till.pay(endpoint, 1, is_forced);
                self.till.ask_again(route, endpoint, step, is_forced);
                if counter.is_some() { "hidden" } else { "gone" }
            }
            ("medias" | "clips", _) => self.walk_posts(place, endpoint, index),
            ("reposts", _) => self.walk_reposts(place, endpoint, index),
            _ => {
                let walk = FollowWalk {
                    place,
                    index,
                    counter,
                    is_forced,
                };
                self.walk_follows(walk, (endpoint, step))
            }
        }
    }

    fn walk_follows(&mut self, walk: FollowWalk, chosen: (&'static Endpoint, usize)) -> &'static str {
        let world = self.world;
        let FollowWalk {
            place,
            index,
            counter,
            is_forced,
        } = walk;
        let (endpoint, step) = chosen;
        let is_followers = endpoint.kind == "followers";
        let (list, is_limited) = match endpoint.path {
            "/g2/user/followers" => world.limited_followers(index),
            _ if is_followers => (world.followers(index), false),
            _ => (world.following(index), false),
        };
        let shown = self.till.walk(endpoint, &self.id(index), list.len(), is_forced);
        let columns = Columns::shown_by(endpoint.path);
        let found = self.targets[place].users.get(endpoint.kind).map_or(0, Vec::len);
        for (at, other) in list[..shown].iter().enumerate() {
            let other = *other as usize;
            self.tables.meet(world, other, columns);
            let (own_id, other_id) = (world.user_id(index), world.user_id(other));
            if is_followers {
                self.tables.follow(other_id, own_id);
            } else {
                self.tables.follow(own_id, other_id);
            }
            if at >= found {
                self.find(place, endpoint.kind, other);
            }
        }
        if is_limited {
            let next = counter.and_then(|counter| self.reads_on(endpoint.kind, step, counter, shown));
            return next.map_or("truncated", |next| self.walk_follows(walk, next));
        }
        counter.map_or("complete", |counter| till::verdict(shown, counter))
    }

    /// The next endpoint of the route, if it is worth asking: at least half of the list is missing, and more than one of
    /// its pages.
    fn reads_on(
        &mut self,
        kind: &str,
        step: usize,
        counter: usize,
        shown: usize,
    ) -> Option<(&'static Endpoint, usize)> {
        let route = self.plan.routes.of(kind);
        let missing = counter.saturating_sub(shown);
        if missing <= NEXT_PAGE || missing * 2 < counter {
            return None;
        }
        self.till.choose(route, step + 1)
    }

    fn walk_posts(&mut self, place: usize, endpoint: &'static Endpoint, index: usize) -> &'static str {
        let posts = match endpoint.kind {
            "clips" => self.world.clips_of(index, self.plan.by_views),
            _ => self.world.posts_of(index),
        };
        self.till.walk(endpoint, &self.id(index), posts.len(), false);
        for key in &posts {
            self.tables.list(self.world, endpoint.kind, index, *key);
            self.collect_below(*key);
        }
        self.targets[place].posts.insert(endpoint.kind, posts);
        "complete"
    }

    fn walk_reposts(&mut self, place: usize, endpoint: &'static Endpoint, index: usize) -> &'static str {
        let reposts = self.world.reposts_of(index);
        self.till.walk(endpoint, &self.id(index), reposts.len(), false);
        for repost in &reposts {
            self.tables.repost(self.world, index, repost);
            self.find(place, endpoint.kind, repost.key.owner);
        }
        "complete"
    }

    fn search(&mut self, place: usize, words: &str) {
        let Some((endpoint, _)) = self.till.choose(&self.plan.routes.search, 0) else {
            return self.judge("search", words, "retired");
        };
        let hits = self.world.hits(words);
        self.till.walk(endpoint, words, hits.len(), false);
        for hit in hits {
            let columns = Columns::shown_by(endpoint.path);
            self.tables.find(self.world, words, hit, columns);
            if let Hit::User(user) = hit {
                self.find(place, endpoint.kind, user);
            }
        }
        self.judge("search", words, "complete");
    }

    /// Somebody is found on a list of a target.
    fn find(&mut self, place: usize, kind: &'static str, user: usize) {
        self.targets[place].users.entry(kind).or_default().push(user);
    }
}
