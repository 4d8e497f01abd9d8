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
    /// Who is tagged where.
    pub usertags: Vec<Usertag>,
    /// What a user reposted.
    pub reposts: Vec<Repost>,
}

/// A user who is tagged in a media item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usertag {
    /// The media item.
    pub media_id: MediaId,
    /// Who is tagged.
    pub user_id: UserId,
    /// The item of the carousel, from 0; [`Usertag::WHOLE`] for the post itself.
    pub child_position: i64,
    /// Where, from 0 at the left to 1 at the right; a video has no place.
    pub x: Option<f64>,
    /// Where, from 0 at the top to 1 at the bottom.
    pub y: Option<f64>,
}

impl Usertag {
    /// The place of a tag that belongs to the post itself, not to an item of a carousel.
    pub const WHOLE: i64 = -1;
}

/// A media item that a user reposted, with what the reposter's own note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repost {
    /// Who reposted.
    pub user_id: UserId,
    /// What.
    pub media_id: MediaId,
    /// When the note was written, which is taken for the time of the repost.
    pub reposted_at: Option<i64>,
    /// The note's text, where there is one.
    pub note: Option<String>,
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

    /// Adds a tag, unless the page showed the same one before.
    pub fn add_usertag(&mut self, tag: Usertag) {
        let key = |tag: &Usertag| (tag.media_id, tag.user_id, tag.child_position);
        if !self.usertags.iter().any(|known| key(known) == key(&tag)) {
            self.usertags.push(tag);
        }
    }

    /// Adds a repost, unless the page showed it before.
    pub fn add_repost(&mut self, repost: Repost) {
        let key = |repost: &Repost| (repost.user_id, repost.media_id);
        if !self.reposts.iter().any(|known| key(known) == key(&repost)) {
            self.reposts.push(repost);
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
