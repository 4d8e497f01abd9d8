//! The perfect harvest: it sends nothing, but decides what would be sent, and what each answer would show.

use std::collections::HashSet;

use crate::mock::endpoints::{self, Endpoint};
use crate::mock::oracle::columns::Columns;
use crate::mock::oracle::plan::{Expected, Plan};
use crate::mock::oracle::tables::Tables;
use crate::mock::people::Nature;
use crate::mock::posts::PostKey;
use crate::mock::world::World;

/// What a perfect harvest of this world finds and costs.
pub fn expect(world: &World, plan: &Plan) -> Expected {
    let mut harvest = Harvest::new(world, plan);
    harvest.run();
    let (rows, counts) = harvest.tables.dump(world);
    harvest.verdicts.sort();
    Expected {
        rows,
        units: harvest.units,
        requests: harvest.requests,
        verdicts: harvest.verdicts,
        counts,
    }
}

/// Somebody whose lists are harvested.
#[derive(Clone, Debug)]
enum Target {
    /// Somebody of this world.
    Person(usize),
    /// A seed that nobody has; its text is the target of its lists.
    Nobody(String, &'static str),
}

struct Harvest<'a> {
    world: &'a World,
    plan: &'a Plan,
    units: i64,
    requests: u64,
    verdicts: Vec<(String, String, String)>,
    tables: Tables,
    /// Retired paths that have answered so once; after that they are not asked.
    met_retired: HashSet<&'static str>,
    /// People whose profile was bought.
    profiled: HashSet<usize>,
    /// People whose lists are or were harvested.
    opened: HashSet<usize>,
    /// Users on each list that is expanded, in the order shown.
    found: Vec<usize>,
    /// Posts whose comments were harvested.
    discussed: HashSet<PostKey>,
}

impl<'a> Harvest<'a> {
    fn new(world: &'a World, plan: &'a Plan) -> Self {
        Self {
            world,
            plan,
            units: 0,
            requests: 0,
            verdicts: Vec::new(),
            tables: Tables::default(),
            met_retired: HashSet::new(),
            profiled: HashSet::new(),
            opened: HashSet::new(),
            found: Vec::new(),
            discussed: HashSet::new(),
        }
    }

    fn run(&mut self) {
        let plan = self.plan;
        let mut targets = Vec::new();
        for seed in &plan.seeds {
            targets.extend(self.open_seed(seed));
        }
        let mut room = plan.users.unwrap_or(usize::MAX);
        for depth in 1..=plan.depth {
            if depth > 1 && plan.collects("profile") {
                for target in &targets {
                    if let Target::Person(index) = target {
                        self.buy_profile(&self.id(*index), Some(*index));
                    }
                }
            }
            for target in &targets {
                self.harvest(target);
            }
            // In the order of the lists that showed them, each once, as far as there is room.
            targets.clear();
            for index in std::mem::take(&mut self.found) {
                if depth < plan.depth && room > 0 && self.opened.insert(index) {
                    targets.push(Target::Person(index));
                    room -= 1;
                }
            }
        }
    }

    /// Buys the profile of a seed. A second seed that is the same person opens nothing more.
    fn open_seed(&mut self, seed: &str) -> Option<Target> {
        let is_id = !seed.is_empty() && seed.bytes().all(|byte| byte.is_ascii_digit());
        if is_id {
            let id: i64 = seed.parse().ok()?;
            let found = self.world.find_id(id);
            if found.is_some_and(|index| self.profiled.contains(&index)) {
                return None;
            }
            let verdict = self.buy_profile(seed, found);
            if let Some(index) = found {
                return self.opened.insert(index).then_some(Target::Person(index));
            }
            if verdict == "gone" {
                self.tables.miss(id);
            }
            return Some(Target::Nobody(seed.to_owned(), verdict));
        }
        let name = seed.trim_start_matches('@');
        let target = format!("@{name}");
        let found = self.world.find_username(name);
        let verdict = self.ask_profile(&self.plan.routes.name, found);
        self.judge("profile", &target, verdict);
        match found {
            Some(index) if verdict == "complete" => {
                if self.profiled.insert(index) {
                    let id = self.id(index);
                    self.judge("profile", &id, verdict);
                }
                self.opened.insert(index).then_some(Target::Person(index))
            }
            // Nobody knows whose lists these would be.
            _ => None,
        }
    }

    /// Buys a profile by id, unless it was bought before.
    fn buy_profile(&mut self, target: &str, found: Option<usize>) -> &'static str {
        if found.is_some_and(|index| self.profiled.contains(&index)) {
            return "complete";
        }
        let verdict = self.ask_profile(&self.plan.routes.profile, found);
        if let (Some(index), "complete") = (found, verdict) {
            self.profiled.insert(index);
        }
        self.judge("profile", target, verdict);
        verdict
    }

    fn ask_profile(&mut self, route: &[String], found: Option<usize>) -> &'static str {
        let Some((endpoint, place)) = self.choose(route, 0) else {
            if let Some(index) = found {
                self.tables.meet(self.world, index, Columns::NONE);
            }
            return "retired";
        };
        self.pay(endpoint, 1);
        if let Some(index) = found {
            self.tables
                .meet(self.world, index, Columns::shown_by(endpoint.path));
            return "complete";
        }
        self.ask_again(route, endpoint, place);
        "gone"
    }

    /// A 404 is asked once more: by the next endpoint of the route, else by the same one.
    fn ask_again(&mut self, route: &[String], endpoint: &'static Endpoint, place: usize) {
        let second = self.choose(route, place + 1).map_or(endpoint, |chosen| chosen.0);
        self.pay(second, 1);
    }

    fn harvest(&mut self, target: &Target) {
        for kind in ["followers", "following", "medias"] {
            if !self.plan.collects(kind) {
                continue;
            }
            match target {
                Target::Nobody(target, verdict) => self.judge(kind, target, verdict),
                Target::Person(index) => {
                    let verdict = self.list(kind, *index);
                    let id = self.id(*index);
                    self.judge(kind, &id, verdict);
                }
            }
        }
    }

    /// Harvests one list of somebody.
    fn list(&mut self, kind: &str, index: usize) -> &'static str {
        let world = self.world;
        self.tables.meet(world, index, Columns::NONE);
        let nature = world.nature(index);
        if nature == Nature::Private && self.tables.knows_private(world.user_id(index)) {
            return "private";
        }
        let counter = match kind {
            "followers" => world.followers(index).len(),
            "following" => world.following(index).len(),
            _ => world.posts_of(index).len(),
        };
        let knows_counter = self.profiled.contains(&index);
        if knows_counter && counter == 0 {
            return "complete";
        }
        let route = match kind {
            "followers" => &self.plan.routes.followers,
            "following" => &self.plan.routes.following,
            _ => &self.plan.routes.medias,
        };
        let Some((endpoint, place)) = self.choose(route, 0) else {
            return "retired";
        };
        match (kind, nature) {
            (_, Nature::Private) | ("following", Nature::HidesFollowing) => {
                self.pay(endpoint, 1);
                "private"
            }
            ("followers", Nature::HidesFollowers) => {
                self.pay(endpoint, 1);
                self.ask_again(route, endpoint, place);
                if knows_counter { "hidden" } else { "gone" }
            }
            ("medias", _) => self.walk_posts(endpoint, index),
            _ => self.walk_follows(endpoint, index),
        }
    }

    fn walk_follows(&mut self, endpoint: &'static Endpoint, index: usize) -> &'static str {
        let world = self.world;
        let is_followers = endpoint.kind == "followers";
        let (list, is_limited) = match endpoint.path {
            "/g2/user/followers" => world.limited_followers(index),
            _ if is_followers => (world.followers(index), false),
            _ => (world.following(index), false),
        };
        let target = self.id(index);
        self.walk(endpoint, &target, list.len());
        let columns = Columns::shown_by(endpoint.path);
        for other in list {
            let other = *other as usize;
            self.tables.meet(world, other, columns);
            let (own_id, other_id) = (world.user_id(index), world.user_id(other));
            if is_followers {
                self.tables.follow(other_id, own_id);
            } else {
                self.tables.follow(own_id, other_id);
            }
            if self.plan.expands(endpoint.kind) {
                self.found.push(other);
            }
        }
        if is_limited { "truncated" } else { "complete" }
    }

    fn walk_posts(&mut self, endpoint: &'static Endpoint, index: usize) -> &'static str {
        let posts = self.world.posts_of(index);
        let target = self.id(index);
        self.walk(endpoint, &target, posts.len());
        for key in posts {
            self.tables.show(self.world, index, key);
            if self.plan.collects("comments") && self.discussed.insert(key) {
                self.walk_comments(key);
            }
        }
        "complete"
    }

    fn walk_comments(&mut self, key: PostKey) {
        let world = self.world;
        let post = world.post(key);
        let target = post.id.to_string();
        if post.comments == 0 {
            return self.judge("comments", &target, "complete");
        }
        let Some((endpoint, _)) = self.choose(&self.plan.routes.comments, 0) else {
            return self.judge("comments", &target, "retired");
        };
        let shown = world.comments_shown(key);
        self.walk(endpoint, &target, shown);
        let mut total = shown;
        for place in 0..shown {
            self.tables.say(world, key, place, 0, endpoint.path);
            let comment = world.remark(key, place, 0);
            total += comment.replies;
            if comment.replies > 0 {
                if endpoint.path == "/v2/media/comments" {
                    self.tables.say(world, key, place, 1, endpoint.path);
                }
                if self.plan.collects("replies") {
                    self.walk_replies(key, place, &format!("{target}/{}", comment.id), comment.replies);
                }
            }
        }
        // 95 of a hundred, or five short: the upstream's counters are never quite right.
        let is_complete = total * 100 >= post.comments * 95 || total + 5 >= post.comments;
        self.judge(
            "comments",
            &target,
            if is_complete { "complete" } else { "truncated" },
        );
    }

    fn walk_replies(&mut self, key: PostKey, place: usize, target: &str, count: usize) {
        let Some((endpoint, _)) = self.choose(&self.plan.routes.replies, 0) else {
            return self.judge("replies", target, "retired");
        };
        self.walk(endpoint, target, count);
        for reply in 1..=count {
            self.tables.say(self.world, key, place, reply, endpoint.path);
        }
        self.judge("replies", target, "complete");
    }

    /// The first endpoint of a route, from a place on, that is not retired. A retired one is asked once in all.
    fn choose(&mut self, route: &[String], from: usize) -> Option<(&'static Endpoint, usize)> {
        for (place, path) in route.iter().enumerate().skip(from) {
            let Some(endpoint) = endpoints::find(path) else {
                continue;
            };
            if !self.plan.retired.contains(path) {
                return Some((endpoint, place));
            }
            if self.met_retired.insert(endpoint.path) {
                self.requests += 1;
            }
        }
        None
    }

    /// Pays for all pages of a list.
    fn walk(&mut self, endpoint: &'static Endpoint, target: &str, length: usize) {
        let pages = self
            .world
            .pages(endpoint.kind, target, length, endpoint.page_size);
        self.pay(endpoint, pages.count());
    }

    fn pay(&mut self, endpoint: &'static Endpoint, pages: usize) {
        self.requests += pages as u64;
        self.units += endpoint.units * (pages as u64).cast_signed();
    }

    fn judge(&mut self, kind: &str, target: &str, verdict: &str) {
        self.verdicts
            .push((kind.to_owned(), target.to_owned(), verdict.to_owned()));
    }

    fn id(&self, index: usize) -> String {
        self.world.user_id(index).to_string()
    }
}
