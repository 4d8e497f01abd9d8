//! The bill before the crawl: from counters and what was measured to requests and units, each with a band. Pure: what is
//! known in, a forecast out.
//!
//! - `pages`: how many requests a list of a known size takes.
//! - `ratio`: how much hangs from something, where no counter says it.
//! - `model`: the rules of one harvest: endpoints, page sizes, ratios.
//! - `share`: what one seed costs.
//! - `read_on`: what the next endpoint costs where the first shows only part of a list.
//! - `again`: what lists cost that are there and due.
//! - `deeper`: what the users cost that are found.
//! - `reach`: what a budget does not reach.

mod again;
pub mod band;
mod deeper;
mod model;
mod pages;
mod ratio;
mod reach;
mod read_on;
mod share;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::harvests::HarvestSpec;
use crate::store::plan::{Known, Seed};

pub use again::ReadAgain;
pub use band::{Band, Whole};
pub use model::Basis;
pub use reach::Unreached;

use model::Model;
use share::Share;

/// What one kind costs at one depth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The kind.
    pub kind: Kind,
    /// 1 for the seeds, 2 for all users that are found.
    pub depth: i64,
    /// Lists that are read.
    pub lists: Whole,
    /// Requests.
    pub requests: Whole,
    /// Units.
    pub units: Whole,
}

/// What one seed costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeedLine {
    /// As the tables write it.
    pub seed: String,
    /// The user's name, if it is known.
    pub username: Option<String>,
    /// How it stands: `known`, `unknown`, `private`, `gone`, `not_found`, `repeated`, `search`.
    pub state: &'static str,
    /// Units by kind, where there are any.
    pub kinds: BTreeMap<Kind, Whole>,
    /// Units in all.
    pub units: Whole,
}

/// A list of which the upstream will likely show only part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Truncated {
    /// The seed.
    pub seed: String,
    /// The kind.
    pub kind: Kind,
    /// How long the list is.
    pub counter: i64,
    /// How much of it is likely shown.
    pub shows: i64,
    /// Why that is thought.
    pub because: String,
}

/// The bill of one harvest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// The kinds in the order of work, those that cost something.
    pub lines: Vec<Line>,
    /// The sum of the lines. Its low and high are the sums of theirs, as if all erred in one direction.
    pub total: Total,
    /// What the figures rest on, kind by kind.
    pub basis: Vec<Basis>,
    /// Each seed alone.
    pub seeds: Vec<SeedLine>,
    /// Lists that are likely truncated.
    pub truncated: Vec<Truncated>,
    /// Lists that are there and due, so that they are read again.
    pub again: Vec<ReadAgain>,
    /// Seeds whose size nobody has told yet.
    pub unknown: Vec<String>,
    /// What no figure stands for.
    pub notes: Vec<String>,
    /// What the limit does not reach; none where it reaches everything, or where there is no limit.
    pub unreached: Vec<Unreached>,
}

/// The sum of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Total {
    /// Requests.
    pub requests: Whole,
    /// Units.
    pub units: Whole,
}

/// Foresees what a harvest costs. `room` are the units that its limits leave; none for no limit.
pub fn foresee(known: &Known, spec: &HarvestSpec, policy: &Policy, room: Option<i64>) -> Forecast {
    let model = Model::new(known, &known.choices.new, spec, policy);
    let mut shares: Vec<Share> = known.seeds.iter().map(|seed| model.share(seed)).collect();
    model.try_first(&mut shares);
    let (beside, deeper) = Model::new(known, &known.choices.again, spec, policy).add_again(&mut shares);
    let all = shares.iter().fold(beside, Share::plus);
    let mut lines = lines(&model, &all, 1);
    let found = deeper::share(&model, &all);
    let found = found.unwrap_or_default().plus(&deeper);
    lines.extend(self::lines(&model, &found, 2));
    let total = Total {
        requests: lines.iter().map(|line| line.requests).sum(),
        units: lines.iter().map(|line| line.units).sum(),
    };
    let seeds = known.seeds.iter().zip(&shares);
    Forecast {
        unreached: room.map_or_else(Vec::new, |room| reach::unreached(&model, &shares, &lines, room)),
        seeds: seeds
            .clone()
            .map(|(seed, share)| seed_line(&model, seed, share))
            .collect(),
        truncated: known
            .seeds
            .iter()
            .flat_map(|seed| model.truncated(seed))
            .collect(),
        unknown: seeds
            .filter(|(seed, _)| state(seed) == "unknown")
            .map(|(seed, _)| seed.text.clone())
            .collect(),
        again: again::counts(&known.again),
        notes: notes(&model, spec),
        basis: model.basis(),
        total,
        lines,
    }
}

fn lines(model: &Model<'_>, share: &Share, depth: i64) -> Vec<Line> {
    Kind::ALL
        .into_iter()
        .filter_map(|kind| {
            let cost = share.cost(model, kind);
            let line = Line {
                kind,
                depth,
                lists: cost.lists.whole(),
                requests: cost.requests.whole(),
                units: cost.units.whole(),
            };
            (line.units.high > 0 || line.requests.high > 0).then_some(line)
        })
        .collect()
}

fn seed_line(model: &Model<'_>, seed: &Seed, share: &Share) -> SeedLine {
    let kinds: BTreeMap<Kind, Whole> = lines(model, share, 1)
        .into_iter()
        .map(|line| (line.kind, line.units))
        .collect();
    SeedLine {
        seed: seed.text.clone(),
        username: seed.username.clone(),
        state: state(seed),
        units: kinds.values().copied().sum(),
        kinds,
    }
}

fn state(seed: &Seed) -> &'static str {
    use crate::store::plan::Profile;

    match seed {
        _ if seed.words().is_some() => "search",
        _ if seed.repeated => "repeated",
        _ if seed.gone => "gone",
        _ if seed.profile == Profile::AskedOnce => "not_found",
        _ if seed.private == Some(true) => "private",
        _ if seed.counters.is_some() => "known",
        _ if seed.profile == Profile::Fresh => "not_found",
        _ => "unknown",
    }
}

fn notes(model: &Model<'_>, spec: &HarvestSpec) -> Vec<String> {
    let mut notes = Vec::new();
    if spec.depth > 1 && !spec.expand.is_empty() && spec.users_limit.is_none() {
        notes.push(
            "without --limit users=N nothing bounds how many users are found; depth 3 and more is not foreseen".into(),
        );
    }
    for kind in model.without_route() {
        notes.push(format!(
            "{kind}: no endpoint of its route is left, so nothing is bought"
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
