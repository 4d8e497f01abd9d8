//! An answer as the engine keeps it: its outcome, what the headers say, and the body.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::Url;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};

use super::base_url::BaseUrl;
use super::outcome::Outcome;
use super::{hiker_info, retry_after};
use crate::clock::Timestamp;

/// What came back for one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it means.
    pub outcome: Outcome,
    /// The status, if there was one.
    pub status: Option<u16>,
    /// The units of `x-hiker-info`, if it makes sense.
    pub units_header: Option<i64>,
    /// How long the upstream wants no request, if it says so: between a second and a quarter of an hour.
    pub retry_after: Option<Duration>,
    /// The upstream's own time, if it tells it.
    pub date: Option<Timestamp>,
    /// The whole body where the status is 200 and all of it came, its first 4 KiB where not. A body that is no page
    /// does not hold the key, should the upstream have repeated it.
    pub body: Vec<u8>,
    /// When the last byte had come, or nothing more was to be expected.
    pub answered_at: Timestamp,
    /// How long it took.
    pub took: Duration,
}

impl Answer {
    pub(super) fn new(
        outcome: Outcome,
        head: Head,
        body: Vec<u8>,
        answered_at: Timestamp,
        took: Duration,
    ) -> Self {
        let Head {
            status,
            units,
            retry_after,
            date,
            ..
        } = head;
        Self {
            outcome,
            status: Some(status),
            units_header: units,
            retry_after,
            date,
            body,
            answered_at,
            took,
        }
    }

    /// What there is to say when no answer came.
    pub(super) fn none(outcome: Outcome, answered_at: Timestamp, took: Duration) -> Self {
        Self {
            outcome,
            status: None,
            units_header: None,
            retry_after: None,
            date: None,
            body: Vec::new(),
            answered_at,
            took,
        }
    }
}

/// What is read of an answer's head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// `x-hiker-info`.
    pub units: Option<i64>,
    /// `Retry-After`, within its bounds.
    pub retry_after: Option<Duration>,
    /// `Location`.
    pub location: Location,
    /// `Date`.
    pub date: Option<Timestamp>,
}

/// Where a redirect leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Location {
    /// To no address, or to none that can be read.
    #[default]
    Nowhere,
    /// To the configured origin.
    SameOrigin,
    /// To another scheme, host or port.
    Elsewhere,
}

impl Head {
    /// Reads the headers of an answer from `address` that came at `now`.
    pub(super) fn read(
        status: u16,
        headers: &HeaderMap,
        base_url: &BaseUrl,
        address: &Url,
        now: Timestamp,
    ) -> Self {
        let texts = |name| {
            headers
                .get_all(name)
                .iter()
                .filter_map(|value| value.to_str().ok())
        };
        let date = texts(DATE).next().and_then(http_date);
        let location = match texts(LOCATION).next().map(|text| address.join(text)) {
            None | Some(Err(_)) => Location::Nowhere,
            Some(Ok(url)) if base_url.is_origin_of(&url) => Location::SameOrigin,
            Some(Ok(_)) => Location::Elsewhere,
        };
        Self {
            status,
            units: hiker_info::units(
                headers
                    .get_all(hiker_info::NAME)
                    .iter()
                    .filter_map(|value| value.to_str().ok()),
            ),
            // A date in it is meant by the upstream's clock, which need not be ours.
            retry_after: retry_after::wait(texts(RETRY_AFTER), date.unwrap_or(now)),
            location,
            date,
        }
    }
}

/// A date of HTTP, in any of its three spellings.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let time = httpdate::parse_http_date(text.trim()).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
