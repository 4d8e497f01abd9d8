//! `GET /gql/user/following`: whom a user follows, in one answer. Deprecated by the vendor.
//!
//! The vendor's page says one request for each 46 users, the specification 2 for a call; the page is taken. It points to
//! `/v2/user/following`, which itself points on to `/g2/user/following`.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::{once, user};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/following",
    kind: Some(Kind::Following),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 46,
    cost: Cost::Amount { items_a_unit: 46 },
    variants: &[],
    replaced_by: Some("/g2/user/following"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    vec![
        ("user_id", target.to_string()),
        ("amount", options.amount.to_string()),
    ]
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    once::page(bytes, user::list)
}
