//! Follow edges: one row an edge, seen from both ends. Each direction carries the sweep that last showed it there, so that
//! a complete sweep says what is missing.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Row as _};

use crate::clock::Timestamp;
use crate::endpoint::Entry;
use crate::kind::Kind;
use crate::store::claim::Task;
use crate::store::history::closing::{Items, Missing};
use crate::store::shown::New;
use crate::store::sweeps::Sweep;
use crate::store::{Connection, Result, json_ids};

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

/// Which of some users ($1) a list of followers ($2) has shown, and the sweep that last did.
const FOLLOWERS_KNOWN: &str = "
    select follower_id, followers_sweep
    from follow_edges
    where followee_id = $2 and followers_sweep is not null and follower_id in (select value from json_each($1))";

/// The same of a list of followings.
const FOLLOWING_KNOWN: &str = "
    select followee_id, following_sweep
    from follow_edges
    where follower_id = $2 and following_sweep is not null and followee_id in (select value from json_each($1))";

/// Marks the users of a page as shown by the task's sweep.
pub(crate) async fn show(db: &mut Connection, task: &Task, sweep: &Sweep, entries: &[Entry]) -> Result<New> {
    const FOLLOWERS: &str = "
        insert into follow_edges (
            follower_id, followee_id, followers_sweep, followers_position, first_sweep, since_sweep
        )
        select shown.value, $2, $3, $4 + shown.key, $3, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            followers_position = excluded.followers_position,
            followers_before = followers_sweep,
            followers_sweep = excluded.followers_sweep,
            first_sweep = iif($6, first_sweep, min(first_sweep, excluded.first_sweep)),
            since_sweep = case
                when gone_sweep is null or (select ended_at from sweeps where id = gone_sweep) > $5
                then iif(
                    $6, coalesce(since_sweep, first_sweep), min(coalesce(since_sweep, first_sweep), excluded.since_sweep)
                )
                else excluded.since_sweep
            end,
            missed_sweep = iif((select ended_at from sweeps where id = gone_sweep) > $5, missed_sweep, null),
            gone_sweep = iif((select ended_at from sweeps where id = gone_sweep) > $5, gone_sweep, null)";
    const FOLLOWING: &str = "
        insert into follow_edges (
            follower_id, followee_id, following_sweep, following_position, first_sweep, since_sweep
        )
        select $2, shown.value, $3, $4 + shown.key, $3, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            following_position = excluded.following_position,
            following_before = following_sweep,
            following_sweep = excluded.following_sweep,
            first_sweep = iif($6, first_sweep, min(first_sweep, excluded.first_sweep)),
            since_sweep = case
                when gone_sweep is null or (select ended_at from sweeps where id = gone_sweep) > $5
                then iif(
                    $6, coalesce(since_sweep, first_sweep), min(coalesce(since_sweep, first_sweep), excluded.since_sweep)
                )
                else excluded.since_sweep
            end,
            missed_sweep = iif((select ended_at from sweeps where id = gone_sweep) > $5, missed_sweep, null),
            gone_sweep = iif((select ended_at from sweeps where id = gone_sweep) > $5, gone_sweep, null)";
    // The owner of a list was met, too, even if nobody described it.
    const OWNER: &str = "
        insert into users (id, first_seen_at, last_seen_at, stamps)
        select $1, started_at, started_at, ''
        from sweeps
        where id = $2
        on conflict (id) do nothing";
    // An imported page may be older than what closed an edge by the list of its other end: that stays closed.
    const IMPORTED_AT: &str = "
        select started_at
        from sweeps
        where id = $1 and imported > 0";
    let owner: i64 = task.target.parse().unwrap_or_default();
    let imported_at: Option<Timestamp> = sqlx::query_scalar(IMPORTED_AT)
        .bind(task.sweep_id)
        .fetch_optional(&mut *db)
        .await?;
    let read_on = is_read_on(db, task).await?;
    sqlx::query(OWNER)
        .bind(owner)
        .bind(task.sweep_id)
        .execute(&mut *db)
        .await?;
    let (known, upsert) = if task.kind == Kind::Followers {
        (FOLLOWERS_KNOWN, FOLLOWERS)
    } else {
        (FOLLOWING_KNOWN, FOLLOWING)
    };
    let all = json_ids(entries.iter().map(|entry| entry.id));
    let seen: Vec<(i64, i64)> = sqlx::query(known)
        .bind(&all)
        .bind(owner)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let (known, earlier): (Vec<_>, Vec<_>) = seen.into_iter().partition(|seen| seen.1 == task.sweep_id);
    let new: Vec<i64> = entries
        .iter()
        .map(|entry| entry.id)
        .filter(|id| known.iter().all(|seen| seen.0 != *id))
        .collect();
    let json = json_ids(new.iter().copied());
    end_spells(db, task, owner, &json, imported_at).await?;
    sqlx::query(upsert)
        .bind(&json)
        .bind(owner)
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .bind(imported_at)
        .bind(read_on)
        .execute(db)
        .await?;
    Ok(New::plain(new.len()).seen_before(earlier.iter().map(|seen| seen.1), sweep.before))
}

/// Whether a page came after a limit had ended its sweep. Others with higher numbers may have been made meanwhile: what those
/// showed came first.
async fn is_read_on(db: &mut Connection, task: &Task) -> Result<bool> {
    const SQL: &str = "
        select exists (
            select 1
            from sweeps as s
            join pages as p on p.sweep_id = s.id
            where s.id = $1 and p.walk = $2 and p.page_no = $3 and p.answered_at > s.first_ended_at
        )";
    Ok(sqlx::query_scalar(SQL)
        .bind(task.sweep_id)
        .bind(task.walk)
        .bind(task.page_no)
        .fetch_one(db)
        .await?)
}

/// Edges that a page shows again after they were closed have come back: the spell that ended is kept before the row
/// forgets it.
async fn end_spells(
    db: &mut Connection,
    task: &Task,
    owner: i64,
    shown: &str,
    imported_at: Option<Timestamp>,
) -> Result<()> {
    const FOLLOWERS_RETURNED: &str = "
        insert into follow_changes (follower_id, followee_id, sweep_id, event)
        select follower_id, followee_id, $3, 'returned'
        from follow_edges
        where followee_id = $2 and gone_sweep is not null and follower_id in (select value from json_each($1))
            and ($4 is null or (select ended_at from sweeps where id = gone_sweep) <= $4)
        on conflict do nothing";
    const FOLLOWING_RETURNED: &str = "
        insert into follow_changes (follower_id, followee_id, sweep_id, event)
        select follower_id, followee_id, $3, 'returned'
        from follow_edges
        where follower_id = $2 and gone_sweep is not null and followee_id in (select value from json_each($1))
            and ($4 is null or (select ended_at from sweeps where id = gone_sweep) <= $4)
        on conflict do nothing";
    // Of two sightings the last is a matter of their times, not of their numbers: an import may be older, and what a sweep
    // showed after a limit had ended it was shown when its page came.
    let past = |of_list: &str| {
        format!(
            "
        insert into follow_past (follower_id, followee_id, since_sweep, last_sweep, missed_sweep, gone_sweep)
        select
            follower_id, followee_id, coalesce(since_sweep, first_sweep),
            iif(
                followers_sweep is null or following_sweep is null,
                coalesce(followers_sweep, following_sweep),
                (
                    select seen.id
                    from (
                        select
                            s.id,
                            case
                                when s.imported > 0 then s.ended_at
                                when s.first_ended_at is null then s.started_at
                                else (
                                    select iif(min(p.answered_at) > s.first_ended_at, min(p.answered_at), s.started_at)
                                    from (
                                        select answered_at, sum(new_entries) over (order by id) as shown
                                        from pages
                                        where sweep_id = s.id
                                    ) as p
                                    where p.shown > iif(s.id = followers_sweep, followers_position, following_position)
                                )
                            end as at
                        from sweeps as s
                        where s.id in (followers_sweep, following_sweep)
                    ) as seen
                    order by seen.at desc, seen.id desc
                    limit 1
                )
            ),
            missed_sweep, gone_sweep
        from follow_edges
        where {of_list} and gone_sweep is not null
            and ($3 is null or (select ended_at from sweeps where id = gone_sweep) <= $3)
        on conflict do nothing"
        )
    };
    let (returned, past) = if task.kind == Kind::Followers {
        (
            FOLLOWERS_RETURNED,
            past("followee_id = $2 and follower_id in (select value from json_each($1))"),
        )
    } else {
        (
            FOLLOWING_RETURNED,
            past("follower_id = $2 and followee_id in (select value from json_each($1))"),
        )
    };
    let came_back = sqlx::query(returned)
        .bind(shown)
        .bind(owner)
        .bind(task.sweep_id)
        .bind(imported_at)
        .execute(&mut *db)
        .await?;
    if came_back.rows_affected() > 0 {
        // The text is made of the crate's own words only.
        sqlx::query(AssertSqlSafe(past))
            .bind(shown)
            .bind(owner)
            .bind(imported_at)
            .execute(db)
            .await?;
    }
    Ok(())
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
            followers_sweep = excluded.followers_sweep";
    const FOLLOWING: &str = "
        insert into follow_edges (follower_id, followee_id, following_sweep, following_position, first_sweep)
        select $2, shown.value, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (follower_id, followee_id) do update set
            following_position = excluded.following_position,
            following_sweep = excluded.following_sweep";
    let (known, sql) = if task.kind == Kind::Followers {
        (FOLLOWERS_KNOWN, FOLLOWERS)
    } else {
        (FOLLOWING_KNOWN, FOLLOWING)
    };
    let owner: i64 = task.target.parse().unwrap_or_default();
    let known: HashSet<i64> = sqlx::query(known)
        .bind(json_ids(entries.iter().map(|entry| entry.id)))
        .bind(owner)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| row.get(0))
        .collect();
    // Places count what is new to the sweep: they say on which page somebody stood.
    let new: Vec<i64> = entries
        .iter()
        .map(|entry| entry.id)
        .filter(|id| !known.contains(id))
        .collect();
    sqlx::query(sql)
        .bind(json_ids(new.iter().copied()))
        .bind(owner)
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .execute(db)
        .await?;
    Ok(New::plain(new.len()))
}

/// Whether the last sighting by the other direction, at this place of its sweep, was over when a sweep began. What was shown
/// before a limit ended that sweep was over then, however much later it was read on.
macro_rules! missed_if {
    ($place:literal) => {
        concat!(
            "not exists (
                    select 1
                    from sweeps as o
                    join follow_edges as e on e.follower_id = shown.follower_id and e.followee_id = shown.followee_id
                    where o.id = shown.other_sweep
                        and coalesce(
                            iif(
                                o.first_ended_at is not null and e.",
            $place,
            " < (
                                    select sum(p.new_entries)
                                    from pages as p
                                    where p.sweep_id = o.id and p.answered_at <= o.first_ended_at
                                ),
                                o.first_ended_at,
                                o.ended_at
                            ) > iif(s.timely, s.started_at, min(s.started_at, s.counted_at)),
                            true
                        )
                )"
        )
    };
}

/// The edges of a list of followers. A sweep misses one only if its list was read after the other direction's last sighting
/// was over: a sweep that went on meanwhile may have shown the edge later.
const FOLLOWERS: Items = Items {
    table: "follow_edges",
    of_list: "follow_edges.followee_id = $1",
    shown_by: "followers_sweep",
    other: Some("following_sweep"),
    missed_if: missed_if!("following_position"),
    key: &["follower_id", "followee_id"],
};

/// The same of a list of followings.
const FOLLOWING: Items = Items {
    of_list: "follow_edges.follower_id = $1",
    shown_by: "following_sweep",
    other: Some("followers_sweep"),
    missed_if: missed_if!("followers_position"),
    ..FOLLOWERS
};

/// Closes the edges of a list that `missing.close_after` of its closing sweeps have missed since they were last shown. What
/// an import showed was shown when its answers came: it stands among the sweeps of the list where its time is, not where its
/// number is.
pub(crate) async fn close_missing(db: &mut Connection, kind: Kind, missing: Missing) -> Result<()> {
    const DEPARTED: &str = "
        insert into follow_changes (follower_id, followee_id, sweep_id, event)
        select gone.value ->> 0, gone.value ->> 1, $2, 'departed'
        from json_each($1) as gone
        where true
        on conflict do nothing";
    let items = if kind == Kind::Followers {
        FOLLOWERS
    } else {
        FOLLOWING
    };
    // The text is made of the crate's own words only.
    let gone: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(items.close()))
        .bind(missing.owner)
        .bind(missing.sweep_id)
        .bind(missing.list_id)
        .bind(missing.close_after)
        .fetch_all(&mut *db)
        .await?;
    let json = serde_json::to_string(&gone).unwrap_or_else(|_| "[]".into());
    sqlx::query(DEPARTED)
        .bind(json)
        .bind(missing.sweep_id)
        .execute(db)
        .await?;
    Ok(())
}
