//! The plan's own purchases: a harvest of profiles under a name of its own, so that nothing of the planned harvest is made
//! before a person agrees to it. A profile that it buys is there for whoever wants it later.

use std::collections::BTreeMap;

use sqlx::{Row as _, SqlitePool};

use super::asked_once;
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::harvests::{self, Filter, HarvestSpec};
use crate::store::seeds::{BY_HAND, REMOVED, Reading};
use crate::store::{Connection, Result, ledger};
use crate::variant::Variant;

/// The source of the seeds whose profiles a plan buys; the next plan has others.
const SOURCE: &str = "plan";

/// Opens the purchase of these seeds' profiles for at most so many units; returns the number of the harvest that pays.
pub async fn open(
    db: &mut Connection,
    policy: &Policy,
    name: &str,
    seeds: Vec<String>,
    units: i64,
    now: Timestamp,
) -> Result<i64> {
    // As the planned harvest reads them: by name where it does not know the user yet, whoever has looked the name up since.
    const BY_NAME: &str = "
        update seeds
        set user_id = null
        where harvest_id = $1 and value like '@%'";
    let spent = if let Some(id) = harvests::find(db, &own_name(name)).await? {
        sqlx::query(BY_NAME).bind(id).execute(&mut *db).await?;
        ledger::spent_by(&mut *db, id).await?.total()
    } else {
        // Only one that is there can begin a round, and in none of its own it would take what was read before as its answer.
        harvests::put(db, policy, &spec(name, Vec::new()), false, now).await?;
        0
    };
    let spec = HarvestSpec {
        max_units: Some(spent.saturating_add(units)),
        ..spec(name, seeds)
    };
    // A new round: what was read before it is asked again, for the caller names only what is not fresh.
    harvests::put(db, policy, &spec, true, now).await
}

/// Opens a purchase again that a starting gleaner has closed: its round goes on with those of these that were not asked yet,
/// within the same bound.
pub async fn reopen(
    db: &mut Connection,
    policy: &Policy,
    name: &str,
    seeds: Vec<String>,
    now: Timestamp,
) -> Result<()> {
    // One that was in flight when the caller looked may have been answered meanwhile.
    const NOT_FOUND: &str = "
        select l.target
        from lists as l
        join sweeps as s on s.id = l.open_sweep
        where l.kind = 'profile' and l.params = '' and s.not_found = 1
            and l.target in (select value from json_each($1))";
    let not_found: Vec<String> = sqlx::query_scalar(NOT_FOUND)
        .bind(serde_json::to_string(&seeds).unwrap_or_else(|_| "[]".into()))
        .fetch_all(&mut *db)
        .await?;
    let left = seeds
        .into_iter()
        .filter(|seed| !not_found.contains(seed))
        .collect();
    harvests::put(db, policy, &spec(name, left), false, now).await?;
    Ok(())
}

/// What the plans of that harvest have spent.
pub async fn spent(pool: &SqlitePool, name: &str) -> Result<i64> {
    let mut connection = pool.acquire().await?;
    Ok(match harvests::find(&mut connection, &own_name(name)).await? {
        Some(id) => ledger::spent_by(&mut *connection, id).await?.total(),
        None => 0,
    })
}

/// Whether a harvest is a purchase of a plan that is under way, whoever sends for it.
pub(crate) async fn is_under_way(db: &mut Connection, harvest_id: i64) -> Result<bool> {
    const SQL: &str = "
        select exists (
            select 1
            from harvests as h
            cross join seed_sources as o on o.harvest_id = h.id
            where h.id = $1 and h.name like 'plan:%' and o.source = $2
        )";
    Ok(sqlx::query_scalar(SQL)
        .bind(harvest_id)
        .bind(SOURCE)
        .fetch_one(db)
        .await?)
}

/// Whether a purchase has not been closed by somebody else.
pub async fn is_open(pool: &SqlitePool, harvest_id: i64) -> Result<bool> {
    is_under_way(&mut *pool.acquire().await?, harvest_id).await
}

/// Whether a purchase has spent its own bound, so that the next profile does not fit.
pub async fn is_spent(pool: &SqlitePool, harvest_id: i64, price: i64) -> Result<bool> {
    const SQL: &str = "
        select coalesce(max_units, 0)
        from harvests
        where id = $1";
    let bound: i64 = sqlx::query_scalar(SQL).bind(harvest_id).fetch_one(pool).await?;
    let spent = ledger::spent_by(pool, harvest_id).await?;
    Ok(spent.reserved == 0 && spent.total() + price > bound)
}

/// Closes all purchases but one: whoever made another one has died, or finds that it is closed.
pub(crate) async fn close_others(
    db: &mut Connection,
    policy: &Policy,
    kept: Option<i64>,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        select substr(name, length('plan:') + 1)
        from harvests
        where name like 'plan:%' and id is not $1
        order by id";
    let names: Vec<String> = sqlx::query_scalar(SQL).bind(kept).fetch_all(&mut *db).await?;
    for name in names {
        if let Some(id) = harvests::find(db, &own_name(&name)).await?
            && is_under_way(db, id).await?
        {
            close(db, policy, &name, now).await?;
        }
    }
    Ok(())
}

/// The newest request of all: what is bought from now on has a greater number.
pub async fn newest_request(pool: &SqlitePool) -> Result<i64> {
    const SQL: &str = "
        select coalesce(max(id), 0)
        from ledger";
    Ok(sqlx::query_scalar(SQL).fetch_one(pool).await?)
}

/// The profiles that a purchase has paid for after that request, and what they cost.
pub async fn bought_since(pool: &SqlitePool, harvest_id: i64, request: i64) -> Result<(i64, i64)> {
    const SQL: &str = "
        select count(distinct s.list_id), coalesce(sum(g.units), 0)
        from ledger as g
        join sweeps as s on s.id = g.sweep_id
        where g.id > $2 and g.harvest_id = $1 and g.units > 0";
    let row = sqlx::query(SQL)
        .bind(harvest_id)
        .bind(request)
        .fetch_one(pool)
        .await?;
    Ok((row.get(0), row.get(1)))
}

/// Lets go of what was not bought. Whoever wants such a profile later asks for it, and pays.
pub async fn close(db: &mut Connection, policy: &Policy, name: &str, now: Timestamp) -> Result<()> {
    const ASKED_ONCE: &str = "
        select t.id
        from tasks as t
        join sweeps as s on s.id = t.sweep_id
        where t.state = 'waiting' and t.harvest_id = $1 and t.kind = 'profile' and s.not_found = 1";
    let id = harvests::put(db, policy, &spec(name, Vec::new()), false, now).await?;
    // Whoever wants such a profile asks the second question.
    let asked_once: Vec<i64> = sqlx::query_scalar(ASKED_ONCE)
        .bind(id)
        .fetch_all(&mut *db)
        .await?;
    for id in asked_once {
        asked_once::go_on(db, policy, id).await?;
    }
    Ok(())
}

/// How many profiles of the purchase have not been answered yet. One that answered 404 once has.
pub async fn left_to_ask(pool: &SqlitePool, harvest_id: i64) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from harvest_lists as w
        join lists as l on l.id = w.list_id
        join tasks as t on t.sweep_id = l.open_sweep
        join sweeps as s on s.id = t.sweep_id
        where w.harvest_id = $1
            and w.open = 1
            and t.state <> 'parked'
            and (t.state = 'leased' or s.not_found = 0)";
    Ok(sqlx::query_scalar(SQL).bind(harvest_id).fetch_one(pool).await?)
}

/// The seeds that a harvest goes on with whatever a command names now: those that were named before, and for a harvest that
/// the configuration does not know also those of other sources.
pub async fn stored_seeds(pool: &SqlitePool, name: &str, by_hand_only: bool) -> Result<Vec<String>> {
    const SQL: &str = "
        select s.value
        from harvests as h
        join seeds as s on s.harvest_id = h.id
        where h.name = $1
            and s.held_at is null
            and (
                not $2
                or exists (
                    select 1
                    from seed_sources as o
                    where o.harvest_id = h.id and o.value = s.value and o.source = $3
                )
            )
        order by s.position";
    Ok(sqlx::query_scalar(SQL)
        .bind(name)
        .bind(by_hand_only)
        .bind(BY_HAND)
        .fetch_all(pool)
        .await?)
}

/// Seeds of a harvest that a person removed: naming them does not take them up again.
pub async fn removed_seeds(pool: &SqlitePool, name: &str) -> Result<Vec<String>> {
    const SQL: &str = "
        select s.value
        from harvests as h
        join seeds as s on s.harvest_id = h.id
        where h.name = $1 and s.held_at is not null and s.held_reason = $2";
    Ok(sqlx::query_scalar(SQL)
        .bind(name)
        .bind(REMOVED)
        .fetch_all(pool)
        .await?)
}

/// A name that no person can give a harvest.
fn own_name(name: &str) -> String {
    format!("plan:{name}")
}

fn spec(name: &str, seeds: Vec<String>) -> HarvestSpec {
    HarvestSpec {
        name: own_name(name),
        seeds: Vec::new(),
        rejected: Vec::new(),
        sources: Some(vec![Reading {
            source: SOURCE.into(),
            seeds,
            rejected: Vec::new(),
        }]),
        collect: vec![Kind::Profile],
        depth: 1,
        expand: Vec::new(),
        limits: std::collections::BTreeMap::new(),
        users_limit: None,
        filter: Filter::default(),
        min_likes: None,
        force: false,
        comments: Variant::Plain,
        clips: Variant::Plain,
        max_units: None,
        weight: 1.0,
        refresh: BTreeMap::new(),
        one_shot: true,
    }
}
