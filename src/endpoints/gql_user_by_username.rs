//! `GET /gql/user/by/username`: a user's own page, by name. Deprecated by the vendor.
//!
//! No body is published; it is taken for the user itself, or for `{"user": {...}}` as in the v2 family. The vendor names no
//! successor; this is the other profile by name.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::profile;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/by/username",
    kind: Some(Kind::Profile),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 1,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: Some("/v1/user/by/username"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    let name = match target {
        Target::Name(name) => name.trim_start_matches('@').to_owned(),
        other => other.to_string(),
    };
    vec![("username", name)]
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    profile::wrapped(bytes, target)
}
