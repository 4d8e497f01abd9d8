//! Ways: how a harvest finds further users, each along the lists of one kind.

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// In which role the users are found that a harvest goes on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Who follows a user.
    Followers,
    /// Whom a user follows.
    Following,
    /// Who posted together with a user.
    Coauthors,
    /// Who wrote comments, and replies where they are collected.
    Commenters,
    /// Who liked posts, and comments where their likers are collected.
    Likers,
    /// Who is tagged in posts.
    Tagged,
    /// Whose posts a user reposted.
    Reposted,
    /// Whom a query finds.
    Search,
}

impl Way {
    /// Every way, in the order in which users found on one user's lists are taken.
    pub const ALL: [Self; 8] = [
        Self::Followers,
        Self::Following,
        Self::Coauthors,
        Self::Commenters,
        Self::Likers,
        Self::Tagged,
        Self::Reposted,
        Self::Search,
    ];

    /// The word for it in tables, flags and the config.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Followers => "followers",
            Self::Following => "following",
            Self::Coauthors => "coauthors",
            Self::Commenters => "commenters",
            Self::Likers => "likers",
            Self::Tagged => "tagged",
            Self::Reposted => "reposted",
            Self::Search => "search",
        }
    }

    /// The way of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// The kind whose lists must be collected for it; none for what seeds bring with them.
    pub const fn along(self) -> Option<Kind> {
        match self {
            Self::Followers => Some(Kind::Followers),
            Self::Following => Some(Kind::Following),
            Self::Coauthors => Some(Kind::Medias),
            Self::Commenters => Some(Kind::Comments),
            Self::Likers => Some(Kind::MediaLikers),
            Self::Tagged => Some(Kind::Usertags),
            Self::Reposted => Some(Kind::Reposts),
            Self::Search => None,
        }
    }

    /// The way along which the users on a list of that kind are found, if there is one.
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Followers => Some(Self::Followers),
            Kind::Following => Some(Self::Following),
            Kind::Medias | Kind::Clips => Some(Self::Coauthors),
            Kind::Comments | Kind::Replies => Some(Self::Commenters),
            Kind::MediaLikers | Kind::CommentLikers => Some(Self::Likers),
            Kind::Usertags => Some(Self::Tagged),
            Kind::Reposts => Some(Self::Reposted),
            Kind::Search => Some(Self::Search),
            Kind::Profile => None,
        }
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}
