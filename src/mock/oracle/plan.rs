//! What is to be harvested, and what is to be expected of it.

use std::fmt;

/// The endpoints that can collect each kind, in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Routes {
    /// Profiles of users known by id.
    pub profile: Vec<String>,
    /// Profiles of users known by name.
    pub name: Vec<String>,
    /// Followers.
    pub followers: Vec<String>,
    /// Following.
    pub following: Vec<String>,
    /// Posts.
    pub medias: Vec<String>,
    /// Comments.
    pub comments: Vec<String>,
    /// Replies.
    pub replies: Vec<String>,
    /// Clips.
    pub clips: Vec<String>,
    /// Reposts.
    pub reposts: Vec<String>,
    /// Likers of posts.
    pub media_likers: Vec<String>,
    /// Likers of comments.
    pub comment_likers: Vec<String>,
    /// Tags.
    pub usertags: Vec<String>,
    /// Searches.
    pub search: Vec<String>,
}

impl Default for Routes {
    fn default() -> Self {
        let route = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        Self {
            profile: route(&["/gql/user/web_profile_info", "/v1/user/by/id"]),
            name: route(&["/v1/user/by/username"]),
            followers: route(&["/g2/user/followers", "/gql/user/followers/chunk"]),
            following: route(&["/g2/user/following", "/gql/user/following/chunk"]),
            medias: route(&["/gql/user/medias"]),
            comments: route(&["/gql/comments/chunk", "/v2/media/comments"]),
            replies: route(&["/gql/comments/threaded/chunk", "/v2/media/comments/replies"]),
            clips: route(&["/gql/user/clips"]),
            reposts: route(&["/gql/user/reposts"]),
            media_likers: route(&["/gql/media/likers"]),
            comment_likers: route(&["/gql/comment/likers/chunk"]),
            usertags: route(&["/gql/media/usertags"]),
            search: route(&["/gql/topsearch"]),
        }
    }
}

impl Routes {
    /// The route of a kind, of profiles the one by id.
    pub(crate) fn of(&self, kind: &str) -> &[String] {
        match kind {
            "followers" => &self.followers,
            "following" => &self.following,
            "medias" => &self.medias,
            "clips" => &self.clips,
            "reposts" => &self.reposts,
            "comments" => &self.comments,
            "replies" => &self.replies,
            "media_likers" => &self.media_likers,
            "comment_likers" => &self.comment_likers,
            "usertags" => &self.usertags,
            "search" => &self.search,
            _ => &self.profile,
        }
    }
}

/// What users must be who are added to the seeds. The default takes everybody.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The least and the most followers, both included.
    pub followers: Option<(i64, i64)>,
    /// Only verified ones.
    pub verified: bool,
    /// Only public ones.
    pub public: bool,
    /// Only those whose profile was not bought before they are judged.
    pub unprofiled: bool,
}

/// A harvest.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Ids (`123`), names (`@name` or `name`) and searches (`search:words`), in order.
    pub seeds: Vec<String>,
    /// Kinds: `profile`, `followers`, `following`, `medias`, `clips`, `reposts`, `comments`, `replies`, `media_likers`,
    /// `comment_likers`, `usertags`. What hangs from something implies it, and a media list is clips if these are
    /// collected, else medias.
    pub collect: Vec<String>,
    /// 1 for the seeds alone.
    pub depth: u32,
    /// Ways to find more users: `followers`, `following`, `coauthors`, `commenters`, `likers`, `tagged`, `reposted`,
    /// `search`; each implies the kind that shows them.
    pub expand: Vec<String>,
    /// The most users that are added to the seeds.
    pub users: Option<usize>,
    /// What users must be who are added.
    pub filter: Filter,
    /// The least likes of a comment whose likers are collected; never less than 1.
    pub min_likes: i64,
    /// Whether the check of privacy is skipped where it costs and the user is known to be public.
    pub force: bool,
    /// Whether comments are asked for with the most liked ones first.
    pub popular: bool,
    /// Whether clips are asked for with the most played ones first.
    pub by_views: bool,
    /// How many items are asked for where an endpoint takes an amount.
    pub amount: usize,
    /// Where each kind is asked for.
    pub routes: Routes,
    /// Paths that answer 410.
    pub retired: Vec<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seeds: Vec::new(),
            collect: Vec::new(),
            depth: 1,
            expand: Vec::new(),
            users: None,
            filter: Filter::default(),
            min_likes: 1,
            force: false,
            popular: false,
            by_views: false,
            amount: 46,
            routes: Routes::default(),
            retired: Vec::new(),
        }
    }
}

/// The ways to find more users, in the order in which they count, each with the kind that it needs.
pub(crate) const WAYS: [(&str, &str); 8] = [
    ("followers", "followers"),
    ("following", "following"),
    ("coauthors", "medias"),
    ("commenters", "comments"),
    ("likers", "media_likers"),
    ("tagged", "usertags"),
    ("reposted", "reposts"),
    ("search", "search"),
];

impl Plan {
    /// A harvest of these kinds around the seeds alone.
    pub fn of(seeds: Vec<String>, collect: &[&str]) -> Self {
        Self {
            seeds,
            collect: collect.iter().map(|kind| (*kind).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Whether a kind is collected: because it is asked for, because a way needs it, or because something hangs from it.
    pub(crate) fn collects(&self, kind: &str) -> bool {
        let is_asked = |kind: &str| {
            let is_needed = |(way, needed): &(&str, &str)| *needed == kind && self.expands(way);
            self.collect.iter().any(|asked| asked == kind) || WAYS.iter().any(is_needed)
        };
        let has_comments = || {
            ["comments", "replies", "comment_likers"]
                .into_iter()
                .any(is_asked)
        };
        match kind {
            "comments" => has_comments(),
            // The way of coauthors needs a list of media, but is content with clips.
            "medias" if self.collect.iter().any(|asked| asked == "clips") => {
                self.collect.iter().any(|asked| asked == "medias")
            }
            "medias" => {
                is_asked("medias") || has_comments() || is_asked("media_likers") || is_asked("usertags")
            }
            _ => is_asked(kind),
        }
    }

    /// Whether users on these lists are added.
    pub(crate) fn expands(&self, way: &str) -> bool {
        self.expand.iter().any(|asked| asked == way)
    }
}

/// What a perfect harvest without any fault finds and costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The canonical dump: `TABLE<TAB>JSON`, one row a line.
    pub rows: String,
    /// Units billed.
    pub units: i64,
    /// Requests sent, those that are not billed included.
    pub requests: u64,
    /// Kind, target and verdict of every list, sorted.
    pub verdicts: Vec<(String, String, String)>,
    /// Rows of each table, in the order of the dump.
    pub counts: Vec<(&'static str, usize)>,
}

impl fmt::Display for Expected {
    /// The cost, the size of the tables, and the verdicts; not the rows.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "units\t{}", self.units)?;
        writeln!(formatter, "requests\t{}", self.requests)?;
        for (table, count) in &self.counts {
            writeln!(formatter, "rows\t{table}\t{count}")?;
        }
        for (kind, target, verdict) in &self.verdicts {
            writeln!(formatter, "verdict\t{kind}\t{target}\t{verdict}")?;
        }
        Ok(())
    }
}
