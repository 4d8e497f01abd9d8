//! The lists of a target.

use serde_json::Value;

use super::found::number;
use super::{Naive, Shown, Target};
use crate::mock::oracle::Plan;

const KINDS: [&str; 5] = ["followers", "following", "medias", "clips", "reposts"];

fn route<'a>(plan: &'a Plan, kind: &str) -> &'a [String] {
    let routes = &plan.routes;
    match kind {
        "followers" => &routes.followers,
        "following" => &routes.following,
        "medias" => &routes.medias,
        "clips" => &routes.clips,
        _ => &routes.reposts,
    }
}

impl Naive<'_> {
    /// All lists of a target, and what they showed.
    pub(super) async fn lists(&mut self, target: &Target) -> Shown {
        let mut shown = Shown::default();
        match target {
            Target::Words(words) => shown.searched = self.search(words).await,
            Target::Gone(seed) => {
                for kind in KINDS {
                    if self.wants(kind) {
                        self.judge(kind, seed, "gone");
                    }
                }
            }
            Target::User(user_id) => {
                for kind in KINDS {
                    if self.wants(kind) {
                        let items = self.list(kind, *user_id).await;
                        self.keep(kind, *user_id, items, &mut shown).await;
                    }
                }
            }
        }
        shown
    }

    /// The items of one list of a user, after its verdict.
    async fn list(&mut self, kind: &str, user_id: i64) -> Vec<Value> {
        let target = user_id.to_string();
        if self.private.get(&user_id) == Some(&true) {
            self.judge(kind, &target, "private");
            return Vec::new();
        }
        let place = KINDS.iter().position(|each| *each == kind).unwrap();
        let counters = self.counters.get(&user_id);
        let counter = counters.and_then(|counters| counters.get(place).copied());
        if counter == Some(0) {
            self.judge(kind, &target, "complete");
            return Vec::new();
        }
        let route = route(self.plan, kind);
        let mut parameters = vec![("user_id", target.as_str())];
        if self.plan.by_views && kind == "clips" {
            parameters.push(("sort_by_views", "true"));
        }
        if self.plan.force && self.private.get(&user_id) == Some(&false) {
            parameters.push(("force", "on"));
        }
        let amount = self.plan.amount.to_string();
        parameters.push(("amount", &amount));
        match self.walk(&route[0], &parameters).await {
            Err(403) => self.judge(kind, &target, "private"),
            Err(404) => {
                let second = route.get(1).unwrap_or(&route[0]);
                assert_eq!(self.walk(second, &parameters).await, Err(404));
                self.judge(kind, &target, if counter.is_some() { "hidden" } else { "gone" });
            }
            Err(status) => panic!("{kind} of {target}: {status}"),
            Ok((items, is_cut)) => {
                let shown = i64::try_from(items.len()).unwrap();
                let missing = counter.unwrap_or(shown) - shown;
                if is_cut && missing > 48 && missing * 2 >= counter.unwrap_or(0) && route.len() > 1 {
                    // The next endpoint reads on. Who was shown by the first is met again.
                    for item in &items {
                        self.meet(item);
                    }
                    let (items, _) = self.walk(&route[1], &parameters).await.unwrap();
                    self.judge(kind, &target, "complete");
                    return items;
                }
                if is_cut {
                    self.judge(kind, &target, "truncated");
                } else {
                    self.judge_by_counter(kind, &target, shown, counter.unwrap_or(shown));
                }
                return items;
            }
        }
        Vec::new()
    }

    async fn keep(&mut self, kind: &str, user_id: i64, items: Vec<Value>, shown: &mut Shown) {
        for item in items {
            match kind {
                "followers" => {
                    let other = self.meet(&item);
                    self.found.pairs.insert(("follows", other, user_id));
                    shown.followers.push(other);
                }
                "following" => {
                    let other = self.meet(&item);
                    self.found.pairs.insert(("follows", user_id, other));
                    shown.following.push(other);
                }
                "reposts" => shown.reposted.push(self.repost(user_id, &item)),
                _ => {
                    let media_id = self.listed(kind, user_id, &item).await;
                    let list = if kind == "clips" {
                        &mut shown.clips
                    } else {
                        &mut shown.medias
                    };
                    list.push(media_id);
                }
            }
        }
    }

    async fn listed(&mut self, kind: &str, user_id: i64, item: &Value) -> i64 {
        let media_id = self.media(item);
        let pins = match kind {
            "clips" => &item["clips_tab_pinned_user_ids"],
            _ => &item["timeline_pinned_user_ids"],
        };
        let mut pins = pins.as_array().unwrap().iter().filter_map(number);
        let is_pinned = pins.any(|pin| pin == user_id);
        self.found
            .user_media
            .insert((kind.to_owned(), user_id, media_id, is_pinned));
        self.collect_below(media_id, item).await;
        media_id
    }

    /// The author of a reposted post.
    fn repost(&mut self, user_id: i64, item: &Value) -> i64 {
        let media_id = self.media(item);
        let notes = item["media_notes"]["items"].as_array().unwrap();
        let note = notes
            .iter()
            .find(|note| number(&note["user_id"]) == Some(user_id));
        let at = note.map(|note| note["1lcreated_at"].as_i64().unwrap() * 1_000);
        let text = note.and_then(|note| note["text"].as_str()).unwrap_or_default();
        self.found
            .reposts
            .insert((user_id, media_id, at, text.to_owned()));
        self.meet(&item["owner"])
    }

    /// The users that a search finds.
    async fn search(&mut self, words: &str) -> Vec<i64> {
        let path = &self.plan.routes.search[0];
        let (items, _) = self.walk(path, &[("query", words)]).await.unwrap();
        let mut users = Vec::new();
        for item in items {
            let (kind, id) = if item["__typename"] == "XDTUserDict" {
                users.push(self.meet(&item));
                ("user", users[users.len() - 1])
            } else {
                ("media", self.media(&item))
            };
            self.found
                .search_hits
                .insert((words.to_owned(), kind.to_owned(), id));
        }
        self.judge("search", words, "complete");
        users
    }
}
