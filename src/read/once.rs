//! Endpoints that the upstream pages on its own side: as many items as were asked for in one answer, and no more.

use crate::endpoint::{Next, Page, ParseError};
use crate::read::json::Json;
use crate::read::notes::Notes;
use crate::read::{body, cursor, list};

/// Reads a body `[...]` or `[[...], cursor]` with the reader of its list.
///
/// There is no parameter to send a cursor with, so the answer is the end in any case. Where a cursor stands there, the
/// upstream says that the list goes on beyond what was asked for.
pub(crate) fn page(
    bytes: &[u8],
    read: impl for<'a> FnOnce(&'a [Json<'a>], &'a Notes) -> Result<Page, ParseError>,
) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let (list, goes_on) = if list::is_bare(&json) {
            (list::bare(&json)?, false)
        } else {
            let (elements, list) = list::of_pair(&json)?;
            let has_sign = elements.len() > 1;
            (list, has_sign && cursor::pair(elements, notes) != Next::End)
        };
        let mut page = read(list, notes)?;
        page.next = Next::End;
        if goes_on {
            notes.add("the list goes on, but this endpoint takes no cursor");
            page.limited = true;
        }
        Ok(page)
    })
}
