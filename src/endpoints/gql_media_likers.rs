//! `GET /gql/media/likers`: who liked a media item, up to about 77 of them, and no more.
//!
//! The body is a bare list of short users.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::likers;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/media/likers",
    kind: Some(Kind::MediaLikers),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 77,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    vec![("media_id", target.to_string())]
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    likers::one_page(bytes)
}
