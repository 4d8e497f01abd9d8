//! Who is found along which way, and who of them is added.

use std::collections::HashSet;

use super::{Naive, Shown};

impl Naive<'_> {
    /// Everybody who is found, in order, each once, without those who are targets.
    pub(super) fn candidates(&self, shown: &[Shown]) -> Vec<i64> {
        let mut candidates = Vec::new();
        for shown in shown {
            for way in [
                "followers",
                "following",
                "coauthors",
                "commenters",
                "likers",
                "tagged",
                "reposted",
                "search",
            ] {
                if self.plan.expand.iter().any(|each| each == way) {
                    candidates.extend(self.along(way, shown));
                }
            }
        }
        let mut met = HashSet::new();
        candidates.retain(|user_id| !self.opened.contains(user_id) && met.insert(*user_id));
        candidates
    }

    fn along(&self, way: &str, shown: &Shown) -> Vec<i64> {
        let mut found = Vec::new();
        match way {
            "followers" => found.clone_from(&shown.followers),
            "following" => found.clone_from(&shown.following),
            "reposted" => found.clone_from(&shown.reposted),
            "search" => found.clone_from(&shown.searched),
            _ => {
                for media_id in shown.medias.iter().chain(&shown.clips) {
                    let below = &self.below[media_id];
                    match way {
                        "coauthors" => found.extend(&below.authors),
                        "commenters" => found.extend(&below.commenters),
                        "likers" => found.extend(below.likers.iter().chain(&below.comment_likers)),
                        _ => found.extend(below.tagged.iter().map(|tag| tag.1)),
                    }
                }
            }
        }
        found
    }

    /// Judges in waves: as many at a time as there are places left.
    pub(super) async fn admitted(&mut self, mut candidates: Vec<i64>, room: usize) -> Vec<i64> {
        let mut admitted = Vec::new();
        while admitted.len() < room && !candidates.is_empty() {
            let rest = candidates.split_off((room - admitted.len()).min(candidates.len()));
            for user_id in std::mem::replace(&mut candidates, rest) {
                if self.passes(user_id).await {
                    admitted.push(user_id);
                }
            }
        }
        admitted
    }

    async fn passes(&mut self, user_id: i64) -> bool {
        let filter = &self.plan.filter;
        if filter.unprofiled && self.counters.contains_key(&user_id) {
            return false;
        }
        let is_wrong = |naive: &Self| {
            let followers = naive.counters.get(&user_id).map(|counters| counters[0]);
            let is_outside =
                |(least, most): (i64, i64)| followers.is_some_and(|count| count < least || count > most);
            filter.verified && naive.verified.get(&user_id) == Some(&false)
                || filter.public && naive.private.get(&user_id) == Some(&true)
                || filter.followers.is_some_and(is_outside)
        };
        if is_wrong(self) {
            return false;
        }
        let is_unknown = filter.verified && !self.verified.contains_key(&user_id)
            || filter.public && !self.private.contains_key(&user_id)
            || filter.followers.is_some() && !self.counters.contains_key(&user_id);
        if is_unknown {
            self.profile(&user_id.to_string()).await;
        }
        !is_wrong(self)
    }
}
