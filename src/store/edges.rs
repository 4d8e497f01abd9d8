//! Follow edges: one row an edge, seen from both ends. Each direction carries the sweep that last showed it there, so that
//! a complete sweep says what is missing.

use sqlx::Row as _;

use crate::endpoint::Entry;
use crate::kind::Kind;
use crate::store::claim::Task;
use crate::store::shown::New;
use crate::store::sweeps::Sweep;
use crate::store::{Connection, Result, json_ids};

/// A complete sweep of a follow list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'a> {
    pub kind: Kind,
    pub target: &'a str,
    pub list_id: i64,
    pub sweep_id: i64,
}

/// Who follows a user ($1) by a sweep ($2), in the order shown.
pub(crate) const READ_FOLLOWERS: &str = "
    select follower_id
    from follow_edges
    where followee_id = $1 and followers_sweep = $2
    order by followers_position";

/// Whom a user ($1) follows by a sweep ($2), in the order shown.
pub(crate) const READ_FOLLOWING: &str = "
    select followee_id
    from follow_edges
    where follower_id = $1 and following_sweep = $2
    order by following_position";

/// Marks the users of a page as shown by the task's sweep.
pub(crate) async fn show(db: &mut Connection, task: &Task, sweep: &Sweep, entries: &[Entry]) -> Result<New> {
    const FOLLOWERS_KNOWN: &str = "
        select follower_id
        from follow_edges
        where followee_id = $2 and followers_sweep = $3 and follower_id in (select value from json_each($1))";
    const FOLLOWING_KNOWN: &str = "
        select followee_id
        from follow_edges
        where follower_id = $2 and following_sweep = $3 and followee_id in (select value from json_each($1))";
    const FOLLOWERS_RETURNED: &str = "
        insert into follow_changes (follower_id, followee_id, sweep_id, event)
        select follower_id, followee_id, $3, 'returned'
        from follow_edges
        where followee_id = $2 and gone_sweep is not null and follower_id in (select value from json_each($1))
        on conflict do nothing";
    const FOLLOWING_RETURNED: &str = "
        insert into follow_changes (follower_id, followee_id, sweep_id, event)
        select follower_id, followee_id, $3, 'returned'
        from follow_edges
        where follower_id = $2 and gone_sweep is not null and followee_id in (select value from json_each($1))
        on conflict do nothing";
    const FOLLOWERS: &str = "
        insert into follow_edges (follower_id, followee_id, followers_sweep, followers_position, first_sweep)
        select shown.value, $2, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            followers_position = excluded.followers_position,
            followers_sweep = excluded.followers_sweep,
            first_sweep = min(first_sweep, excluded.first_sweep),
            gone_sweep = null";
    const FOLLOWING: &str = "
        insert into follow_edges (follower_id, followee_id, following_sweep, following_position, first_sweep)
        select $2, shown.value, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            following_position = excluded.following_position,
            following_sweep = excluded.following_sweep,
            first_sweep = min(first_sweep, excluded.first_sweep),
            gone_sweep = null";
    // The owner of a list was met, too, even if nobody described it.
    const OWNER: &str = "
        insert into users (id, first_seen_at, last_seen_at, stamps)
        select $1, started_at, started_at, ''
        from sweeps
        where id = $2
        on conflict (id) do nothing";
    let owner: i64 = task.target.parse().unwrap_or_default();
    sqlx::query(OWNER)
        .bind(owner)
        .bind(task.sweep_id)
        .execute(&mut *db)
        .await?;
    let (known, returned, upsert) = if task.kind == Kind::Followers {
        (FOLLOWERS_KNOWN, FOLLOWERS_RETURNED, FOLLOWERS)
    } else {
        (FOLLOWING_KNOWN, FOLLOWING_RETURNED, FOLLOWING)
    };
    let all = json_ids(entries.iter().map(|entry| entry.id));
    let known: Vec<i64> = sqlx::query_scalar(known)
        .bind(&all)
        .bind(owner)
        .bind(task.sweep_id)
        .fetch_all(&mut *db)
        .await?;
    let new: Vec<i64> = entries
        .iter()
        .map(|entry| entry.id)
        .filter(|id| !known.contains(id))
        .collect();
    let json = json_ids(new.iter().copied());
    sqlx::query(returned)
        .bind(&json)
        .bind(owner)
        .bind(task.sweep_id)
        .execute(&mut *db)
        .await?;
    sqlx::query(upsert)
        .bind(&json)
        .bind(owner)
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .execute(db)
        .await?;
    Ok(New::plain(new.len()))
}

/// Marks only those users of a page whom no sweep of this direction has shown; what is gone stays gone. For pages that are
/// older than what is known.
pub(crate) async fn add_missing(
    db: &mut Connection,
    task: &Task,
    sweep: &Sweep,
    entries: &[Entry],
) -> Result<New> {
    const FOLLOWERS: &str = "
        insert into follow_edges (follower_id, followee_id, followers_sweep, followers_position, first_sweep)
        select shown.value, $2, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            followers_position = excluded.followers_position,
            followers_sweep = excluded.followers_sweep
        where followers_sweep is null";
    const FOLLOWING: &str = "
        insert into follow_edges (follower_id, followee_id, following_sweep, following_position, first_sweep)
        select $2, shown.value, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            following_position = excluded.following_position,
            following_sweep = excluded.following_sweep
        where following_sweep is null";
    let sql = if task.kind == Kind::Followers {
        FOLLOWERS
    } else {
        FOLLOWING
    };
    let done = sqlx::query(sql)
        .bind(json_ids(entries.iter().map(|entry| entry.id)))
        .bind(task.target.parse::<i64>().unwrap_or_default())
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .execute(db)
        .await?;
    Ok(New::plain(usize::try_from(done.rows_affected()).unwrap_or(0)))
}

/// Closes the edges that the last `close_after` complete sweeps of this direction did not show, unless the other
/// direction showed them since.
pub(crate) async fn close_missing(db: &mut Connection, ended: Ended<'_>, close_after: i64) -> Result<()> {
    const CLOSES: &str = "
        update sweeps
        set closes = 1
        where id = $1";
    // The oldest of the sweeps that must all have missed an edge.
    const SINCE: &str = "
        select id
        from sweeps
        where list_id = $1 and closes = 1 and id <= $3
        order by id desc
        limit 1 offset $2 - 1";
    const FOLLOWERS: &str = "
        update follow_edges
        set gone_sweep = $3
        where followee_id = $1
            and gone_sweep is null
            and max(coalesce(followers_sweep, 0), coalesce(following_sweep, 0)) < $2
        returning follower_id, followee_id";
    const FOLLOWING: &str = "
        update follow_edges
        set gone_sweep = $3
        where follower_id = $1
            and gone_sweep is null
            and max(coalesce(followers_sweep, 0), coalesce(following_sweep, 0)) < $2
        returning follower_id, followee_id";
    const DEPARTED: &str = "
        insert into follow_changes (follower_id, followee_id, sweep_id, event)
        select gone.value ->> 0, gone.value ->> 1, $2, 'departed'
        from json_each($1) as gone
        where true
        on conflict do nothing";
    sqlx::query(CLOSES).bind(ended.sweep_id).execute(&mut *db).await?;
    let since: Option<i64> = sqlx::query_scalar(SINCE)
        .bind(ended.list_id)
        .bind(close_after.max(1))
        .bind(ended.sweep_id)
        .fetch_optional(&mut *db)
        .await?;
    let (Some(since), Ok(owner)) = (since, ended.target.parse::<i64>()) else {
        return Ok(());
    };
    let sql = if ended.kind == Kind::Followers {
        FOLLOWERS
    } else {
        FOLLOWING
    };
    let gone: Vec<(i64, i64)> = sqlx::query(sql)
        .bind(owner)
        .bind(since)
        .bind(ended.sweep_id)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let json = serde_json::to_string(&gone).unwrap_or_else(|_| "[]".into());
    sqlx::query(DEPARTED)
        .bind(json)
        .bind(ended.sweep_id)
        .execute(db)
        .await?;
    Ok(())
}
