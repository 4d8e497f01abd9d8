//! Follow lists, in the two shapes that the upstream has for them.

use crate::endpoint::{Next, Options, Page, ParseError};
use crate::read::body::{self, wrong_shape};
use crate::read::cursor::{self, Flags, Sign};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::list;
use crate::read::user;
use crate::target::Target;

/// Reads `{"response": {"users": [...]}, "next_page_id": ...}`.
///
/// `next_page_id` equals the response's `next_max_id`. `should_limit_list_of_followers` without a cursor means that the
/// platform shows an outsider only part of the list.
pub(crate) fn envelope(bytes: &[u8]) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let body = body::object(json)?;
        let Some(Json::Object(response)) = body.get("response") else {
            return Err(wrong_shape("the body has no object `response`"));
        };
        let Some(Json::List(users)) = response.get("users") else {
            return Err(wrong_shape("`response` has no list `users`"));
        };
        let outer = Fields::new(&body, "body", notes);
        let inner = Fields::new(response, "response", notes);
        let mut page = user::list(users, notes)?;
        let limited = inner.flag("should_limit_list_of_followers") == Some(true);
        let flags = match inner.flag("has_more") {
            Some(true) if !limited => Flags::More("has_more"),
            None if !limited => Flags::Silent,
            _ => Flags::NoMore,
        };
        page.next = cursor::envelope(&outer, &inner, "next_max_id", flags, users.len());
        page.limited = limited && page.next == Next::End;
        if let (Next::Cursor(used), Sign::Cursor(other)) =
            (&page.next, Sign::read(response.get("next_max_id")))
            && *used != other
        {
            outer.note("next_page_id and next_max_id differ");
        }
        Ok(page)
    })
}

/// What asks for a page of the `chunk` family. `force` is left out unless it is wanted: any value counts as true.
pub(crate) fn chunk_query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("user_id", target.to_string())];
    if options.force {
        query.push(("force", "on".to_owned()));
    }
    query
}

/// Reads `[[...], cursor]`.
pub(crate) fn pair(bytes: &[u8]) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let (elements, users) = list::of_pair(&json)?;
        let mut page = user::list(users, notes)?;
        page.next = cursor::pair(elements, notes);
        Ok(page)
    })
}
