//! `GET /gql/user/following/chunk`: whom a user follows, about 50 a page for two units.
//!
//! Users repeat across pages.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::follows;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/following/chunk",
    kind: Some(Kind::Following),
    query,
    cursor: Some("end_cursor"),
    cursor_source: "element [1]",
    page_size: 50,
    cost: Cost::Checked { units: 2, forced: 1 },
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    follows::chunk_query(target, options)
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    follows::pair(bytes)
}
