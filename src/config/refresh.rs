//! When lists are read again: `"1d"`, `"auto"`, or one of these for each kind.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::duration;
use super::fault::{Fault, require};
use crate::kind::Kind;
use crate::refresh::Interval;

const AUTO: &str = "auto";

/// After how long the lists of a harvest are read again, by kind. Kinds that are not named are read once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refresh(pub BTreeMap<Kind, Interval>);

impl Refresh {
    /// The same for every kind.
    pub fn all(interval: Interval) -> Self {
        Self(Kind::ALL.into_iter().map(|kind| (kind, interval)).collect())
    }

    pub(super) fn validate(&self, key: &str) -> Result<(), Fault> {
        for (kind, interval) in &self.0 {
            let is_zero = matches!(interval, Interval::Every(every) if every.is_zero());
            require(!is_zero, key, format!("the interval of {kind} must be above 0"))?;
        }
        Ok(())
    }
}

fn parse(text: &str) -> Result<Interval, String> {
    if text == AUTO {
        return Ok(Interval::Auto);
    }
    duration::parse(text)
        .map(Interval::Every)
        .map_err(|reason| format!("{reason}, or \"auto\""))
}

fn text(interval: Interval) -> String {
    match interval {
        Interval::Every(every) => duration::format(every),
        Interval::Auto => AUTO.to_owned(),
    }
}

impl Serialize for Refresh {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut intervals = self.0.values();
        match intervals.next() {
            Some(first) if self.0.len() == Kind::ALL.len() && intervals.all(|other| other == first) => {
                serializer.serialize_str(&text(*first))
            }
            _ => serializer.collect_map(self.0.iter().map(|(kind, interval)| (kind, text(*interval)))),
        }
    }
}

impl<'de> Deserialize<'de> for Refresh {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTable;

        impl<'de> Visitor<'de> for TextOrTable {
            type Value = Refresh;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .write_str("\"1d\", \"auto\", or a table like { profile = \"1d\", followers = \"7d\" }")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Refresh, E> {
                parse(text).map(Refresh::all).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Refresh, A::Error> {
                let mut intervals = BTreeMap::new();
                while let Some((name, text)) = map.next_entry::<String, String>()? {
                    let kind = Kind::find(&name).ok_or_else(|| {
                        A::Error::custom(format!("`{name}` is no kind that can be read again"))
                    })?;
                    intervals.insert(kind, parse(&text).map_err(A::Error::custom)?);
                }
                Ok(Refresh(intervals))
            }
        }

        deserializer.deserialize_any(TextOrTable)
    }
}

/// `[refresh]`: how `auto` decides, and how much is read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct RefreshRules {
    /// The shortest interval of `auto`.
    #[serde(with = "duration")]
    pub least: Duration,
    /// The longest interval of `auto`.
    #[serde(with = "duration")]
    pub most: Duration,
    /// So many changes must be expected for each unit before `auto` reads a list again.
    pub gain: f64,
    /// A list of posts is read whole at least so often; between, only as far as it is not known.
    #[serde(with = "duration")]
    pub whole_every: Duration,
}

impl Default for RefreshRules {
    fn default() -> Self {
        Self {
            least: Duration::from_hours(6),
            most: Duration::from_hours(30 * 24),
            gain: 1.0,
            whole_every: Duration::from_hours(30 * 24),
        }
    }
}

impl RefreshRules {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        require(!self.least.is_zero(), "refresh.least", "must be above 0")?;
        require(
            self.most >= self.least,
            "refresh.most",
            "must not be below refresh.least",
        )?;
        let gains = self.gain.is_finite() && self.gain > 0.0;
        require(gains, "refresh.gain", "must be a number above 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Harvest {
        refresh: Refresh,
    }

    fn read(text: &str) -> Result<Refresh, String> {
        toml::from_str::<Harvest>(text)
            .map(|harvest| harvest.refresh)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn one_interval_is_for_every_kind() {
        let day = Interval::Every(Duration::from_hours(24));
        assert_eq!(read("refresh = \"1d\""), Ok(Refresh::all(day)));
        assert_eq!(read("refresh = \"auto\""), Ok(Refresh::all(Interval::Auto)));
    }

    #[test]
    fn kinds_have_intervals_of_their_own() {
        let found = read("refresh = { profile = \"1d\", medias = \"auto\" }").unwrap();
        let day = Interval::Every(Duration::from_hours(24));
        assert_eq!(
            found.0,
            BTreeMap::from([(Kind::Profile, day), (Kind::Medias, Interval::Auto)])
        );
        let written = toml::to_string(&Harvest {
            refresh: found.clone(),
        });
        assert_eq!(read(&written.unwrap()), Ok(found));
    }

    #[test]
    fn slips_are_named() {
        assert!(read("refresh = \"daily\"").unwrap_err().contains("or \"auto\""));
        assert!(
            read("refresh = { posts = \"1d\" }")
                .unwrap_err()
                .contains("`posts`")
        );
        let nothing = Refresh::all(Interval::Every(Duration::ZERO));
        assert_eq!(nothing.validate("refresh").unwrap_err().key, "refresh");
        let shrinking = RefreshRules {
            most: Duration::from_secs(1),
            ..RefreshRules::default()
        };
        assert_eq!(shrinking.validate().unwrap_err().key, "refresh.most");
    }
}
