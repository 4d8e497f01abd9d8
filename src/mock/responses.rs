//! What is sent for a decision: bodies, headers, and how the answer ends.

use serde_json::{Value, json};

use crate::mock::answers;
use crate::mock::bodies::{self, signature::Signature};
use crate::mock::desk::Decision;
use crate::mock::faults::FaultKind;
use crate::mock::http::{Ending, Response};
use crate::mock::outcomes::{self, Outcome};
use crate::mock::questions::{Flaw, Refusal};
use crate::mock::settings::PriceStyle;
use crate::mock::world::World;

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=UTF-8";
const TEXT: &str = "text/plain; charset=UTF-8";

const FRONT_REFUSAL: &str = "error code: 1010";
const GATEWAY_PAGE: &str =
    "<!DOCTYPE html><html><head><title>502: Bad gateway</title></head><body></body></html>";
const WELCOME_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>";
/// A date that has long passed.
const PASSED_DATE: &str = "Wed, 21 Oct 2015 07:28:00 GMT";

/// The answer for a decision.
pub(crate) fn response(decision: &Decision, is_cut: bool, style: PriceStyle) -> Response {
    let world = &decision.world;
    let mut headers = Vec::new();
    if let Some(units) = decision.price {
        let is_plain = match style {
            PriceStyle::Alternating => decision.number.is_multiple_of(2),
            PriceStyle::Plain => true,
            PriceStyle::Json => false,
        };
        let price = if is_plain {
            format!("reqs={units}")
        } else {
            format!("{{\"reqs\": {units}}}")
        };
        headers.push(("x-hiker-info", price));
    }
    headers.extend(retry_after(decision.fault).map(|value| ("retry-after", value.to_owned())));
    let mut signature = Signature::new(world.seed(), decision.number);
    let (content_type, mut body) = replaced(decision.fault, decision.number)
        .unwrap_or_else(|| answered(world, decision, is_cut, &mut signature));
    if decision.fault == Some(FaultKind::TruncatedJson) {
        let half = (0..=body.len() / 2)
            .rev()
            .find(|place| body.is_char_boundary(*place));
        body.truncate(half.unwrap_or_default());
    }
    let ending = match decision.fault {
        Some(FaultKind::ClosedEarly) => Ending::BeforeAnswer,
        Some(FaultKind::ClosedInBody) => Ending::InBody,
        _ => Ending::Whole,
    };
    let status = outcomes::status(&decision.outcome, decision.fault);
    Response {
        status,
        content_type,
        headers,
        body,
        ending,
    }
}

fn retry_after(fault: Option<FaultKind>) -> Option<&'static str> {
    match fault? {
        FaultKind::RateLimitedSeconds => Some("1"),
        FaultKind::RateLimitedDate => Some(PASSED_DATE),
        FaultKind::RateLimitedRubbish => Some("soon, -1, 1e99"),
        _ => None,
    }
}

/// The content type and body of a fault that takes the place of the answer.
fn replaced(fault: Option<FaultKind>, number: u64) -> Option<(&'static str, String)> {
    let error = |detail: &str, exc_type: &str| {
        Some((
            JSON,
            json!({ "detail": detail, "exc_type": exc_type }).to_string(),
        ))
    };
    match fault? {
        FaultKind::RateLimited
        | FaultKind::RateLimitedSeconds
        | FaultKind::RateLimitedDate
        | FaultKind::RateLimitedRubbish => error("Too many requests", "RateLimited"),
        FaultKind::ServerError | FaultKind::ErrorObject => {
            error("Instagram server error", "InstagramServerError")
        }
        FaultKind::Unavailable => error("Service unavailable", "InternalError"),
        FaultKind::GatewayTimeout => error("Timed out", "InternalError"),
        FaultKind::NotFoundLie => Some((JSON, not_found(number))),
        FaultKind::CursorRefused => Some((JSON, wrong_cursor())),
        FaultKind::BadGateway => Some((HTML, GATEWAY_PAGE.to_owned())),
        FaultKind::HtmlPage => Some((HTML, WELCOME_PAGE.to_owned())),
        FaultKind::FrontRefusal => Some((TEXT, FRONT_REFUSAL.to_owned())),
        FaultKind::EmptyObject => Some((JSON, "{}".to_owned())),
        FaultKind::NullBody => Some((JSON, "null".to_owned())),
        FaultKind::EmptyBody => Some((JSON, String::new())),
        _ => None,
    }
}

/// The upstream has several ways to say that something is not there.
fn not_found(number: u64) -> String {
    let (detail, exc_type) = match number % 3 {
        0 => ("We're sorry, we couldn't find that.", "UserNotFound"),
        1 => ("User not found", "UserNotFound"),
        _ => ("Entries not found", "NotFoundError"),
    };
    json!({ "detail": detail, "exc_type": exc_type }).to_string()
}

fn wrong_cursor() -> String {
    json!({ "detail": "Invalid cursor", "exc_type": "ValidationError" }).to_string()
}

fn answered(
    world: &World,
    decision: &Decision,
    is_cut: bool,
    signature: &mut Signature,
) -> (&'static str, String) {
    let error = |detail: &str, exc_type: &str| json!({ "detail": detail, "exc_type": exc_type }).to_string();
    let body = match &decision.outcome {
        Outcome::Page(question) => {
            let mut body = answers::body(world, question, decision.fault, signature);
            if is_cut {
                bodies::cut(&mut body);
            }
            bodies::text(&body)
        }
        Outcome::NoUserAgent => return (TEXT, FRONT_REFUSAL.to_owned()),
        Outcome::TooFast => error("Too many requests", "RateLimited"),
        Outcome::Unauthorized => json!({
            "state": false,
            "error": "Unauthorized request: pass access_key or login via https://hikerapi.com/login",
        })
        .to_string(),
        Outcome::NoFunds => json!({
            "state": false, "error": "Top up your account at https://hikerapi.com/billing",
            "exc_type": "InsufficientFunds",
        })
        .to_string(),
        Outcome::NoSuchPath => json!({ "detail": "Not Found" }).to_string(),
        Outcome::Retired => error("This endpoint is retired", "EndpointDeprecated"),
        Outcome::Flawed(flaw) => flawed(*flaw).to_string(),
        Outcome::Refused(Refusal::WrongCursor) => wrong_cursor(),
        Outcome::Refused(Refusal::Private) => error("User hid data using privacy settings", "PrivateAccount"),
        Outcome::Refused(Refusal::NoUser) => error("We're sorry, we couldn't find that.", "UserNotFound"),
        Outcome::Refused(Refusal::NoMedia) => error("Not found ({})", "MediaNotFound"),
        Outcome::Refused(Refusal::NoEntries) => error("Entries not found", "NotFoundError"),
        Outcome::Balance(units, rate) => {
            json!({ "requests": units, "rate": rate, "currency": "USD", "amount": 100.0 }).to_string()
        }
    };
    (JSON, body)
}

fn flawed(flaw: Flaw) -> Value {
    let (name, message, kind) = match flaw {
        Flaw::Missing(name) => (name, "field required", "value_error.missing"),
        Flaw::TooMany(name) => (
            name,
            "ensure this value has at most 10 items",
            "value_error.list.max_items",
        ),
    };
    json!({ "detail": [{ "loc": ["query", name], "msg": message, "type": kind }] })
}
