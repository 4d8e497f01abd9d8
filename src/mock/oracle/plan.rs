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
        }
    }
}

/// A harvest.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Ids (`123`) and names (`@name` or `name`), in order.
    pub seeds: Vec<String>,
    /// Kinds: `profile`, `followers`, `following`, `medias`, `comments`, `replies`. Replies imply comments, and comments
    /// imply medias.
    pub collect: Vec<String>,
    /// 1 for the seeds alone.
    pub depth: u32,
    /// Ways to find more users: `followers`, `following`; each only where its list is collected.
    pub expand: Vec<String>,
    /// The most users that are added to the seeds.
    pub users: Option<usize>,
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
            routes: Routes::default(),
            retired: Vec::new(),
        }
    }
}

impl Plan {
    /// A harvest of these kinds around the seeds alone.
    pub fn of(seeds: Vec<String>, collect: &[&str]) -> Self {
        Self {
            seeds,
            collect: collect.iter().map(|kind| (*kind).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Whether a kind is collected, because it is asked for or because something hangs from it.
    pub(crate) fn collects(&self, kind: &str) -> bool {
        self.collect.iter().any(|asked| {
            asked == kind
                || match kind {
                    "medias" => asked == "comments" || asked == "replies",
                    "comments" => asked == "replies",
                    _ => false,
                }
        })
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
