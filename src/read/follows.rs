//! Follow lists, in the two shapes that the upstream has for them.

use crate::endpoint::{Entry, Next, Options, Page, ParseError, Thing};
use crate::model::Rows;
use crate::read::body::{self, wrong_shape};
use crate::read::cursor::{self, Flags, Sign};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::list::{self, Refusal};
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
        let mut page = list::read(users.iter().enumerate(), "user", notes, listed_user)?;
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
        let mut page = list::read(users.iter().enumerate(), "user", notes, listed_user)?;
        page.next = cursor::pair(elements, notes);
        Ok(page)
    })
}

fn listed_user(fields: Fields<'_>, rows: &mut Rows) -> Result<Entry, Refusal> {
    let has = |key| fields.raw().has(key);
    if has("text") {
        return Err(Refusal::Foreign("a comment, not a user"));
    }
    if has("media_type") || has("taken_at") {
        return Err(Refusal::Foreign("a media item, not a user"));
    }
    let user = user::short(&fields)?;
    let id = user.id.0;
    rows.add_user(user);
    Ok(Entry::new(Thing::User, id))
}
