//! Harvests: adding one, changing it, starting its next round.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::refresh::Interval;
use crate::store::follow_up;
use crate::store::limits::{self, Configured};
use crate::store::seeds::{self, Reading, Reject};
use crate::store::{Connection, Result, StoreError, budgets, candidates, due, intervals};
use crate::variant::Variant;
use crate::way::Way;

/// What a person asks for: a named job.
#[derive(Clone, Debug, PartialEq)]
pub struct HarvestSpec {
    /// The name; the same name again changes or resumes the harvest.
    pub name: String,
    /// What a person named, in the order in which it is opened: ids (`787132`), names (`@natgeo`), `search:words`.
    pub seeds: Vec<String>,
    /// What a person named that is no seed.
    pub rejected: Vec<Reject>,
    /// What the config's sources hold now, to be opened before the rest; none if the config does not know the harvest.
    pub sources: Option<Vec<Reading>>,
    /// What to collect, with what it hangs from.
    pub collect: Vec<Kind>,
    /// 1 for the seeds alone, 2 also for the users found on their lists, and so on.
    pub depth: i64,
    /// In which roles users are found that become targets.
    pub expand: Vec<Way>,
    /// Limits on each list of a kind.
    pub limits: BTreeMap<Kind, Limit>,
    /// The most users that expansion may add.
    pub users_limit: Option<i64>,
    /// Which of the found users become targets.
    pub filter: Filter,
    /// Comments with fewer likes have no list of likers.
    pub min_likes: Option<i64>,
    /// Whether the upstream may skip its check of an account's privacy.
    pub force: bool,
    /// Which variant of the comments' lists is read.
    pub comments: Variant,
    /// Which variant of the clips' lists is read.
    pub clips: Variant,
    /// The most units that the harvest may spend in all.
    pub max_units: Option<i64>,
    /// Its share when several harvests have work.
    pub weight: f64,
    /// After how long its lists are read again; kinds that are not named are read once.
    pub refresh: BTreeMap<Kind, Interval>,
    /// Whether a person waits for it: times are shorter and no round follows.
    pub one_shot: bool,
}

/// Which of the users that are found become targets: whoever passes all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// The fewest followers.
    pub least_followers: Option<i64>,
    /// The most followers.
    pub most_followers: Option<i64>,
    /// Only accounts with the badge.
    pub verified: bool,
    /// Only accounts that are not private.
    pub public: bool,
    /// Only accounts whose profile was not bought before.
    pub unprofiled: bool,
}

/// Our own limit on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many items.
    Items(i64),
    /// So many pages.
    Pages(i64),
}

/// A harvest as the queue sees it.
#[derive(Clone, Debug)]
pub(crate) struct Harvest {
    pub id: i64,
    pub collect: Vec<Kind>,
    pub depth: i64,
    pub expand: Vec<Way>,
    pub limits: BTreeMap<Kind, Limit>,
    pub users_limit: Option<i64>,
    pub filter: Filter,
    pub min_likes: Option<i64>,
    pub comments: Variant,
    pub clips: Variant,
    pub round: i64,
    pub fresh_after: Timestamp,
    pub open_depth: i64,
    /// After how many milliseconds it reads its lists again; none for `auto`.
    pub intervals: BTreeMap<Kind, Option<i64>>,
    /// Lists that were due at this time are read again.
    pub due_until: Timestamp,
}

impl Harvest {
    /// In which variant it reads the lists of a kind.
    pub(crate) fn variant(&self, kind: Kind) -> Variant {
        match kind {
            Kind::Comments => self.comments,
            Kind::Clips => self.clips,
            _ => Variant::Plain,
        }
    }

    /// Since when a counter of an owner counts for a list that is read for the first time: as long as the list that brings
    /// it is not due, by its fixed interval.
    pub(crate) fn counters_since(&self, kind: Kind, now: Timestamp) -> Timestamp {
        let bringing: &[Kind] = match kind.rank() {
            2 => &[Kind::Medias, Kind::Clips],
            _ => &[Kind::Profile],
        };
        let interval = bringing
            .iter()
            .filter_map(|kind| self.intervals.get(kind).copied().flatten())
            .min();
        interval.map_or(self.fresh_after, |interval| self.fresh_after.max(now - interval))
    }
}

/// Adds a harvest or changes the one of that name, and queues what it still lacks. Returns its id.
///
/// With `refresh`, a new round starts: everything is asked again. Without, what has a verdict is not. A limit of units
/// stays until another is given, and what a daemon refreshes it goes on refreshing.
pub async fn put(
    db: &mut Connection,
    policy: &Policy,
    spec: &HarvestSpec,
    refresh: bool,
    now: Timestamp,
) -> Result<i64> {
    const INSERT: &str = "
        insert into harvests (
            name, collect, depth, expand, limits, max_units, users_limit, weight, refresh_ms, one_shot,
            round, fresh_after, open_depth, users_added, created_at, round_started_at, filter, min_likes, force,
            sort_order, sort_by_views
        )
        values (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 0, 1, 0, $11, $11, $12, $13, $14, $15, $16
        )
        on conflict (name) do update set
            collect = excluded.collect,
            depth = excluded.depth,
            expand = excluded.expand,
            limits = excluded.limits,
            max_units = coalesce(excluded.max_units, harvests.max_units),
            users_limit = excluded.users_limit,
            weight = excluded.weight,
            refresh_ms = case when $17 then excluded.refresh_ms else harvests.refresh_ms end,
            filter = excluded.filter,
            min_likes = excluded.min_likes,
            force = excluded.force,
            sort_order = excluded.sort_order,
            sort_by_views = excluded.sort_by_views,
            one_shot = min(harvests.one_shot, excluded.one_shot)";
    const SHAPE: &str = "
        select
            id,
            collect || depth || expand || limits || coalesce(users_limit, '') || filter || coalesce(min_likes, '')
                || coalesce(sort_order, '') || sort_by_views
        from harvests
        where name = $1";
    let shape = |row: sqlx::sqlite::SqliteRow| (row.get::<i64, _>(0), row.get::<String, _>(1));
    let before = sqlx::query(SHAPE)
        .bind(&spec.name)
        .fetch_optional(&mut *db)
        .await?
        .map(shape);
    sqlx::query(INSERT)
        .bind(&spec.name)
        .bind(kinds_text(&spec.collect))
        .bind(spec.depth)
        .bind(ways_text(&spec.expand))
        .bind(limits_text(&spec.limits))
        .bind(spec.max_units)
        .bind(spec.users_limit)
        .bind(spec.weight)
        .bind(intervals::shortest(&spec.refresh))
        .bind(spec.one_shot)
        .bind(now)
        .bind(serde_json::to_string(&spec.filter).unwrap_or_else(|_| "{}".into()))
        .bind(spec.min_likes)
        .bind(spec.force)
        .bind((spec.comments == Variant::Popular).then_some("popular"))
        .bind(spec.clips == Variant::ByViews)
        .bind(spec.sources.is_some() || !spec.refresh.is_empty())
        .execute(&mut *db)
        .await?;
    let (id, shape) = shape(sqlx::query(SHAPE).bind(&spec.name).fetch_one(&mut *db).await?);
    budgets::note_harvest(db, id, now).await?;
    if refresh && before.is_some() {
        start_round(db, id, now).await?;
    }
    // A configuration that does not know the harvest cannot mean that nothing is read again.
    if spec.sources.is_some() || !spec.refresh.is_empty() {
        intervals::put(db, policy, id, &spec.refresh, now).await?;
    }
    if let Some(sources) = &spec.sources {
        for reading in sources {
            seeds::note(db, id, reading, now).await?;
        }
        seeds::forget_others(db, id, sources, now).await?;
    }
    seeds::give(db, id, &spec.seeds, &spec.rejected, now).await?;
    let has_changed = before.is_some_and(|(_, before)| before != shape);
    if has_changed {
        ask_more(db, id).await?;
    }
    seeds::reopen_depths(db, id).await?;
    let harvest = load(db, id).await?;
    follow_up::open_seeds(db, policy, &harvest, now).await?;
    if has_changed {
        follow_up::look_again(db, policy, &harvest, now).await?;
    }
    follow_up::settle(db, policy, id, now).await?;
    Ok(id)
}

/// Starts the next round of a harvest: its lists are asked again as they are reached.
async fn start_round(db: &mut Connection, id: i64, now: Timestamp) -> Result<()> {
    const ROUND: &str = "
        update harvests
        set round = round + 1, fresh_after = $2, open_depth = 1, users_added = 0, round_started_at = $2, finished_at = null
        where id = $1";
    const TARGETS: &str = "
        delete from targets
        where harvest_id = $1";
    // What the round before did not end is waited for again only where it is wanted again.
    const LISTS: &str = "
        update harvest_lists
        set open = 0
        where harvest_id = $1 and open = 1";
    sqlx::query(ROUND).bind(id).bind(now).execute(&mut *db).await?;
    sqlx::query(TARGETS).bind(id).execute(&mut *db).await?;
    sqlx::query(LISTS).bind(id).execute(&mut *db).await?;
    due::forget_unwanted(db).await?;
    candidates::forget(db, id).await
}

/// Other limits may want more of what they ended: capped lists are wanted anew, and seeds and depths are opened from the
/// first.
async fn ask_more(db: &mut Connection, id: i64) -> Result<()> {
    const CAPPED: &str = "
        delete from harvest_lists
        where harvest_id = $1 and list_id in (select id from lists where verdict = 'capped' and open_sweep is null)";
    const SEEDS: &str = "
        update seeds
        set opened_round = 0
        where harvest_id = $1";
    const DEPTH: &str = "
        update harvests
        set open_depth = 1
        where id = $1";
    sqlx::query(CAPPED).bind(id).execute(&mut *db).await?;
    due::forget_unwanted(db).await?;
    sqlx::query(SEEDS).bind(id).execute(&mut *db).await?;
    sqlx::query(DEPTH).bind(id).execute(&mut *db).await?;
    candidates::forget(db, id).await
}

/// The harvests that may spend without any limit of their own: their names.
pub async fn without_limit(db: &mut Connection) -> Result<Vec<String>> {
    const SQL: &str = "
        select name
        from harvests
        where finished_at is null
            or (one_shot = 0 and exists (select 1 from harvest_refresh as r where r.harvest_id = harvests.id))
        order by name";
    let mut names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *db).await?;
    // A command may have set one.
    let limits = limits::standing(db, Configured::default(), None, 0).await?;
    names.retain(|name| {
        limits
            .iter()
            .any(|limit| limit.is_of(name) && limit.limit.is_none())
    });
    Ok(names)
}

/// The limit of units of the harvest of that name, if there are both.
pub async fn limit_of<'c>(db: impl sqlx::SqliteExecutor<'c>, name: &str) -> Result<Option<i64>> {
    let limits = limits::standing(db, Configured::default(), None, 0).await?;
    Ok(limits
        .iter()
        .find(|limit| limit.is_of(name))
        .and_then(|limit| limit.limit))
}

/// The id of the harvest of that name.
pub async fn find(db: &mut Connection, name: &str) -> Result<Option<i64>> {
    const SQL: &str = "
        select id
        from harvests
        where name = $1";
    Ok(sqlx::query_scalar(SQL).bind(name).fetch_optional(db).await?)
}

pub(crate) async fn load(db: &mut Connection, id: i64) -> Result<Harvest> {
    const SQL: &str = "
        select
            collect, depth, expand, limits, users_limit, round, fresh_after, open_depth, filter, min_likes, sort_order,
            sort_by_views, due_until, (
                select json_group_object(kind, interval_ms)
                from harvest_refresh
                where harvest_id = $1
            )
        from harvests
        where id = $1";
    let row = sqlx::query(SQL).bind(id).fetch_one(db).await?;
    Ok(Harvest {
        id,
        collect: kinds_of(row.get(0), "collect")?,
        depth: row.get(1),
        expand: ways_of(row.get(2))?,
        limits: limits_of(row.get(3))?,
        users_limit: row.get(4),
        round: row.get(5),
        fresh_after: row.get(6),
        open_depth: row.get(7),
        filter: filter_of(row.get(8))?,
        min_likes: row.get(9),
        comments: if row.get::<Option<&str>, _>(10) == Some("popular") {
            Variant::Popular
        } else {
            Variant::Plain
        },
        clips: if row.get(11) {
            Variant::ByViews
        } else {
            Variant::Plain
        },
        due_until: row.get(12),
        intervals: intervals_of(row.get(13))?,
    })
}

fn intervals_of(text: &str) -> Result<BTreeMap<Kind, Option<i64>>> {
    let unknown = || StoreError::Unknown {
        table: "harvest_refresh",
        column: "kind",
        value: text.into(),
    };
    let intervals: BTreeMap<String, Option<i64>> = serde_json::from_str(text).map_err(|_| unknown())?;
    intervals
        .into_iter()
        .map(|(name, interval)| Ok((Kind::find(&name).ok_or_else(unknown)?, interval)))
        .collect()
}

fn kinds_text(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    serde_json::to_string(&names).unwrap_or_else(|_| "[]".into())
}

fn kinds_of(text: &str, column: &'static str) -> Result<Vec<Kind>> {
    let unknown = || StoreError::Unknown {
        table: "harvests",
        column,
        value: text.into(),
    };
    let names: Vec<String> = serde_json::from_str(text).map_err(|_| unknown())?;
    names
        .iter()
        .map(|name| Kind::find(name).ok_or_else(unknown))
        .collect()
}

fn ways_text(ways: &[Way]) -> String {
    serde_json::to_string(ways).unwrap_or_else(|_| "[]".into())
}

fn ways_of(text: &str) -> Result<Vec<Way>> {
    serde_json::from_str(text).map_err(|_| StoreError::Unknown {
        table: "harvests",
        column: "expand",
        value: text.into(),
    })
}

fn filter_of(text: &str) -> Result<Filter> {
    serde_json::from_str(text).map_err(|_| StoreError::Unknown {
        table: "harvests",
        column: "filter",
        value: text.into(),
    })
}

fn limits_text(limits: &BTreeMap<Kind, Limit>) -> String {
    let texts: BTreeMap<&str, String> = limits
        .iter()
        .map(|(kind, limit)| {
            let text = match limit {
                Limit::Items(items) => items.to_string(),
                Limit::Pages(pages) => format!("{pages}p"),
            };
            (kind.name(), text)
        })
        .collect();
    serde_json::to_string(&texts).unwrap_or_else(|_| "{}".into())
}

fn limits_of(text: &str) -> Result<BTreeMap<Kind, Limit>> {
    let unknown = || StoreError::Unknown {
        table: "harvests",
        column: "limits",
        value: text.into(),
    };
    let texts: BTreeMap<String, String> = serde_json::from_str(text).map_err(|_| unknown())?;
    texts
        .iter()
        .map(|(name, limit)| {
            let kind = Kind::find(name).ok_or_else(unknown)?;
            let limit = match limit.strip_suffix('p') {
                Some(pages) => Limit::Pages(pages.parse().map_err(|_| unknown())?),
                None => Limit::Items(limit.parse().map_err(|_| unknown())?),
            };
            Ok((kind, limit))
        })
        .collect()
}
