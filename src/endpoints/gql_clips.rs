//! `GET /gql/user/clips`: a user's clips, 12 a page.
//!
//! Unless `flat` is asked for, the body is a stream: a first row with light items (no code, no caption, no time), a
//! patch with the cursor, and a patch for each item with all its fields. Clips of coauthors stand among the account's
//! own, and pinned ones come first.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::cursor::{self, Sign};
use crate::read::fields::Fields;
use crate::read::json::{Json, Object};
use crate::read::media::Pins;
use crate::read::notes::Notes;
use crate::read::opened::{self, Opened};
use crate::read::{body, posts};
use crate::target::Target;
use crate::variant::Variant;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/clips",
    kind: Some(Kind::Clips),
    query,
    cursor: Some("max_id"),
    cursor_source: "paging_info.max_id, unless its more_available is false",
    page_size: 12,
    cost: Cost::Call(1),
    variants: &[Variant::ByViews],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("user_id", target.to_string())];
    query.extend(options.variant_parameter());
    // The upstream takes any value for true, so what is false is left out.
    if options.flat {
        query.push(("flat", "true".to_owned()));
    }
    query
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| match opened::open(json, notes)? {
        Opened::Raw { root, .. } => {
            let clips = opened::returned(&root, "items")?;
            listed(clips, opened::list(clips, "items")?, target, notes)
        }
        Opened::Flat(body) => opened::flat(&body, &["paging_info", "max_id"], &["more_available"], |items| {
            listed(&body, items, target, notes)
        }),
    })
}

fn listed(
    clips: &Object<'_>,
    items: &[Json<'_>],
    target: &Target,
    notes: &Notes,
) -> Result<Page, ParseError> {
    let pins = match target {
        Target::User(user_id) => Some(Pins {
            key: "clips_tab_pinned_user_ids",
            account: user_id.0,
        }),
        _ => None,
    };
    let mut page = posts::read(items.iter().enumerate(), pins, notes)?;
    let clips = Fields::new(clips, "clips", notes);
    let paging = clips.object("paging_info", "paging_info").unwrap_or(clips);
    page.next = cursor::flagged(Sign::of(&paging, "max_id"), paging.flag("more_available"));
    Ok(page)
}
