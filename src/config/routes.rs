//! Which endpoints collect a kind, in the order in which they are tried.

use serde::{Deserialize, Serialize};

use super::fault::{Fault, require};
use super::truncated::OnTruncated;
use crate::kind::Kind;

/// Which endpoint of a route reads a list first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choose {
    /// Of followers, following and comments the one that gives most for a unit, by what was measured.
    Measured,
    /// The first that is listed.
    Listed,
}

/// `[routes]`: the endpoints of each kind, by their paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Routes {
    /// A user's page, by id.
    pub profile: Vec<String>,
    /// A user's page, by name: for seeds whose id is not known yet.
    pub profile_by_name: Vec<String>,
    /// Who follows a user.
    pub followers: Vec<String>,
    /// Whom a user follows.
    pub following: Vec<String>,
    /// A user's posts.
    pub medias: Vec<String>,
    /// The comments on a media item.
    pub comments: Vec<String>,
    /// The replies to a comment.
    pub replies: Vec<String>,
    /// A user's clips.
    pub clips: Vec<String>,
    /// What a user reposted.
    pub reposts: Vec<String>,
    /// Who liked a media item.
    pub media_likers: Vec<String>,
    /// Who liked a comment.
    pub comment_likers: Vec<String>,
    /// Who is tagged in media items.
    pub usertags: Vec<String>,
    /// What a query finds.
    pub search: Vec<String>,
    /// Which endpoint of a route reads a list first.
    pub choose: Choose,
    /// When the next endpoint is tried also where one shows only part of a list.
    pub on_truncated: OnTruncated,
    /// How many new rows a unit must promise at least, where that is measured.
    pub min_new_rows_a_unit: f64,
}

impl Default for Routes {
    fn default() -> Self {
        let route = |paths: &[&str]| paths.iter().copied().map(str::to_owned).collect();
        Self {
            profile: route(&["/gql/user/web_profile_info", "/v1/user/by/id"]),
            profile_by_name: route(&["/v1/user/by/username"]),
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
            choose: Choose::Measured,
            on_truncated: OnTruncated::Measured,
            min_new_rows_a_unit: 1.0,
        }
    }
}

impl Routes {
    /// The endpoints of a kind, the first choice first; none where nothing collects it.
    pub fn of(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::Profile => &self.profile,
            Kind::Followers => &self.followers,
            Kind::Following => &self.following,
            Kind::Medias => &self.medias,
            Kind::Comments => &self.comments,
            Kind::Replies => &self.replies,
            Kind::Clips => &self.clips,
            Kind::Reposts => &self.reposts,
            Kind::MediaLikers => &self.media_likers,
            Kind::CommentLikers => &self.comment_likers,
            Kind::Usertags => &self.usertags,
            Kind::Search => &self.search,
        }
    }

    /// Every route with its key and what it must collect.
    fn all(&self) -> [(&'static str, Kind, &[String]); 13] {
        [
            ("profile", Kind::Profile, &self.profile),
            ("profile_by_name", Kind::Profile, &self.profile_by_name),
            ("followers", Kind::Followers, &self.followers),
            ("following", Kind::Following, &self.following),
            ("medias", Kind::Medias, &self.medias),
            ("comments", Kind::Comments, &self.comments),
            ("replies", Kind::Replies, &self.replies),
            ("clips", Kind::Clips, &self.clips),
            ("reposts", Kind::Reposts, &self.reposts),
            ("media_likers", Kind::MediaLikers, &self.media_likers),
            ("comment_likers", Kind::CommentLikers, &self.comment_likers),
            ("usertags", Kind::Usertags, &self.usertags),
            ("search", Kind::Search, &self.search),
        ]
    }

    pub(super) fn validate(&self) -> Result<(), Fault> {
        let is_number = self.min_new_rows_a_unit.is_finite() && self.min_new_rows_a_unit >= 0.0;
        require(
            is_number,
            "routes.min_new_rows_a_unit",
            "must be a number of at least 0",
        )?;
        for (key, _, paths) in self.all() {
            for (place, path) in paths.iter().enumerate() {
                let message = format!("`{path}` stands twice in one route");
                require(
                    !paths[..place].contains(path),
                    &format!("routes.{key}.{place}"),
                    message,
                )?;
            }
        }
        Ok(())
    }

    pub(super) fn validate_endpoints(&self, known: &dyn Fn(&str) -> Option<Kind>) -> Result<(), Fault> {
        for (key, wanted, paths) in self.all() {
            for (place, path) in paths.iter().enumerate() {
                let message = match known(path) {
                    Some(kind) if kind == wanted => match misplaced(key, path) {
                        Some(message) => message,
                        None => continue,
                    },
                    Some(kind) => format!("`{path}` collects {kind}, not {wanted}"),
                    None => format!("no endpoint `{path}` collects {wanted}"),
                };
                return Err(Fault::new(format!("routes.{key}.{place}"), message));
            }
        }
        Ok(())
    }
}

/// What is wrong where a profile by name stands among those by id, or the other way round: a user's id would be sent as
/// a name, or a name as an id, and the answer would be bought for nothing.
fn misplaced(key: &str, path: &str) -> Option<String> {
    // The vendor's paths say it.
    match (key, path.ends_with("/by/username")) {
        ("profile", true) => Some(format!("`{path}` asks by name: it belongs to `profile_by_name`")),
        ("profile_by_name", false) => Some(format!("`{path}` asks by id: it belongs to `profile`")),
        _ => None,
    }
}

/// `[flat]`: for which lists the upstream is asked to merge its streamed patches into one list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub struct Flat {
    /// A user's posts.
    pub medias: bool,
    /// A user's clips.
    pub clips: bool,
    /// What a user reposted.
    pub reposts: bool,
    /// What a query finds.
    pub search: bool,
}

impl Default for Flat {
    fn default() -> Self {
        Self {
            medias: true,
            clips: true,
            reposts: false,
            search: false,
        }
    }
}

impl Flat {
    /// Whether lists of this kind are asked for merged.
    pub const fn of(&self, kind: Kind) -> bool {
        match kind {
            Kind::Medias => self.medias,
            Kind::Clips => self.clips,
            Kind::Reposts => self.reposts,
            Kind::Search => self.search,
            _ => false,
        }
    }
}

/// `[deprecated]`: endpoints that the vendor is about to retire, used only where a route names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Deprecated {
    /// How many items to ask for where the upstream pages on its own side; each 46 cost a unit.
    pub amount: u32,
}

impl Default for Deprecated {
    fn default() -> Self {
        Self { amount: 46 }
    }
}

impl Deprecated {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        require(self.amount > 0, "deprecated.amount", "must be at least 1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followers(paths: &[&str]) -> Routes {
        Routes {
            followers: paths.iter().copied().map(str::to_owned).collect(),
            ..Routes::default()
        }
    }

    /// An imaginary list of endpoints that knows a kind by the last word of its path.
    fn known(path: &str) -> Option<Kind> {
        Kind::find(path.rsplit('/').next()?)
    }

    fn only_followers(routes: Routes) -> Routes {
        Routes {
            followers: routes.followers,
            profile: Vec::new(),
            profile_by_name: Vec::new(),
            following: Vec::new(),
            medias: Vec::new(),
            comments: Vec::new(),
            replies: Vec::new(),
            clips: Vec::new(),
            reposts: Vec::new(),
            media_likers: Vec::new(),
            comment_likers: Vec::new(),
            usertags: Vec::new(),
            search: Vec::new(),
            ..Routes::default()
        }
    }

    #[test]
    fn an_endpoint_must_exist_and_collect_what_its_route_is_for() {
        let fault = |paths| only_followers(followers(paths)).validate_endpoints(&known).err();
        assert_eq!(fault(&["/a/followers"]), None);
        let wrong = fault(&["/a/followers", "/a/following"]).unwrap();
        assert_eq!(
            wrong.to_string(),
            "[routes] followers.1: `/a/following` collects following, not followers"
        );
        let missing = fault(&["/a/unheard"]).unwrap();
        assert_eq!(
            missing.to_string(),
            "[routes] followers.0: no endpoint `/a/unheard` collects followers"
        );
    }

    #[test]
    fn a_profile_by_name_is_not_taken_for_one_by_id() {
        let profile = |_: &str| Some(Kind::Profile);
        let fault = |by_id: &str, by_name: &str| {
            let routes = Routes {
                profile: vec![by_id.to_owned()],
                profile_by_name: vec![by_name.to_owned()],
                ..only_followers(followers(&[]))
            };
            let fault = routes.validate_endpoints(&profile).err();
            fault.map(|fault| fault.to_string())
        };
        assert_eq!(fault("/gql/user/by/id", "/gql/user/by/username"), None);
        assert_eq!(
            fault("/gql/user/by/username", "/v1/user/by/username").unwrap(),
            "[routes] profile.0: `/gql/user/by/username` asks by name: it belongs to `profile_by_name`"
        );
        assert_eq!(
            fault("/v1/user/by/id", "/gql/user/by/id").unwrap(),
            "[routes] profile_by_name.0: `/gql/user/by/id` asks by id: it belongs to `profile`"
        );
    }

    #[test]
    fn an_endpoint_stands_once_in_a_route() {
        let fault = followers(&["/a", "/b", "/a"]).validate().unwrap_err();
        assert_eq!(fault.key, "routes.followers.2");
    }
}
