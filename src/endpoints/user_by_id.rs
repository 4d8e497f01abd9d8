//! `GET /v1/user/by/id`: a user's own page, by id.
//!
//! The body is the user itself with numbers for ids, and `category_name` beside `category`.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::profile;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/v1/user/by/id",
    kind: Some(Kind::Profile),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 1,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    vec![("id", target.to_string())]
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    profile::page(bytes, target)
}
