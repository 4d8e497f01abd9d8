//! Which endpoint new sweeps begin with: by what was measured before the harvest's round began.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::{CHOSEN, Policy, Step};
use crate::route::{self, Given};
use crate::store::harvests::{Harvest, Limit};
use crate::store::yields::size_of;
use crate::store::{Connection, Result};
use crate::variant::Variant;

/// How many days of measurements count.
const DAYS: i64 = 30;

/// What the endpoints of the kinds that can be chosen gave, by endpoint and size of the list.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    given: HashMap<(String, i64), Given>,
    force: bool,
}

/// What counts for the lists of these kinds in the present round of a harvest. Whole days before that on which the round
/// began, so that nothing measured meanwhile changes a choice in the middle of it; whole days before `today` for lists that
/// are read again then.
pub(crate) async fn load(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    kinds: impl Iterator<Item = Kind>,
    today: Option<Timestamp>,
) -> Result<Choice> {
    const ROUND: &str = "
        select round_started_at, force
        from harvests
        where id = $1";
    let (began, force) = sqlx::query_as(ROUND).bind(harvest.id).fetch_one(&mut *db).await?;
    let measures = Measures {
        limits: &harvest.limits,
        force,
        before: today.unwrap_or(began),
    };
    before(db, policy, &measures, kinds).await
}

/// By what a harvest chooses.
pub(crate) struct Measures<'a> {
    /// What it limits it reads in the listed order.
    pub limits: &'a BTreeMap<Kind, Limit>,
    pub force: bool,
    /// Whole days before the one of this time count.
    pub before: Timestamp,
}

/// What counts for the lists of these kinds.
pub(crate) async fn before(
    db: &mut Connection,
    policy: &Policy,
    measures: &Measures<'_>,
    kinds: impl Iterator<Item = Kind>,
) -> Result<Choice> {
    const SQL: &str = "
        select endpoint, size, sum(clean + truncated), sum(walk_pages), sum(walk_items), sum(part)
        from endpoint_yields
        where endpoint in (select value from json_each($1))
            and day >= strftime('%Y-%m-%d', $2 / 1000 - 86400 * $3, 'unixepoch')
            and day < strftime('%Y-%m-%d', $2 / 1000, 'unixepoch')
        group by endpoint, size";
    let mut kinds: Vec<Kind> = kinds
        .filter(|kind| is_chosen(policy, measures.limits, *kind))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let paths: Vec<&str> = kinds
        .iter()
        .flat_map(|kind| policy.route(*kind, ""))
        .map(|step| step.endpoint.as_str())
        .collect();
    if paths.is_empty() {
        return Ok(Choice::default());
    }
    let rows = sqlx::query(SQL)
        .bind(serde_json::to_string(&paths).unwrap_or_else(|_| "[]".into()))
        .bind(measures.before)
        .bind(DAYS)
        .fetch_all(db)
        .await?;
    let given = rows.iter().map(|row| {
        let given = Given {
            lists: row.get(2),
            pages: row.get(3),
            items: row.get(4),
            part: row.get(5),
        };
        ((row.get(0), row.get(1)), given)
    });
    Ok(Choice {
        given: given.collect(),
        force: measures.force,
    })
}

/// Whether there is something to choose: a list that the harvest limits keeps the listed order, so that what is said of its
/// cost before it starts holds.
fn is_chosen(policy: &Policy, limits: &BTreeMap<Kind, Limit>, kind: Kind) -> bool {
    policy.chooses
        && CHOSEN.contains(&kind)
        && !limits.contains_key(&kind)
        && policy.route(kind, "").len() > 1
}

impl Choice {
    /// The sizes of lists of which something was measured.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = i64> {
        self.given.keys().map(|(_, size)| *size)
    }

    /// The endpoint that a new sweep of a list begins with.
    pub(crate) fn first<'policy>(
        &self,
        policy: &'policy Policy,
        (kind, target, variant): (Kind, &str, Variant),
        counter: Option<i64>,
        retired: &[String],
    ) -> Option<&'policy Step> {
        self.first_of_size(policy, (kind, target, variant), size_of(counter), retired)
    }

    /// The same for a list of a size.
    pub(crate) fn first_of_size<'policy>(
        &self,
        policy: &'policy Policy,
        (kind, target, variant): (Kind, &str, Variant),
        size: i64,
        retired: &[String],
    ) -> Option<&'policy Step> {
        let given = |path: &str| self.given.get(&(path.to_owned(), size)).copied();
        route::first(policy.usable(kind, target, variant, retired), self.force, given)
    }
}
