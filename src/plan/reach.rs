//! What a limit of units does not reach, in the order of the queue: depth by depth, profiles first, then the lists of users,
//! which are read page by page in turn, then what hangs from posts.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::kind::Kind;
use crate::plan::Line;
use crate::plan::band::float;
use crate::plan::model::Model;
use crate::plan::share::Share;

/// Lists of a kind that a limit does not reach, or not to their end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreached {
    /// The kind.
    pub kind: Kind,
    /// 1 for the seeds, 2 for users that are found.
    pub depth: i64,
    /// How many lists.
    pub lists: i64,
    /// Of how many.
    pub of: i64,
    /// Of how many seeds; none where that cannot be said.
    pub seeds: Option<i64>,
}

/// What is not reached with so many units left.
pub(crate) fn unreached(model: &Model<'_>, shares: &[Share], lines: &[Line], room: i64) -> Vec<Unreached> {
    let mut left = float(room.max(0));
    let mut found = Vec::new();
    for (depth, rank) in [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)] {
        let group: Vec<&Line> = lines
            .iter()
            .filter(|line| line.depth == depth && line.kind.rank() == rank)
            .collect();
        let cost: f64 = group.iter().map(|line| float(line.units.expected)).sum();
        if cost <= left {
            left -= cost;
        } else if (depth, rank) == (1, 1) {
            found.extend(in_turn(model, shares, &group, left));
            left = 0.0;
        } else {
            let missed = 1.0 - left / cost;
            found.extend(group.iter().map(|line| part(model, shares, line, missed)));
            left = 0.0;
        }
    }
    found.retain(|unreached| unreached.lists > 0);
    found
}

/// A part of the lists of a line: the later ones.
fn part(model: &Model<'_>, shares: &[Share], line: &Line, missed: f64) -> Unreached {
    let of_whole = |whole: i64| whole - floor(float(whole) * (1.0 - missed));
    let with_some = || {
        let seeds = shares
            .iter()
            .filter(|share| share.cost(model, line.kind).units.expected > 0.0);
        i64::try_from(seeds.count()).unwrap_or(i64::MAX)
    };
    Unreached {
        kind: line.kind,
        depth: line.depth,
        lists: of_whole(line.lists.expected),
        of: line.lists.expected,
        seeds: (line.depth == 1).then(|| of_whole(with_some())),
    }
}

/// The lists of users are served longest ago first: each gets a page before one gets two. Those that are longer than the
/// last whole turn stay unfinished.
fn in_turn(model: &Model<'_>, shares: &[Share], group: &[&Line], left: f64) -> Vec<Unreached> {
    let mut lists: Vec<(Kind, usize, f64, f64)> = Vec::new();
    for (seed, share) in shares.iter().enumerate() {
        for line in group {
            let cost = share.cost(model, line.kind);
            let (requests, units) = (cost.requests.expected, cost.units.expected);
            if requests > 0.0 {
                lists.push((line.kind, seed, requests, units / requests));
            }
        }
    }
    let cost = |turns: i64| -> f64 {
        let of = |(_, _, requests, units): &(Kind, usize, f64, f64)| requests.min(float(turns)) * units;
        lists.iter().map(of).sum()
    };
    let mut turns = 0;
    while cost(turns + 1) <= left && cost(turns + 1) > cost(turns) {
        turns += 1;
    }
    // What is left of the next turn serves the first lists.
    let mut rest = left - cost(turns);
    let turns = float(turns);
    lists.retain(|(_, _, requests, units)| {
        let missing = requests - turns;
        if missing <= 0.5 {
            return false;
        }
        let is_served = rest >= *units;
        if is_served {
            rest -= units;
        }
        !(is_served && missing <= 1.5)
    });
    let unfinished = |kind: Kind| lists.iter().filter(move |(of, _, _, _)| *of == kind);
    let count = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    group
        .iter()
        .map(|line| Unreached {
            kind: line.kind,
            depth: line.depth,
            lists: count(unfinished(line.kind).count()),
            of: line.lists.expected,
            seeds: Some(count(
                unfinished(line.kind)
                    .map(|(_, seed, _, _)| *seed)
                    .collect::<BTreeSet<usize>>()
                    .len(),
            )),
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a count is a count")]
const fn floor(number: f64) -> i64 {
    number as i64
}
