//! From bytes to a document, or to the reason why they are none.
//!
//! An error of the upstream, a page of HTML, a body that was cut off and an example that somebody shortened by hand
//! must never pass for an empty page; here they get their names, before any endpoint looks for its list.

use std::borrow::Cow;

use crate::endpoint::{Page, ParseError};
use crate::read::json::{Json, Object};
use crate::read::notes::Notes;

/// Keys of which an answer has at least one at the top, if it is an object and not an error.
const PAGE_KEYS: [&str; 9] = [
    "response",
    "stream_rows",
    "data",
    "items",
    "child_comments",
    "pk",
    "id",
    "username",
    "requests",
];

/// Reads a body whose document becomes a page, and puts what was odd into the page's notes.
pub(crate) fn page(
    bytes: &[u8],
    read: impl FnOnce(Json<'_>, &Notes) -> Result<Page, ParseError>,
) -> Result<Page, ParseError> {
    let notes = Notes::default();
    let mut page = document(bytes, &notes, |json| read(json, &notes))?;
    page.notes = notes.into_lines();
    Ok(page)
}

/// Reads a body's document.
pub(crate) fn document<T>(
    bytes: &[u8],
    notes: &Notes,
    read: impl FnOnce(Json<'_>) -> Result<T, ParseError>,
) -> Result<T, ParseError> {
    let not_json = |reason: String| ParseError::NotJson {
        reason,
        start: start(bytes),
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| not_json(error.to_string()))?;
    match Json::read(text, notes) {
        Ok(json) => {
            refuse(&json)?;
            read(json)
        }
        Err(error) => {
            notes.clear();
            // One half of a surrogate pair makes the whole body unreadable to the JSON reader; somebody's name is not
            // worth the page.
            let (whole, replaced) = replace_lone_surrogates(text);
            if replaced == 0 {
                return Err(not_json(error.to_string()));
            }
            let json = Json::read(&whole, notes).map_err(|error| not_json(error.to_string()))?;
            notes.add(format!("{replaced} lone surrogates were replaced by U+FFFD"));
            refuse(&json)?;
            read(json)
        }
    }
}

/// The page's object, or why the body is no page.
pub(crate) fn object(json: Json<'_>) -> Result<Object<'_>, ParseError> {
    match json {
        Json::Object(object) => Ok(object),
        other => Err(wrong_shape(format!(
            "the body is {}, not an object",
            other.type_name()
        ))),
    }
}

/// The body is of another shape.
pub(crate) fn wrong_shape(reason: impl Into<String>) -> ParseError {
    ParseError::WrongShape {
        reason: reason.into(),
    }
}

/// The first characters of a body, for people.
fn start(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(320)])
        .chars()
        .take(80)
        .collect()
}

fn refuse(json: &Json<'_>) -> Result<(), ParseError> {
    if let Json::Object(object) = json {
        refuse_error(object)?;
    }
    match abridged(json) {
        None => Ok(()),
        Some(mut steps) => {
            steps.reverse();
            Err(ParseError::Abridged {
                place: steps.join("."),
            })
        }
    }
}

/// Error objects come in two families, and at any status: `{"state": false, "error": ...}` from the gateway and
/// `{"detail": ..., "exc_type": ...}` from the endpoints. The platform's own is `{"status": "fail", "message": ...}`;
/// it can stand inside the vendor's envelope, beside an empty list.
fn refuse_error(object: &Object<'_>) -> Result<(), ParseError> {
    let response = object.get("response").and_then(Json::as_object);
    let has_failed = |said: &Object<'_>| said.get("status").and_then(Json::as_text) == Some("fail");
    let failure = [Some(object), response]
        .into_iter()
        .flatten()
        .find(|said| has_failed(said));
    let is_refused = object.get("state") == Some(&Json::Bool(false));
    let is_page = PAGE_KEYS.iter().any(|key| object.has(key));
    let said = |key| {
        failure
            .unwrap_or(object)
            .get(key)
            .filter(|value| !value.is_null())
    };
    let exc_type = said("exc_type");
    let detail = ["detail", "error", "message"].into_iter().find_map(said);
    if !is_refused && failure.is_none() && exc_type.is_none() && (is_page || detail.is_none()) {
        return Ok(());
    }
    let words = |value: &Json<'_>| value.as_text().map_or_else(|| value.excerpt(400), str::to_owned);
    Err(ParseError::ErrorObject {
        exc_type: exc_type.map_or_else(|| "unnamed".to_owned(), words),
        detail: detail.map(words).unwrap_or_default(),
    })
}

/// The steps to where an example was shortened, the last first: a key `"..."`, or a list that ends in
/// `"... (40 more items)"`.
fn abridged(json: &Json<'_>) -> Option<Vec<String>> {
    let (mut steps, step) = match json {
        Json::List(list) => list.iter().enumerate().find_map(|(at, element)| {
            let is_marked = element
                .as_text()
                .is_some_and(|text| text.starts_with("... (") && text.ends_with(" more items)"));
            let below = if is_marked {
                Some(Vec::new())
            } else {
                abridged(element)
            };
            Some((below?, at.to_string()))
        }),
        Json::Object(object) => object.iter().find_map(|(key, value)| {
            let below = if key == "..." {
                Some(Vec::new())
            } else {
                abridged(value)
            };
            Some((below?, key.to_owned()))
        }),
        _ => None,
    }?;
    steps.push(step);
    Some(steps)
}

/// The text with every `\ud8xx` that has no partner turned into `\ufffd`, and how many there were.
fn replace_lone_surrogates(text: &str) -> (Cow<'_, str>, usize) {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    let mut replaced = 0;
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match (surrogate(rest), rest.get(6..).and_then(surrogate)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(_), _) => {
                replaced += 1;
                whole.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            // Any other escape, `\\` included: the backslash and the character after it belong together.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    whole.push_str(rest);
    if replaced == 0 {
        (Cow::Borrowed(text), 0)
    } else {
        (Cow::Owned(whole), replaced)
    }
}

/// The surrogate that an escape at the text's start stands for.
fn surrogate(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let unit = u16::from_str_radix(digits, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}
