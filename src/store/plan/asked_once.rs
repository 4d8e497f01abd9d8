//! Profiles that a plan asked for and that were not found: the second question is not the plan's to ask.

use std::time::Duration;

use super::buying::is_under_way;
use crate::policy::Policy;
use crate::store::claim::Task;
use crate::store::{Connection, Result, json_ids, sweeps, tasks};

/// So long a purchase does not ask again after a 404.
pub(crate) const NOT_NOW: Duration = Duration::from_hours(24);

/// Whether nobody but a plan waits for what its task did not find. Where a harvest does, the task is that one's from now on.
pub(crate) async fn is_alone(db: &mut Connection, task: &Task) -> Result<bool> {
    const OTHER: &str = "
        select w.harvest_id
        from harvest_lists as w
        join harvests as h on h.id = w.harvest_id
        where w.list_id = $1 and w.open = 1 and h.name not like 'plan:%'
        order by w.harvest_id
        limit 1";
    if !is_under_way(db, task.harvest_id).await? {
        return Ok(false);
    }
    let other: Option<i64> = sqlx::query_scalar(OTHER)
        .bind(task.list_id)
        .fetch_optional(&mut *db)
        .await?;
    if let Some(other) = other {
        hand_over(db, task.id, other).await?;
    }
    Ok(other.is_none())
}

/// A harvest wants these lists, too: those that a plan has asked for once go on at once, and the harvest pays. The plan may
/// have been killed.
pub(crate) async fn wanted_by(
    db: &mut Connection,
    policy: &Policy,
    harvest_id: i64,
    lists: &[i64],
) -> Result<()> {
    const SQL: &str = "
        select t.id
        from tasks as t
        join sweeps as s on s.id = t.sweep_id
        join harvests as h on h.id = t.harvest_id
        where t.list_id in (select value from json_each($1))
            and t.state = 'waiting'
            and t.kind = 'profile'
            and s.not_found = 1
            and h.name like 'plan:%'
            and not exists (select 1 from harvests as p where p.id = $2 and p.name like 'plan:%')";
    let waiting: Vec<i64> = sqlx::query_scalar(SQL)
        .bind(json_ids(lists.iter().copied()))
        .bind(harvest_id)
        .fetch_all(&mut *db)
        .await?;
    for id in waiting {
        hand_over(db, id, harvest_id).await?;
        go_on(db, policy, id).await?;
    }
    Ok(())
}

/// The second question may be asked, as ever: of the next endpoint of the route, where there is one.
pub(super) async fn go_on(db: &mut Connection, policy: &Policy, task_id: i64) -> Result<()> {
    const READY: &str = "
        update tasks
        set state = 'ready', not_before = null
        where id = $1";
    let task = tasks::load(db, task_id).await?;
    if let Some(step) = sweeps::next_step(db, policy, &task).await? {
        return sweeps::move_on(db, &task, step, sweeps::NOTHING).await;
    }
    sqlx::query(READY).bind(task_id).execute(db).await?;
    Ok(())
}

async fn hand_over(db: &mut Connection, task_id: i64, harvest_id: i64) -> Result<()> {
    const SQL: &str = "
        update tasks
        set harvest_id = $2
        where id = $1";
    sqlx::query(SQL)
        .bind(task_id)
        .bind(harvest_id)
        .execute(db)
        .await?;
    Ok(())
}
