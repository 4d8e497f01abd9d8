//! `GET /gql/comments/chunk`: the comments on a media item, 15 a page. Deprecated by the vendor.
//!
//! The comments do not say under which media item they stand. The cursor is a text that itself is JSON; it is sent back
//! as it is. A `child_comment_count` above 0 means that there are replies.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::comment::{self, Under};
use crate::target::Target;
use crate::variant::Variant;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/comments/chunk",
    kind: Some(Kind::Comments),
    query,
    cursor: Some("end_cursor"),
    cursor_source: "element [1]",
    page_size: 15,
    cost: Cost::Call(1),
    variants: &[Variant::Popular],
    replaced_by: Some("/v2/media/comments"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("media_id", target.to_string())];
    query.extend(options.variant_parameter());
    query
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    comment::pair(bytes, Under::target(target))
}
