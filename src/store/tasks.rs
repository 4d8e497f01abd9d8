//! What a person can do with tasks: look at them, try a parked one again, cancel one.

use serde::Serialize;
use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::want::{kind_of, variant_of};
use crate::store::{Connection, Result, StoreError, batches, ending, follow_up};
use crate::verdict::Verdict;

/// A task as people see it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct TaskView {
    /// Its number.
    pub id: i64,
    /// `ready`, `waiting`, `leased` or `parked`.
    pub state: String,
    /// What its list holds.
    pub kind: String,
    /// Whose list it is.
    pub target: String,
    /// The owner's username, where it is known.
    pub username: Option<String>,
    /// The endpoint that it asks.
    pub endpoint: String,
    /// The page that it asks for next, from 0.
    pub page: i64,
    /// How deep the target is.
    pub depth: i64,
    /// The harvest that pays.
    pub harvest: String,
    /// Why it waits or is parked.
    pub reason: Option<String>,
    /// Until when it waits.
    pub until: Option<Timestamp>,
    /// Failed attempts at this page.
    pub attempts: i64,
    /// Items that its sweep has shown so far.
    pub items: i64,
    /// Pages that its sweep has bought so far.
    pub pages: i64,
    /// Units that its sweep has cost so far.
    pub units: i64,
}

/// Tasks, those that a person should look at first.
pub async fn list<'c>(
    db: impl sqlx::SqliteExecutor<'c>,
    state: Option<&str>,
    at_most: i64,
) -> Result<Vec<TaskView>> {
    const SQL: &str = "
        select
            t.id, t.state, t.kind, t.target, u.username, t.endpoint, t.page_no, t.depth, h.name, t.reason, t.not_before,
            t.attempts, s.distinct_items, s.pages, s.units
        from tasks as t
        join sweeps as s on s.id = t.sweep_id
        join harvests as h on h.id = t.harvest_id
        left join users as u on u.id = cast(t.target as integer) and t.kind_rank < 2 and t.kind <> 'search'
        where ($1 is null or t.state = $1) and ($3 is null or t.id = $3)
        order by
            case t.state when 'parked' then 0 when 'leased' then 1 when 'waiting' then 2 else 3 end,
            t.depth, t.kind_rank, t.id
        limit $2";
    let rows = sqlx::query(SQL)
        .bind(state)
        .bind(at_most)
        .bind(None::<i64>)
        .fetch_all(db)
        .await?;
    Ok(rows.iter().map(view).collect())
}

/// One task with the beginning of the body that parked it.
pub async fn show(db: &mut Connection, id: i64) -> Result<(TaskView, Option<Vec<u8>>)> {
    const BODY: &str = "
        select parked_body
        from tasks
        where id = $1";
    const SQL: &str = "
        select
            t.id, t.state, t.kind, t.target, u.username, t.endpoint, t.page_no, t.depth, h.name, t.reason, t.not_before,
            t.attempts, s.distinct_items, s.pages, s.units
        from tasks as t
        join sweeps as s on s.id = t.sweep_id
        join harvests as h on h.id = t.harvest_id
        left join users as u on u.id = cast(t.target as integer) and t.kind_rank < 2 and t.kind <> 'search'
        where t.id = $1";
    let row = sqlx::query(SQL)
        .bind(id)
        .fetch_optional(&mut *db)
        .await?
        .ok_or_else(|| no_task(id))?;
    let body: Option<Vec<u8>> = sqlx::query_scalar(BODY).bind(id).fetch_one(db).await?;
    let body = body.and_then(|body| zstd::stream::decode_all(body.as_slice()).ok());
    Ok((view(&row), body))
}

fn view(row: &sqlx::sqlite::SqliteRow) -> TaskView {
    TaskView {
        id: row.get(0),
        state: row.get(1),
        kind: row.get(2),
        target: row.get(3),
        username: row.get(4),
        endpoint: row.get(5),
        page: row.get(6),
        depth: row.get(7),
        harvest: row.get(8),
        reason: row.get(9),
        until: row.get(10),
        attempts: row.get(11),
        items: row.get(12),
        pages: row.get(13),
        units: row.get(14),
    }
}

/// Makes a waiting or parked task ready: its page is asked for again. Without an id, every parked task.
pub async fn retry(db: &mut Connection, id: Option<i64>) -> Result<usize> {
    const CHOSEN: &str = "
        select id, state
        from tasks
        where id = $1 or ($1 is null and state = 'parked')";
    const READY: &str = "
        update tasks
        set state = 'ready', reason = null, not_before = null, attempts = 0, unusable = 0, asks = 0, resets = 0, lone_deaths = 0,
            deaths = 0, parked_body = null
        where id = $1 and state in ('parked', 'waiting')";
    let chosen = sqlx::query(CHOSEN).bind(id).fetch_all(&mut *db).await?;
    if let (Some(id), true) = (id, chosen.is_empty()) {
        return Err(no_task(id));
    }
    let mut retried = 0;
    for row in chosen {
        let done = sqlx::query(READY)
            .bind(row.get::<i64, _>(0))
            .execute(&mut *db)
            .await?;
        if done.rows_affected() == 1 {
            retried += 1;
            if row.get::<&str, _>(1) == "parked" {
                let task = load(db, row.get(0)).await?;
                for member in batches::members(db, &task).await? {
                    follow_up::list_unparked(db, member.list_id).await?;
                }
            }
        }
    }
    Ok(retried)
}

/// Ends a task's sweep as `cancelled`; what it bought is kept, an answer still under way is paid for and dropped.
pub async fn cancel(db: &mut Connection, policy: &Policy, id: i64, now: Timestamp) -> Result<()> {
    let task = load(db, id).await?;
    ending::end(
        db,
        policy,
        &task,
        Verdict::Cancelled,
        "cancelled by a person",
        None,
        now,
    )
    .await
}

pub(crate) async fn load(db: &mut Connection, id: i64) -> Result<Task> {
    const SQL: &str = "
        select t.sweep_id, t.list_id, t.harvest_id, t.kind, t.target, t.endpoint, t.page_no, t.cursor, s.walk, t.epoch,
            t.attempts, l.params
        from tasks as t
        join sweeps as s on s.id = t.sweep_id
        join lists as l on l.id = t.list_id
        where t.id = $1";
    let row = sqlx::query(SQL)
        .bind(id)
        .fetch_optional(db)
        .await?
        .ok_or_else(|| no_task(id))?;
    Ok(Task {
        id,
        sweep_id: row.get(0),
        list_id: row.get(1),
        harvest_id: row.get(2),
        kind: kind_of(row.get(3))?,
        target: row.get(4),
        endpoint: row.get(5),
        page_no: row.get(6),
        cursor: row.get(7),
        walk: row.get(8),
        epoch: row.get(9),
        attempts: row.get(10),
        retry: false,
        resets: 0,
        variant: variant_of(row.get(11))?,
        force: false,
        units: 1,
    })
}

fn no_task(id: i64) -> StoreError {
    StoreError::Refused(format!(
        "there is no task {id}: it may have ended; `gleaner tasks` lists those that have not"
    ))
}
