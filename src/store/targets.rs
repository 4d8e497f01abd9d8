//! Targets: the users whose lists a harvest reads, and what is wanted of each.

use std::collections::HashSet;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::harvests::Harvest;
use crate::store::want::Want;
use crate::store::{Connection, Result};
use crate::way::Way;

/// Makes users targets of a harvest; those that are targets already stay as they are, unless this is a shorter
/// way to them. The wants are for the others.
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
        where true
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
        .fetch_all(db)
        .await?
        .into_iter()
        .collect();
    let mut wants = Vec::new();
    for (user, _) in users.iter().filter(|(user, _)| new.contains(user)) {
        wants.extend(wants_of_target(harvest, *user, depth));
    }
    Ok(wants)
}

pub(crate) async fn open_named(
    db: &mut Connection,
    harvest: &Harvest,
    name: &str,
    user_id: i64,
    now: Timestamp,
) -> Result<Vec<Want>> {
    const RESOLVED: &str = "
        update seeds
        set user_id = $3
        where harvest_id = $1 and value = $2
        returning position";
    let rank: Option<i64> = sqlx::query_scalar(RESOLVED)
        .bind(harvest.id)
        .bind(name)
        .bind(user_id)
        .fetch_optional(&mut *db)
        .await?;
    open_targets(db, harvest, &[(user_id, rank.unwrap_or(0))], 1, now).await
}

/// With a limit of users, the next depth opens when the one before has ended, in the order of the lists that showed
/// its users: which users are taken does not depend on the order of answers.
pub(crate) async fn open_next_depth(
    db: &mut Connection,
    harvest: &Harvest,
    now: Timestamp,
) -> Result<Vec<Want>> {
    const CANDIDATES: &str = "
        select user_id
        from (
            select e.follower_id as user_id, t.rank as rank, 0 as way, e.followers_position as position
            from targets as t
            join lists as l on l.kind = 'followers' and l.target = cast(t.user_id as text) and l.params = ''
            join follow_edges as e
                on e.followee_id = t.user_id and e.followers_sweep = coalesce(l.open_sweep, l.last_sweep)
            where t.harvest_id = $1 and t.depth = $2 and $3
            union all
            select e.followee_id, t.rank, 1, e.following_position
            from targets as t
            join lists as l on l.kind = 'following' and l.target = cast(t.user_id as text) and l.params = ''
            join follow_edges as e
                on e.follower_id = t.user_id and e.following_sweep = coalesce(l.open_sweep, l.last_sweep)
            where t.harvest_id = $1 and t.depth = $2 and $4
        ) as shown
        where not exists (select 1 from targets as x where x.harvest_id = $1 and x.user_id = shown.user_id)
        group by user_id
        order by min((rank << 44) | (way << 40) | position)
        limit max(0, $5 - (select users_added from harvests where id = $1))";
    const OPENED: &str = "
        update harvests
        set open_depth = open_depth + 1, users_added = users_added + $2
        where id = $1";
    const RANK: &str = "
        select coalesce(max(rank) + 1, 0)
        from targets
        where harvest_id = $1";
    let users: Vec<i64> = sqlx::query_scalar(CANDIDATES)
        .bind(harvest.id)
        .bind(harvest.open_depth)
        .bind(harvest.expand.contains(&Way::Followers))
        .bind(harvest.expand.contains(&Way::Following))
        .bind(harvest.users_limit)
        .fetch_all(&mut *db)
        .await?;
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
    open_targets(db, harvest, &ranked, harvest.open_depth + 1, now).await
}

/// The profile comes first where it is collected, and for every seed; its end leads to the lists.
pub(crate) fn wants_of_target(harvest: &Harvest, user: i64, depth: i64) -> Vec<Want> {
    if depth > 1 && !harvest.collect.contains(&Kind::Profile) {
        return user_lists(harvest, user, depth);
    }
    vec![Want {
        kind: Kind::Profile,
        target: user.to_string(),
        depth,
    }]
}

pub(crate) fn user_lists(harvest: &Harvest, user: i64, depth: i64) -> Vec<Want> {
    let want = |kind: &Kind| Want {
        kind: *kind,
        target: user.to_string(),
        depth,
    };
    harvest
        .collect
        .iter()
        .filter(|kind| kind.rank() == 1)
        .map(want)
        .collect()
}
