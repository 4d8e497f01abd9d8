//! The grid of a profile: the posts of an account, streamed or already merged by the upstream (`flat`).

use crate::endpoint::{Page, ParseError};
use crate::read::cursor::{self, Sign};
use crate::read::fields::Fields;
use crate::read::json::{Json, Object};
use crate::read::media::Pins;
use crate::read::notes::Notes;
use crate::read::opened::{self, Opened};
use crate::read::{body, id, posts, user};
use crate::target::Target;

/// Reads a page of posts in any of its shapes.
pub(crate) fn page(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| match opened::open(json, notes)? {
        Opened::Raw { root, .. } => {
            let feed = opened::returned(&root, "profile_grid_items")?;
            listed(feed, opened::list(feed, "profile_grid_items")?, target, notes)
        }
        Opened::Flat(body) => opened::flat(
            &body,
            &["profile_grid_items_cursor"],
            &["more_available"],
            |items| listed(&body, items, target, notes),
        ),
    })
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
    let pins = account_id.map(|account| Pins {
        key: "timeline_pinned_user_ids",
        account,
    });
    // A highlight in the grid is a collection of stories, not a post.
    let shown: Vec<(usize, &Json<'_>)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !is_highlight(item))
        .collect();
    if shown.len() < items.len() {
        notes.add(format!(
            "{} of the grid's items are highlights, not posts",
            items.len() - shown.len()
        ));
    }
    let mut page = posts::read(shown, pins, notes)?;
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
