//! `GET /gql/comments/threaded`: the replies to a comment, in one answer. Deprecated by the vendor.
//!
//! The vendor's page points to `/gql/comments/chunk`, which shows no replies; the specification says what is meant.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::comment::{self, Under};
use crate::read::once;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/comments/threaded",
    kind: Some(Kind::Replies),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 46,
    cost: Cost::Amount { items_a_unit: 46 },
    variants: &[],
    replaced_by: Some("/v2/media/comments/replies"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = match target {
        Target::Comment(media_id, comment_id) => {
            vec![
                ("media_id", media_id.to_string()),
                ("comment_id", comment_id.to_string()),
            ]
        }
        other => vec![("comment_id", other.to_string())],
    };
    query.push(("amount", options.amount.to_string()));
    query
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    once::page(bytes, |comments, notes| {
        comment::read(comments, Under::target(target), notes)
    })
}
