//! A naive harvester: it walks the endpoints one by one, keeps the keys of what it sees, and stores nothing.

mod below;
mod found;
mod lists;
mod pages;
mod ways;

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::client::ask;
use crate::mock::Upstream;
use crate::mock::oracle::Plan;

pub(super) use found::Found;
use found::id;

pub(super) struct Naive<'a> {
    upstream: &'a Upstream,
    plan: &'a Plan,
    /// Whether streams are asked for as they are.
    is_raw: bool,
    pub(super) found: Found,
    /// What was read of people: whether they are private, and verified.
    private: HashMap<i64, bool>,
    verified: HashMap<i64, bool>,
    /// Followers, following, posts of those whose profile was read.
    counters: HashMap<i64, [i64; 3]>,
    opened: HashSet<i64>,
    below: HashMap<i64, Below>,
    untagged: Vec<i64>,
}

/// Who showed up at a post.
#[derive(Debug, Default)]
struct Below {
    /// The owner, then the coauthors by id.
    authors: Vec<i64>,
    commenters: Vec<i64>,
    likers: Vec<i64>,
    comment_likers: Vec<i64>,
    /// The place in a carousel, and the user.
    tagged: BTreeSet<(i64, i64)>,
}

/// What the lists of one target showed.
#[derive(Debug, Default)]
struct Shown {
    followers: Vec<i64>,
    following: Vec<i64>,
    reposted: Vec<i64>,
    searched: Vec<i64>,
    medias: Vec<i64>,
    clips: Vec<i64>,
}

#[derive(Clone, Debug)]
enum Target {
    User(i64),
    Gone(String),
    Words(String),
}

impl<'a> Naive<'a> {
    pub(super) fn new(upstream: &'a Upstream, plan: &'a Plan, is_raw: bool) -> Self {
        Self {
            upstream,
            plan,
            is_raw,
            found: Found::default(),
            private: HashMap::new(),
            verified: HashMap::new(),
            counters: HashMap::new(),
            opened: HashSet::new(),
            below: HashMap::new(),
            untagged: Vec::new(),
        }
    }

    fn judge(&mut self, kind: &str, target: &str, verdict: &str) {
        self.found
            .verdicts
            .insert((kind.to_owned(), target.to_owned(), verdict.to_owned()));
    }

    /// A list counts as whole if it is five or five in a hundred short.
    fn judge_by_counter(&mut self, kind: &str, target: &str, shown: i64, counter: i64) {
        let is_complete = counter - shown <= 5 || shown * 100 >= counter * 95;
        self.judge(kind, target, if is_complete { "complete" } else { "truncated" });
    }

    fn meet(&mut self, user: &Value) -> i64 {
        let user_id = id(user);
        self.found.meet(user_id, user);
        if let Some(is_private) = user["is_private"].as_bool() {
            self.private.insert(user_id, is_private);
        }
        if let Some(is_verified) = user["is_verified"].as_bool() {
            self.verified.insert(user_id, is_verified);
        }
        user_id
    }

    /// Whether a kind is collected, as the kinds and ways of the plan say.
    fn wants(&self, kind: &str) -> bool {
        let asked = |name: &str| self.plan.collect.iter().any(|each| each == name);
        let way = |name: &str| self.plan.expand.iter().any(|each| each == name);
        let comments = asked("comments") || asked("replies") || asked("comment_likers") || way("commenters");
        let likers = asked("media_likers") || way("likers");
        let tags = asked("usertags") || way("tagged");
        match kind {
            "comments" => comments,
            "media_likers" => likers,
            "usertags" => tags,
            "medias" => {
                asked("medias") || !asked("clips") && (comments || likers || tags || way("coauthors"))
            }
            "reposts" => asked("reposts") || way("reposted"),
            "followers" | "following" => asked(kind) || way(kind),
            _ => asked(kind),
        }
    }

    async fn profile(&mut self, seed: &str) -> Option<i64> {
        let name = seed.strip_prefix('@');
        let routes = match name {
            Some(name) => [("/v1/user/by/username", "username", name); 2],
            None => [
                ("/gql/user/web_profile_info", "user_id", seed),
                ("/v1/user/by/id", "id", seed),
            ],
        };
        for (path, parameter, value) in routes {
            let answer = ask(self.upstream, path, &[(parameter, value)]).await;
            if answer.status == 200 {
                let profile = answer.json();
                let user_id = self.meet(&profile);
                let counters = ["follower_count", "following_count", "media_count"];
                self.counters
                    .insert(user_id, counters.map(|column| profile[column].as_i64().unwrap()));
                self.judge("profile", seed, "complete");
                self.judge("profile", &user_id.to_string(), "complete");
                return Some(user_id);
            }
        }
        self.judge("profile", seed, "gone");
        if name.is_none() {
            self.found.users.entry(seed.parse().unwrap()).or_default();
        }
        None
    }

    /// Seeds, then users found along the ways of the plan, as many as there is room for.
    pub(super) async fn harvest(&mut self) {
        let mut targets = Vec::new();
        for seed in &self.plan.seeds {
            if let Some(words) = seed.strip_prefix("search:") {
                targets.push(Target::Words(words.to_owned()));
                continue;
            }
            match self.profile(seed).await {
                Some(user_id) if self.opened.insert(user_id) => targets.push(Target::User(user_id)),
                None if !seed.starts_with('@') => targets.push(Target::Gone(seed.clone())),
                // Nobody knows whose lists those of a name would be.
                _ => {}
            }
        }
        let mut room = self.plan.users.unwrap_or(usize::MAX);
        for depth in 1..=self.plan.depth {
            let mut shown = Vec::new();
            for target in std::mem::take(&mut targets) {
                if let (Target::User(user_id), true, true) = (&target, depth > 1, self.wants("profile"))
                    && !self.counters.contains_key(user_id)
                {
                    self.profile(&user_id.to_string()).await;
                }
                shown.push(self.lists(&target).await);
            }
            self.ask_tags().await;
            if depth < self.plan.depth {
                let candidates = self.candidates(&shown);
                for user_id in self.admitted(candidates, room).await {
                    self.opened.insert(user_id);
                    room -= 1;
                    targets.push(Target::User(user_id));
                }
            }
        }
    }
}
