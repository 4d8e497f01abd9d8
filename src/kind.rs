//! What can be collected, and how collecting one thing hangs from another.

use serde::{Deserialize, Serialize};

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A user's own page.
    Profile,
    /// Who follows a user.
    Followers,
    /// Whom a user follows.
    Following,
    /// A user's posts.
    Medias,
    /// A user's clips.
    Clips,
    /// What a user reposted.
    Reposts,
    /// The comments on a media item.
    Comments,
    /// The replies to a comment.
    Replies,
    /// Who liked a media item.
    MediaLikers,
    /// Who liked a comment.
    CommentLikers,
    /// Who is tagged in a media item.
    Usertags,
    /// What a query finds.
    Search,
}

impl Kind {
    /// Every kind, in the order of work.
    pub const ALL: [Self; 12] = [
        Self::Profile,
        Self::Followers,
        Self::Following,
        Self::Medias,
        Self::Clips,
        Self::Reposts,
        Self::Comments,
        Self::Replies,
        Self::MediaLikers,
        Self::CommentLikers,
        Self::Usertags,
        Self::Search,
    ];

    /// The word for it in tables, flags and the config.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Followers => "followers",
            Self::Following => "following",
            Self::Medias => "medias",
            Self::Clips => "clips",
            Self::Reposts => "reposts",
            Self::Comments => "comments",
            Self::Replies => "replies",
            Self::MediaLikers => "media_likers",
            Self::CommentLikers => "comment_likers",
            Self::Usertags => "usertags",
            Self::Search => "search",
        }
    }

    /// The kind of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its place in the order of work: profiles first, then the lists of users, then what hangs from media.
    pub const fn rank(self) -> i64 {
        match self {
            Self::Profile | Self::Search => 0,
            Self::Followers | Self::Following | Self::Medias | Self::Clips | Self::Reposts => 1,
            Self::Comments | Self::Replies | Self::MediaLikers | Self::CommentLikers | Self::Usertags => 2,
        }
    }

    /// The kind that must be collected so that there is something to collect this one for.
    pub const fn hangs_from(self) -> Option<Self> {
        match self {
            Self::Comments | Self::MediaLikers | Self::Usertags => Some(Self::Medias),
            Self::Replies | Self::CommentLikers => Some(Self::Comments),
            _ => None,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}
