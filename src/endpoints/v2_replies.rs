//! `GET /v2/media/comments/replies`: the replies to a comment, which itself stands beside them.
//!
//! The list goes on while `has_more_tail_child_comments` is true. The name of the cursor is not documented, so the names
//! that clients have met are tried in turn.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::model::CommentId;
use crate::read::body::{self, wrong_shape};
use crate::read::comment::{self, Under};
use crate::read::cursor;
use crate::read::fields::Fields;
use crate::read::id;
use crate::read::json::Json;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/v2/media/comments/replies",
    kind: Some(Kind::Replies),
    query,
    cursor: Some("min_id"),
    cursor_source: "next_min_child_cursor, next_min_id or another of their kind",
    page_size: 20,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    match target {
        Target::Comment(media_id, comment_id) => {
            vec![
                ("media_id", media_id.to_string()),
                ("comment_id", comment_id.to_string()),
            ]
        }
        other => vec![("comment_id", other.to_string())],
    }
}

/// Where the cursor may stand, the likeliest first.
const CURSORS: [&str; 5] = [
    "next_min_child_cursor",
    "next_min_id",
    "next_page_id",
    "next_max_child_cursor",
    "next_max_id",
];

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let body = body::object(json)?;
        let Some(Json::List(replies)) = body.get("child_comments") else {
            return Err(wrong_shape("the body has no list `child_comments`"));
        };
        let fields = Fields::new(&body, "body", notes);
        let parent = fields.object("parent_comment", "parent_comment");
        let mut under = Under::target(target);
        let above = Under {
            parent_id: None,
            ..under
        };
        if under.parent_id.is_none() {
            under.parent_id = parent.and_then(|parent| id::of(&parent).ok()).map(CommentId);
        }
        let mut page = comment::read(replies, under, notes)?;
        if let Some(parent) = parent {
            comment::beside(&parent, above, &mut page.rows);
        }
        let more = fields.flag("has_more_tail_child_comments");
        page.next = cursor::flagged(cursor::first(&fields, &CURSORS), more);
        page.counter = fields.count("child_comment_count");
        Ok(page)
    })
}
