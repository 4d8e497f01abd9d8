//! Who is found along which way, in the order that counts.

use crate::mock::oracle::harvest::{Harvest, Subject, Target};
use crate::mock::oracle::plan::WAYS;
use crate::mock::posts::PostKey;

impl Harvest<'_> {
    /// Everybody who is found on the lists of these targets of a depth: by target, by way, by place. The first
    /// appearance counts, and who is a target already does not.
    pub(crate) fn candidates(&self, first: usize, to: usize, depth: u32) -> Vec<usize> {
        let mut candidates = Vec::new();
        let targets = self.targets[first..to]
            .iter()
            .filter(|target| target.depth == depth);
        for target in targets {
            for (way, _) in WAYS {
                if self.plan.expands(way) {
                    candidates.extend(self.found(target, way));
                }
            }
        }
        let mut met = self.opened.clone();
        candidates.retain(|index| met.insert(*index));
        candidates
    }

    fn found(&self, target: &Target, way: &str) -> Vec<usize> {
        let posts = ["medias", "clips"]
            .into_iter()
            .filter_map(|list| target.posts.get(list))
            .flatten()
            .copied();
        match way {
            "coauthors" => posts.flat_map(|key| self.authors(key)).collect(),
            "commenters" => posts
                .flat_map(|key| self.below[&key].commenters.clone())
                .collect(),
            "likers" => posts
                .flat_map(|key| {
                    let below = &self.below[&key];
                    [below.likers.clone(), below.comment_likers.clone()].concat()
                })
                .collect(),
            "tagged" => posts.flat_map(|key| self.tagged(key)).collect(),
            "reposted" => target.users.get("reposts").cloned().unwrap_or_default(),
            "search" if !matches!(target.subject, Subject::Words(_)) => Vec::new(),
            list => target.users.get(list).cloned().unwrap_or_default(),
        }
    }

    /// The owner of a post, then the coauthors by id.
    fn authors(&self, key: PostKey) -> Vec<usize> {
        let mut coauthors = self.world.coauthors(key);
        coauthors.sort_by_key(|index| self.world.user_id(*index));
        [vec![key.owner], coauthors].concat()
    }

    /// Who is known to be tagged in a post or in its pictures, by picture and id.
    fn tagged(&self, key: PostKey) -> Vec<usize> {
        let tagged = self.tables.tagged(self.world.post(key).id).into_iter();
        tagged.filter_map(|id| self.world.find_id(id)).collect()
    }
}
