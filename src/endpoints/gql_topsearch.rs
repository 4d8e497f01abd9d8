//! `GET /gql/topsearch`: the users and the media items that a query finds, some 17 a page.
//!
//! The raw body is a stream of units: headers, accounts, rows of posts, and a chat offer, which with the headers is
//! nothing that was found. Units that come late are added to the end. With `flat` users and media stand in one list.
//! The name of the cursor is not documented, so it is taken wherever it is found. Results repeat within a page.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::endpoint::{Entry, Next};
use crate::kind::Kind;
use crate::model::Rows;
use crate::read::cursor;
use crate::read::fields::Fields;
use crate::read::json::{Json, Object};
use crate::read::list::{self, Refusal};
use crate::read::notes::Notes;
use crate::read::opened::{self, Opened};
use crate::read::{body, media, posts, user};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/topsearch",
    kind: Some(Kind::Search),
    query,
    cursor: Some("end_cursor"),
    cursor_source: "page_info.end_cursor, or where else one stands",
    page_size: 17,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("query", target.to_string())];
    // The upstream takes any value for true, so what is false is left out.
    if options.flat {
        query.push(("flat", "true".to_owned()));
    }
    query
}

/// Where a cursor may stand, the likeliest first.
const CURSORS: [&str; 3] = ["end_cursor", "next_page_id", "next_max_id"];

/// Flags that say whether there is more.
const MORE: [&str; 3] = ["has_next_page", "more_available", "has_more"];

fn parse(bytes: &[u8], _target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| match opened::open(json, notes)? {
        Opened::Raw { root, outer } => {
            let connection = opened::returned(&root, "edges")?;
            let edges = opened::list(connection, "edges")?;
            let units = units(edges, notes);
            let items = units
                .iter()
                .flat_map(|unit| unit.list("items").unwrap_or_default());
            let mut page = list::read(items.enumerate(), "item", notes, found)?;
            let outermost = [
                Fields::new(connection, "connection", notes),
                Fields::new(&outer, "body", notes),
            ];
            page.next = next(outermost.into_iter().chain(units));
            Ok(page)
        }
        Opened::Flat(body) => {
            let own = ["page_info", "end_cursor", "next_page_id", "next_max_id"];
            opened::flat(&body, &own, &MORE, |items| {
                let mut page = list::read(items.iter().enumerate(), "item", notes, found)?;
                page.next = next([Fields::new(&body, "body", notes)]);
                Ok(page)
            })
        }
    })
}

/// The units that can hold something found.
fn units<'a>(edges: &'a [Json<'a>], notes: &'a Notes) -> Vec<Fields<'a>> {
    let mut units = Vec::new();
    for edge in edges {
        let unit = match edge {
            Json::Object(edge) => edge.get("node"),
            other => Some(other),
        };
        match unit {
            None | Some(Json::Null) => notes.add("an edge has no unit"),
            Some(Json::Object(unit)) if is_furniture(unit) => {}
            Some(Json::Object(unit)) => {
                if !unit.has("items") {
                    let name = unit
                        .get("__typename")
                        .and_then(Json::as_text)
                        .unwrap_or("no name");
                    notes.add(format!("a unit of type {name} has no items"));
                }
                units.push(Fields::new(unit, "unit", notes));
            }
            Some(other) => notes.add(format!("a unit is {}, not an object", other.type_name())),
        }
    }
    units
}

/// Headers and the chat offer.
fn is_furniture(unit: &Object<'_>) -> bool {
    let says = |key, word: &str| {
        let said = unit.get(key).and_then(Json::as_text);
        said.is_some_and(|said| said.contains(word))
    };
    says("unit_type", "HEADER")
        || says("unit_type", "META_AI")
        || says("__typename", "HeaderUnit")
        || says("__typename", "MetaAI")
}

/// An item is a user or a media item, or wraps one.
fn found(item: Fields<'_>, rows: &mut Rows) -> Result<Entry, Refusal> {
    let object = item.raw();
    match object.get("__typename").and_then(Json::as_text) {
        Some("XDTUserDict") => return user::listed(item, rows),
        Some("XDTMediaDict") => return media::listed(&item, None, rows),
        _ => {}
    }
    if object.has("username") {
        return user::listed(item, rows);
    }
    if object.has("media") || object.has("media_type") || object.has("code") {
        return media::listed(&posts::unwrapped(&item)?, None, rows);
    }
    match item.object("user", "user") {
        Some(user) => user::listed(user, rows),
        None => Err(Refusal::Foreign("neither a user nor a media item")),
    }
}

/// The first place that says how it goes on.
fn next<'a>(places: impl IntoIterator<Item = Fields<'a>>) -> Next {
    let said = |fields: &Fields<'_>| {
        let more = MORE.iter().find_map(|flag| fields.flag(flag));
        cursor::flagged(cursor::first(fields, &CURSORS), more)
    };
    places
        .into_iter()
        .flat_map(|place| [place.object("page_info", "page_info"), Some(place)])
        .flatten()
        .map(|place| said(&place))
        .find(|next| *next != Next::Missing)
        .unwrap_or(Next::Missing)
}
