//! The configuration: one typed tree, whose defaults are written once, in the `Default` of each section.
//!
//! A file in TOML is read first, then the environment (`GLEANER_SECTION_KEY`), then the command line; the later wins.
//! A key that is not in the tree is refused with its line and the nearest name, so that a slip of the pen never runs a
//! paid crawl at a default. This module and the ones below it are the only ones that read the environment.

mod archive;
mod byte_size;
mod document;
mod duration;
mod environment;
mod fault;
mod filter;
mod harvest;
mod keys;
mod limit;
mod load;
mod overrides;
mod refresh;
mod routes;
mod sending;
pub mod token;
mod tolerance;
mod truncated;

use serde::{Deserialize, Serialize};

pub use archive::Archive;
pub use byte_size::ByteSize;
pub use environment::{Environment, log_filter, without_colours};
pub use fault::{ConfigError, Fault, Place};
pub use filter::{Filter, Span};
pub use harvest::{Harvest, SortOrder};
pub use limit::{Limit, Limits};
pub use load::{Loaded, Places, load};
pub use overrides::Overrides;
pub use refresh::{Refresh, RefreshRules};
pub use routes::{Choose, Deprecated, Flat, Routes};
pub use sending::{Budget, Database, ProxyUrl, Upstream};
pub use tolerance::{Blocked, Ends, Funds, Outage, Retry};
pub use truncated::OnTruncated;

use crate::kind::Kind;

/// The example file: every key at its default, with what it means.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

/// Everything that can be configured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the tables are.
    pub database: Database,
    /// Whom to ask, and how fast.
    pub upstream: Upstream,
    /// What may be spent.
    pub budget: Budget,
    /// How a failed request comes back.
    pub retry: Retry,
    /// What counts as an outage of the upstream.
    pub outage: Outage,
    /// What to do when the upstream's front turns requests away.
    pub blocked: Blocked,
    /// What to do when the account is empty.
    pub funds: Funds,
    /// When a list counts as complete.
    pub ends: Ends,
    /// When lists are read again, and how far.
    pub refresh: RefreshRules,
    /// Which bodies are kept, and how long.
    pub archive: Archive,
    /// Which endpoints collect what.
    pub routes: Routes,
    /// For which lists the upstream merges its streamed patches.
    pub flat: Flat,
    /// How the endpoints are asked that the vendor is about to retire.
    pub deprecated: Deprecated,
    /// What to collect, from what, how far.
    pub harvest: Vec<Harvest>,
}

impl Config {
    /// Checks what types alone cannot: ranges, addresses, names that must differ.
    pub fn validate(&self) -> Result<(), Fault> {
        self.database.validate()?;
        self.upstream.validate()?;
        self.budget.validate()?;
        self.retry.validate()?;
        self.outage.validate()?;
        self.blocked.validate()?;
        self.funds.validate()?;
        self.ends.validate()?;
        self.refresh.validate()?;
        self.archive.validate()?;
        self.routes.validate()?;
        self.deprecated.validate()?;
        for (place, harvest) in self.harvest.iter().enumerate() {
            harvest
                .validate(&self.routes)
                .map_err(|fault| fault.within(&format!("harvest.{place}")))?;
            if self.harvest[..place]
                .iter()
                .any(|other| other.name == harvest.name)
            {
                let message = format!("another harvest is called `{}` too", harvest.name);
                return Err(Fault::new(format!("harvest.{place}.name"), message));
            }
        }
        Ok(())
    }

    /// Checks that every endpoint of a route exists and collects what the route is for. `known` says what an endpoint
    /// collects; the list of endpoints stays unknown to this module.
    pub fn validate_routes(&self, known: &dyn Fn(&str) -> Option<Kind>) -> Result<(), Fault> {
        self.routes.validate_endpoints(known)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use toml::{Table, Value};

    use super::*;

    /// The example with the marks before optional keys taken away: `#key = value`, where prose begins with `# `.
    fn example_with_optional_keys() -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') && !key.is_empty() => format!("{key}\n"),
            _ => format!("{line}\n"),
        };
        EXAMPLE.lines().map(line).collect()
    }

    fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Table(table) => {
                for (key, value) in table {
                    paths(value, &format!("{path}.{key}"), found);
                }
            }
            Value::Array(values) if values.iter().any(Value::is_table) => {
                for value in values {
                    paths(value, path, found);
                }
            }
            _ => _ = found.insert(path.trim_start_matches('.').to_owned()),
        }
    }

    #[test]
    fn the_example_is_the_default() {
        let example: Config = toml::from_str(EXAMPLE).unwrap();
        assert_eq!(example, Config::default());
    }

    #[test]
    fn the_example_is_valid_with_its_optional_keys() {
        let example: Config = toml::from_str(&example_with_optional_keys()).unwrap();
        example.validate().unwrap();
    }

    #[test]
    fn the_example_has_every_key() {
        let example: Table = example_with_optional_keys().parse().unwrap();
        let mut shown = BTreeSet::new();
        paths(&Value::Table(example), "", &mut shown);
        // Limits are shown by some of their names.
        let outermost = |key: String| match key.strip_prefix("harvest.limits.") {
            Some(_) => "harvest.limits".to_owned(),
            None => key,
        };
        let known = keys::leaves(&keys::tree());
        let known: BTreeSet<String> = known.into_iter().map(outermost).collect();
        assert_eq!(shown.into_iter().map(outermost).collect::<BTreeSet<_>>(), known);
    }

    #[test]
    fn the_default_is_valid() {
        Config::default().validate().unwrap();
    }
}
