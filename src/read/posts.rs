//! Lists of posts: each stands there itself, or as the `media` of an item.

use crate::endpoint::{Page, ParseError};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::list::{self, Refusal};
use crate::read::media::{self, Pins};
use crate::read::notes::Notes;

/// Reads a list of posts. The page still needs its `next`.
pub(crate) fn read<'a>(
    items: impl IntoIterator<Item = (usize, &'a Json<'a>)>,
    pins: Option<Pins>,
    notes: &'a Notes,
) -> Result<Page, ParseError> {
    list::read(items, "media", notes, |item, rows| {
        media::listed(&unwrapped(&item)?, pins, rows)
    })
}

/// The post of an item.
pub(crate) fn unwrapped<'a>(item: &Fields<'a>) -> Result<Fields<'a>, Refusal> {
    match item.raw().get("media") {
        None => Ok(*item),
        Some(Json::Object(post)) => Ok(item.at(post, "media")),
        Some(other) => Err(Refusal::Damaged(format!(
            "the item's media is {}, not an object",
            other.type_name()
        ))),
    }
}
