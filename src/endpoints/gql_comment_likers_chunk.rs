//! `GET /gql/comment/likers/chunk`: who liked a comment, 50 a page.
//!
//! The users have an `id` and no `pk`.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::likers;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/comment/likers/chunk",
    kind: Some(Kind::CommentLikers),
    query,
    cursor: Some("end_cursor"),
    cursor_source: "element [1], or end_cursor",
    page_size: 50,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    match target {
        Target::Comment(media_id, comment_id) => {
            vec![
                ("comment_id", comment_id.to_string()),
                ("media_id", media_id.to_string()),
            ]
        }
        other => vec![("comment_id", other.to_string())],
    }
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    likers::chunk(bytes)
}
