//! Which endpoint new sweeps begin with: by what was measured on the days before.

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
/// After so many days a measurement is none: the upstream changes, and an endpoint that was bad once is not asked first, so
/// nothing else would ever measure it anew.
const FORGOTTEN_AFTER_DAYS: i64 = 180;

/// What the endpoints of the kinds that can be chosen gave, by endpoint and size of the list.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    given: HashMap<(String, i64), Given>,
    force: bool,
}

/// What counts for the lists of these kinds that a harvest begins to read now: whole days before this one, so that nothing
/// measured meanwhile changes a choice in the middle of it. A harvest for which a person waits goes by the days before its
/// round began, except in lists that are read again. What was not measured for so long goes by its newest
/// days, for half a year.
pub(crate) async fn load(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    kinds: impl Iterator<Item = Kind>,
    renews: bool,
    now: Timestamp,
) -> Result<Choice> {
    const ROUND: &str = "
        select iif(one_shot = 1 and not $2, round_started_at, $3), force
        from harvests
        where id = $1";
    let (before_day_of, force) = sqlx::query_as(ROUND)
        .bind(harvest.id)
        .bind(renews)
        .bind(now)
        .fetch_one(&mut *db)
        .await?;
    let measures = Measures {
        limits: &harvest.limits,
        force,
        before: before_day_of,
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
    // The order of the key, which holds the kinds and sizes between the endpoints and the days.
    const GIVEN: &str = "
        with span as (
            select
                strftime('%Y-%m-%d', $3 / 1000, 'unixepoch') as until,
                strftime('%Y-%m-%d', $3 / 1000 - 86400 * $4, 'unixepoch') as since,
                strftime('%Y-%m-%d', $3 / 1000 - 86400 * $5, 'unixepoch') as oldest
        ), measured as (
            select endpoint, kind, size, max(day) as newest
            from endpoint_yields
            where endpoint in (select value from json_each($1))
                and kind in (select value from json_each($2))
                and day >= (select oldest from span)
                and day < (select until from span)
                and clean + truncated > 0
            group by endpoint, kind, size
        )
        select y.endpoint, y.size, sum(y.clean + y.truncated), sum(y.walk_pages), sum(y.walk_items), sum(y.part)
        from measured as m
        cross join endpoint_yields as y
            on y.endpoint = m.endpoint and y.kind = m.kind and y.size = m.size
            and y.day >= iif(
                m.newest >= (select since from span), (select since from span), date(m.newest, (1 - $4) || ' days')
            )
            and y.day < (select until from span)
        group by y.endpoint, y.size";
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
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    if paths.is_empty() {
        return Ok(Choice::default());
    }
    let rows = sqlx::query(GIVEN)
        .bind(serde_json::to_string(&paths).unwrap_or_else(|_| "[]".into()))
        .bind(serde_json::to_string(&names).unwrap_or_else(|_| "[]".into()))
        .bind(measures.before)
        .bind(DAYS)
        .bind(FORGOTTEN_AFTER_DAYS)
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
