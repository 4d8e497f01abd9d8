//! What a client can be told, with the defaults, and what it refuses to be told.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::secret::Key;

/// The vendor's address.
const BASE_URL: &str = "https://api.hikerapi.com";

/// How a client connects.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Where the upstream's paths hang: `https://api.hikerapi.com`, or any address on this machine.
    pub base_url: String,
    /// The key.
    pub key: Key,
    /// A proxy, if one is to be used; its address can hold a password. The environment is never asked.
    pub proxy: Option<SecretString>,
    /// When to give up.
    pub timeouts: Timeouts,
    /// How long an idle connection is kept; the server closes it without a word not much later.
    pub pool_idle: Duration,
    /// The largest body that is read, counted after decompression.
    pub max_body_bytes: usize,
}

impl ClientSettings {
    /// The defaults, for the vendor's own address.
    pub fn new(key: Key) -> Self {
        Self {
            base_url: BASE_URL.to_owned(),
            key,
            proxy: None,
            timeouts: Timeouts::default(),
            pool_idle: Duration::from_secs(5),
            max_body_bytes: 32 * 1024 * 1024,
        }
    }
}

/// When a request is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name, connection and TLS together.
    pub connect: Duration,
    /// No byte: before the first one of the answer, or between two.
    pub no_byte: Duration,
    /// The whole exchange.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            no_byte: Duration::from_secs(15),
            total: Duration::from_secs(30),
        }
    }
}

/// Why there is no client for these settings. None of the texts repeats an address: it could hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The base URL is none.
    #[error("the base URL is not a URL: {0}")]
    NotAUrl(String),
    /// The base URL has another scheme.
    #[error("the base URL must begin with https://, or with http:// and an address of this machine")]
    NotHttps,
    /// The key would go over the network in the clear.
    #[error(
        "the base URL must begin with https://: over http:// the key would be readable on its way to {host}"
    )]
    Plain {
        /// Where it would go.
        host: String,
    },
    /// The base URL has a user name or a password.
    #[error("the base URL must not hold a user name or a password")]
    UserInfo,
    /// The base URL has a query or a fragment.
    #[error("the base URL must end with its path: it has a ? or a # part")]
    Query,
    /// The proxy's address is none.
    #[error("the proxy's address is not a URL that can be used as a proxy")]
    Proxy,
    /// The HTTP library could not be set up.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(String),
}

/// The proxy of these settings, for every request.
pub(super) fn proxy(address: &SecretString) -> Result<reqwest::Proxy, ClientError> {
    // The library's own error repeats the address.
    reqwest::Proxy::all(address.expose_secret()).map_err(|_| ClientError::Proxy)
}
