//! `GET /gql/user/by/id`: a user's own page, by id. Deprecated by the vendor.
//!
//! No body is published; it is taken for the user itself, or for `{"user": {...}}` as in the v2 family. The vendor names no
//! successor; of the profiles by id this is the one of the same family.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::profile;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/by/id",
    kind: Some(Kind::Profile),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 1,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: Some("/gql/user/web_profile_info"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    vec![("id", target.to_string())]
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    profile::wrapped(bytes, target)
}
