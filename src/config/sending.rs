//! Where rows go and whom they are bought from: the tables, the upstream, the budget.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::byte_size::ByteSize;
use super::duration;
use super::fault::{Fault, require};

/// `[database]`: where the tables are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Database {
    /// `sqlite:PATH`.
    pub url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite:gleaner.db".to_owned(),
        }
    }
}

impl Database {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        // The address may hold a password, so it is not repeated here.
        let scheme = self.url.split_once(':').map(|(scheme, _)| scheme);
        require(
            !matches!(scheme, Some("postgres" | "postgresql")),
            "database.url",
            "PostgreSQL is not supported yet; use sqlite:PATH",
        )?;
        let is_sqlite = self
            .url
            .strip_prefix("sqlite:")
            .is_some_and(|path| !path.is_empty());
        require(
            is_sqlite,
            "database.url",
            "must be sqlite:PATH, as in \"sqlite:gleaner.db\"",
        )
    }
}

/// `[upstream]`: whom to ask, and how fast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Upstream {
    /// The only origin that ever sees the key.
    pub base_url: String,
    /// Requests a second; none for what the account's plan allows.
    pub rate: Option<f64>,
    /// How many requests may be in flight.
    pub workers: usize,
    /// A file that holds the key.
    pub token_file: Option<PathBuf>,
    /// The proxy to send through; the proxy variables of the environment are not obeyed.
    pub proxy: Option<ProxyUrl>,
    /// How long connecting may take.
    #[serde(with = "duration")]
    pub connect_timeout: Duration,
    /// How long the first byte of an answer may take.
    #[serde(with = "duration")]
    pub first_byte_timeout: Duration,
    /// How long the whole exchange may take.
    #[serde(with = "duration")]
    pub total_timeout: Duration,
    /// The longest body that is read, decoded.
    pub max_body: ByteSize,
}

impl Default for Upstream {
    fn default() -> Self {
        Self {
            base_url: "https://api.hikerapi.com".to_owned(),
            rate: None,
            workers: 64,
            token_file: None,
            proxy: None,
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(30),
            max_body: ByteSize(32 << 20),
        }
    }
}

impl Upstream {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        require(
            !self.base_url.is_empty(),
            "upstream.base_url",
            "must not be empty",
        )?;
        if let Some(rate) = self.rate {
            let message = format!("must be a number above 0, not {rate}");
            require(rate.is_finite() && rate > 0.0, "upstream.rate", message)?;
        }
        require(self.workers > 0, "upstream.workers", "must be at least 1")?;
        let token_file_is_empty = self
            .token_file
            .as_ref()
            .is_some_and(|path| path.as_os_str().is_empty());
        require(!token_file_is_empty, "upstream.token_file", "must not be empty")?;
        let proxy_is_empty = self.proxy.as_ref().is_some_and(|proxy| proxy.0.is_empty());
        require(!proxy_is_empty, "upstream.proxy", "must not be empty")?;
        for (key, timeout) in [
            ("upstream.connect_timeout", self.connect_timeout),
            ("upstream.first_byte_timeout", self.first_byte_timeout),
        ] {
            require(!timeout.is_zero(), key, "must be above 0")?;
            require(
                timeout <= self.total_timeout,
                key,
                "must not be longer than total_timeout",
            )?;
        }
        require(self.max_body.0 > 0, "upstream.max_body", "must be above 0")
    }
}

/// A proxy's address. It may hold a password, so its debug text does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProxyUrl(pub String);

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// `[budget]`: what may be spent, in units. Without any limit nothing is bought from anything but this machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Budget {
    /// In all, for ever; 0 sends nothing.
    pub total: Option<i64>,
    /// In a day of UTC; 0 sends nothing.
    pub per_day: Option<i64>,
    /// In one run of the program; 0 sends nothing.
    pub per_run: Option<i64>,
    /// Whether an option has set `per_run`, for this run alone.
    #[serde(skip)]
    pub is_for_this_run: bool,
    /// What a unit costs in the account's currency, to show costs in money as well; none to show units alone.
    pub unit_price: Option<f64>,
}

impl Budget {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        for (key, units) in [
            ("budget.total", self.total),
            ("budget.per_day", self.per_day),
            ("budget.per_run", self.per_run),
        ] {
            require(
                units.is_none_or(|units| units >= 0),
                key,
                "must not be negative; 0 sends nothing",
            )?;
        }
        let is_price = self
            .unit_price
            .is_none_or(|price| price.is_finite() && price >= 0.0);
        require(is_price, "budget.unit_price", "must be a number of at least 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of_rate(rate: f64) -> Option<Fault> {
        let upstream = Upstream {
            rate: Some(rate),
            ..Upstream::default()
        };
        upstream.validate().err()
    }

    #[test]
    fn a_rate_is_a_number_above_zero() {
        assert_eq!(fault_of_rate(0.5), None);
        for rate in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(fault_of_rate(rate).is_some(), "{rate}");
        }
    }

    #[test]
    fn a_budget_of_zero_is_one_and_a_negative_one_is_not() {
        let budget = |total| Budget {
            total: Some(total),
            ..Budget::default()
        };
        assert_eq!(budget(0).validate(), Ok(()));
        assert!(budget(-1).validate().is_err());
    }

    #[test]
    fn only_sqlite_is_a_database_and_passwords_are_not_repeated() {
        let validate = |url: &str| {
            let url = url.to_owned();
            Database { url }.validate().map_err(|fault| fault.to_string())
        };
        assert_eq!(validate("sqlite:/var/lib/gleaner.db"), Ok(()));
        assert_eq!(
            validate("postgres://me:secret@example.org/gleaner"),
            Err("[database] url: PostgreSQL is not supported yet; use sqlite:PATH".to_owned())
        );
        for url in ["", "sqlite:", "gleaner.db", "mysql://me:secret@example.org"] {
            let fault = validate(url).unwrap_err();
            assert!(
                fault.contains("must be sqlite:PATH") && !fault.contains("secret"),
                "{fault}"
            );
        }
    }

    #[test]
    fn a_proxys_password_is_not_shown() {
        let upstream = Upstream {
            proxy: Some(ProxyUrl("http://me:secret@proxy.example".to_owned())),
            ..Upstream::default()
        };
        assert!(!format!("{upstream:?}").contains("secret"));
    }
}
