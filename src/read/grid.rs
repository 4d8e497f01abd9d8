//! The grid of a profile: the posts of an account, streamed or already merged by the upstream (`flat`).

use crate::endpoint::{Page, ParseError};
use crate::read::body::{self, wrong_shape};
use crate::read::cursor::{self, Sign};
use crate::read::fields::Fields;
use crate::read::json::{Json, Object};
use crate::read::list::{self, Refusal};
use crate::read::notes::Notes;
use crate::read::{id, media, stream, user};
use crate::target::Target;

/// Reads a page of posts in any of its shapes.
pub(crate) fn page(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let mut body = body::object(json)?;
        match body.take("stream_rows") {
            Some(Json::List(rows)) => streamed(&stream::merged(rows, notes)?, target, notes),
            Some(other) => Err(wrong_shape(format!(
                "`stream_rows` is {}, not a list",
                other.type_name()
            ))),
            // What was not streamed is a stream of one row.
            None if body.has("data") => {
                streamed(&stream::merged(vec![Json::Object(body)], notes)?, target, notes)
            }
            None => flat(&body, target, notes),
        }
    })
}

fn streamed(root: &Object<'_>, target: &Target, notes: &Notes) -> Result<Page, ParseError> {
    let feed = root
        .iter()
        .find_map(|(_, value)| value.as_object().filter(|feed| feed.has("profile_grid_items")))
        .ok_or_else(|| wrong_shape("the merged stream has no `profile_grid_items`"))?;
    let Some(Json::List(items)) = feed.get("profile_grid_items") else {
        return Err(wrong_shape("`profile_grid_items` is not a list"));
    };
    listed(feed, items, target, notes)
}

fn flat(body: &Object<'_>, target: &Target, notes: &Notes) -> Result<Page, ParseError> {
    let Some(Json::List(items)) = body.get("items") else {
        return Err(wrong_shape(
            "the body has neither `stream_rows` nor a list `items`",
        ));
    };
    let foreign = ["max_id", "paging_info", "page_info", "rank_token", "pk"]
        .into_iter()
        .find(|key| body.has(key));
    if let Some(key) = foreign.filter(|_| !body.has("profile_grid_items_cursor")) {
        return Err(wrong_shape(format!(
            "a page of posts has no `{key}` and a `profile_grid_items_cursor`"
        )));
    }
    let page = listed(body, items, target, notes)?;
    let has_sign = body.has("profile_grid_items_cursor") || body.has("more_available");
    if !has_sign && page.entries.is_empty() {
        return Err(wrong_shape(
            "the list shows no post, no `profile_grid_items_cursor` and no `more_available`",
        ));
    }
    Ok(page)
}

fn listed<'a>(
    feed: &'a Object<'a>,
    items: &'a [Json<'a>],
    target: &Target,
    notes: &'a Notes,
) -> Result<Page, ParseError> {
    let feed = Fields::new(feed, "grid", notes);
    let account = feed.object("user", "grid.user");
    let account_id = match target {
        Target::User(user_id) => Some(user_id.0),
        _ => account.and_then(|account| id::of(&account).ok()),
    };
    // A highlight in the grid is a collection of stories, not a post.
    let posts: Vec<(usize, &Json<'_>)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !is_highlight(item))
        .collect();
    if posts.len() < items.len() {
        notes.add(format!(
            "{} of the grid's items are highlights, not posts",
            items.len() - posts.len()
        ));
    }
    let mut page = list::read(posts, "media", notes, |item, rows| {
        match item.raw().get("media") {
            None => media::listed(&item, account_id, rows),
            Some(Json::Object(post)) => media::listed(&item.at(post, "media"), account_id, rows),
            Some(other) => Err(Refusal::Damaged(format!(
                "the item's media is {}, not an object",
                other.type_name()
            ))),
        }
    })?;
    if let Some(account) = account {
        match user::short(&account) {
            Ok(user) => page.rows.add_user(user),
            Err(reason) => account.note(reason),
        }
    }
    page.next = cursor::flagged(
        Sign::of(&feed, "profile_grid_items_cursor"),
        feed.flag("more_available"),
    );
    Ok(page)
}

fn is_highlight(item: &Json<'_>) -> bool {
    item.as_object().is_some_and(|item| {
        matches!(item.get("highlight"), Some(Json::Object(_))) && item.get("media").is_none_or(Json::is_null)
    })
}
