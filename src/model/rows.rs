//! Everything one page adds to the tables.

use super::id::{MediaId, UserId};
use super::record::{Comment, Media, Record, User};

/// The rows of one page, each key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Every user met anywhere in the body: listed, owner, coauthor, author of a comment.
    pub users: Vec<User>,
    /// Every media item of the list.
    pub media: Vec<Media>,
    /// The items of carousels.
    pub children: Vec<MediaChild>,
    /// Who posted a media item together with its owner.
    pub coauthors: Vec<Coauthor>,
    /// Comments and replies.
    pub comments: Vec<Comment>,
}

/// One item of a carousel.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaChild {
    /// The carousel.
    pub media_id: MediaId,
    /// Its place in the carousel, from 0.
    pub position: i64,
    /// The item's own id.
    pub id: MediaId,
    /// 1 photo, 2 video.
    pub media_type: Option<i64>,
    /// Width of the original in pixels.
    pub width: Option<i64>,
    /// Height of the original in pixels.
    pub height: Option<i64>,
    /// The signed address of the best picture, which expires.
    pub url: Option<String>,
}

/// A user who posted a media item together with its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coauthor {
    /// The media item.
    pub media_id: MediaId,
    /// The coauthor.
    pub user_id: UserId,
}

impl Rows {
    /// Adds what an answer said of a user, completing what the page said of the same user before.
    pub fn add_user(&mut self, user: User) {
        add(&mut self.users, user);
    }

    /// Adds what an answer said of a media item, completing what the page said of it before.
    pub fn add_media(&mut self, media: Media) {
        add(&mut self.media, media);
    }

    /// Adds what an answer said of a comment, completing what the page said of it before.
    pub fn add_comment(&mut self, comment: Comment) {
        add(&mut self.comments, comment);
    }

    /// Adds an item of a carousel, unless the page showed that place of the carousel before.
    pub fn add_child(&mut self, child: MediaChild) {
        let is_same =
            |known: &MediaChild| (known.media_id, known.position) == (child.media_id, child.position);
        if !self.children.iter().any(is_same) {
            self.children.push(child);
        }
    }

    /// Adds a coauthor, unless the page showed it before.
    pub fn add_coauthor(&mut self, coauthor: Coauthor) {
        if !self.coauthors.contains(&coauthor) {
            self.coauthors.push(coauthor);
        }
    }
}

/// A page shows at most some dozens of rows of a table, so a search from the front is as quick as any index.
fn add<R: Record>(records: &mut Vec<R>, record: R) {
    match records.iter().position(|known| known.key() == record.key()) {
        None => records.push(record),
        Some(at) => {
            let known = records.swap_remove(at);
            // A full object outranks a short form of the same row, wherever it stands in the body.
            let merged = if record.is_full() && !known.is_full() {
                record.or(known)
            } else {
                known.or(record)
            };
            records.push(merged);
        }
    }
}
