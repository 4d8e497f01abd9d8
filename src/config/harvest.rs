//! A harvest: from which seeds, what to collect, how far, for how much.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fault::{Fault, require};
use super::filter::Filter;
use super::limit::Limits;
use super::refresh::Refresh;
use super::routes::Routes;
use crate::kind::Kind;
use crate::seeds::Seed;
use crate::way::Way;

/// In which order a post's comments are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortOrder {
    /// The newest first, as the upstream does by itself.
    #[default]
    Recent,
    /// The most liked first.
    Popular,
}

/// `[[harvest]]`: one named job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Harvest {
    /// What it is called in tables and commands.
    pub name: String,
    /// Its seeds, as people write them.
    pub seeds: Vec<String>,
    /// Files with more seeds, one a line. The daemon reads them again each minute and on SIGHUP: new lines are added,
    /// lines that are gone are held. The config itself is read only at the start.
    pub seed_files: Vec<PathBuf>,
    /// One statement on our own tables; the first column of its answer holds more seeds. It is asked as often as the
    /// files are read.
    pub seed_select: Option<String>,
    /// The kinds that are wanted; [`Harvest::kinds`] adds what they need.
    pub collect: Vec<Kind>,
    /// How far it goes: 1 is the seeds themselves, 2 also the users found on their lists.
    pub depth: u32,
    /// Along which ways users are found.
    pub expand: Vec<Way>,
    /// Which of the users that are found it goes on to.
    pub filter: Filter,
    /// Where it may end before the lists do.
    pub limits: Limits,
    /// In which order comments are asked for.
    pub sort_order: SortOrder,
    /// Whether clips are asked for by views instead of by time.
    pub sort_by_views: bool,
    /// Whether the upstream may skip its check of an account's privacy. It saves a unit on some calls and opens nothing.
    pub force: bool,
    /// What it may spend in all; none for no limit of its own.
    pub max_units: Option<i64>,
    /// Its part of the rate beside other harvests.
    pub weight: f64,
    /// After how long lists are read again; none for once.
    pub refresh: Option<Refresh>,
}

impl Default for Harvest {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            seeds: Vec::new(),
            seed_files: Vec::new(),
            seed_select: None,
            collect: vec![Kind::Profile],
            depth: 1,
            expand: Vec::new(),
            filter: Filter::default(),
            sort_order: SortOrder::default(),
            sort_by_views: false,
            force: false,
            limits: Limits::default(),
            max_units: None,
            weight: 1.0,
            refresh: None,
        }
    }
}

impl Harvest {
    /// What is collected in the order of work: what is wanted, the lists it expands along, and what these hang from. What
    /// needs a list of posts is content with the clips where these are wanted.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        let has_clips = self.collect.contains(&Kind::Clips);
        let along = self.expand.iter().filter_map(|way| way.along());
        let mut kinds: BTreeSet<Kind> = self.collect.iter().copied().collect();
        for kind in self.collect.iter().copied().chain(along) {
            let is_wanted = |kind: &Kind| *kind != Kind::Medias || !has_clips;
            let mut needed = Some(kind).filter(is_wanted);
            while let Some(kind) = needed {
                kinds.insert(kind);
                needed = kind.hangs_from().filter(is_wanted);
            }
        }
        kinds
    }

    /// Checks ranges, seeds, and that every kind has a route. The keys of the fault are seen from this harvest.
    pub fn validate(&self, routes: &Routes) -> Result<(), Fault> {
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let is_name = !self.name.is_empty() && self.name.bytes().all(plain);
        require(is_name, "name", "must be made of a to z, 0 to 9, `_` and `-`")?;
        let is_free = self.name != "import";
        require(
            is_free,
            "name",
            "must not be `import`: imported pages stand under it",
        )?;
        for (place, seed) in self.seeds.iter().enumerate() {
            let read = seed.parse::<Seed>();
            read.map_err(|error| Fault::new(format!("seeds.{place}"), format!("{seed:?}: {error}")))?;
        }
        for (place, path) in self.seed_files.iter().enumerate() {
            let is_file = !path.as_os_str().is_empty() && path != Path::new("-");
            let key = format!("seed_files.{place}");
            require(
                is_file,
                &key,
                "must be the path of a file; it is read again and again",
            )?;
        }
        let is_statement = self
            .seed_select
            .as_ref()
            .is_none_or(|text| !text.trim().is_empty());
        require(
            is_statement,
            "seed_select",
            "must be a statement: `select id from ...`",
        )?;
        for kind in self.kinds() {
            let message = format!("nothing collects `{kind}`: it has no route");
            require(!routes.of(kind).is_empty(), "collect", message)?;
        }
        require(
            self.depth > 0,
            "depth",
            "must be at least 1, the seeds themselves",
        )?;
        require(
            self.expand.is_empty() || self.depth > 1,
            "expand",
            "finds users only from depth 2 on; set depth = 2",
        )?;
        require(
            self.filter.is_empty() || !self.expand.is_empty(),
            "filter",
            "looks at users that are found; set expand as well",
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
        match &self.refresh {
            Some(refresh) => refresh.validate("refresh"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::refresh::Interval;

    fn fault(change: impl FnOnce(&mut Harvest)) -> Option<String> {
        let mut harvest = Harvest::default();
        change(&mut harvest);
        harvest.validate(&Routes::default()).err().map(|fault| fault.key)
    }

    #[test]
    fn a_kind_implies_what_it_hangs_from() {
        let harvest = Harvest {
            collect: vec![Kind::Replies, Kind::Profile],
            expand: vec![Way::Followers],
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
    fn clips_are_posts_enough_for_what_hangs_from_posts() {
        let harvest = Harvest {
            collect: vec![Kind::Clips, Kind::CommentLikers],
            expand: vec![Way::Coauthors, Way::Tagged, Way::Search],
            ..Harvest::default()
        };
        let kinds: Vec<_> = harvest.kinds().into_iter().collect();
        assert_eq!(
            kinds,
            [Kind::Clips, Kind::Comments, Kind::CommentLikers, Kind::Usertags]
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
        let input = |harvest: &mut Harvest| harvest.seed_files = vec!["-".into()];
        assert_eq!(fault(input), Some("seed_files.0".to_owned()));
        let blank = |harvest: &mut Harvest| harvest.seed_select = Some(" ".to_owned());
        assert_eq!(fault(blank), Some("seed_select".to_owned()));
        assert_eq!(fault(|harvest| harvest.depth = 0), Some("depth".to_owned()));
        assert_eq!(
            fault(|harvest| harvest.expand = vec![Way::Tagged]),
            Some("expand".to_owned())
        );
        assert_eq!(
            fault(|harvest| harvest.filter.public = true),
            Some("filter".to_owned())
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
            fault(|harvest| harvest.refresh = Some(Refresh::all(Interval::Every(Duration::ZERO)))),
            Some("refresh".to_owned())
        );
    }
}
