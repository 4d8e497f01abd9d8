//! `GET /gql/comments`: the comments on a media item, in one answer. Deprecated by the vendor.
//!
//! The comments do not say under which media item they stand.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::comment::{self, Under};
use crate::read::once;
use crate::target::Target;
use crate::variant::Variant;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/comments",
    kind: Some(Kind::Comments),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 46,
    cost: Cost::Amount { items_a_unit: 46 },
    variants: &[Variant::Popular],
    replaced_by: Some("/gql/comments/chunk"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("media_id", target.to_string())];
    query.extend(options.variant_parameter());
    query.push(("amount", options.amount.to_string()));
    query
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    once::page(bytes, |comments, notes| {
        comment::read(comments, Under::target(target), notes)
    })
}
