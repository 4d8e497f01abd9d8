//! Posts, and what hangs from them.

use serde_json::Value;

use super::Naive;
use super::found::{id, number};
use crate::mock::tests::client::ask;

impl Naive<'_> {
    /// Keeps a post and everybody it names.
    pub(super) fn media(&mut self, item: &Value) -> i64 {
        let media_id = id(item);
        let code = item["code"].as_str().unwrap().to_owned();
        self.found
            .media
            .insert(media_id, (code, item["like_count"].as_i64()));
        self.meet(&item["user"]);
        let owner = self.meet(&item["owner"]);
        let mut coauthors = Vec::new();
        for coauthor in item["coauthor_producers"].as_array().unwrap() {
            let coauthor_id = self.meet(coauthor);
            self.found.pairs.insert(("coauthors", media_id, coauthor_id));
            coauthors.push(coauthor_id);
        }
        coauthors.sort_unstable();
        coauthors.insert(0, owner);
        self.below.entry(media_id).or_default().authors = coauthors;
        assert!(item["media_type"] != 2 || item["usertags"].is_null());
        self.tags(media_id, -1, &item["usertags"]);
        let children = item["carousel_media"].as_array().into_iter().flatten();
        for (place, child) in children.enumerate() {
            self.tags(media_id, i64::try_from(place).unwrap(), &child["usertags"]);
        }
        media_id
    }

    fn tags(&mut self, media_id: i64, place: i64, usertags: &Value) {
        for tag in usertags["in"].as_array().into_iter().flatten() {
            let user_id = self.meet(&tag["user"]);
            let point = tag["position"].as_array().map(|point| {
                let share = |place: usize| point[place].as_f64().unwrap();
                format!("{} {}", share(0), share(1))
            });
            self.found.usertags.insert((media_id, user_id, place, point));
            let below = self.below.entry(media_id).or_default();
            below.tagged.insert((place, user_id));
        }
    }

    /// Everything that hangs from a post, once.
    pub(super) async fn collect_below(&mut self, media_id: i64, item: &Value) {
        let target = media_id.to_string();
        let is_new = |naive: &Self, kind: &str| {
            let judged = naive.found.verdicts.iter();
            naive.wants(kind)
                && !judged
                    .clone()
                    .any(|verdict| verdict.0 == kind && verdict.1 == target)
        };
        if is_new(self, "comments") {
            let counter = item["comment_count"].as_i64().unwrap();
            self.comments(media_id, counter).await;
        }
        if is_new(self, "media_likers") {
            self.likers(media_id, item["like_count"].as_i64()).await;
        }
        if is_new(self, "usertags") && !self.untagged.contains(&media_id) {
            self.untagged.push(media_id);
        }
    }

    async fn comments(&mut self, media_id: i64, counter: i64) {
        let target = media_id.to_string();
        let path = &self.plan.routes.comments[0];
        let amount = self.plan.amount.to_string();
        let mut total = 0;
        if counter > 0 {
            let order = if self.plan.popular { "popular" } else { "recent" };
            let parameters = [
                ("media_id", target.as_str()),
                ("sort_order", order),
                ("amount", &amount),
            ];
            let (items, _) = self.walk(path, &parameters).await.unwrap();
            for comment in items {
                self.say(media_id, &comment);
                total += 1 + comment["child_comment_count"].as_i64().unwrap();
                self.collect_below_comment(media_id, &comment).await;
            }
        }
        self.judge_by_counter("comments", &target, total, counter);
    }

    fn say(&mut self, media_id: i64, comment: &Value) {
        self.found.comments.insert(id(comment), media_id);
        let author = self.meet(&comment["user"]);
        self.below.entry(media_id).or_default().commenters.push(author);
    }

    async fn collect_below_comment(&mut self, media_id: i64, comment: &Value) {
        let (target, comment_id) = (media_id.to_string(), id(comment).to_string());
        let list = format!("{target}/{comment_id}");
        let amount = self.plan.amount.to_string();
        let replies = comment["child_comment_count"].as_i64().unwrap();
        if self.wants("replies") && replies > 0 {
            let path = &self.plan.routes.replies[0];
            let of = [
                ("media_id", target.as_str()),
                ("comment_id", &comment_id),
                ("amount", &amount),
            ];
            let (items, _) = self.walk(path, &of).await.unwrap();
            for reply in &items {
                self.say(media_id, reply);
            }
            let shown = i64::try_from(items.len()).unwrap();
            self.judge_by_counter("replies", &list, shown, replies);
        }
        let likes = comment["comment_like_count"].as_i64().unwrap();
        if !self.wants("comment_likers") || likes < self.plan.min_likes.max(1) {
            return;
        }
        let path = self.plan.routes.comment_likers[0].as_str();
        let of = match path {
            "/gql/comment/likers" => vec![("media_id", comment_id.as_str()), ("amount", amount.as_str())],
            _ => vec![("media_id", target.as_str()), ("comment_id", comment_id.as_str())],
        };
        let Ok((items, _)) = self.walk(path, &of).await else {
            assert_eq!(self.walk(path, &of).await, Err(404));
            return self.judge("comment_likers", &list, "hidden");
        };
        for liker in &items {
            let user_id = self.meet(liker);
            self.found.pairs.insert(("comment_likes", id(comment), user_id));
            let below = self.below.entry(media_id).or_default();
            below.comment_likers.push(user_id);
        }
        let shown = i64::try_from(items.len()).unwrap();
        self.judge_by_counter("comment_likers", &list, shown, likes);
    }

    async fn likers(&mut self, media_id: i64, likes: Option<i64>) {
        let target = media_id.to_string();
        if likes == Some(0) {
            return self.judge("media_likers", &target, "complete");
        }
        let path = &self.plan.routes.media_likers[0];
        let (items, _) = self.walk(path, &[("media_id", &target)]).await.unwrap();
        for liker in &items {
            let user_id = self.meet(liker);
            self.found.pairs.insert(("media_likes", media_id, user_id));
            self.below.entry(media_id).or_default().likers.push(user_id);
        }
        let shown = i64::try_from(items.len()).unwrap();
        let is_all = likes.is_some_and(|likes| shown >= likes);
        self.judge(
            "media_likers",
            &target,
            if is_all { "complete" } else { "truncated" },
        );
    }

    /// Asks for the tags of everything that waits, ten posts at a time.
    pub(super) async fn ask_tags(&mut self) {
        for batch in std::mem::take(&mut self.untagged).chunks(10) {
            let ids: Vec<String> = batch.iter().map(i64::to_string).collect();
            let parameters: Vec<(&str, &str)> = ids.iter().map(|id| ("media_ids", id.as_str())).collect();
            let answer = ask(self.upstream, &self.plan.routes.usertags[0], &parameters).await;
            let answer = answer.json();
            let nodes = answer["data"]["1$multifetch__XDTMediaDict(ids:$media_ids)"].as_array();
            let nodes: Vec<&Value> = nodes.unwrap().iter().map(|entry| &entry["node"]).collect();
            for media_id in batch {
                let node = nodes.iter().find(|node| number(&node["id"]) == Some(*media_id));
                if let Some(node) = node {
                    self.tags(*media_id, -1, &node["usertags"]);
                }
                let verdict = if node.is_some() { "complete" } else { "hidden" };
                self.judge("usertags", &media_id.to_string(), verdict);
            }
        }
    }
}
