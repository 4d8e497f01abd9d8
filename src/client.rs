//! The only part that talks to the upstream: one permit, one request, one answer.
//!
//! It never resends and never follows a redirect; what to do with an answer that is not a page is decided by the
//! queue. It knows nothing of tables, and of a page only that it looks like JSON.

mod answer;
mod base_url;
mod body;
mod classify;
mod error_object;
mod hiker_info;
mod outcome;
mod retry_after;
mod settings;
mod transport;

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderValue};

use crate::clock::Clock;
use crate::endpoint::{Endpoint, Options};
use crate::permit::Permit;
use crate::secret::Key;
use crate::target::Target;

pub use answer::{Answer, Head, Location};
pub use base_url::BaseUrl;
pub use classify::classify;
pub use outcome::Outcome;
pub use settings::{ClientError, ClientSettings, Timeouts};

/// What the vendor's front wants to see: it answers 403 to requests without a name.
const USER_AGENT: &str = concat!("gleaner/", env!("CARGO_PKG_VERSION"));
/// The account's balance costs nothing, so it needs no permit.
const BALANCE: &str = "/sys/balance";
/// The header that carries the key.
const KEY_HEADER: &str = "x-access-key";
/// The bound on the header block of an answer over HTTP/2; HTTP/1 has bounds of its own.
const HEADER_BYTES_AT_MOST: u32 = 64 * 1024;

/// A client of one upstream with one key.
pub struct Client {
    http: reqwest::Client,
    base_url: BaseUrl,
    key: Key,
    max_body_bytes: usize,
}

impl Client {
    /// A client for these settings. Nothing is sent.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        let base_url = BaseUrl::parse(&settings.base_url)?;
        let http = http_client(&settings, &base_url)?;
        let ClientSettings {
            key, max_body_bytes, ..
        } = settings;
        Ok(Self {
            http,
            base_url,
            key,
            max_body_bytes,
        })
    }

    /// Where this client sends to.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// Sends the one request that `_permit` allows, and uses it up: a target's first page, or the page after `cursor`.
    ///
    /// The answer always comes; when no byte of it came, its outcome says why.
    pub async fn send(
        &self,
        _permit: Permit,
        endpoint: &'static Endpoint,
        target: &Target,
        options: &Options,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Answer {
        let mut query = (endpoint.query)(target, options);
        match (endpoint.cursor, cursor) {
            (_, None) => {}
            (Some(name), Some(cursor)) => {
                // Some endpoints ask for the first page with an empty cursor; a name must not come twice.
                query.retain(|(other, _)| *other != name);
                query.push((name, cursor.to_owned()));
            }
            (None, Some(_)) => {
                // Sent without its cursor, the request would buy the first page again.
                let reason = format!("{} has one page only and takes no cursor", endpoint.path);
                return Answer::none(Outcome::NeverSent { reason }, clock.now(), Duration::ZERO);
            }
        }
        self.exchange(self.base_url.address(endpoint.path, &query), clock)
            .await
    }

    /// Asks for the account's balance, which is not billed.
    pub async fn balance(&self, clock: &dyn Clock) -> Answer {
        self.exchange(self.base_url.address(BALANCE, &[]), clock).await
    }

    async fn exchange(&self, address: Url, clock: &dyn Clock) -> Answer {
        let sent_at = clock.elapsed();
        let took = || clock.elapsed().saturating_sub(sent_at);
        let request = self
            .http
            .get(address.clone())
            .header(ACCEPT, "application/json")
            .header(KEY_HEADER, self.key_header());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                let outcome = transport::failed_before_the_head(error).redacted(&self.key);
                return Answer::none(outcome, clock.now(), took());
            }
        };
        let head = Head::read(
            response.status().as_u16(),
            response.headers(),
            &self.base_url,
            &address,
            clock.now(),
        );
        let limit = if head.status == 200 {
            self.max_body_bytes
        } else {
            body::KEPT_OF_A_REFUSAL + self.key.longest_spelling()
        };
        let reading = body::read(response, limit).await.redacted(&self.key);
        let (outcome, body) = body::judge(&head, reading);
        let body = if outcome == Outcome::Page {
            body
        } else {
            self.key.redact_bytes(body)
        };
        Answer::new(outcome.redacted(&self.key), head, body, clock.now(), took())
    }

    fn key_header(&self) -> HeaderValue {
        let mut value = HeaderValue::from_str(self.key.expose())
            .expect("a key holds printable ASCII only, as headers do");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

fn http_client(settings: &ClientSettings, base_url: &BaseUrl) -> Result<reqwest::Client, ClientError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        // The library would follow to other hosts with the key, and would resend what it deems safe.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // A proxy from the environment would see the key.
        .no_proxy()
        .https_only(!base_url.is_plain())
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        .gzip(true)
        .http2_max_header_list_size(HEADER_BYTES_AT_MOST)
        .connect_timeout(settings.timeouts.connect)
        .read_timeout(settings.timeouts.no_byte)
        .timeout(settings.timeouts.total)
        // The server closes idle connections without a word; a request on such a one is lost.
        .pool_idle_timeout(settings.pool_idle);
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(settings::proxy(proxy)?);
    }
    builder
        .build()
        .map_err(|error| ClientError::Setup(transport::chain(&error.without_url())))
}

#[cfg(test)]
mod tests;
