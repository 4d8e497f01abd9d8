//! Comments and replies, in the forms that the upstream's families share.

use crate::endpoint::{Entry, Page, ParseError, Thing};
use crate::model::{Comment, CommentId, MediaId, Rows, User, UserId};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::list::{self, Refusal};
use crate::read::notes::Notes;
use crate::read::{body, cursor, id, user};
use crate::target::Target;

/// What the comments of a list hang from.
#[derive(Clone, Copy)]
pub(crate) struct Under {
    /// The media item, where the caller knows it; the body of some families does not say.
    pub(crate) media_id: Option<MediaId>,
    /// The comment that they answer.
    pub(crate) parent_id: Option<CommentId>,
}

impl Under {
    /// What a target says. Without one (`Target::Account`) the comments' own fields must do.
    pub(crate) fn target(target: &Target) -> Self {
        match target {
            Target::Media(media_id) => Self {
                media_id: Some(*media_id),
                parent_id: None,
            },
            Target::Comment(media_id, comment_id) => Self {
                media_id: Some(*media_id),
                parent_id: Some(*comment_id),
            },
            _ => Self {
                media_id: None,
                parent_id: None,
            },
        }
    }
}

/// Reads `[[...], cursor]`.
pub(crate) fn pair(bytes: &[u8], under: Under) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let (elements, comments) = list::of_pair(&json)?;
        let mut page = read(comments, under, notes)?;
        page.next = cursor::pair(elements, notes);
        Ok(page)
    })
}

/// Reads a list of comments. The page still needs its `next`.
pub(crate) fn read<'a>(comments: &'a [Json<'a>], under: Under, notes: &'a Notes) -> Result<Page, ParseError> {
    list::read(comments.iter().enumerate(), "comment", notes, |fields, rows| {
        listed(&fields, under, rows)
    })
}

/// Reads a comment that is no element of the list; a damaged one is only noted.
pub(crate) fn beside(fields: &Fields<'_>, under: Under, rows: &mut Rows) {
    match listed(fields, under, rows) {
        Ok(_) => {}
        Err(Refusal::Damaged(reason)) => fields.note(reason),
        Err(Refusal::Foreign(what)) => fields.note(format!("it is {what}")),
    }
}

fn listed(fields: &Fields<'_>, under: Under, rows: &mut Rows) -> Result<Entry, Refusal> {
    let object = fields.raw();
    let comment_id = CommentId(id::of(fields)?);
    if !["text", "user", "user_id", "created_at"]
        .iter()
        .any(|key| object.has(key))
    {
        return Err(Refusal::Foreign("something else than a comment"));
    }
    if object.has("username") || object.has("media_type") {
        return Err(Refusal::Foreign("a user or a media item, not a comment"));
    }
    if matches!(object.get("created_at_utc"), Some(Json::Text(_))) && !object.has("created_at") {
        return Err(Refusal::Foreign(
            "a comment of the v1 family, whose times are texts",
        ));
    }
    let said_media = fields.id("media_id");
    if let (Some(said), Some(asked)) = (said_media, under.media_id)
        && said != asked.0
    {
        fields.note("media_id is not the media item asked for");
    }
    let mut comment = Comment::known(comment_id);
    comment.full = true;
    comment.media_id = under.media_id.map(|media| media.0).or(said_media).into();
    comment.user_id = author(fields, rows).into();
    comment.parent_id = fields
        .id("parent_comment_id")
        .or(under.parent_id.map(|parent| parent.0))
        .into();
    comment.text = fields.words("text").into();
    comment.created_at = fields
        .seconds("created_at")
        .or_else(|| fields.seconds("created_at_utc"))
        .into();
    comment.like_count = fields
        .count("comment_like_count")
        .or_else(|| fields.count("like_count"))
        .into();
    comment.reply_count = fields.count("child_comment_count").into();
    comment.is_covered = fields.flag("is_covered").into();
    comment.gif = fields
        .object("giphy_media_info", "comment.giphy_media_info")
        .and_then(|gif| gif.text("id"))
        .into();
    rows.add_comment(comment);
    let replies = Under {
        parent_id: Some(comment_id),
        ..under
    };
    for (_, reply) in fields.objects("preview_child_comments", "comment.preview_child_comments") {
        beside(&reply, replies, rows);
    }
    Ok(Entry::new(Thing::Comment, comment_id.0))
}

fn author(fields: &Fields<'_>, rows: &mut Rows) -> Option<i64> {
    let named = fields
        .object("user", "comment.user")
        .and_then(|author| match user::short(&author) {
            Ok(user) => Some(user),
            Err(reason) => {
                author.note(reason);
                None
            }
        });
    let said = fields.id("user_id");
    let Some(user) = named else {
        // Every user that is met has a row, even if nothing but its id is known.
        if let Some(id) = said {
            rows.add_user(User::known(UserId(id)));
        }
        return said;
    };
    if said.is_some_and(|said| said != user.id.0) {
        fields.note("user and user_id name different users");
    }
    let id = user.id.0;
    rows.add_user(user);
    Some(id)
}
