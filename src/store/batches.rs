//! Batches: lists that are asked for together, ten media a request (`usertags`). Each list has its own sweep and verdict;
//! one task walks for all of a batch.
//!
//! A batch is fixed when it is made: as soon as ten lists of one harvest wait, or when nothing else of a harvest is open
//! that could show more media. A batch that the upstream refuses is halved, so that one damaged id costs the others
//! nothing.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::{Connection, Result, json_ids, limits};

/// How many media one request takes
/// (<https://hiker-doc.readthedocs.io/en/latest/>: "You can pass up to 10 media ids").
const SIZE: usize = 10;

/// A list of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "each is the number of another thing")]
pub(crate) struct Member {
    pub list_id: i64,
    pub sweep_id: i64,
    pub media_id: i64,
}

/// Adds lists (number, sweep, depth) that a harvest pays for, and makes a batch of each ten that wait.
pub(crate) async fn add(
    db: &mut Connection,
    harvest_id: i64,
    lists: &[(i64, i64, i64)],
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        insert into batch_members (list_id, sweep_id, harvest_id, media_id, depth)
        select l.id, member.value ->> 1, $2, cast(l.target as integer), member.value ->> 2
        from json_each($1) as member
        join lists as l on l.id = member.value ->> 0
        order by member.key";
    if lists.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_string(lists).unwrap_or_else(|_| "[]".into());
    sqlx::query(SQL)
        .bind(json)
        .bind(harvest_id)
        .execute(&mut *db)
        .await?;
    let waiting = waiting_of(db, harvest_id).await?;
    for batch in waiting.chunks_exact(SIZE) {
        make(db, batch, now).await?;
    }
    Ok(())
}

/// Makes batches of what still waits for a harvest, whoever was to pay, if nothing else is open that it waits for.
pub(crate) async fn make_last(
    db: &mut Connection,
    policy: &Policy,
    harvests: &[i64],
    now: Timestamp,
) -> Result<()> {
    const ANY: &str = "
        select exists (select 1 from batch_members where task_id is null)";
    // Harvests all of whose open lists wait for a batch.
    const READY: &str = "
        select able.value
        from json_each($1) as able
        where exists (
                select 1
                from batch_members as m
                cross join harvest_lists as w on w.list_id = m.list_id and w.harvest_id = able.value and w.open = 1
                where m.task_id is null
            )
            and not exists (
                select 1
                from harvest_lists as w
                where w.harvest_id = able.value and w.open = 1
                    and w.list_id not in (select m.list_id from batch_members as m where m.task_id is null)
            )
        order by able.value";
    const TAKE: &str = "
        update batch_members
        set harvest_id = $1
        where task_id is null
            and list_id in (select w.list_id from harvest_lists as w where w.harvest_id = $1 and w.open = 1)";
    if !sqlx::query_scalar::<_, bool>(ANY).fetch_one(&mut *db).await? {
        return Ok(());
    }
    let ready: Vec<i64> = sqlx::query_scalar(READY)
        .bind(json_ids(harvests.iter().copied()))
        .fetch_all(&mut *db)
        .await?;
    for harvest_id in ready {
        // Whoever cannot pay leaves the posts to those who gathered them.
        if !limits::leave_room(db, policy, harvest_id, 1, now).await? {
            continue;
        }
        sqlx::query(TAKE).bind(harvest_id).execute(&mut *db).await?;
        for batch in waiting_of(db, harvest_id).await?.chunks(SIZE) {
            make(db, batch, now).await?;
        }
    }
    Ok(())
}

/// The lists that a task walks for: those of its batch, or its own one.
pub(crate) async fn members(db: &mut Connection, task: &Task) -> Result<Vec<Member>> {
    const SQL: &str = "
        select list_id, sweep_id, media_id
        from batch_members
        where task_id = $1
        order by list_id";
    if task.kind != Kind::Usertags {
        return Ok(vec![Member {
            list_id: task.list_id,
            sweep_id: task.sweep_id,
            media_id: 0,
        }]);
    }
    let rows = sqlx::query(SQL).bind(task.id).fetch_all(db).await?;
    Ok(rows.iter().map(member).collect())
}

/// A list has ended: it is no member any more.
pub(crate) async fn leave(db: &mut Connection, list_id: i64) -> Result<()> {
    const SQL: &str = "
        delete from batch_members
        where list_id = $1";
    sqlx::query(SQL).bind(list_id).execute(db).await?;
    Ok(())
}

/// Splits the batch of a task in two; says whether it could be split.
pub(crate) async fn halve(db: &mut Connection, task: &Task, now: Timestamp) -> Result<bool> {
    const KEEP: &str = "
        update tasks
        set target = $2, state = 'ready', attempts = 0, unusable = 0, asks = 0, resets = 0, not_before = null,
            reason = 'halved: the batch was refused'
        where id = $1";
    const FORGET: &str = "
        update sweeps
        set not_found = 0
        where id = $1";
    let members = members(db, task).await?;
    if task.kind != Kind::Usertags || members.len() < 2 {
        return Ok(false);
    }
    let (first, second) = members.split_at(members.len() / 2);
    sqlx::query(KEEP)
        .bind(task.id)
        .bind(target_of(first))
        .execute(&mut *db)
        .await?;
    sqlx::query(FORGET).bind(task.sweep_id).execute(&mut *db).await?;
    make(db, second, now).await?;
    Ok(true)
}

/// Lists that a harvest pays for and that somebody waits for. One that a new round no longer wants rests.
async fn waiting_of(db: &mut Connection, harvest_id: i64) -> Result<Vec<Member>> {
    const SQL: &str = "
        select list_id, sweep_id, media_id
        from batch_members as m
        where harvest_id = $1
            and task_id is null
            and exists (select 1 from harvest_lists as w where w.list_id = m.list_id and w.open = 1)
        order by list_id";
    let rows = sqlx::query(SQL).bind(harvest_id).fetch_all(db).await?;
    Ok(rows.iter().map(member).collect())
}

fn member(row: &sqlx::sqlite::SqliteRow) -> Member {
    Member {
        list_id: row.get(0),
        sweep_id: row.get(1),
        media_id: row.get(2),
    }
}

/// The text of the target that asks for these media.
fn target_of(members: &[Member]) -> String {
    let ids: Vec<String> = members.iter().map(|member| member.media_id.to_string()).collect();
    ids.join(",")
}

/// Makes the task of a batch. It stands in the sweep of its first list, which is charged with its units.
async fn make(db: &mut Connection, batch: &[Member], now: Timestamp) -> Result<()> {
    const TASK: &str = "
        insert into tasks (
            sweep_id, list_id, harvest_id, kind, kind_rank, target, depth, endpoint, state, created_at
        )
        select s.id, s.list_id, m.harvest_id, 'usertags', $3, $2, m.depth, s.endpoint, 'ready', $4
        from batch_members as m
        join sweeps as s on s.id = m.sweep_id
        where m.list_id = $1
        returning id";
    const JOIN: &str = "
        update batch_members
        set task_id = $2
        where list_id in (select value from json_each($1))";
    let Some(first) = batch.first() else {
        return Ok(());
    };
    let task_id: i64 = sqlx::query_scalar(TASK)
        .bind(first.list_id)
        .bind(target_of(batch))
        .bind(Kind::Usertags.rank())
        .bind(now)
        .fetch_one(&mut *db)
        .await?;
    sqlx::query(JOIN)
        .bind(json_ids(batch.iter().map(|member| member.list_id)))
        .bind(task_id)
        .execute(db)
        .await?;
    Ok(())
}
