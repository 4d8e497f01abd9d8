//! `GET /gql/comments/threaded/chunk`: the replies to a comment. Deprecated by the vendor.
//!
//! No live body is known; the specification gives it the shape of `/gql/comments/chunk`.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::comment::{self, Under};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/comments/threaded/chunk",
    kind: Some(Kind::Replies),
    query,
    cursor: Some("end_cursor"),
    cursor_source: "element [1]",
    page_size: 15,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: Some("/v2/media/comments/replies"),
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

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    comment::pair(bytes, Under::target(target))
}
