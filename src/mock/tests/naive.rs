//! A naive harvester: it walks the endpoints one by one, keeps the keys of what it sees, and stores nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::client::ask;
use crate::mock::Upstream;
use crate::mock::oracle::{Expected, Plan};

/// What a harvest found: the keys of the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) users: BTreeSet<i64>,
    pub(super) media: BTreeMap<i64, String>,
    pub(super) user_media: BTreeSet<(i64, i64, bool)>,
    pub(super) comments: BTreeMap<i64, i64>,
    pub(super) follows: BTreeSet<(i64, i64)>,
    pub(super) coauthors: BTreeSet<(i64, i64)>,
    pub(super) verdicts: BTreeSet<(String, String, String)>,
}

impl Found {
    /// What the oracle's dump says.
    pub(super) fn expected(expected: &Expected) -> Self {
        let mut found = Self {
            verdicts: expected.verdicts.iter().cloned().collect(),
            ..Self::default()
        };
        for line in expected.rows.lines() {
            let (table, row) = line.split_once('\t').unwrap();
            let row: Value = serde_json::from_str(row).unwrap();
            let id = |column: &str| row[column].as_i64().unwrap();
            match table {
                "users" => {
                    found.users.insert(id("id"));
                }
                "media" => {
                    found
                        .media
                        .insert(id("id"), row["code"].as_str().unwrap().to_owned());
                }
                "user_media" => {
                    found
                        .user_media
                        .insert((id("user_id"), id("media_id"), row["pinned"] == 1));
                }
                "comments" => {
                    found.comments.insert(id("id"), id("media_id"));
                }
                "follows" => {
                    found.follows.insert((id("follower_id"), id("followee_id")));
                }
                "coauthors" => {
                    found.coauthors.insert((id("media_id"), id("user_id")));
                }
                _ => {}
            }
        }
        found
    }
}

/// An id, whether it is a text or a number.
fn id(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str()?.split('_').next()?.parse().ok())
        .unwrap()
}

pub(super) struct Naive<'a> {
    upstream: &'a Upstream,
    pub(super) found: Found,
    private: HashSet<i64>,
    /// Followers, following, posts of those whose profile was read.
    counters: HashMap<i64, [i64; 3]>,
    commented: HashSet<i64>,
}

impl<'a> Naive<'a> {
    pub(super) fn new(upstream: &'a Upstream) -> Self {
        Self {
            upstream,
            found: Found::default(),
            private: HashSet::new(),
            counters: HashMap::new(),
            commented: HashSet::new(),
        }
    }

    fn judge(&mut self, kind: &str, target: &str, verdict: &str) {
        self.found
            .verdicts
            .insert((kind.to_owned(), target.to_owned(), verdict.to_owned()));
    }

    fn meet(&mut self, user: &Value) -> i64 {
        let user_id = id(if user["pk"].is_null() {
            &user["id"]
        } else {
            &user["pk"]
        });
        self.found.users.insert(user_id);
        if user["is_private"] == true {
            self.private.insert(user_id);
        }
        user_id
    }

    /// All pages of a list, items first seen first; the status if it is not 200.
    async fn walk(
        &self,
        path: &str,
        target: &[(&str, &str)],
        parameter: &str,
    ) -> Result<(Vec<Value>, bool), u16> {
        let (mut items, mut seen, mut cursor) = (Vec::new(), HashSet::new(), String::new());
        let mut is_limited = false;
        loop {
            let mut parameters = target.to_vec();
            parameters.push((parameter, &cursor));
            let answer = ask(self.upstream, path, &parameters).await;
            if answer.status != 200 {
                return Err(answer.status);
            }
            let page = answer.json();
            let response = &page["response"];
            is_limited |= response["should_limit_list_of_followers"] == true;
            let (shown, next) = match path {
                "/gql/user/medias" => (&page["items"], &page["profile_grid_items_cursor"]),
                "/v2/media/comments" => (&response["comments"], &page["next_page_id"]),
                "/v2/media/comments/replies" => (&page["child_comments"], &page["next_min_child_cursor"]),
                _ if path.starts_with("/g2/") => (&response["users"], &page["next_page_id"]),
                _ => (&page[0], &page[1]),
            };
            for item in shown.as_array().unwrap() {
                let key = if item["pk"].is_null() {
                    &item["id"]
                } else {
                    &item["pk"]
                };
                if seen.insert(id(key)) {
                    items.push(item.clone());
                }
            }
            match next.as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return Ok((items, is_limited)),
            }
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
            self.found.users.insert(seed.parse().unwrap());
        }
        None
    }

    /// One list of a user; the users on it, in order.
    async fn list(&mut self, kind: &str, user_id: i64) -> Vec<i64> {
        let target = user_id.to_string();
        let place = ["followers", "following", "medias"]
            .iter()
            .position(|each| *each == kind)
            .unwrap();
        if self.private.contains(&user_id) {
            self.judge(kind, &target, "private");
            return Vec::new();
        }
        let counter = self.counters.get(&user_id).map(|counters| counters[place]);
        if counter == Some(0) {
            self.judge(kind, &target, "complete");
            return Vec::new();
        }
        let (path, second, parameter) = match kind {
            "followers" => ("/g2/user/followers", "/gql/user/followers/chunk", "page_id"),
            "following" => ("/g2/user/following", "/gql/user/following/chunk", "page_id"),
            _ => ("/gql/user/medias", "", "profile_grid_items_cursor"),
        };
        match self
            .walk(path, &[("user_id", &target), ("flat", "on")], parameter)
            .await
        {
            Err(403) => self.judge(kind, &target, "private"),
            Err(404) => {
                assert_eq!(
                    self.walk(second, &[("user_id", &target)], "end_cursor").await,
                    Err(404)
                );
                self.judge(kind, &target, if counter.is_some() { "hidden" } else { "gone" });
            }
            Err(status) => panic!("{path} of {target}: {status}"),
            Ok((items, is_limited)) => {
                let is_short =
                    counter.is_some_and(|counter| items.len() != usize::try_from(counter).unwrap());
                assert_eq!(is_short, is_limited, "{kind} of {target}");
                self.judge(kind, &target, if is_limited { "truncated" } else { "complete" });
                let mut users = Vec::new();
                for item in &items {
                    match kind {
                        "medias" => self.media(user_id, item).await,
                        _ => users.push(self.meet(item)),
                    }
                }
                let edges = users.iter().map(|other| match kind {
                    "followers" => (*other, user_id),
                    _ => (user_id, *other),
                });
                self.found.follows.extend(edges);
                return users;
            }
        }
        Vec::new()
    }

    async fn media(&mut self, listed_under: i64, item: &Value) {
        let media_id = id(&item["pk"]);
        self.found
            .media
            .insert(media_id, item["code"].as_str().unwrap().to_owned());
        self.meet(&item["user"]);
        for coauthor in item["coauthor_producers"].as_array().unwrap() {
            let coauthor_id = self.meet(coauthor);
            self.found.coauthors.insert((media_id, coauthor_id));
        }
        let pins = item["timeline_pinned_user_ids"].as_array().unwrap();
        let is_pinned = pins.iter().any(|pin| id(pin) == listed_under);
        self.found.user_media.insert((listed_under, media_id, is_pinned));
        if self.commented.insert(media_id) {
            self.comments(media_id, item["comment_count"].as_i64().unwrap())
                .await;
        }
    }

    async fn comments(&mut self, media_id: i64, counter: i64) {
        let target = media_id.to_string();
        let mut total = 0;
        if counter > 0 {
            let (items, _) = self
                .walk("/gql/comments/chunk", &[("media_id", &target)], "end_cursor")
                .await
                .unwrap();
            for comment in items {
                let comment_id = id(&comment["pk"]);
                self.found.comments.insert(comment_id, media_id);
                self.meet(&comment["user"]);
                let replies = comment["child_comment_count"].as_i64().unwrap();
                total += 1 + replies;
                if replies > 0 {
                    let comment_text = comment_id.to_string();
                    let of = [
                        ("media_id", target.as_str()),
                        ("comment_id", comment_text.as_str()),
                    ];
                    let (items, _) = self
                        .walk("/gql/comments/threaded/chunk", &of, "end_cursor")
                        .await
                        .unwrap();
                    assert_eq!(items.len(), usize::try_from(replies).unwrap());
                    for reply in items {
                        self.found.comments.insert(id(&reply["pk"]), media_id);
                        self.meet(&reply["user"]);
                    }
                    self.judge("replies", &format!("{target}/{comment_id}"), "complete");
                }
            }
        }
        let is_complete = counter - total <= 5 || total * 100 >= counter * 95;
        self.judge(
            "comments",
            &target,
            if is_complete { "complete" } else { "truncated" },
        );
    }

    /// Seeds, then users found on their lists, as many as there is room for.
    pub(super) async fn harvest(&mut self, plan: &Plan) {
        let mut targets = Vec::new();
        let mut gone = Vec::new();
        for seed in &plan.seeds {
            match self.profile(seed).await {
                Some(user_id) => targets.push(user_id),
                None => gone.push(seed.clone()),
            }
        }
        let kinds = ["followers", "following", "medias"];
        let is_wanted = |kind: &str| plan.collect.iter().any(|each| each == kind);
        // Nobody knows whose lists those of a name would be.
        for seed in gone.into_iter().filter(|seed| !seed.starts_with('@')) {
            for kind in kinds.into_iter().filter(|kind| is_wanted(kind)) {
                self.judge(kind, &seed, "gone");
            }
        }
        let mut opened: HashSet<i64> = targets.iter().copied().collect();
        let mut room = plan.users.unwrap_or(usize::MAX);
        for depth in 1..=plan.depth {
            let mut next = Vec::new();
            for user_id in std::mem::take(&mut targets) {
                if depth > 1 && is_wanted("profile") {
                    self.profile(&user_id.to_string()).await;
                }
                for kind in kinds.into_iter().filter(|kind| is_wanted(kind)) {
                    let users = self.list(kind, user_id).await;
                    if depth < plan.depth && plan.expand.iter().any(|way| way == kind) {
                        next.extend(users);
                    }
                }
            }
            for user_id in next {
                if room > 0 && opened.insert(user_id) {
                    room -= 1;
                    targets.push(user_id);
                }
            }
        }
    }
}
