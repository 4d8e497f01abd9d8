//! How much goes wrong before something is done: retries, outages, refusals, an empty account, lists that end early.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use super::fault::{Fault, require};

/// `[retry]`: how a failed request comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Retry {
    /// The wait after the first failure.
    #[serde(with = "duration")]
    pub initial_interval: Duration,
    /// What each wait is multiplied by to give the next.
    pub multiplier: f64,
    /// How far a wait is moved at random: 0.5 gives between half and one and a half of it.
    pub randomization_factor: f64,
    /// The longest wait.
    #[serde(with = "duration")]
    pub max_interval: Duration,
    /// After how many attempts a page is given up.
    pub max_attempts: u32,
    /// Which part of all sends may be retries before the gate slows down.
    pub share: f64,
    /// When a page that was not found is asked for once more, in a run that ends.
    #[serde(with = "duration")]
    pub not_found_again: Duration,
    /// The same in the daemon.
    #[serde(with = "duration")]
    pub not_found_again_daemon: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            initial_interval: Duration::from_secs(2),
            multiplier: 2.0,
            randomization_factor: 0.5,
            max_interval: Duration::from_mins(15),
            max_attempts: 8,
            share: 0.3,
            not_found_again: Duration::from_secs(10),
            not_found_again_daemon: Duration::from_hours(1),
        }
    }
}

impl Retry {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        above_zero("retry.initial_interval", self.initial_interval)?;
        let multiplies = self.multiplier.is_finite() && self.multiplier >= 1.0;
        require(multiplies, "retry.multiplier", "must be a number of at least 1")?;
        let is_share = (0.0..=1.0).contains(&self.randomization_factor);
        require(is_share, "retry.randomization_factor", "must be between 0 and 1")?;
        let grows = self.max_interval >= self.initial_interval;
        require(
            grows,
            "retry.max_interval",
            "must not be shorter than initial_interval",
        )?;
        at_least_one("retry.max_attempts", self.max_attempts)?;
        share("retry.share", self.share)
    }
}

/// `[outage]`: when the upstream counts as down. Attempts are not counted meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Outage {
    /// After how many sends in a row without an answer.
    pub after: u32,
    /// How often a single request looks whether it is back.
    #[serde(with = "duration")]
    pub probe_every: Duration,
}

impl Default for Outage {
    fn default() -> Self {
        Self {
            after: 10,
            probe_every: Duration::from_mins(1),
        }
    }
}

impl Outage {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        at_least_one("outage.after", self.after)?;
        above_zero("outage.probe_every", self.probe_every)
    }
}

/// `[blocked]`: what to do when the upstream's front turns requests away (Cloudflare's error 1010).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Blocked {
    /// How long nothing is sent before one request tries again.
    #[serde(with = "duration")]
    pub pause: Duration,
    /// After how many refusals in a row everything stops.
    pub stop_after: u32,
}

impl Default for Blocked {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(30),
            stop_after: 3,
        }
    }
}

impl Blocked {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        above_zero("blocked.pause", self.pause)?;
        at_least_one("blocked.stop_after", self.stop_after)
    }
}

/// `[funds]`: what to do when the account is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Funds {
    /// How often the daemon looks, free of charge, whether somebody has paid.
    #[serde(with = "duration")]
    pub poll_every: Duration,
}

impl Default for Funds {
    fn default() -> Self {
        Self {
            poll_every: Duration::from_mins(5),
        }
    }
}

impl Funds {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        above_zero("funds.poll_every", self.poll_every)
    }
}

/// `[ends]`: when a list that has ended counts as complete, and when a walk is stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Ends {
    /// Which part of the counter must have been found.
    pub coverage: f64,
    /// Or how many items may be missing at most.
    pub short_by: u32,
    /// After how many pages in a row with nothing new a walk counts as looped.
    pub nothing_new_pages: u32,
    /// After how many complete sweeps in a row that miss it an edge is closed.
    pub close_after: u32,
}

impl Default for Ends {
    fn default() -> Self {
        Self {
            coverage: 0.95,
            short_by: 5,
            nothing_new_pages: 3,
            close_after: 2,
        }
    }
}

impl Ends {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        share("ends.coverage", self.coverage)?;
        at_least_one("ends.nothing_new_pages", self.nothing_new_pages)?;
        at_least_one("ends.close_after", self.close_after)
    }
}

fn above_zero(key: &str, duration: Duration) -> Result<(), Fault> {
    require(!duration.is_zero(), key, "must be above 0")
}

fn at_least_one(key: &str, count: u32) -> Result<(), Fault> {
    require(count > 0, key, "must be at least 1")
}

fn share(key: &str, share: f64) -> Result<(), Fault> {
    require(share > 0.0 && share <= 1.0, key, "must be above 0 and at most 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_above_zero_and_at_most_one() {
        for (coverage, is_right) in [
            (0.95, true),
            (1.0, true),
            (0.0, false),
            (1.1, false),
            (f64::NAN, false),
        ] {
            let ends = Ends {
                coverage,
                ..Ends::default()
            };
            assert_eq!(ends.validate().is_ok(), is_right, "{coverage}");
        }
    }

    #[test]
    fn waits_neither_shrink_nor_begin_above_their_end() {
        let shrinking = Retry {
            multiplier: 0.9,
            ..Retry::default()
        };
        assert_eq!(shrinking.validate().unwrap_err().key, "retry.multiplier");
        let ending = Retry {
            max_interval: Duration::from_secs(1),
            ..Retry::default()
        };
        assert_eq!(ending.validate().unwrap_err().key, "retry.max_interval");
    }
}
