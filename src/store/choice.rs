//! Which endpoint new sweeps begin with: by what was measured on the days before.

use std::collections::HashMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::{CHOSEN, Policy, Step};
use crate::route::{self, Given};
use crate::store::harvests::Harvest;
use crate::store::yields::size_of;
use crate::store::{Connection, Result};
use crate::variant::Variant;

/// How many days of measurements count.
const DAYS: i64 = 30;

/// What the endpoints of the kinds that can be chosen gave, by endpoint and size of the list.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    given: HashMap<(String, i64), Given>,
    force: bool,
}

/// What counts for the lists of these kinds that a harvest begins to read now: whole days before this one, so that nothing
/// measured meanwhile changes a choice in the middle of it. A harvest for which a person waits goes by the days before its
/// round began, except in lists that are read again. What was not measured for so long goes by its newest days.
pub(crate) async fn load(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    kinds: impl Iterator<Item = Kind>,
    renews: bool,
    now: Timestamp,
) -> Result<Choice> {
    const ROUND: &str = "
        select
            strftime('%Y-%m-%d', iif(one_shot = 1 and not $3, round_started_at, $4) / 1000, 'unixepoch'),
            strftime('%Y-%m-%d', iif(one_shot = 1 and not $3, round_started_at, $4) / 1000 - 86400 * $2, 'unixepoch'),
            force
        from harvests
        where id = $1";
    // The order of the key, which holds the kinds and sizes between the endpoints and the days.
    const GIVEN: &str = "
        with measured as (
            select endpoint, kind, size, max(day) as newest
            from endpoint_yields
            where endpoint in (select value from json_each($1))
                and kind in (select value from json_each($2))
                and day < $4
                and clean + truncated > 0
            group by endpoint, kind, size
        )
        select y.endpoint, y.size, sum(y.clean + y.truncated), sum(y.walk_pages), sum(y.walk_items), sum(y.part)
        from measured as m
        cross join endpoint_yields as y
            on y.endpoint = m.endpoint and y.kind = m.kind and y.size = m.size
            and y.day >= iif(m.newest >= $3, $3, date(m.newest, $5))
            and y.day < $4
        group by y.endpoint, y.size";
    let mut kinds: Vec<Kind> = kinds.filter(|kind| is_chosen(policy, harvest, *kind)).collect();
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
    let round = sqlx::query(ROUND)
        .bind(harvest.id)
        .bind(DAYS)
        .bind(renews)
        .bind(now)
        .fetch_one(&mut *db)
        .await?;
    let rows = sqlx::query(GIVEN)
        .bind(serde_json::to_string(&paths).unwrap_or_else(|_| "[]".into()))
        .bind(serde_json::to_string(&names).unwrap_or_else(|_| "[]".into()))
        .bind(round.get::<&str, _>(1))
        .bind(round.get::<&str, _>(0))
        .bind(format!("-{} days", DAYS - 1))
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
        force: round.get(2),
    })
}

/// Whether there is something to choose: a list that the harvest limits keeps the listed order, so that what is said of its
/// cost before it starts holds.
fn is_chosen(policy: &Policy, harvest: &Harvest, kind: Kind) -> bool {
    policy.chooses
        && CHOSEN.contains(&kind)
        && !harvest.limits.contains_key(&kind)
        && policy.route(kind, "").len() > 1
}

impl Choice {
    /// The endpoint that a new sweep of a list begins with.
    pub(crate) fn first<'policy>(
        &self,
        policy: &'policy Policy,
        (kind, target, variant): (Kind, &str, Variant),
        counter: Option<i64>,
        retired: &[String],
    ) -> Option<&'policy Step> {
        let size = size_of(counter);
        let given = |path: &str| self.given.get(&(path.to_owned(), size)).copied();
        route::first(policy.usable(kind, target, variant, retired), self.force, given)
    }
}
