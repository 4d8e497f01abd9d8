//! One query's answer in its three shapes: streamed in rows, in one piece, or already merged by the vendor (`flat`).

use crate::endpoint::{Page, ParseError};
use crate::read::body::{self, wrong_shape};
use crate::read::json::{Json, Object};
use crate::read::notes::Notes;
use crate::read::stream;

/// Signs of the flat lists: each belongs to one of them, or to something else altogether.
const SIGNS: [&str; 8] = [
    "profile_grid_items_cursor",
    "repost_next_max_id",
    "paging_info",
    "max_id",
    "page_info",
    "end_cursor",
    "rank_token",
    "pk",
];

/// A body, opened.
pub(crate) enum Opened<'a> {
    /// The platform's own document.
    Raw {
        /// Calls with their arguments, and what they returned.
        root: Object<'a>,
        /// What stands beside it.
        outer: Object<'a>,
    },
    /// The vendor's `{"items": [...]}`.
    Flat(Object<'a>),
}

/// Opens a body of any of the shapes.
pub(crate) fn open<'a>(json: Json<'a>, notes: &Notes) -> Result<Opened<'a>, ParseError> {
    let mut outer = body::object(json)?;
    match outer.take("stream_rows") {
        Some(Json::List(rows)) => Ok(Opened::Raw {
            root: stream::merged(rows, notes)?,
            outer,
        }),
        Some(other) => Err(wrong_shape(format!(
            "`stream_rows` is {}, not a list",
            other.type_name()
        ))),
        // What was not streamed is a stream of one row.
        None if outer.has("data") => {
            let mut row = Object::default();
            for key in ["data", "extensions", "errors"] {
                if let Some(value) = outer.take(key) {
                    *row.entry(key) = value;
                }
            }
            Ok(Opened::Raw {
                root: stream::merged(vec![Json::Object(row)], notes)?,
                outer,
            })
        }
        None => Ok(Opened::Flat(outer)),
    }
}

/// What a call of the root returned, known by a key that it has.
pub(crate) fn returned<'r, 'a>(root: &'r Object<'a>, key: &str) -> Result<&'r Object<'a>, ParseError> {
    root.iter()
        .find_map(|(_, value)| value.as_object().filter(|returned| returned.has(key)))
        .ok_or_else(|| wrong_shape(format!("the document has no `{key}`")))
}

/// A list of what was returned.
pub(crate) fn list<'r, 'a>(returned: &'r Object<'a>, key: &str) -> Result<&'r [Json<'a>], ParseError> {
    returned
        .get(key)
        .and_then(Json::as_list)
        .ok_or_else(|| wrong_shape(format!("`{key}` is not a list")))
}

/// Reads the list of a flat body whose own cursors are these, and whose flags say whether there is more.
///
/// Bodies with signs of other lists only are refused, and so is a list without any sign that shows nothing readable: it
/// could be anybody's.
pub(crate) fn flat<'r, 'a>(
    body: &'r Object<'a>,
    own: &[&str],
    flags: &[&str],
    read: impl FnOnce(&'r [Json<'a>]) -> Result<Page, ParseError>,
) -> Result<Page, ParseError> {
    let Some(Json::List(items)) = body.get("items") else {
        return Err(wrong_shape(
            "the body has neither `stream_rows` nor `data` nor a list `items`",
        ));
    };
    let has_one = |keys: &[&str]| keys.iter().any(|key| body.has(key));
    if let Some(foreign) = SIGNS.iter().find(|key| body.has(key))
        && !has_one(own)
    {
        return Err(wrong_shape(format!(
            "the list has a `{foreign}`, as lists of another endpoint have, and no `{}`",
            own[0]
        )));
    }
    let page = read(items)?;
    if page.entries.is_empty() && !has_one(own) && !has_one(flags) {
        return Err(wrong_shape(format!(
            "the list shows nothing readable, no `{}` and no `{}`",
            own[0], flags[0]
        )));
    }
    Ok(page)
}
