//! `GET /v2/media/comments`: the comments on a media item, 15 a page, with the first replies beside them.
//!
//! `next_page_id` is to be trusted where it stands: bodies with a cursor and `has_more_comments: false` are known.

use crate::endpoint::{Cost, Endpoint, Options, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::read::body::{self, wrong_shape};
use crate::read::comment::{self, Under};
use crate::read::cursor::{self, Flags};
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/v2/media/comments",
    kind: Some(Kind::Comments),
    query,
    cursor: Some("page_id"),
    cursor_source: "next_page_id",
    page_size: 15,
    cost: Cost::Call(1),
    variants: &[],
    replaced_by: None,
    parse: Parse::Page(parse),
};

fn query(target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    vec![("id", target.to_string())]
}

/// Flags that promise a further page.
const MORE: [&str; 2] = ["has_more_comments", "has_more_headload_comments"];

fn parse(bytes: &[u8], target: &Target) -> Result<Page, ParseError> {
    body::page(bytes, |json, notes| {
        let body = body::object(json)?;
        let Some(Json::Object(response)) = body.get("response") else {
            return Err(wrong_shape("the body has no object `response`"));
        };
        let Some(Json::List(comments)) = response.get("comments") else {
            return Err(wrong_shape("`response` has no list `comments`"));
        };
        let mut page = comment::read(comments, Under::target(target), notes)?;
        let outer = Fields::new(&body, "body", notes);
        let inner = Fields::new(response, "response", notes);
        // The flags count only where the envelope is silent: a null is an end whatever they say.
        let said = MORE.map(|flag| (flag, inner.flag(flag)));
        let more = said
            .iter()
            .find(|(_, more)| *more == Some(true))
            .map(|(flag, _)| *flag);
        let flags = match more {
            _ if body.has("next_page_id") => Flags::NoMore,
            Some(flag) => Flags::More(flag),
            None if said.iter().any(|(_, more)| more.is_some()) => Flags::NoMore,
            None => Flags::Silent,
        };
        page.next = cursor::envelope(&outer, &inner, "next_min_id", flags, comments.len());
        page.counter = inner.count("comment_count");
        Ok(page)
    })
}
