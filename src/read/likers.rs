//! Lists of those who liked something, in the shapes that the upstream has for them.

use crate::endpoint::{Next, Page, ParseError};
use crate::read::body;
use crate::read::cursor::{self, Sign};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::{list, opened, user};

/// Reads `[...]`: there is only one page.
pub(crate) fn one_page(bytes: &[u8]) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let users = list::bare(&json)?;
        let mut page = user::list(users, notes)?;
        page.next = Next::End;
        Ok(page)
    })
}

/// Reads `[[...], cursor]`, `[...]` or `{"items": [...], "end_cursor": ..., "more_available": ...}`: published examples
/// and clients disagree.
pub(crate) fn chunk(bytes: &[u8]) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        if let Json::Object(body) = &json {
            return opened::flat(body, &["end_cursor"], &["more_available"], |users| {
                let mut page = user::list(users, notes)?;
                let fields = Fields::new(body, "body", notes);
                page.next = cursor::flagged(Sign::of(&fields, "end_cursor"), fields.flag("more_available"));
                Ok(page)
            });
        }
        if list::is_bare(&json) {
            notes.add("the list is bare, without a place for a cursor");
        }
        let (users, next) = list::bare_or_pair(&json, notes)?;
        let mut page = user::list(users, notes)?;
        page.next = next;
        Ok(page)
    })
}
