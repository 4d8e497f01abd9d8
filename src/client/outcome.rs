//! What an answer means for the one who asked, decided once, so that nobody else reads statuses or texts.

use std::fmt;
use std::time::Duration;

use crate::secret::Key;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A JSON object or array that is not an error: to be parsed.
    Page,
    /// Status 200, but the body is no page: HTML, empty, `null`, `{}`, an error that nobody knows.
    NotAPage {
        /// What it is instead.
        reason: String,
    },
    /// A page of more bytes than are read.
    TooLarge,
    /// Too many requests a second: nothing may be sent for this long.
    RateLimited {
        /// How long.
        wait: Duration,
    },
    /// The upstream has trouble of its own: the same request may succeed later.
    Retry {
        /// What it said.
        reason: String,
    },
    /// The key is wrong or missing.
    Unauthorized,
    /// The account has no units left.
    OutOfFunds,
    /// The target exists and is not shown.
    Private,
    /// The upstream does not find the target; this is known to be wrong at times.
    NotFound,
    /// The endpoint is gone for good.
    Retired,
    /// The upstream does not take the parameters (400); where a cursor was sent, it is probably the cursor.
    BadRequest {
        /// What it said.
        reason: String,
    },
    /// An answer that no rule covers and that will be the same next time: a person must look.
    Refused {
        /// What it said.
        reason: String,
    },
    /// A redirect, which was not followed.
    Redirected {
        /// Whether it is temporary (307, 308) and stays on the configured origin: then the request may be tried
        /// again. Anything else waits for a person.
        same_origin: bool,
    },
    /// The front before the upstream refused the client as such (Cloudflare's `error code: 1010`).
    Blocked,
    /// Nothing was sent: no address, no connection, no TLS.
    NeverSent {
        /// Why.
        reason: String,
    },
    /// The connection ended after the request and before an answer; a kept connection that had gone stale does this.
    Reset {
        /// Why.
        reason: String,
    },
    /// The request was sent and no whole answer came: too late, cut off, or not readable.
    Lost {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// One word for it, for tables and logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::NotAPage { .. } => "not_a_page",
            Self::TooLarge => "too_large",
            Self::RateLimited { .. } => "rate_limited",
            Self::Retry { .. } => "retry",
            Self::Unauthorized => "unauthorized",
            Self::OutOfFunds => "out_of_funds",
            Self::Private => "private",
            Self::NotFound => "not_found",
            Self::Retired => "retired",
            Self::BadRequest { .. } => "bad_request",
            Self::Refused { .. } => "refused",
            Self::Redirected { .. } => "redirected",
            Self::Blocked => "blocked",
            Self::NeverSent { .. } => "never_sent",
            Self::Reset { .. } => "reset",
            Self::Lost { .. } => "lost",
        }
    }

    /// Whether the upstream answered at all, whatever it said.
    pub const fn is_answer(&self) -> bool {
        !matches!(
            self,
            Self::NeverSent { .. } | Self::Reset { .. } | Self::Lost { .. }
        )
    }

    /// What came with it, where something did.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::NotAPage { reason }
            | Self::Retry { reason }
            | Self::BadRequest { reason }
            | Self::Refused { reason }
            | Self::NeverSent { reason }
            | Self::Reset { reason }
            | Self::Lost { reason } => Some(reason),
            _ => None,
        }
    }

    /// The same without the key, should the upstream or the network have repeated it.
    #[must_use]
    pub(crate) fn redacted(mut self, key: &Key) -> Self {
        match &mut self {
            Self::NotAPage { reason }
            | Self::Retry { reason }
            | Self::BadRequest { reason }
            | Self::Refused { reason }
            | Self::NeverSent { reason }
            | Self::Reset { reason }
            | Self::Lost { reason } => *reason = key.redact(reason),
            _ => {}
        }
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page => formatter.write_str("a page"),
            Self::NotAPage { reason } => write!(formatter, "status 200, but no page: {reason}"),
            Self::TooLarge => formatter.write_str("the body is larger than the limit"),
            Self::RateLimited { wait } => {
                write!(formatter, "too many requests: wait {:.1} s", wait.as_secs_f64())
            }
            Self::Retry { reason } => write!(formatter, "the upstream has trouble: {reason}"),
            Self::Unauthorized => formatter.write_str("the upstream does not accept the key"),
            Self::OutOfFunds => formatter.write_str("the account has no units left"),
            Self::Private => formatter.write_str("the target is private"),
            Self::NotFound => formatter.write_str("the upstream does not find the target"),
            Self::Retired => formatter.write_str("the endpoint is retired"),
            Self::BadRequest { reason } => write!(formatter, "the parameters are not accepted: {reason}"),
            Self::Refused { reason } => write!(formatter, "the request is refused: {reason}"),
            Self::Redirected { same_origin: true } => {
                formatter.write_str("a temporary redirect within the same origin")
            }
            Self::Redirected { same_origin: false } => formatter.write_str("a redirect to elsewhere"),
            Self::Blocked => formatter.write_str("the front of the upstream blocks this client"),
            Self::NeverSent { reason } => write!(formatter, "nothing was sent: {reason}"),
            Self::Reset { reason } => write!(formatter, "the connection ended before an answer: {reason}"),
            Self::Lost { reason } => write!(formatter, "no whole answer came: {reason}"),
        }
    }
}
