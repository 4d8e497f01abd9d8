//! How a simulated upstream behaves.

use std::time::Duration;

use crate::mock::faults::Faults;

/// How the header that tells the price of a call is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriceStyle {
    /// One way and the other in turn.
    #[default]
    Alternating,
    /// `reqs=1`, as the vendor's pages print it.
    Plain,
    /// `{"reqs": 1}`, as it was met.
    Json,
}

/// How a simulated upstream behaves. The default is a patient one that never misbehaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Requests a second that are served, none for any number.
    pub rate: Option<f64>,
    /// The least and the greatest time that an answer takes.
    pub latency: (Duration, Duration),
    /// The only key that is accepted; none for any.
    pub key: Option<String>,
    /// What goes wrong.
    pub faults: Faults,
    /// Units on the account.
    pub balance: i64,
    /// Paths that answer 410.
    pub retired: Vec<String>,
    /// Serve bodies as damaged as the vendor's examples. Lists cannot be walked then.
    pub cut: bool,
    /// How the price header is written.
    pub price_style: PriceStyle,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rate: None,
            latency: (Duration::ZERO, Duration::ZERO),
            key: None,
            faults: Faults::default(),
            balance: 1_000_000,
            retired: Vec::new(),
            cut: false,
            price_style: PriceStyle::default(),
        }
    }
}
