//! What can go wrong on request, by name.

use std::time::Duration;

/// One way in which an answer goes wrong. All of them pass: the same question asked again is answered well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// 429 without a word on when to come back.
    RateLimited,
    /// 429 with `Retry-After: 1`.
    RateLimitedSeconds,
    /// 429 with a date in `Retry-After`, one that has passed.
    RateLimitedDate,
    /// 429 with a `Retry-After` that cannot be read.
    RateLimitedRubbish,
    /// 500 with the upstream's error object.
    ServerError,
    /// 502 with a page of HTML.
    BadGateway,
    /// 503.
    Unavailable,
    /// 504.
    GatewayTimeout,
    /// 403 `error code: 1010` from the front.
    FrontRefusal,
    /// The connection is closed before any byte of an answer. Billed.
    ClosedEarly,
    /// The connection is closed in the middle of the body. Billed.
    ClosedInBody,
    /// 200 with a page of HTML.
    HtmlPage,
    /// 200 with `{}`.
    EmptyObject,
    /// 200 with an error object.
    ErrorObject,
    /// 200 with `null`.
    NullBody,
    /// 200 without a body.
    EmptyBody,
    /// 200 with half of the JSON and a length that fits.
    TruncatedJson,
    /// 404 for something that exists; at most once for a target and kind, and on first pages only.
    NotFoundLie,
    /// 400 for a good cursor; at most once for a target and kind.
    CursorRefused,
    /// One more element in the list, without any id.
    RubbishElement,
    /// Items without any sign of a cursor or an end.
    CursorMissing,
    /// Streams only: patches that carry errors beside their data.
    PatchErrors,
    /// Streams only: patches before the row that they patch.
    PatchesFirst,
    /// An element that stands twice on the page.
    DuplicatedElement,
    /// A good answer that takes long.
    Slow,
    /// A good answer without the header that tells its price.
    PriceMissing,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 26] = [
        Self::RateLimited,
        Self::RateLimitedSeconds,
        Self::RateLimitedDate,
        Self::RateLimitedRubbish,
        Self::ServerError,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::FrontRefusal,
        Self::ClosedEarly,
        Self::ClosedInBody,
        Self::HtmlPage,
        Self::EmptyObject,
        Self::ErrorObject,
        Self::NullBody,
        Self::EmptyBody,
        Self::TruncatedJson,
        Self::NotFoundLie,
        Self::CursorRefused,
        Self::RubbishElement,
        Self::CursorMissing,
        Self::PatchErrors,
        Self::PatchesFirst,
        Self::DuplicatedElement,
        Self::Slow,
        Self::PriceMissing,
    ];

    /// The word for it in tables, flags and the config.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::RateLimitedSeconds => "rate_limited_seconds",
            Self::RateLimitedDate => "rate_limited_date",
            Self::RateLimitedRubbish => "rate_limited_rubbish",
            Self::ServerError => "server_error",
            Self::BadGateway => "bad_gateway",
            Self::Unavailable => "unavailable",
            Self::GatewayTimeout => "gateway_timeout",
            Self::FrontRefusal => "front_refusal",
            Self::ClosedEarly => "closed_early",
            Self::ClosedInBody => "closed_in_body",
            Self::HtmlPage => "html_page",
            Self::EmptyObject => "empty_object",
            Self::ErrorObject => "error_object",
            Self::NullBody => "null_body",
            Self::EmptyBody => "empty_body",
            Self::TruncatedJson => "truncated_json",
            Self::NotFoundLie => "not_found_lie",
            Self::CursorRefused => "cursor_refused",
            Self::RubbishElement => "rubbish_element",
            Self::CursorMissing => "cursor_missing",
            Self::PatchErrors => "patch_errors",
            Self::PatchesFirst => "patches_first",
            Self::DuplicatedElement => "duplicated_element",
            Self::Slow => "slow",
            Self::PriceMissing => "price_missing",
        }
    }

    /// The kind of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Every kind after which a perfect harvest has the very rows that the oracle names.
    ///
    /// All but [`FaultKind::NotFoundLie`], which sends a harvester to the next endpoint of its route: no row is lost,
    /// but that endpoint shows other columns of them.
    pub fn harmless() -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|kind| *kind != Self::NotFoundLie)
            .collect()
    }
}

impl std::fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

/// A fault at a known place.
#[derive(Clone, Debug)]
pub struct Script {
    /// The path of the endpoint.
    pub path: String,
    /// Which of the arrivals at that path since the script was set, from 0.
    pub nth: u64,
    /// What happens to it.
    pub kind: FaultKind,
}

/// How the upstream misbehaves.
#[derive(Clone, Debug)]
pub struct Faults {
    /// The share of arrivals that meet a fault, from 0 to 1.
    pub share: f64,
    /// The kinds that are drawn from.
    pub kinds: Vec<FaultKind>,
    /// Faults at known places, which come first.
    pub scripts: Vec<Script>,
    /// How long a slow answer takes.
    pub slow: Duration,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            share: 0.0,
            kinds: Vec::new(),
            scripts: Vec::new(),
            slow: Duration::from_millis(300),
        }
    }
}

impl Faults {
    /// No faults.
    pub fn none() -> Self {
        Self::default()
    }

    /// A share of all arrivals meets one of these kinds.
    pub fn of(share: f64, kinds: impl Into<Vec<FaultKind>>) -> Self {
        Self {
            share,
            kinds: kinds.into(),
            ..Self::default()
        }
    }

    /// Faults at known places only.
    pub fn script(scripts: Vec<Script>) -> Self {
        Self {
            scripts,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in FaultKind::ALL {
            assert_eq!(FaultKind::find(kind.name()), Some(kind));
        }
        assert_eq!(FaultKind::find("earthquake"), None);
    }
}
