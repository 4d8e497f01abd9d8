//! `GET /gql/user/medias`: a user's posts, 12 a page.
//!
//! Unless `flat` is asked for, the body is a stream: a first row with nothing but hints, a patch with the grid, the
//! cursor and `more_available`, then a patch for each post, in any order. Posts of coauthors stand among the account's
//! own, and pinned posts, which are old, come first. The response's `next_max_id` is not the cursor.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::grid;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/medias",
    kind: Some(Kind::Medias),
    query,
    cursor: Some("profile_grid_items_cursor"),
    cursor_source: "profile_grid_items_cursor, unless more_available is false",
    page_size: 12,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("user_id", target.to_string())];
    // The upstream takes any value for true, so what is false is left out.
    if options.flat {
        query.push(("flat", "true".to_owned()));
    }
    query
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    grid::page(bytes, target)
}
