//! Holding seeds: a harvest waits no more for what it wanted only because of them.
//!
//! A list that nobody waits for is not bought; its walk goes on from its cursor when somebody waits for it again. So
//! holding a seed takes back the harvest's wants and leaves lists, sweeps and tasks as they are.
//!
//! A file may lose a million lines at once: `cross join` keeps SQLite from reading the JSON again for each row, and
//! `+harvest_id` from going through all rows of a harvest where another index finds the few.

use std::collections::HashSet;

use crate::clock::Timestamp;
use crate::store::{Connection, Result, due, json_ids};

/// Holds those of these seeds (a JSON array) that are active; returns how many.
pub(super) async fn hold(
    db: &mut Connection,
    harvest_id: i64,
    values: &str,
    reason: &str,
    now: Timestamp,
) -> Result<u64> {
    const HELD: &str = "
        update seeds
        set held_at = $3, held_reason = $4, opened_round = 0
        where harvest_id = $1 and held_at is null and value in (select e.value from json_each($2) as e)";
    // Another seed may mean the same user.
    const USERS: &str = "
        select distinct s.user_id
        from json_each($2) as e
        cross join seeds as s on s.harvest_id = $1 and s.value = e.value
        where s.user_id is not null
            and not exists (
                select 1
                from seeds as o
                where +o.harvest_id = $1 and o.user_id = s.user_id and o.held_at is null
            )";
    const TARGETS: &str = "
        delete from targets
        where harvest_id = $1 and user_id in (select e.value from json_each($2) as e)";
    const CANDIDATES: &str = "
        delete from candidates
        where harvest_id = $1 and verdict = 'waiting' and user_id in (select e.value from json_each($2) as e)";
    let held = sqlx::query(HELD)
        .bind(harvest_id)
        .bind(values)
        .bind(now)
        .bind(reason)
        .execute(&mut *db)
        .await?
        .rows_affected();
    if held == 0 {
        return Ok(0);
    }
    let users: Vec<i64> = sqlx::query_scalar(USERS)
        .bind(harvest_id)
        .bind(values)
        .fetch_all(&mut *db)
        .await?;
    let users = json_ids(users);
    for statement in [TARGETS, CANDIDATES] {
        sqlx::query(statement)
            .bind(harvest_id)
            .bind(&users)
            .execute(&mut *db)
            .await?;
    }
    let mut lists = own_lists(db, harvest_id, values, &users).await?;
    let media = media_of_nobody_else(db, harvest_id, &users).await?;
    lists.extend(lists_of_media(db, harvest_id, &json_ids(media)).await?);
    let lists = json_ids(lists);
    stop_waiting(db, harvest_id, &lists).await?;
    hand_over(db, harvest_id, &lists).await?;
    Ok(held)
}

/// The lists of the seeds themselves and of the users that they are.
async fn own_lists(db: &mut Connection, harvest_id: i64, values: &str, users: &str) -> Result<Vec<i64>> {
    const SQL: &str = "
        select w.list_id
        from json_each($3) as e
        cross join lists as l
            on l.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts')
            and l.target = cast(e.value as text)
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id
        union
        select w.list_id
        from json_each($2) as e
        cross join lists as l on l.kind = 'profile' and l.target = e.value
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id
        where e.value like '@%'
        union
        select w.list_id
        from json_each($2) as e
        cross join lists as l on l.kind = 'search' and l.target = substr(e.value, length('search:') + 1)
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id
        where e.value like 'search:%'";
    Ok(sqlx::query_scalar(SQL)
        .bind(harvest_id)
        .bind(values)
        .bind(users)
        .fetch_all(db)
        .await?)
}

/// The media on the lists of these users that no list of another target shows.
async fn media_of_nobody_else(db: &mut Connection, harvest_id: i64, users: &str) -> Result<HashSet<i64>> {
    const SHOWN: &str = "
        select m.media_id
        from json_each($1) as e
        cross join user_media as m on m.list in ('medias', 'clips') and m.user_id = e.value
        union
        select i.item_id
        from json_each($1) as e
        cross join lists as l
            on l.kind in ('medias', 'clips') and l.target = cast(e.value as text) and l.params <> ''
        cross join list_items as i on i.list_id = l.id";
    const KEPT: &str = "
        select m.media_id
        from json_each($2) as e
        cross join user_media as m on m.media_id = e.value
        cross join lists as l on l.kind = m.list and l.target = cast(m.user_id as text) and l.params = ''
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id
        cross join harvests as h on h.id = $1 and h.round = w.round
        cross join targets as t on t.harvest_id = $1 and t.user_id = m.user_id
        where m.list in ('medias', 'clips')
            and exists (
                select 1
                from sweeps as s
                where s.id in (l.open_sweep, l.last_sweep) and m.sweep_id between coalesce(s.base_sweep, s.id) and s.id
            )
        union
        select i.item_id
        from harvest_lists as w
        join harvests as h on h.id = w.harvest_id and h.round = w.round
        join lists as l on l.id = w.list_id
        join targets as t on t.harvest_id = $1 and t.user_id = cast(l.target as integer)
        join list_items as i on i.list_id = l.id
        where w.harvest_id = $1
            and l.kind in ('medias', 'clips')
            and l.params <> ''
            and i.item_id in (select e.value from json_each($2) as e)";
    let mut media: HashSet<i64> = sqlx::query_scalar(SHOWN)
        .bind(users)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .collect();
    let kept: Vec<i64> = sqlx::query_scalar(KEPT)
        .bind(harvest_id)
        .bind(json_ids(media.iter().copied()))
        .fetch_all(db)
        .await?;
    for id in kept {
        media.remove(&id);
    }
    Ok(media)
}

/// What hangs from media: their comments, likers and tags, and the replies to their comments and the likers of these.
async fn lists_of_media(db: &mut Connection, harvest_id: i64, media: &str) -> Result<Vec<i64>> {
    const SQL: &str = "
        select w.list_id
        from json_each($2) as e
        cross join lists as l
            on l.kind in ('comments', 'media_likers', 'usertags') and l.target = cast(e.value as text)
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id
        union
        select w.list_id
        from json_each($2) as e
        cross join comments as c on c.media_id = e.value
        cross join lists as l on l.kind in ('replies', 'comment_likers') and l.target = e.value || '/' || c.id
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = l.id";
    Ok(sqlx::query_scalar(SQL)
        .bind(harvest_id)
        .bind(media)
        .fetch_all(db)
        .await?)
}

/// The harvest wants these lists no more; what failed or was cancelled is not read again if it wants them again in this
/// round. Those that wait for a batch and that nobody wants leave it, as if they had
/// never been in it; nothing was sent for them.
async fn stop_waiting(db: &mut Connection, harvest_id: i64, lists: &str) -> Result<()> {
    const ENDED: &str = "
        insert or replace into held_lists (harvest_id, list_id, round)
        select w.harvest_id, w.list_id, w.round
        from json_each($2) as e
        cross join harvest_lists as w on w.harvest_id = $1 and w.list_id = e.value
        cross join lists as l on l.id = w.list_id
        where l.open_sweep is not null or l.verdict in ('failed', 'cancelled')";
    const WANTS: &str = "
        delete from harvest_lists
        where harvest_id = $1 and list_id in (select e.value from json_each($2) as e)";
    const MEMBERS: &str = "
        delete from batch_members
        where task_id is null
            and list_id in (select e.value from json_each($1) as e)
            and not exists (
                select 1 from harvest_lists as w where w.list_id = batch_members.list_id and w.open = 1
            )
            and exists (
                select 1 from sweeps as s where s.id = batch_members.sweep_id and s.pages = 0 and s.units = 0
            )
        returning sweep_id";
    const LISTS: &str = "
        update lists
        set open_sweep = null, generation = generation - 1
        where open_sweep in (select e.value from json_each($1) as e)
            and id in (select s.list_id from sweeps as s where s.id in (select e.value from json_each($1) as e))";
    const SWEEPS: &str = "
        delete from sweeps
        where id in (select e.value from json_each($1) as e)";
    for statement in [ENDED, WANTS] {
        sqlx::query(statement)
            .bind(harvest_id)
            .bind(lists)
            .execute(&mut *db)
            .await?;
    }
    due::forget_unwanted(db).await?;
    let sweeps: Vec<i64> = sqlx::query_scalar(MEMBERS)
        .bind(lists)
        .fetch_all(&mut *db)
        .await?;
    if sweeps.is_empty() {
        return Ok(());
    }
    let sweeps = json_ids(sweeps);
    for statement in [LISTS, SWEEPS] {
        sqlx::query(statement).bind(&sweeps).execute(&mut *db).await?;
    }
    Ok(())
}

/// What another harvest waits for is paid by that one from now on. A batch that is on its way keeps its payer: the
/// harvest may still wait for others in it.
async fn hand_over(db: &mut Connection, harvest_id: i64, lists: &str) -> Result<()> {
    const TASKS: &str = "
        update tasks
        set harvest_id = (
            select min(w.harvest_id) from harvest_lists as w where w.list_id = tasks.list_id and w.open = 1
        )
        where +harvest_id = $1
            and list_id in (select e.value from json_each($2) as e)
            and exists (select 1 from harvest_lists as w where w.list_id = tasks.list_id and w.open = 1)
            and not exists (select 1 from batch_members as b where b.task_id = tasks.id)";
    const MEMBERS: &str = "
        update batch_members
        set harvest_id = (
            select min(w.harvest_id) from harvest_lists as w where w.list_id = batch_members.list_id and w.open = 1
        )
        where harvest_id = $1
            and task_id is null
            and list_id in (select e.value from json_each($2) as e)
            and exists (select 1 from harvest_lists as w where w.list_id = batch_members.list_id and w.open = 1)";
    for statement in [TASKS, MEMBERS] {
        sqlx::query(statement)
            .bind(harvest_id)
            .bind(lists)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
