//! What an arrival can meet, and with which status.

use crate::mock::faults::FaultKind;
use crate::mock::questions::{Flaw, Question, Refusal};

/// What an arrival meets, before any fault.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// No User-Agent: the front refuses.
    NoUserAgent,
    /// Too many in a second.
    TooFast,
    /// No key, or a wrong one.
    Unauthorized,
    /// No such path.
    NoSuchPath,
    /// The endpoint is retired.
    Retired,
    /// Nothing left on the account.
    NoFunds,
    /// A parameter is missing, or stands there too often.
    Flawed(Flaw),
    /// The question has no answer.
    Refused(Refusal),
    /// The balance: units left and the rate.
    Balance(i64, f64),
    /// A page.
    Page(Question),
}

impl Outcome {
    /// The status of the answer.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Page(_) | Self::Balance(..) => 200,
            Self::Refused(Refusal::WrongCursor) => 400,
            Self::Unauthorized => 401,
            Self::NoFunds => 402,
            Self::NoUserAgent | Self::Refused(Refusal::Private) => 403,
            Self::NoSuchPath | Self::Refused(_) => 404,
            Self::Retired => 410,
            Self::Flawed(_) => 422,
            Self::TooFast => 429,
        }
    }
}

/// The status that is sent in the end; 0 for none.
pub(crate) fn status(outcome: &Outcome, fault: Option<FaultKind>) -> u16 {
    match fault {
        Some(
            FaultKind::RateLimited
            | FaultKind::RateLimitedSeconds
            | FaultKind::RateLimitedDate
            | FaultKind::RateLimitedRubbish,
        ) => 429,
        Some(FaultKind::ServerError) => 500,
        Some(FaultKind::BadGateway) => 502,
        Some(FaultKind::Unavailable) => 503,
        Some(FaultKind::GatewayTimeout) => 504,
        Some(FaultKind::FrontRefusal) => 403,
        Some(FaultKind::ClosedEarly) => 0,
        Some(
            FaultKind::HtmlPage
            | FaultKind::EmptyObject
            | FaultKind::ErrorObject
            | FaultKind::NullBody
            | FaultKind::EmptyBody,
        ) => 200,
        Some(FaultKind::NotFoundLie) => 404,
        Some(FaultKind::CursorRefused) => 400,
        _ => outcome.status(),
    }
}
