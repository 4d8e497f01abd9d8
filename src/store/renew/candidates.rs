//! Which lists of a harvest are due.

use std::collections::BTreeMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::Seen;
use crate::store::due::{self, Until};
use crate::store::further::{self, Bought};
use crate::store::harvests::Harvest;
use crate::store::history::counted;
use crate::store::want::{kind_of, variant_of};
use crate::store::{Connection, Result, holds};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// Lists that are ranked at a time, those first that have been due for longest.
const RANKED: i64 = 2_000;

/// A list that is due.
pub(super) struct Candidate {
    pub(super) depth: i64,
    pub(super) kind: Kind,
    pub(super) target: String,
    pub(super) variant: Variant,
    pub(super) read_at: Timestamp,
    pub(super) rate: f64,
    pub(super) last_units: f64,
    pub(super) last_counter: Option<i64>,
    /// What came of the last sweep.
    pub(super) verdict: Option<Verdict>,
    /// When it was last read, or its counter last said that nothing had changed.
    pub(super) checked_at: Timestamp,
    /// Since when its owner's counters count.
    pub(super) counts_since: Timestamp,
    /// The list of the owner's profile, where the profile must come first.
    pub(super) profile: Option<Profile>,
}

pub(super) struct Profile {
    pub(super) list_id: i64,
    pub(super) depth: i64,
    pub(super) read_at: Timestamp,
}

const DUE: &str = concat!(
    "
        select
            l.id, w.depth, l.kind, l.target, l.params, l.ended_at, l.change_rate, cast(max(1, coalesce(s.units, 1)) as real),
            s.counter_after, p.id, pw.depth, p.ended_at, max(l.ended_at, coalesce(l.checked_at, 0)),
            $6 - coalesce(pr.interval_ms, 86400000), l.verdict,
            max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms * (1 - $7), l.auto_ms, $4) <= $2
        from lists as l
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id and w.round = $3 and w.open = 0
        cross join harvest_refresh as r on r.harvest_id = $1 and r.kind = l.kind
        left join sweeps as s on s.id = l.last_sweep
        join harvests as h on h.id = $1
        -- The counter says whether a list is whole: a profile that is older than its own interval, or than a day, comes first.
        -- And it says who is missing if it was read with the list, so one that was read before the list was due comes first as
        -- well; not again each time that a list is due and has to wait.
        left join harvest_refresh as pr on pr.harvest_id = $1 and pr.kind = 'profile'
        left join lists as p
            on (
                l.kind in ('followers', 'following')
                -- Nor does anybody learn without it that an account can be read again.
                or l.kind in ('medias', 'clips', 'reposts') and exists (
                    select 1
                    from users as u
                    where u.id = cast(l.target as integer) and (u.is_private = 1 or u.gone_at is not null)
                )
            )
            and p.kind = 'profile' and p.target = l.target and p.params = ''
            and not exists (select 1 from tasks as t where t.list_id = p.id and t.state = 'parked')
            -- One that others have begun may stand still for long: only what this harvest waits for is waited for.
            and (
                p.open_sweep is null
                or exists (
                    select 1 from harvest_lists as x where x.harvest_id = $1 and x.list_id = p.id and x.open = 1
                )
            )
            and p.ended_at < max(l.ended_at, $6 - coalesce(pr.interval_ms, 86400000), min(l.due_at, $6 - $8))
            and not exists (
                select 1
                from users as u
                where u.id = cast(l.target as integer)
                    and u.profiled_at >= max(l.ended_at, $6 - coalesce(pr.interval_ms, 86400000), min(l.due_at, $6 - $8))
            )
        left join harvest_lists as pw on pw.harvest_id = $1 and pw.list_id = p.id and pw.round = $3
        where l.due_at <= $2 + $7 * (select coalesce(max(interval_ms), 0) from harvest_refresh where harvest_id = $1)
            and l.open_sweep is null
            and (
                max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms * (1 - $7), l.auto_ms, $4) <= $2
                -- The limit of another harvest ended it, and this one wants more.
                or ",
    due::wants_more!(),
    "
            )
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
            and (pw.list_id is null or p.open_sweep is null)
            -- So does a profile that is due as well, or on its way: its counters say what the lists should hold.
            and not (
                l.kind in ('followers', 'following', 'medias', 'clips', 'reposts')
                and exists (
                    select 1
                    from lists as o
                    cross join harvest_lists as ow on ow.harvest_id = $1 and ow.list_id = o.id and ow.round = $3
                    where o.kind = 'profile' and o.target = l.target and o.params = ''
                        and not exists (
                            select 1 from tasks as t where t.list_id = o.id and t.state = 'parked'
                        )
                        and (
                            o.open_sweep is not null and ow.open = 1
                            or pr.harvest_id is not null
                                and max(o.ended_at, coalesce(o.checked_at, 0)) + coalesce(pr.interval_ms * (1 - $7), o.auto_ms, $4) <= $2
                        )
                )
            )
            -- The owner's list of posts is read first where it is due as well: it says whether anything has changed.
            and not (
                l.kind in ('comments', 'replies', 'media_likers', 'comment_likers')
                and exists (
                    select 1
                    from media as m
                    cross join lists as o on o.kind in ('medias', 'clips') and o.target = cast(m.owner_id as text)
                    cross join harvest_lists as ow on ow.harvest_id = $1 and ow.list_id = o.id and ow.round = $3
                    cross join harvest_refresh as q on q.harvest_id = $1 and q.kind = o.kind
                    where m.id = cast(l.target as integer)
                        and max(o.ended_at, coalesce(o.checked_at, 0)) + coalesce(q.interval_ms * (1 - $7), o.auto_ms, $4) <= $2
                        and o.verdict <> 'cancelled'
                        and not exists (
                            select 1 from tasks as t where t.list_id = o.id and t.state = 'parked'
                        )
                )
            )
            -- So is the list of comments that tells how many replies and likes a comment has.
            and not (
                l.kind in ('replies', 'comment_likers')
                and exists (
                    select 1
                    from lists as o
                    cross join harvest_lists as ow on ow.harvest_id = $1 and ow.list_id = o.id and ow.round = $3
                    cross join harvest_refresh as q on q.harvest_id = $1 and q.kind = o.kind
                    where o.kind = 'comments' and o.target = substr(l.target, 1, instr(l.target, '/') - 1)
                        and max(o.ended_at, coalesce(o.checked_at, 0)) + coalesce(q.interval_ms * (1 - $7), o.auto_ms, $4) <= $2
                        and o.verdict <> 'cancelled'
                        and not exists (
                            select 1 from tasks as t where t.list_id = o.id and t.state = 'parked'
                        )
                )
            )
        order by l.due_at
        limit $5"
);

/// The lists of a harvest that are due. Those of users who are targets no more are not read again, nor is the profile of a
/// name whose owner is known by id.
pub(super) async fn candidates(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    until: Until,
    now: Timestamp,
) -> Result<BTreeMap<i64, Candidate>> {
    let rows = sqlx::query(DUE)
        .bind(harvest.id)
        .bind(until.at)
        .bind(harvest.round)
        .bind(due::longest(policy))
        .bind(RANKED)
        .bind(now)
        .bind(until.early)
        .bind(counted::TOGETHER_MS)
        .fetch_all(&mut *db)
        .await?;
    let not_due = rows.iter().filter(|row| !row.get::<bool, _>(15));
    let bought = further::bought(db, not_due.map(|row| row.get(0))).await?;
    let retired = holds::retired(db).await?;
    let mut candidates = BTreeMap::new();
    for row in rows {
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
            verdict: row.get::<Option<&str>, _>(14).and_then(Verdict::find),
            profile: profile_depth.map(|depth| Profile {
                list_id: row.get(9),
                depth,
                read_at: row.get(11),
            }),
            checked_at: row.get(12),
            counts_since: row.get::<Timestamp, _>(5).max(row.get(13)),
        };
        let named = (kind, candidate.target.as_str(), candidate.variant);
        let wants_more =
            |bought: &Bought| bought.is_less_than(policy, named, harvest.limits.get(&kind), &retired);
        if bought.get(&row.get(0)).is_none_or(wants_more) {
            candidates.insert(row.get(0), candidate);
        }
    }
    Ok(candidates)
}
