//! The page of a profile: one whole user, which is the body or stands in it.

use crate::endpoint::{Entry, Next, Page, ParseError, Thing};
use crate::read::json::Json;
use crate::read::notes::Notes;
use crate::read::{body, list, user};
use crate::target::Target;

/// Reads a body that is a user.
pub(crate) fn page(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| profile(&json, target, notes))
}

/// Reads a body that is a user or `{"user": {...}}`.
pub(crate) fn wrapped(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let inner = json.as_object().and_then(|body| body.get("user"));
        match inner {
            Some(user @ Json::Object(_)) => profile(user, target, notes),
            _ => profile(&json, target, notes),
        }
    })
}

/// Short forms and other things with an id (a hashtag has `id` and `media_count`) are refused: a profile shows what a
/// short form does not.
fn profile<'a>(json: &'a Json<'a>, target: &Target, notes: &'a Notes) -> Result<Page, ParseError> {
    let object = json
        .as_object()
        .ok_or_else(|| body::wrong_shape(format!("the body is {}, not a user", json.type_name())))?;
    if !object.has("username") {
        return Err(body::wrong_shape("the body has no username: it is no user"));
    }
    if !["follower_count", "following_count", "biography"]
        .iter()
        .any(|key| object.has(key))
    {
        return Err(body::wrong_shape(
            "the user has no follower_count, following_count or biography: it is a short form, not a profile",
        ));
    }
    let mut page = list::read([(0, json)], "user", notes, |fields, rows| {
        let user = user::full(&fields)?;
        if let (Target::Name(asked), Some(got)) = (target, user.username.value())
            && !asked.trim_start_matches('@').eq_ignore_ascii_case(got)
        {
            fields.note("the username is not the one asked for");
        }
        let id = user.id.0;
        rows.add_user(user);
        Ok(Entry::new(Thing::User, id))
    })?;
    if let Some(reject) = page.rejects.first() {
        return Err(body::wrong_shape(reject.reason.clone()));
    }
    if let (Target::User(asked), Some(got)) = (target, page.entries.first())
        && asked.0 != got.id
    {
        return Err(body::wrong_shape(format!(
            "it is the profile of user {}, not of {asked}",
            got.id
        )));
    }
    page.next = Next::End;
    Ok(page)
}
