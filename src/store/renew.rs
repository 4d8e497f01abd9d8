//! Reading lists again that are due: those first that promise most for a unit, as far as the limits reach.

mod candidates;

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::{self, Due};
use crate::store::due::Until;
use crate::store::harvests;
use crate::store::limits::Refusal;
use crate::store::want;
use crate::store::{Connection, Result, due, limits, owner, sharing, stretches};
use crate::verdict::Verdict;
use candidates::{Candidate, candidates};

/// Lists of one harvest that are read again at the same time; the ranking is made anew as they end.
const AT_A_TIME: usize = 200;

/// How a list is read again.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Renewal {
    /// When it was last read: counters that were read before do not count.
    pub since: Timestamp,
    /// Whether it is read only as far as it is not known.
    pub joins: bool,
    /// The oldest sweep whose sightings still stand.
    pub base_sweep: Option<i64>,
    /// What it is likely to cost, where it is read because it was due.
    pub units: Option<f64>,
    /// What its counter said when the list was last found to be cut: that holds until it says something else.
    pub counter: Option<i64>,
}

/// Reads again what is due, for all harvests that a daemon works for; returns how many lists.
pub async fn start_due(db: &mut Connection, policy: &Policy, now: Timestamp) -> Result<usize> {
    const ANY: &str = "
        select exists (select 1 from lists where due_at <= $1)";
    const HARVESTS: &str = "
        select h.id
        from harvests as h
        where h.one_shot = 0
            and exists (select 1 from harvest_refresh as r where r.harvest_id = h.id)
            and not exists (select 1 from holds as o where o.scope = 'harvest:' || h.id)
        order by h.id";
    if !sqlx::query_scalar::<_, bool>(ANY)
        .bind(now)
        .fetch_one(&mut *db)
        .await?
    {
        return Ok(0);
    }
    let harvests: Vec<i64> = sqlx::query_scalar(HARVESTS).fetch_all(&mut *db).await?;
    let mut started = 0;
    for id in harvests {
        started += renew(db, policy, id, Until::now(now), now).await?;
    }
    Ok(started)
}

/// Reads again what was due at a time for one harvest, as far as its limits reach; returns how many lists.
pub(crate) async fn renew(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    until: Until,
    now: Timestamp,
) -> Result<usize> {
    let harvest = harvests::load(db, harvest_id).await?;
    let joined = sharing::join_open(db, policy, &harvest, until).await?;
    let left = limits::left(db, policy, harvest_id, now).await?;
    let (open, pending) = under_way(db, harvest_id, left).await?;
    let places = AT_A_TIME.saturating_sub(open);
    #[expect(clippy::cast_possible_truncation, reason = "units are far below 2^63")]
    let left = left.map(|left| left - pending.ceil() as i64);
    if places == 0 || left.is_some_and(|left| left <= 0) {
        return Ok(joined);
    }
    let mut candidates = candidates(db, policy, &harvest, until, now).await?;
    skip_unchanged(db, policy, &mut candidates).await?;
    let mut renewals: BTreeMap<i64, (i64, Renewal)> = BTreeMap::new();
    let mut ranked = Vec::new();
    for (list_id, candidate) in &candidates {
        let mut due = Due::new(
            *list_id,
            candidate.rate,
            candidate.last_units,
            candidate.read_at,
            now,
        );
        // The counter says whether the list is whole, so it is read first; the list itself stays due.
        let (depth, renewal) = if let Some(profile) = &candidate.profile {
            due.list_id = profile.list_id;
            due.units += 1.0;
            let renewal = Renewal {
                since: profile.read_at,
                joins: false,
                base_sweep: None,
                units: Some(due.units),
                counter: None,
            };
            (profile.depth, renewal)
        } else {
            let joins = if due::ends_at_the_known(candidate.kind, candidate.variant) {
                stretches::whole(db, *list_id, &policy.refresh, now).await?
            } else {
                None
            };
            if joins.is_some() {
                due.units = 1.0;
            }
            let renewal = Renewal {
                since: match candidate.kind {
                    Kind::Followers | Kind::Following => candidate.counts_since,
                    _ => candidate.read_at,
                },
                joins: joins.is_some(),
                base_sweep: joins,
                units: Some(due.units),
                counter: candidate
                    .last_counter
                    .filter(|_| candidate.verdict == Some(Verdict::Truncated)),
            };
            (candidate.depth, renewal)
        };
        if renewals.insert(due.list_id, (depth, renewal)).is_none() {
            ranked.push(due);
        }
    }
    let chosen = refresh::choose(ranked, left, open == 0, places);
    let depths: HashMap<i64, i64> = chosen
        .iter()
        .filter_map(|due| Some((due.list_id, renewals.get(&due.list_id)?.0)))
        .collect();
    if depths.is_empty() {
        return Ok(joined);
    }
    let mut lists = want::stand(db, policy, &harvest, &depths, now).await?;
    for list in &mut lists {
        list.renewal = renewals.get(&list.list_id).map(|(_, renewal)| *renewal);
    }
    let count = lists.len();
    want::read_again(db, policy, &harvest, lists, now).await?;
    Ok(count + joined)
}

/// What became of lists that are due when nothing else of a harvest is left.
#[derive(Debug)]
pub(crate) enum AtEnd {
    /// Nothing is due.
    Nothing,
    /// Some are read again.
    Started,
    /// This limit keeps them from being read.
    Refused(Refusal),
}

/// Looks once more for what was due when the harvest's command began: limits may have changed since.
pub(crate) async fn at_end(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    now: Timestamp,
) -> Result<AtEnd> {
    let harvest = harvests::load(db, harvest_id).await?;
    if renew(db, policy, harvest_id, Until::command(harvest.due_until), now).await? > 0 {
        return Ok(AtEnd::Started);
    }
    let refusal = limits::refusal(db, policy, harvest_id, 1, now).await?;
    match refusal {
        Some(refusal)
            if !candidates(db, policy, &harvest, Until::command(harvest.due_until), now)
                .await?
                .is_empty() =>
        {
            Ok(AtEnd::Refused(refusal))
        }
        _ => Ok(AtEnd::Nothing),
    }
}

/// How many lists of a harvest are read again, and the units that they are likely to cost yet. What costs more than is left
/// is read over several days: such lists together leave half of it to others.
async fn under_way(db: &mut Connection, harvest_id: i64, left: Option<i64>) -> Result<(usize, f64)> {
    const SQL: &str = "
        with open as (
            select max(0.0, s.expected_units - s.units) as units
            from harvest_lists as w
            join lists as l on l.id = w.list_id
            join sweeps as s on s.id = l.open_sweep
            where w.harvest_id = $1 and w.open = 1 and s.expected_units is not null
        )
        select
            count(*),
            coalesce(sum(case when units <= coalesce($2, units) then units end), 0.0)
                + coalesce(max(case when units > $2 then $2 end), 0.0) / 2
        from open";
    let row = sqlx::query(SQL).bind(harvest_id).bind(left).fetch_one(db).await?;
    Ok((
        usize::try_from(row.get::<i64, _>(0)).unwrap_or(usize::MAX),
        row.get(1),
    ))
}

/// What hangs from posts and comments is not read again while its counter, read since, is what it was.
async fn skip_unchanged(
    db: &mut Connection,
    policy: &Policy,
    candidates: &mut BTreeMap<i64, Candidate>,
) -> Result<()> {
    const CHECKED: &str = "
        update lists
        set checked_at = seen.value ->> 1
        from json_each($1) as seen
        where lists.id = seen.value ->> 0";
    let hangs = |kind: Kind| kind.rank() == 2 && kind != Kind::Usertags;
    // Of one that failed or was cancelled the counter says nothing.
    let shows = |verdict: Option<Verdict>| {
        matches!(
            verdict,
            Some(Verdict::Complete | Verdict::Truncated | Verdict::Capped | Verdict::Hidden)
        )
    };
    let asked: Vec<(i64, Kind, &str, Timestamp)> = candidates
        .iter()
        .filter(|(_, list)| hangs(list.kind) && shows(list.verdict) && list.last_counter.is_some())
        .map(|(id, list)| (*id, list.kind, list.target.as_str(), list.checked_at + 1))
        .collect();
    let owners = owner::owners(db, &asked).await?;
    let unchanged: Vec<(i64, Timestamp)> = owners
        .into_iter()
        .filter_map(|(id, owner)| {
            let last = candidates.get(&id).and_then(|list| list.last_counter);
            let is_same = owner.counter.is_some() && owner.counter == last;
            Some((id, owner.read_at?)).filter(|_| is_same)
        })
        .collect();
    if unchanged.is_empty() {
        return Ok(());
    }
    sqlx::query(CHECKED)
        .bind(serde_json::to_string(&unchanged).unwrap_or_else(|_| "[]".into()))
        .execute(&mut *db)
        .await?;
    let unchanged: Vec<i64> = unchanged.into_iter().map(|(id, _)| id).collect();
    for id in &unchanged {
        candidates.remove(id);
    }
    due::set(db, policy, &unchanged).await
}
