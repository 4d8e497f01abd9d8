//! Reading lists again that are due: those first that promise most for a unit, as far as the limits reach.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::{self, Due, Seen};
use crate::store::harvests::{self, Harvest};
use crate::store::want::{self, kind_of, variant_of};
use crate::store::{Connection, Result, due, json_ids, limits, owner, stretches};
use crate::variant::Variant;

/// Lists of one harvest that are read again at the same time; the ranking is made anew as they end.
const AT_A_TIME: usize = 200;
/// Lists that are ranked at a time, those first that have been due for longest.
const RANKED: i64 = 2_000;

/// How a list is read again.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Renewal {
    /// When it was last read: counters that were read before do not count.
    pub since: Timestamp,
    /// Whether it is read only as far as it is not known.
    pub joins: bool,
    /// The oldest sweep whose sightings still stand.
    pub base_sweep: Option<i64>,
    /// What it is likely to cost.
    pub units: f64,
}

/// A list that is due.
struct Candidate {
    depth: i64,
    kind: Kind,
    target: String,
    variant: Variant,
    read_at: Timestamp,
    rate: f64,
    last_units: f64,
    last_counter: Option<i64>,
    /// The list of the owner's profile, where the profile must come first.
    profile: Option<Profile>,
}

struct Profile {
    list_id: i64,
    depth: i64,
    is_open: bool,
    read_at: Timestamp,
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
        started += renew(db, policy, id, now, now).await?;
    }
    Ok(started)
}

/// Reads again what was due at a time for one harvest, as far as its limits reach; returns how many lists.
pub(crate) async fn renew(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    until: Timestamp,
    now: Timestamp,
) -> Result<usize> {
    let (open, pending) = under_way(db, harvest_id).await?;
    let places = AT_A_TIME.saturating_sub(open);
    if places == 0 {
        return Ok(0);
    }
    let harvest = harvests::load(db, harvest_id).await?;
    let mut candidates = candidates(db, policy, &harvest, until).await?;
    skip_unchanged(db, policy, &mut candidates, now).await?;
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
        let (depth, renewal) = match &candidate.profile {
            Some(profile) if profile.is_open => continue,
            // The counter says whether the list is whole, so it is read first; the list itself stays due.
            Some(profile) => {
                due.list_id = profile.list_id;
                due.units += 1.0;
                let renewal = Renewal {
                    since: profile.read_at,
                    joins: false,
                    base_sweep: None,
                    units: due.units,
                };
                (profile.depth, renewal)
            }
            None => {
                let known = stretches::whole(db, *list_id, &policy.refresh, now).await?;
                let joins = known.filter(|_| due::ends_at_the_known(candidate.kind, candidate.variant));
                if joins.is_some() {
                    due.units = 1.0;
                }
                let renewal = Renewal {
                    since: candidate.read_at,
                    joins: joins.is_some(),
                    base_sweep: joins,
                    units: due.units,
                };
                (candidate.depth, renewal)
            }
        };
        if renewals.insert(due.list_id, (depth, renewal)).is_none() {
            ranked.push(due);
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "units under way are far below 2^63"
    )]
    let left = limits::left(db, policy, harvest_id, now)
        .await?
        .map(|left| left - pending.ceil() as i64);
    let chosen = refresh::choose(ranked, left, places);
    let depths: HashMap<i64, i64> = chosen
        .iter()
        .filter_map(|due| Some((due.list_id, renewals.get(&due.list_id)?.0)))
        .collect();
    if depths.is_empty() {
        return Ok(0);
    }
    let mut lists = want::stand(db, &harvest, &depths).await?;
    for list in &mut lists {
        list.renewal = renewals.get(&list.list_id).map(|(_, renewal)| *renewal);
    }
    let count = lists.len();
    want::start(db, policy, &harvest, lists, now).await?;
    Ok(count)
}

/// How many lists of a harvest are open, and the units that those that are read again are likely to cost yet.
async fn under_way(db: &mut Connection, harvest_id: i64) -> Result<(usize, f64)> {
    const SQL: &str = "
        select count(*), coalesce(sum(max(0.0, coalesce(s.expected_units, 0.0) - s.units)), 0.0)
        from harvest_lists as w
        join lists as l on l.id = w.list_id
        join sweeps as s on s.id = l.open_sweep
        where w.harvest_id = $1 and w.open = 1";
    let row = sqlx::query(SQL).bind(harvest_id).fetch_one(db).await?;
    Ok((
        usize::try_from(row.get::<i64, _>(0)).unwrap_or(usize::MAX),
        row.get(1),
    ))
}

/// The lists of a harvest that are due. Those of users who are targets no more are not read again, nor is the profile of a
/// name whose owner is known by id.
async fn candidates(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    until: Timestamp,
) -> Result<BTreeMap<i64, Candidate>> {
    const SQL: &str = "
        select
            l.id, w.depth, l.kind, l.target, l.params, l.ended_at, l.change_rate, cast(max(1, coalesce(s.units, 1)) as real),
            s.counter_after, p.id, pw.depth, p.open_sweep is not null, p.ended_at,
            l.kind in ('comments', 'replies', 'media_likers', 'comment_likers') and exists (
                select 1
                from media as m
                cross join lists as o on o.kind in ('medias', 'clips') and o.target = cast(m.owner_id as text)
                cross join harvest_lists as ow on ow.harvest_id = $1 and ow.list_id = o.id and ow.round = $3
                where m.id = cast(l.target as integer) and (o.open_sweep is not null or o.due_at <= $2)
            )
        from lists as l
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id and w.round = $3 and w.open = 0
        cross join harvest_refresh as r on r.harvest_id = $1 and r.kind = l.kind
        left join sweeps as s on s.id = l.last_sweep
        left join lists as p
            on l.kind in ('followers', 'following')
            and p.kind = 'profile' and p.target = l.target and p.params = ''
            and p.ended_at < l.ended_at
            and not exists (
                select 1 from users as u where u.id = cast(l.target as integer) and u.profiled_at >= l.ended_at
            )
        left join harvest_lists as pw on pw.harvest_id = $1 and pw.list_id = p.id and pw.round = $3
        where l.due_at <= $2
            and l.open_sweep is null
            and max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms, l.auto_ms, $4) <= $2
            and l.verdict <> 'cancelled'
            and (
                l.kind not in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts')
                or l.target like '@%'
                or exists (
                    select 1 from targets as t where t.harvest_id = $1 and t.user_id = cast(l.target as integer)
                )
            )
            and not (
                l.target like '@%'
                and exists (select 1 from seeds as n where n.value = l.target and n.user_id is not null)
            )
        order by l.due_at
        limit $5";
    let rows = sqlx::query(SQL)
        .bind(harvest.id)
        .bind(until)
        .bind(harvest.round)
        .bind(due::longest(policy))
        .bind(RANKED)
        .fetch_all(db)
        .await?;
    let mut candidates = BTreeMap::new();
    for row in rows {
        // The owner's list of posts is read first: it says whether anything has changed below them.
        if row.get(13) {
            continue;
        }
        let kind = kind_of(row.get(2))?;
        let profile_depth: Option<i64> = row.get(10);
        let candidate = Candidate {
            depth: row.get(1),
            kind,
            target: row.get(3),
            variant: variant_of(row.get(4))?,
            read_at: row.get(5),
            rate: row
                .get::<Option<f64>, _>(6)
                .unwrap_or_else(|| Seen::default().rate(kind)),
            last_units: row.get::<f64, _>(7),
            last_counter: row.get(8),
            profile: profile_depth.map(|depth| Profile {
                list_id: row.get(9),
                depth,
                is_open: row.get(11),
                read_at: row.get(12),
            }),
        };
        candidates.insert(row.get(0), candidate);
    }
    Ok(candidates)
}

/// What hangs from posts and comments is not read again while its counter, read since, is what it was.
async fn skip_unchanged(
    db: &mut Connection,
    policy: &Policy,
    candidates: &mut BTreeMap<i64, Candidate>,
    now: Timestamp,
) -> Result<()> {
    const CHECKED: &str = "
        update lists
        set checked_at = $2
        where id in (select value from json_each($1))";
    let hangs = |kind: Kind| kind.rank() == 2 && kind != Kind::Usertags;
    let asked: Vec<(i64, Kind, &str, Timestamp)> = candidates
        .iter()
        .filter(|(_, list)| hangs(list.kind) && list.last_counter.is_some())
        .map(|(id, list)| (*id, list.kind, list.target.as_str(), list.read_at))
        .collect();
    let owners = owner::owners(db, &asked).await?;
    let unchanged: Vec<i64> = owners
        .into_iter()
        .filter(|(id, owner)| {
            let last = candidates.get(id).and_then(|list| list.last_counter);
            owner.counter.is_some() && owner.counter == last
        })
        .map(|(id, _)| id)
        .collect();
    if unchanged.is_empty() {
        return Ok(());
    }
    sqlx::query(CHECKED)
        .bind(json_ids(unchanged.iter().copied()))
        .bind(now)
        .execute(&mut *db)
        .await?;
    for id in &unchanged {
        candidates.remove(id);
    }
    due::set(db, policy, &unchanged).await
}
