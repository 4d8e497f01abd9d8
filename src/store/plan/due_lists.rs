//! Which lists of a harvest that are there are due, by its intervals.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Wanted;
use super::seeds::{Seed, is_asked_again, variant};
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::Seen;
use crate::store::due::{self, Until};
use crate::store::further::{self, Bought};
use crate::store::history::counted;
use crate::store::{Connection, Result, intervals, want};
use crate::verdict::Verdict;

/// A list that is due.
pub(super) struct Due {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) target: String,
    pub(super) depth: i64,
    pub(super) user: Option<i64>,
    pub(super) ended_at: Timestamp,
    pub(super) read_at: Timestamp,
    pub(super) seen: Seen,
    pub(super) verdict: Option<Verdict>,
    /// Whether several endpoints were asked for it the last time.
    pub(super) read_on: bool,
    pub(super) last: (i64, i64),
    pub(super) last_counter: Option<i64>,
    pub(super) profile_first: bool,
    /// The oldest reading of what is known of a list of posts.
    pub(super) known_since: Option<Timestamp>,
    /// How long after it was read, or its counter, it is due.
    pub(super) interval: i64,
}

const DUE: &str = "
        with intervals as (
            select value ->> 0 as kind, value ->> 1 as interval_ms
            from json_each($3)
        ), wanted as (
            select w.list_id, w.depth, 0 as is_named
            from harvest_lists as w
            where w.harvest_id = $1 and w.round = (select round from harvests where id = $1) and w.open = 0
            union all
            select l.id, 1, 1
            from json_each($2) as e
            cross join json_each($4) as k
            cross join lists as l on l.kind = k.value and l.target = e.value
            where k.value not in ('comments', 'media_likers', 'usertags', 'replies', 'comment_likers')
            union all
            select l.id, 1, 1
            from json_each($2) as e
            cross join user_media as p on p.list in ('medias', 'clips') and p.user_id = e.value
            cross join json_each($4) as k
            cross join lists as l on l.kind = k.value and l.target = cast(p.media_id as text)
            where $1 is null and k.value in ('comments', 'media_likers', 'usertags')
            union all
            select l.id, 1, 1
            from json_each($2) as e
            cross join user_media as p on p.list in ('medias', 'clips') and p.user_id = e.value
            cross join comments as c on c.media_id = p.media_id
            cross join json_each($4) as k
            cross join lists as l on l.kind = k.value and l.target = p.media_id || '/' || c.id
            where $1 is null and k.value in ('replies', 'comment_likers')
        ), once as (
            select list_id, min(depth) as depth, max(is_named) as is_named
            from wanted
            group by list_id
        )
        select
            l.id, l.kind, l.target, l.params, w.depth, l.ended_at, max(l.ended_at, coalesce(l.checked_at, 0)), l.seen,
            l.verdict, coalesce(s.pages, 0), coalesce(s.units, 0), s.counter_after,
            l.kind in ('followers', 'following')
                and not exists (
                    select 1
                    from users as u
                    where u.id = cast(l.target as integer) and u.profiled_at >= max(l.ended_at, min(coalesce(l.due_at, $7), $7 - $10))
                )
                and not exists (
                    select 1
                    from lists as p
                    where p.kind = 'profile' and p.target = l.target and p.params = ''
                        and p.ended_at >= max(l.ended_at, min(coalesce(l.due_at, $7), $7 - $10))
                ),
            (
                select min(t.read_at)
                from list_stretches as t
                where t.list_id = l.id
            ),
            case
                when l.kind in ('comments', 'media_likers', 'usertags', 'replies', 'comment_likers') then (
                    select m.owner_id from media as m where m.id = cast(l.target as integer)
                )
                when l.target not glob '*[^0-9]*' then cast(l.target as integer)
            end,
            cast(coalesce(r.interval_ms * (1 - $9), l.auto_ms, $6) as integer), s.asked_before is not null
        from once as w
        cross join lists as l on l.id = w.list_id
        cross join intervals as r on r.kind = l.kind
        left join sweeps as s on s.id = l.last_sweep
        where l.open_sweep is null
            and l.ended_at >= case l.kind when 'profile' then $8 else $5 end
            and l.verdict <> 'cancelled'
            and max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms * (1 - $9), l.auto_ms, $6) <= $7
            and (
                w.is_named
                or l.kind not in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts')
                or l.target like '@%'
                or exists (
                    select 1 from targets as t where t.harvest_id = $1 and t.user_id = cast(l.target as integer)
                )
            )
            and not (
                l.target like '@%'
                and exists (select 1 from seeds as n where n.value = l.target and n.user_id is not null)
            )";

/// Reads the lists of a harvest, and those of its seeds, that are due.
pub(super) async fn read(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    policy: &Policy,
    seeds: &[Seed],
    until: Until,
) -> Result<Vec<Due>> {
    let rows = sqlx::query(DUE)
        .bind(wanted.harvest_id)
        .bind(targets(seeds))
        .bind(serde_json::to_string(&intervals::wanted(&wanted.spec.refresh)).unwrap_or_else(|_| "[]".into()))
        .bind(kinds(wanted))
        .bind(wanted.fresh_after)
        .bind(due::longest(policy))
        .bind(until.at)
        .bind(wanted.profiled_after)
        .bind(until.early)
        .bind(counted::TOGETHER_MS)
        .fetch_all(&mut *db)
        .await?;
    let bought = further::bought(db, rows.iter().map(|row| row.get(0))).await?;
    let mut due = Vec::new();
    for row in &rows {
        due.extend(due_of(row, wanted, bought.get(&row.get(0)))?);
    }
    Ok(due)
}

/// What the seeds' own lists hang from, as a JSON array.
fn targets(seeds: &[Seed]) -> String {
    let targets: Vec<String> = seeds
        .iter()
        .filter(|seed| !seed.repeated)
        .map(|seed| match (seed.words(), seed.user) {
            (Some(words), _) => words.to_owned(),
            (None, Some(user)) => user.to_string(),
            (None, None) => seed.text.clone(),
        })
        .collect();
    serde_json::to_string(&targets).unwrap_or_else(|_| "[]".into())
}

/// The kinds of the seeds' lists that may be read again, as a JSON array.
fn kinds(wanted: &Wanted<'_>) -> String {
    let named =
        |kind: &&Kind| matches!(kind, Kind::Profile | Kind::Search) || wanted.spec.collect.contains(*kind);
    let kinds: Vec<&str> = wanted
        .spec
        .refresh
        .keys()
        .filter(named)
        .map(|kind| kind.name())
        .collect();
    serde_json::to_string(&kinds).unwrap_or_else(|_| "[]".into())
}

/// A list that is due; none if another variant is wanted, or if it is asked for anew as one that was never read whole.
fn due_of(row: &SqliteRow, wanted: &Wanted<'_>, bought: Option<&Bought>) -> Result<Option<Due>> {
    let kind = want::kind_of(row.get(1))?;
    let verdict = row.get::<Option<&str>, _>(8).and_then(Verdict::find);
    let (pages, units): (i64, i64) = (row.get(9), row.get(10));
    let list_variant = want::variant_of(row.get(3))?;
    let named = (kind, row.get(2), list_variant);
    if list_variant != variant(wanted, kind) || is_asked_again(wanted, named, verdict, bought) {
        return Ok(None);
    }
    let seen = row.get::<Option<&str>, _>(7);
    Ok(Some(Due {
        id: row.get(0),
        kind,
        target: row.get(2),
        depth: row.get(4),
        user: row.get(14),
        ended_at: row.get(5),
        read_at: row.get(6),
        seen: seen
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default(),
        verdict,
        read_on: row.get(16),
        last: (pages, units),
        last_counter: row.get(11),
        profile_first: row.get(12),
        known_since: row
            .get::<Option<Timestamp>, _>(13)
            .filter(|_| due::ends_at_the_known(kind, list_variant)),
        interval: row.get(15),
    }))
}
