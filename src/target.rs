//! What a list belongs to: the thing whose followers, posts or comments are read.

use std::fmt;

use crate::kind::Kind;
use crate::model::{CommentId, MediaId, UserId};

/// The owner of a list. Its text form is the `target` column of the tables.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A user by id: `787132`.
    User(UserId),
    /// A user by name, before the id is known: `@natgeo`.
    Name(String),
    /// A media item: `387...`.
    Media(MediaId),
    /// A comment under a media item: `media/comment`.
    Comment(MediaId, CommentId),
    /// Some media items that are asked for together: their ids, joined by commas.
    Posts(Vec<MediaId>),
    /// The words of a query.
    Query(String),
    /// Nothing: the whole account of the key (`/sys/balance`).
    Account,
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(formatter, "{id}"),
            Self::Name(name) => write!(formatter, "@{name}"),
            Self::Media(id) => write!(formatter, "{id}"),
            Self::Comment(media, comment) => write!(formatter, "{media}/{comment}"),
            Self::Posts(ids) => {
                for (at, id) in ids.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(formatter, "{comma}{id}")?;
                }
                Ok(())
            }
            Self::Query(words) => formatter.write_str(words),
            Self::Account => Ok(()),
        }
    }
}

impl Target {
    /// Reads the text form of a target of a list of that kind.
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix('@').filter(|_| kind != Kind::Search) {
            return Some(Self::Name(name.into()));
        }
        match kind {
            Kind::Profile
            | Kind::Followers
            | Kind::Following
            | Kind::Medias
            | Kind::Clips
            | Kind::Reposts => Some(Self::User(UserId(text.parse().ok()?))),
            Kind::Comments | Kind::MediaLikers => Some(Self::Media(MediaId(text.parse().ok()?))),
            Kind::Usertags => {
                let ids = text.split(',').map(|id| id.parse().ok().map(MediaId));
                Some(Self::Posts(ids.collect::<Option<_>>()?))
            }
            Kind::Replies | Kind::CommentLikers => {
                let (media, comment) = text.split_once('/')?;
                Some(Self::Comment(
                    MediaId(media.parse().ok()?),
                    CommentId(comment.parse().ok()?),
                ))
            }
            Kind::Search => Some(Self::Query(text.into())),
        }
    }
}
