//! `GET /gql/user/reposts`: what a user reposted, 12 a page.
//!
//! The body is one document below the reposter; `flat` makes a list of it, of which no body is published. A post
//! carries the reposter's own note, and the note's time is taken for the time of the repost.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::model::{MediaId, Repost, UserId};
use crate::read::body::{self, wrong_shape};
use crate::read::cursor;
use crate::read::fields::Fields;
use crate::read::json::{Json, Object};
use crate::read::notes::Notes;
use crate::read::opened::{self, Opened};
use crate::read::{id, list, media, posts, user};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/user/reposts",
    kind: Some(Kind::Reposts),
    query,
    cursor: Some("repost_next_max_id"),
    cursor_source: "repost_next_max_id (flat: or max_id), unless the flag beside it is false",
    page_size: 12,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, options: &Options) -> Vec<(&'static str, String)> {
    let mut query = vec![("user_id", target.to_string())];
    // The upstream takes any value for true, so what is false is left out.
    if options.flat {
        query.push(("flat", "true".to_owned()));
    }
    query
}

/// Where the cursor stands; the second place is where a client of the vendor's circle looks for it in the flat form.
const CURSORS: [&str; 2] = ["repost_next_max_id", "max_id"];

/// Whether there is more, in the same order.
const FLAGS: [&str; 2] = ["repost_more_available", "more_available"];

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| match opened::open(json, notes)? {
        Opened::Raw { root, .. } => {
            let (account, timeline) = root
                .iter()
                .find_map(|(_, value)| {
                    let account = value.as_object()?;
                    Some((account, opened::returned(account, "repost_grid_items").ok()?))
                })
                .ok_or_else(|| wrong_shape("the document has no `repost_grid_items`"))?;
            let items = opened::list(timeline, "repost_grid_items")?;
            let account = Fields::new(account, "account", notes);
            let reposter = reposter(target, Some(&account))?;
            let mut page = listed(timeline, items, reposter, notes)?;
            match user::short(&account) {
                Ok(user) => page.rows.add_user(user),
                Err(reason) => account.note(reason),
            }
            Ok(page)
        }
        Opened::Flat(body) => {
            let reposter = reposter(target, None)?;
            opened::flat(&body, &CURSORS, &FLAGS, |items| {
                listed(&body, items, reposter, notes)
            })
        }
    })
}

/// Whose reposts they are: the target's, or those of the account that the body names.
fn reposter(target: &Target, account: Option<&Fields<'_>>) -> Result<Option<UserId>, ParseError> {
    let named = account.and_then(|account| id::of(account).ok()).map(UserId);
    match (target, named) {
        (Target::User(asked), Some(named)) if *asked != named => Err(wrong_shape(format!(
            "these are reposts of user {named}, not of {asked}"
        ))),
        (Target::User(asked), _) => Ok(Some(*asked)),
        _ => Ok(named),
    }
}

fn listed(
    timeline: &Object<'_>,
    items: &[Json<'_>],
    reposter: Option<UserId>,
    notes: &Notes,
) -> Result<Page, ParseError> {
    let mut page = list::read(items.iter().enumerate(), "media", notes, |item, rows| {
        let post = posts::unwrapped(&item)?;
        let entry = media::listed(&post, None, rows)?;
        if let Some(user_id) = reposter {
            let (reposted_at, note) = own_note(&post, user_id);
            rows.add_repost(Repost {
                user_id,
                media_id: MediaId(entry.id),
                reposted_at,
                note,
            });
        }
        Ok(entry)
    })?;
    if reposter.is_none() && !page.entries.is_empty() {
        notes.add("nothing says who reposted");
    }
    let timeline = Fields::new(timeline, "reposts", notes);
    let more = FLAGS.iter().find_map(|flag| timeline.flag(flag));
    page.next = cursor::flagged(cursor::first(&timeline, &CURSORS), more);
    Ok(page)
}

/// The time and the text of the reposter's note on a post.
fn own_note(post: &Fields<'_>, reposter: UserId) -> (Option<i64>, Option<String>) {
    let Some(notes) = post.object("media_notes", "media_notes") else {
        return (None, None);
    };
    let mut by_others = 0;
    for (_, note) in notes.objects("items", "media_notes.items") {
        let by = note
            .object("user", "media_notes.items.user")
            .and_then(|user| id::of(&user).map_err(|reason| user.note(reason)).ok())
            .or_else(|| note.id("user_id"));
        match by {
            Some(by) if by == reposter.0 => return (note.seconds("created_at"), note.text("text")),
            Some(_) => by_others += 1,
            None => note.note("it names no user"),
        }
    }
    if by_others > 0 {
        notes.note("none of them is the reposter's");
    }
    (None, None)
}
