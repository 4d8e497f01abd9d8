//! Tasks that change hands, where whoever pays for them cannot go on.

use crate::store::{Connection, Result, json_ids};

/// A list that a harvest waits for may be paid by another one that cannot go on: held, out of budget, or not the one
/// that a one-shot runs. Then whoever can go on takes its task over. Says whether anything changed hands.
pub(super) async fn hand_over(db: &mut Connection, able: &[i64]) -> Result<bool> {
    const SQL: &str = "
        update tasks
        set harvest_id = (
            select w.harvest_id
            from harvest_lists as w
            where w.open = 1 and w.harvest_id in (select value from json_each($1))
                and (
                    w.list_id = tasks.list_id
                    or w.list_id in (select m.list_id from batch_members as m where m.task_id = tasks.id)
                )
            order by w.harvest_id
            limit 1
        )
        where id in (
                select t.id
                from harvest_lists as w
                left join batch_members as m on m.list_id = w.list_id
                join tasks as t on t.list_id = w.list_id or t.id = m.task_id
                where w.open = 1 and w.harvest_id in (select value from json_each($1))
            )
            and state = 'ready'
            and harvest_id not in (select value from json_each($1))";
    if able.is_empty() {
        return Ok(false);
    }
    let able = json_ids(able.iter().copied());
    let done = sqlx::query(SQL).bind(able).execute(db).await?;
    Ok(done.rows_affected() > 0)
}
