//! Targets: the users whose lists a harvest reads, and what is wanted of each.

use std::collections::HashSet;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::candidates::{self, Wave};
use crate::store::harvests::{Filter, Harvest};
use crate::store::want::Want;
use crate::store::{Connection, Result, found, json_ids};

/// Makes users targets of a harvest; those that are targets already stay as they are, unless this is a shorter
/// way to them. A held seed is a seed all the same: it does not come back as somebody who was found. The wants are for
/// the others.
pub(crate) async fn open_targets(
    db: &mut Connection,
    harvest: &Harvest,
    users: &[(i64, i64)],
    depth: i64,
    now: Timestamp,
) -> Result<Vec<Want>> {
    const SQL: &str = "
        insert into targets (harvest_id, user_id, depth, rank, round, opened_at)
        select $2, target.value ->> 0, $3, target.value ->> 1, $4, $5
        from json_each($1) as target
        where $3 = 1
            or not exists (
                select 1
                from seeds as s
                where +s.harvest_id = $2 and s.user_id = target.value ->> 0 and s.held_at is not null
            )
        on conflict (harvest_id, user_id) do update set
            depth = excluded.depth,
            rank = excluded.rank
        where excluded.depth < depth
        returning user_id";
    let json = serde_json::to_string(users).unwrap_or_else(|_| "[]".into());
    let new: HashSet<i64> = sqlx::query_scalar(SQL)
        .bind(json)
        .bind(harvest.id)
        .bind(depth)
        .bind(harvest.round)
        .bind(now)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .collect();
    let mut wants = Vec::new();
    for (user, _) in users.iter().filter(|(user, _)| new.contains(user)) {
        wants.extend(wants_of_target(harvest, *user, depth));
    }
    for user in profiled(db, harvest, &new).await? {
        wants.extend(user_lists(harvest, user, depth));
    }
    Ok(wants)
}

/// Those of some users whose profile list has ended for this round of the harvest, as a filter had it bought: its end does
/// not come again to lead to their lists.
async fn profiled(db: &mut Connection, harvest: &Harvest, users: &HashSet<i64>) -> Result<Vec<i64>> {
    const SQL: &str = "
        select e.value
        from json_each($1) as e
        cross join lists as l on l.kind = 'profile' and l.target = cast(e.value as text) and l.params = ''
        cross join harvest_lists as w on w.harvest_id = $2 and w.list_id = l.id and w.round = $3
        where l.open_sweep is null and l.last_sweep is not null and l.verdict <> 'cancelled'
        order by e.key";
    if users.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar(SQL)
        .bind(json_ids(users.iter().copied()))
        .bind(harvest.id)
        .bind(harvest.round)
        .fetch_all(db)
        .await?)
}

/// Opens the user whom a name turned out to be, or the one whom this harvest's seed of that name has been before.
pub(crate) async fn open_named(
    db: &mut Connection,
    harvest: &Harvest,
    name: &str,
    user_id: i64,
    now: Timestamp,
) -> Result<Vec<Want>> {
    const RESOLVED: &str = "
        update seeds
        set user_id = coalesce(user_id, $3)
        where harvest_id = $1 and value = $2
        returning user_id, position";
    let seed: Option<(i64, i64)> = sqlx::query_as(RESOLVED)
        .bind(harvest.id)
        .bind(name)
        .bind(user_id)
        .fetch_optional(&mut *db)
        .await?;
    open_targets(db, harvest, &[seed.unwrap_or((user_id, 0))], 1, now).await
}

/// What came of trying to open the next depth.
#[derive(Debug)]
pub(crate) enum Next {
    /// The depth is open: its lists.
    Opened(Vec<Want>),
    /// Profiles decide first who is taken.
    Asks(Vec<Want>),
    /// These profiles are still to come.
    Waits,
}

/// With a limit of users, the next depth opens when the one before has ended, in the order of the lists that showed
/// its users: which users are taken does not depend on the order of answers.
pub(crate) async fn open_next_depth(db: &mut Connection, harvest: &Harvest, now: Timestamp) -> Result<Next> {
    const PLACES: &str = "
        select max(0, users_limit - users_added)
        from harvests
        where id = $1";
    const OPENED: &str = "
        update harvests
        set open_depth = open_depth + 1, users_added = users_added + $2
        where id = $1";
    const RANK: &str = "
        select coalesce(max(rank) + 1, 0)
        from targets
        where harvest_id = $1";
    let places: i64 = sqlx::query_scalar(PLACES)
        .bind(harvest.id)
        .fetch_one(&mut *db)
        .await?;
    let users = if harvest.filter == Filter::default() {
        found::in_order(db, harvest, harvest.open_depth, places).await?
    } else {
        match candidates::next_wave(db, harvest, places).await? {
            Wave::Asks(wants) => return Ok(Next::Asks(wants)),
            Wave::Waits => return Ok(Next::Waits),
            Wave::Ends(users) => users,
        }
    };
    let rank: i64 = sqlx::query_scalar(RANK)
        .bind(harvest.id)
        .fetch_one(&mut *db)
        .await?;
    let ranked: Vec<(i64, i64)> = users.iter().copied().zip(rank..).collect();
    sqlx::query(OPENED)
        .bind(harvest.id)
        .bind(i64::try_from(users.len()).unwrap_or(i64::MAX))
        .execute(&mut *db)
        .await?;
    let depth = harvest.open_depth + 1;
    let wants = open_targets(db, harvest, &ranked, depth, now).await?;
    Ok(Next::Opened(wants))
}

/// Whether a user is a target of a harvest: a candidate's profile is wanted before the user is one.
pub(crate) async fn is_target(db: &mut Connection, harvest: &Harvest, user: i64) -> Result<bool> {
    const SQL: &str = "
        select exists (select 1 from targets where harvest_id = $1 and user_id = $2)";
    Ok(sqlx::query_scalar(SQL)
        .bind(harvest.id)
        .bind(user)
        .fetch_one(db)
        .await?)
}

/// Users without an order among themselves.
pub(crate) fn unranked(users: &[i64]) -> Vec<(i64, i64)> {
    users.iter().map(|id| (*id, 0)).collect()
}

/// The profile comes first where it is collected, and for every seed; its end leads to the lists.
pub(crate) fn wants_of_target(harvest: &Harvest, user: i64, depth: i64) -> Vec<Want> {
    if depth > 1 && !harvest.collect.contains(&Kind::Profile) {
        return user_lists(harvest, user, depth);
    }
    vec![Want::new(harvest, Kind::Profile, &user, depth)]
}

pub(crate) fn user_lists(harvest: &Harvest, user: i64, depth: i64) -> Vec<Want> {
    let want = |kind: &Kind| Want::new(harvest, *kind, &user, depth);
    harvest
        .collect
        .iter()
        .filter(|kind| kind.rank() == 1)
        .map(want)
        .collect()
}
