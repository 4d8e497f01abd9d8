//! A harvest: from which seeds, what to collect, how far, for how much.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use super::fault::{Fault, require};
use super::limit::Limits;
use super::routes::Routes;
use crate::kind::Kind;
use crate::seeds::Seed;

/// The lists whose users a harvest can go on to.
pub const WAYS: [Kind; 2] = [Kind::Followers, Kind::Following];

/// `[[harvest]]`: one named job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Harvest {
    /// What it is called in tables and commands.
    pub name: String,
    /// Its seeds, as people write them.
    pub seeds: Vec<String>,
    /// Files with more seeds, one a line.
    pub seed_files: Vec<PathBuf>,
    /// The kinds that are wanted; [`Harvest::kinds`] adds what they need.
    pub collect: Vec<Kind>,
    /// How far it goes: 1 is the seeds themselves, 2 also the users found on their lists.
    pub depth: u32,
    /// On which lists users are found.
    pub expand: Vec<Kind>,
    /// Where it may end before the lists do.
    pub limits: Limits,
    /// What it may spend in all; none for no limit of its own.
    pub max_units: Option<i64>,
    /// Its part of the rate beside other harvests.
    pub weight: f64,
    /// After how long a list is read again; none for once.
    #[serde(with = "duration::optional")]
    pub refresh: Option<Duration>,
}

impl Default for Harvest {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            seeds: Vec::new(),
            seed_files: Vec::new(),
            collect: vec![Kind::Profile],
            depth: 1,
            expand: Vec::new(),
            limits: Limits::default(),
            max_units: None,
            weight: 1.0,
            refresh: None,
        }
    }
}

impl Harvest {
    /// What is collected in the order of work: what is wanted, the lists it expands along, and what these hang from.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        let mut kinds = BTreeSet::new();
        for kind in self.collect.iter().chain(&self.expand) {
            let mut needed = Some(*kind);
            while let Some(kind) = needed {
                kinds.insert(kind);
                needed = kind.hangs_from();
            }
        }
        kinds
    }

    /// Checks ranges, seeds, and that every kind has a route. The keys of the fault are seen from this harvest.
    pub fn validate(&self, routes: &Routes) -> Result<(), Fault> {
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let is_name = !self.name.is_empty() && self.name.bytes().all(plain);
        require(is_name, "name", "must be made of a to z, 0 to 9, `_` and `-`")?;
        for (place, seed) in self.seeds.iter().enumerate() {
            let read = seed.parse::<Seed>();
            read.map_err(|error| Fault::new(format!("seeds.{place}"), format!("{seed:?}: {error}")))?;
        }
        for (place, way) in self.expand.iter().enumerate() {
            let message = format!("cannot expand along `{way}`, only along followers and following");
            require(WAYS.contains(way), &format!("expand.{place}"), message)?;
        }
        for kind in self.kinds() {
            let message = format!("nothing collects `{kind}`: it has no route");
            require(!routes.of(kind).is_empty(), "collect", message)?;
        }
        require(
            self.depth > 0,
            "depth",
            "must be at least 1, the seeds themselves",
        )?;
        require(self.limits.users != Some(0), "limits.users", "must be at least 1")?;
        let units_are_right = self.max_units.is_none_or(|units| units >= 0);
        require(
            units_are_right,
            "max_units",
            "must not be negative; 0 sends nothing",
        )?;
        let weighs = self.weight.is_finite() && self.weight > 0.0;
        require(weighs, "weight", "must be a number above 0")?;
        let is_zero = self.refresh.is_some_and(|interval| interval.is_zero());
        require(!is_zero, "refresh", "must be above 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(change: impl FnOnce(&mut Harvest)) -> Option<String> {
        let mut harvest = Harvest::default();
        change(&mut harvest);
        harvest.validate(&Routes::default()).err().map(|fault| fault.key)
    }

    #[test]
    fn a_kind_implies_what_it_hangs_from() {
        let harvest = Harvest {
            collect: vec![Kind::Replies, Kind::Profile],
            expand: vec![Kind::Followers],
            ..Harvest::default()
        };
        let kinds: Vec<_> = harvest.kinds().into_iter().collect();
        assert_eq!(
            kinds,
            [
                Kind::Profile,
                Kind::Followers,
                Kind::Medias,
                Kind::Comments,
                Kind::Replies
            ]
        );
    }

    #[test]
    fn names_are_plain() {
        for name in ["brands", "a-b_3"] {
            assert_eq!(fault(|harvest| harvest.name = name.to_owned()), None, "{name}");
        }
        for name in ["", "Brands", "two words", "ü", "a/b"] {
            assert_eq!(
                fault(|harvest| harvest.name = name.to_owned()),
                Some("name".to_owned()),
                "{name}"
            );
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_key() {
        let seeds = |harvest: &mut Harvest| harvest.seeds = vec!["someone".to_owned(), "no one".to_owned()];
        assert_eq!(fault(seeds), Some("seeds.1".to_owned()));
        assert_eq!(fault(|harvest| harvest.depth = 0), Some("depth".to_owned()));
        assert_eq!(
            fault(|harvest| harvest.expand = vec![Kind::Medias]),
            Some("expand.0".to_owned())
        );
        assert_eq!(
            fault(|harvest| harvest.collect = vec![Kind::Usertags]),
            Some("collect".to_owned())
        );
        assert_eq!(
            fault(|harvest| harvest.max_units = Some(-1)),
            Some("max_units".to_owned())
        );
        assert_eq!(fault(|harvest| harvest.max_units = Some(0)), None);
        assert_eq!(
            fault(|harvest| harvest.weight = f64::NAN),
            Some("weight".to_owned())
        );
        assert_eq!(
            fault(|harvest| harvest.refresh = Some(Duration::ZERO)),
            Some("refresh".to_owned())
        );
    }
}
