//! `GET /gql/media/usertags`: who is tagged in media items, up to ten of them in one call.
//!
//! The answer has a node for each media item, in no promised order; one that is gone has none. `usertags` is null where
//! nobody is tagged.

use std::cell::Cell;

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::endpoint::{Entry, Next, Reject, Thing};
use crate::kind::Kind;
use crate::model::{MediaId, Rows, Usertag};
use crate::read::body::{self, wrong_shape};
use crate::read::fields::Fields;
use crate::read::json::{Json, Object};
use crate::read::list::{self, Refusal};
use crate::read::opened::{self, Opened};
use crate::read::{id, usertag};
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/gql/media/usertags",
    kind: Some(Kind::Usertags),
    query,
    cursor: None,
    cursor_source: "none: one page",
    page_size: 10,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

/// A list is sent as one parameter for each of its members.
fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    match target {
        Target::Posts(media_ids) => media_ids
            .iter()
            .map(|media_id| ("media_ids", media_id.to_string()))
            .collect(),
        other => vec![("media_ids", other.to_string())],
    }
}

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let Opened::Raw { root, .. } = opened::open(json, notes)? else {
            return Err(wrong_shape("the body has no `data`"));
        };
        let nodes = fetched(&root)?;
        let shown = nodes.iter().enumerate().filter(|(_, element)| has_node(element));
        let missing = nodes.len() - shown.clone().count();
        if missing > 0 {
            notes.add(format!("{missing} of the answer's nodes are null"));
        }
        // A damaged tag is an element of its own: its media item is there all the same.
        let position = Cell::new(0);
        let mut damaged = Vec::new();
        let shown = shown.inspect(|(at, _)| position.set(*at));
        let mut page = list::read(shown, "media", notes, |element, rows| {
            let node = element.object("node", "media").unwrap_or(element);
            tagged(&node, target, rows, position.get(), &mut damaged)
        })?;
        // A node that cannot be read may be that of any post: the page is incomplete.
        let has_unread = !page.rejects.is_empty();
        page.elements += damaged.len();
        page.rejects.append(&mut damaged);
        page.rejects.sort_by_key(|reject| reject.position);
        page.next = if has_unread { Next::Missing } else { Next::End };
        Ok(page)
    })
}

fn fetched<'r, 'a>(root: &'r Object<'a>) -> Result<&'r [Json<'a>], ParseError> {
    let (_, nodes) = root
        .iter()
        .find(|(key, _)| key.starts_with("1$multifetch__XDTMediaDict"))
        .ok_or_else(|| wrong_shape("the document has no `1$multifetch__XDTMediaDict`"))?;
    nodes.as_list().ok_or_else(|| {
        wrong_shape(format!(
            "`1$multifetch__XDTMediaDict` is {}, not a list",
            nodes.type_name()
        ))
    })
}

fn has_node(element: &Json<'_>) -> bool {
    match element {
        Json::Null => false,
        Json::Object(element) => !element.get("node").is_some_and(Json::is_null),
        _ => true,
    }
}

fn tagged(
    node: &Fields<'_>,
    target: &Target,
    rows: &mut Rows,
    position: usize,
    damaged: &mut Vec<Reject>,
) -> Result<Entry, Refusal> {
    let media_id = MediaId(id::of_media(node)?);
    if let Target::Posts(asked) = target
        && !asked.contains(&media_id)
    {
        return Err(Refusal::Damaged(format!("{media_id} was not asked for")));
    }
    let tags = match node.raw().get("usertags") {
        Some(Json::Null) => &[],
        Some(Json::Object(usertags)) if usertags.get("in").is_some_and(Json::is_null) => &[],
        Some(Json::Object(usertags)) => usertags
            .get("in")
            .and_then(Json::as_list)
            .ok_or_else(|| "usertags has no list `in`".to_owned())?,
        Some(other) => {
            let reason = format!("usertags is {}, not an object", other.type_name());
            return Err(Refusal::Damaged(reason));
        }
        // A field that was asked for is never left out: without it nothing is known of the tags.
        None => return Err(Refusal::Damaged("it has no usertags".to_owned())),
    };
    for tag in tags {
        let read = match tag {
            Json::Object(tag) => usertag::add(&node.at(tag, "usertag"), media_id, Usertag::WHOLE, rows),
            other => Err(format!("it is {}, not an object", other.type_name())),
        };
        if let Err(reason) = read {
            damaged.push(list::reject(position, format!("usertag: {reason}"), tag));
        }
    }
    Ok(Entry::new(Thing::Media, media_id.0))
}
