//! `GET /g2/user/following`: whom a user follows, 25 a page.
//!
//! The cursor is an offset ("25", "50"). A page can be empty although the list goes on.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::follows;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/g2/user/following",
    kind: Some(Kind::Following),
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
