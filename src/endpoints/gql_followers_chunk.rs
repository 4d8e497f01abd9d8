//! `GET /gql/user/followers/chunk`: who follows a user, about 48 a page for two units.
//!
//! Beside each user stands its `reel` with the time of the newest story. Users repeat across pages.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::follows;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/followers/chunk",
    kind: Some(Kind::Followers),
    query,
    cursor: Some("end_cursor"),
    cursor_source: "element [1]",
    page_size: 48,
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
