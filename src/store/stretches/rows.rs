//! The rows of `list_stretches`.

use sqlx::Row as _;

use crate::store::claim::Task;
use crate::store::{Connection, Result};
use crate::stretch::{Mark, Stretch};

/// The key of a stretch within its list: sweep and walk.
pub(super) type Key = (i64, i64);

/// The stretch of a task's own walk, and the others of its list.
pub(super) async fn of_list(
    db: &mut Connection,
    task: &Task,
) -> Result<(Option<Stretch>, Vec<(Key, Stretch)>)> {
    const SQL: &str = "
        select
            sweep_id, walk, newest_at, newest_id, oldest_at, oldest_id, reaches_end, since_sweep, read_at, surplus,
            endpoint, resume, jumped, walked_to, within_pages, within_items
        from list_stretches
        where list_id = $1
        order by newest_at desc, sweep_id, walk";
    let mut own = None;
    let mut others = Vec::new();
    for row in sqlx::query(SQL).bind(task.list_id).fetch_all(db).await? {
        let key: Key = (row.get(0), row.get(1));
        let stretch = Stretch {
            newest: Mark {
                taken_at: row.get(2),
                id: row.get(3),
            },
            oldest: Mark {
                taken_at: row.get(4),
                id: row.get(5),
            },
            reaches_end: row.get(6),
            since_sweep: row.get(7),
            read_at: row.get(8),
            surplus: row.get(9),
            endpoint: row.get(10),
            resume: row.get(11),
            jumped: row.get(12),
            walked_to: row.get(13),
            within_pages: row.get(14),
            within_items: row.get(15),
        };
        if key == (task.sweep_id, task.walk) {
            own = Some(stretch);
        } else {
            others.push((key, stretch));
        }
    }
    Ok((own, others))
}

pub(super) async fn put(db: &mut Connection, task: &Task, own: &Stretch) -> Result<()> {
    const SQL: &str = "
        insert or replace into list_stretches (
            list_id, sweep_id, walk, newest_at, newest_id, oldest_at, oldest_id, reaches_end, since_sweep, read_at,
            surplus, endpoint, resume, jumped, walked_to, within_pages, within_items
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    sqlx::query(SQL)
        .bind(task.list_id)
        .bind(task.sweep_id)
        .bind(task.walk)
        .bind(own.newest.taken_at)
        .bind(own.newest.id)
        .bind(own.oldest.taken_at)
        .bind(own.oldest.id)
        .bind(own.reaches_end)
        .bind(own.since_sweep)
        .bind(own.read_at)
        .bind(own.surplus)
        .bind(&own.endpoint)
        .bind(&own.resume)
        .bind(own.jumped)
        .bind(own.walked_to)
        .bind(own.within_pages)
        .bind(own.within_items)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn forget(db: &mut Connection, list_id: i64, key: Key) -> Result<()> {
    const SQL: &str = "
        delete from list_stretches
        where list_id = $1 and sweep_id = $2 and walk = $3";
    sqlx::query(SQL)
        .bind(list_id)
        .bind(key.0)
        .bind(key.1)
        .execute(db)
        .await?;
    Ok(())
}

/// The limit of items or of pages within which a walk has read all that was wanted.
pub(super) async fn ends_within(
    db: &mut Connection,
    task: &Task,
    (items, pages): (Option<i64>, Option<i64>),
) -> Result<()> {
    const SQL: &str = "
        update list_stretches
        set within_pages = $4, within_items = $5
        where list_id = $1 and sweep_id = $2 and walk = $3";
    sqlx::query(SQL)
        .bind(task.list_id)
        .bind(task.sweep_id)
        .bind(task.walk)
        .bind(pages)
        .bind(items)
        .execute(db)
        .await?;
    Ok(())
}
