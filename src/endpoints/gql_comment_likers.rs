//! `GET /gql/comment/likers`: who liked a comment, in one answer. Deprecated by the vendor.
//!
//! The specification knows no `comment_id` for it: `media_id` is the id of the comment.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::{once, user};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/comment/likers",
    kind: Some(Kind::CommentLikers),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 46,
    cost: Cost::Amount { items_a_unit: 46 },
    variants: &[],
    replaced_by: Some("/gql/comment/likers/chunk"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let comment_id = match target {
        Target::Comment(_, comment_id) => comment_id.to_string(),
        other => other.to_string(),
    };
    vec![("media_id", comment_id), ("amount", options.amount.to_string())]
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    once::page(bytes, user::list)
}
