//! From status, headers and body to an outcome: pure, and total over every status there is.
//!
//! The status decides where it can. The body decides where the status lies: 200 can be an error, and 403, 404 and
//! 410 can come from something that stands before the upstream and knows nothing of targets or endpoints.

use super::answer::{Head, Location};
use super::error_object::{ErrorObject, start};
use super::outcome::Outcome;
use super::retry_after;

/// How much of a body is looked at to say what it is.
const LOOKED_AT: usize = 400;

/// What an answer means.
pub fn classify(head: &Head, body: &[u8]) -> Outcome {
    let reason = || reason(head.status, body);
    match head.status {
        200 => page(body),
        201..=299 => Outcome::NotAPage { reason: reason() },
        301..=303 | 307 | 308 => redirected(head, body),
        400 => Outcome::BadRequest { reason: reason() },
        401 => Outcome::Unauthorized,
        402 => Outcome::OutOfFunds,
        403 | 404 | 410 => of_the_target(head.status, body),
        429 => Outcome::RateLimited {
            wait: head.retry_after.unwrap_or(retry_after::DEFAULT),
        },
        // The first three are no failures of a server, but pass as they do: too slow, another connection, too early.
        408 | 421 | 425 | 500..=599 => Outcome::Retry { reason: reason() },
        _ => Outcome::Refused { reason: reason() },
    }
}

/// Whether an answer with this status means nothing for sure without its whole body.
pub(super) fn hangs_on_the_body(status: u16) -> bool {
    matches!(status, 200..=299 | 400 | 403 | 404 | 410)
}

/// Status 200: a page, or an error in its clothes.
fn page(body: &[u8]) -> Outcome {
    let text = body
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(body)
        .trim_ascii();
    if let Some(error) = ErrorObject::read(text) {
        return by_exc_type(&error).unwrap_or_else(|| Outcome::NotAPage {
            reason: format!("an error: {error}"),
        });
    }
    let what = match text {
        [] => "the body is empty".to_owned(),
        [b'{', inner @ .., b'}'] if inner.trim_ascii().is_empty() => "an empty object".to_owned(),
        // An array without elements is an answer: there is nobody on the list.
        [b'{' | b'[', ..] => return Outcome::Page,
        [b'<', ..] => format!("HTML: {}", beginning(text)),
        _ => format!("neither an object nor an array: {}", beginning(text)),
    };
    Outcome::NotAPage { reason: what }
}

/// What an error would have meant under its own status.
fn by_exc_type(error: &ErrorObject) -> Option<Outcome> {
    if error.is_unauthorized() {
        return Some(Outcome::Unauthorized);
    }
    let reason = || error.to_string();
    match error.exc_type()? {
        "InsufficientFunds" => Some(Outcome::OutOfFunds),
        "PrivateAccount" => Some(Outcome::Private),
        "NotFoundError" | "MediaUnavailable" => Some(Outcome::NotFound),
        name if name.ends_with("NotFound") => Some(Outcome::NotFound),
        "EndpointDeprecated" => Some(Outcome::Retired),
        "ValidationError" => Some(Outcome::BadRequest { reason: reason() }),
        "InstagramServerError" | "InternalError" => Some(Outcome::Retry { reason: reason() }),
        _ => None,
    }
}

/// 403, 404 and 410 end a list or an endpoint, so they count only when nothing speaks against their coming from the
/// upstream itself.
fn of_the_target(status: u16, body: &[u8]) -> Outcome {
    let refused = || Outcome::Refused {
        reason: reason(status, body),
    };
    let error = ErrorObject::read(body);
    match (status, &error) {
        // The upstream's JSON, cut off on its way: it says nothing, and the next one may be whole.
        (_, None) if body.trim_ascii_start().starts_with(b"{") => Outcome::NotAPage {
            reason: reason(status, body),
        },
        // The front answers in plain text or HTML, the upstream in JSON.
        (403, None) if !body.is_empty() => Outcome::Blocked,
        (_, None) if !body.is_empty() => refused(),
        (403, Some(error)) if error.is_unauthorized() => Outcome::Unauthorized,
        (403 | 404, Some(error)) if error.is_from_gateway() || error.is_unknown_path() => refused(),
        (403, _) => Outcome::Private,
        (404, _) => Outcome::NotFound,
        _ => Outcome::Retired,
    }
}

fn redirected(head: &Head, body: &[u8]) -> Outcome {
    match (head.status, head.location) {
        (307 | 308, Location::SameOrigin) => Outcome::Redirected { same_origin: true },
        // The same origin at another address for good: what is asked for is wrong.
        (_, Location::SameOrigin) => Outcome::Refused {
            reason: reason(head.status, body),
        },
        _ => Outcome::Redirected { same_origin: false },
    }
}

/// The status with what the body says of it.
fn reason(status: u16, body: &[u8]) -> String {
    let said = ErrorObject::read(body).map_or_else(|| beginning(body), |error| error.to_string());
    if said.is_empty() {
        format!("status {status}")
    } else {
        format!("status {status}: {said}")
    }
}

fn beginning(body: &[u8]) -> String {
    start(&String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]))
}

#[cfg(test)]
mod tests;
