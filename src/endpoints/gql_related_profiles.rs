//! `GET /gql/user/related/profiles`: accounts that the platform shows beside a user, some 60 of them. Deprecated by the vendor.
//!
//! Nothing collects them: the users become rows, and no list.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::read::{once, user};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/related/profiles",
    kind: None,
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 60,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: Some("/v2/user/suggested/profiles"),
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    vec![("id", target.to_string())]
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    once::page(bytes, user::list)
}
