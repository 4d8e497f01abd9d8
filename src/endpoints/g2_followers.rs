//! `GET /g2/user/followers`: who follows a user, 15 to 41 a page.
//!
//! The order is the platform's own ranking. Of large accounts an outsider sees about the first fifty: then
//! `should_limit_list_of_followers` is true and there is no cursor, although the list goes on.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::follows;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/g2/user/followers",
    kind: Some(Kind::Followers),
    query,
    cursor: Some("page_id"),
    cursor_source: "next_page_id",
    page_size: 25,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    vec![("user_id", target.to_string())]
}

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    follows::envelope(bytes)
}
