//! What is counted of pages follows when they are read anew: the sums of the endpoints, and how many pages a sweep has.

use crate::store::{Connection, Result};

/// What the pages say now, by the keys of the sums. Imports are none of what an endpoint gave.
const SAID: &str = "
    select
        p.endpoint,
        l.kind,
        coalesce(length(s.counter_before), 0) as size,
        g.day,
        count(*) as pages,
        sum(coalesce(p.entries, 0)) as items,
        sum(coalesce(p.new_entries, 0)) as new_items,
        sum(max(p.answered_at - g.reserved_at, 0)) as took_ms
    from pages as p
    join ledger as g on g.id = p.ledger_id
    join sweeps as s on s.id = p.sweep_id
    join lists as l on l.id = s.list_id
    where p.error is null and s.imported = 0
    group by 1, 2, 3, 4";

/// Sets aside what the pages say before they are read anew.
pub(crate) async fn set_aside(db: &mut Connection) -> Result<()> {
    const DROP: &str = "drop table if exists temp.said_before";
    sqlx::query(DROP).execute(&mut *db).await?;
    let sql = format!("create temp table said_before as {SAID}");
    // The text is made of the crate's own only.
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(db).await?;
    Ok(())
}

/// Adds to the sums what the pages say more or less than before.
pub(crate) async fn follow(db: &mut Connection) -> Result<()> {
    const DROP: &str = "drop table temp.said_before";
    const SWEEPS: &str = "
        update sweeps
        set pages = now.pages
        from (
            select s.id, (select count(*) from pages as p where p.sweep_id = s.id and p.error is null) as pages
            from sweeps as s
        ) as now
        where now.id = sweeps.id and now.pages <> sweeps.pages";
    let sums = format!(
        "insert into endpoint_yields (endpoint, kind, size, day, pages, items, new_items, took_ms)
        select endpoint, kind, size, day, sum(pages), sum(items), sum(new_items), sum(took_ms)
        from (
            select * from ({SAID})
            union all
            select endpoint, kind, size, day, -pages, -items, -new_items, -took_ms from temp.said_before
        )
        group by 1, 2, 3, 4
        having sum(pages) <> 0 or sum(items) <> 0 or sum(new_items) <> 0
        on conflict (endpoint, kind, size, day) do update set
            pages = pages + excluded.pages,
            items = items + excluded.items,
            new_items = new_items + excluded.new_items,
            took_ms = took_ms + excluded.took_ms"
    );
    sqlx::query(sqlx::AssertSqlSafe(sums)).execute(&mut *db).await?;
    sqlx::query(SWEEPS).execute(&mut *db).await?;
    sqlx::query(DROP).execute(db).await?;
    Ok(())
}
