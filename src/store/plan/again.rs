//! Lists that are there and fresh, and that the harvest reads again all the same: those that are due by its intervals.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Wanted;
use super::seeds::{Profile, Seed, is_asked_again, variant};
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::Seen;
use crate::store::history::counted;
use crate::store::owner::{self, Owner};
use crate::store::{Connection, Result, due, intervals, want};
use crate::verdict::Verdict;

const DAY: f64 = 86_400_000.0;
/// How many changes are taken to have been seen before the first.
const GUESS: f64 = 0.5;

/// A list that is read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Again {
    /// The place of the seed that it belongs to; none for those of found users.
    pub seed: Option<usize>,
    /// 1 for the seeds.
    pub depth: i64,
    /// The kind.
    pub kind: Kind,
    /// What its owner said last that it holds.
    pub counter: Option<i64>,
    /// Pages and units of the last reading.
    pub last: (i64, i64),
    /// Whether that showed the list as its counter says, so that the counter foretells the next one.
    pub is_clean: bool,
    /// Whether it is read only as far as it is not known.
    pub joins: bool,
    /// Changes that are expected since it was last read.
    pub changes: f64,
    /// Where its post stands on a list that is read again before: the counter comes with it, and decides.
    pub place: Option<Place>,
}

/// A place on a list of posts that is read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The kind of that list.
    pub kind: Kind,
    /// So many posts stand above.
    pub above: i64,
    /// Whether the list is read only as far as it is not known.
    pub joins: bool,
    /// New posts that are expected above all.
    pub new: f64,
}

/// A list that is due.
struct Due {
    id: i64,
    kind: Kind,
    target: String,
    depth: i64,
    user: Option<i64>,
    ended_at: Timestamp,
    read_at: Timestamp,
    seen: Seen,
    verdict: Option<Verdict>,
    last: (i64, i64),
    last_counter: Option<i64>,
    profile_first: bool,
    /// The oldest reading of what is known of a list of posts.
    known_since: Option<Timestamp>,
}

/// Reads what is due of the lists of a harvest, and of those of its seeds.
pub(super) async fn read(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    policy: &Policy,
    seeds: &[Seed],
    now: Timestamp,
) -> Result<Vec<Again>> {
    if wanted.spec.refresh.is_empty() {
        return Ok(Vec::new());
    }
    let due = lists(db, wanted, policy, seeds, now).await?;
    let rates = rates(&due);
    let changes = |list: &Due| {
        let (prior, quiet) = (
            rates.get(&list.kind).copied().unwrap_or(1.0),
            days(list.ended_at, list.read_at),
        );
        let rate = (list.seen.changes + GUESS) / (list.seen.days + quiet + GUESS / prior);
        rate * days(list.read_at, now)
    };
    let most = i64::try_from(policy.refresh.whole_every.as_millis()).unwrap_or(i64::MAX);
    let joins = |list: &Due| list.known_since.is_some_and(|since| now - since < most);
    let asked: Vec<(i64, Kind, &str, Timestamp)> = due
        .iter()
        .map(|list| (list.id, list.kind, list.target.as_str(), 0))
        .collect();
    let owners = owner::owners(db, &asked).await?;
    let mut posts: HashMap<i64, Place> = HashMap::new();
    for list in due
        .iter()
        .filter(|list| matches!(list.kind, Kind::Medias | Kind::Clips))
    {
        for (media, above) in on_list(db, list).await? {
            let place = Place {
                kind: list.kind,
                above,
                joins: joins(list),
                new: changes(list),
            };
            let known = posts.entry(media).or_insert(place);
            if above < known.above {
                *known = place;
            }
        }
    }
    let first: HashMap<i64, usize> = seeds
        .iter()
        .enumerate()
        .filter(|(_, seed)| !seed.repeated)
        .filter_map(|(place, seed)| Some((seed.user?, place)))
        .collect();
    let mut profiles: BTreeSet<i64> = due
        .iter()
        .filter(|list| list.kind == Kind::Profile)
        .filter_map(|list| list.user)
        .collect();
    // Those of the seeds that are not there are foreseen with the seeds.
    let missing = |seed: &&Seed| seed.profile != Profile::Fresh;
    profiles.extend(seeds.iter().filter(missing).filter_map(|seed| seed.user));
    let mut again = Vec::new();
    for list in &due {
        let owner = owners.get(&list.id).copied().unwrap_or_default();
        let one = Again {
            seed: list.user.and_then(|user| first.get(&user).copied()),
            depth: list.depth,
            kind: list.kind,
            counter: owner.counter,
            last: list.last,
            is_clean: matches!(list.verdict, Some(Verdict::Complete | Verdict::Capped)),
            joins: joins(list),
            changes: changes(list),
            place: None,
        };
        if list.profile_first && list.user.is_some_and(|user| profiles.insert(user)) {
            again.push(Again {
                kind: Kind::Profile,
                is_clean: !owner.gone,
                ..one
            });
        }
        let place = media_of(list).and_then(|media| posts.get(&media)).copied();
        if is_bought(list, &owner, place.is_some()) {
            again.push(Again { place, ..one });
        }
    }
    Ok(again)
}

/// Whether anything is asked: not of a list that nobody shows, nor of one whose counter, read since, is what it was.
fn is_bought(list: &Due, owner: &Owner, comes: bool) -> bool {
    let is_shut = owner.gone || owner.private || (list.profile_first && owner.counter == Some(0));
    let is_unchanged = list.kind.rank() == 2
        && owner.read_at.is_some_and(|read_at| read_at >= list.ended_at)
        && owner.counter.is_some()
        && owner.counter == list.last_counter;
    !is_shut && (comes || !is_unchanged)
}

/// The post that a list hangs from, where its counter can come with a list of posts.
fn media_of(list: &Due) -> Option<i64> {
    let hangs = matches!(list.kind, Kind::Comments | Kind::MediaLikers);
    hangs.then(|| list.target.parse().ok()).flatten()
}

/// Changes a day that the lists of each kind have shown on average.
fn rates(due: &[Due]) -> BTreeMap<Kind, f64> {
    let mut sums: BTreeMap<Kind, (f64, f64)> = BTreeMap::new();
    for list in due {
        let (changes, time) = sums.entry(list.kind).or_insert((GUESS, GUESS));
        *changes += list.seen.changes;
        *time += list.seen.days + days(list.ended_at, list.read_at);
    }
    sums.into_iter()
        .map(|(kind, (changes, time))| (kind, changes / time))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52")]
fn days(since: Timestamp, now: Timestamp) -> f64 {
    now.saturating_sub(since).max(0) as f64 / DAY
}

async fn lists(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    policy: &Policy,
    seeds: &[Seed],
    now: Timestamp,
) -> Result<Vec<Due>> {
    const SQL: &str = "
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
            l.verdict, coalesce(s.pages, 0), coalesce(s.units, 0), coalesce(s.distinct_items, 0), s.counter_after,
            l.kind in ('followers', 'following')
                and not exists (
                    select 1
                    from users as u
                    where u.id = cast(l.target as integer) and u.profiled_at >= max(l.ended_at, min(coalesce(l.due_at, $7), $7 - $9))
                )
                and not exists (
                    select 1
                    from lists as p
                    where p.kind = 'profile' and p.target = l.target and p.params = ''
                        and p.ended_at >= max(l.ended_at, min(coalesce(l.due_at, $7), $7 - $9))
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
            end
        from once as w
        cross join lists as l on l.id = w.list_id
        cross join intervals as r on r.kind = l.kind
        left join sweeps as s on s.id = l.last_sweep
        where l.open_sweep is null
            and l.ended_at >= case l.kind when 'profile' then $8 else $5 end
            and l.verdict <> 'cancelled'
            and max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms, l.auto_ms, $6) <= $7
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
    let rows = sqlx::query(SQL)
        .bind(wanted.harvest_id)
        .bind(targets(seeds))
        .bind(serde_json::to_string(&intervals::wanted(&wanted.spec.refresh)).unwrap_or_else(|_| "[]".into()))
        .bind(kinds(wanted))
        .bind(wanted.fresh_after)
        .bind(due::longest(policy))
        .bind(now)
        .bind(wanted.profiled_after)
        .bind(counted::TOGETHER_MS)
        .fetch_all(db)
        .await?;
    let mut due = Vec::new();
    for row in &rows {
        due.extend(due_of(row, wanted)?);
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
fn due_of(row: &SqliteRow, wanted: &Wanted<'_>) -> Result<Option<Due>> {
    let kind = want::kind_of(row.get(1))?;
    let verdict = row.get::<Option<&str>, _>(8).and_then(Verdict::find);
    let (pages, units, items): (i64, i64, i64) = (row.get(9), row.get(10), row.get(11));
    let list_variant = want::variant_of(row.get(3))?;
    if list_variant != variant(wanted, kind)
        || is_asked_again(verdict, wanted.spec.limits.get(&kind), (pages, items))
    {
        return Ok(None);
    }
    let seen = row.get::<Option<&str>, _>(7);
    Ok(Some(Due {
        id: row.get(0),
        kind,
        target: row.get(2),
        depth: row.get(4),
        user: row.get(15),
        ended_at: row.get(5),
        read_at: row.get(6),
        seen: seen
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default(),
        verdict,
        last: (pages, units),
        last_counter: row.get(12),
        profile_first: row.get(13),
        known_since: row
            .get::<Option<Timestamp>, _>(14)
            .filter(|_| due::ends_at_the_known(kind, list_variant)),
    }))
}

/// The posts on a list, with how many stand above.
async fn on_list(db: &mut Connection, list: &Due) -> Result<Vec<(i64, i64)>> {
    const SQL: &str = "
        select media_id, row_number() over (order by media_id desc) - 1
        from user_media
        where list = $1 and user_id = $2";
    Ok(sqlx::query_as(SQL)
        .bind(list.kind.name())
        .bind(list.user)
        .fetch_all(db)
        .await?)
}
