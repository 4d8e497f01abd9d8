//! Writing what somebody put on a post of somebody else: tags and reposts. The newest answer wins, as everywhere.

use serde_json::{Value, json};

use crate::model::Rows;
use crate::store::stamps::{self, Stamp};
use crate::store::{Connection, Result};

pub(crate) async fn write_usertags(db: &mut Connection, rows: &Rows, stamp: Stamp) -> Result<()> {
    const SQL: &str = "
        insert into usertags (media_id, user_id, child_position, x, y, stamp, first_seen_at, last_seen_at)
        select
            row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, row.value ->> 4, $2, $3, $3
        from json_each($1) as row
        where true
        on conflict (media_id, user_id, child_position) do update set
            x = case when excluded.stamp >= stamp then coalesce(excluded.x, x) else coalesce(x, excluded.x) end,
            y = case when excluded.stamp >= stamp then coalesce(excluded.y, y) else coalesce(y, excluded.y) end,
            stamp = max(stamp, excluded.stamp),
            first_seen_at = min(first_seen_at, excluded.first_seen_at),
            last_seen_at = max(last_seen_at, excluded.last_seen_at)";
    let tags: Vec<Value> = rows
        .usertags
        .iter()
        .map(|tag| json!([tag.media_id.0, tag.user_id.0, tag.child_position, tag.x, tag.y]))
        .collect();
    write(db, SQL, tags, stamp).await
}

pub(crate) async fn write_reposts(db: &mut Connection, rows: &Rows, stamp: Stamp) -> Result<()> {
    const SQL: &str = "
        insert into reposts (user_id, media_id, reposted_at, note, stamp, first_seen_at, last_seen_at)
        select row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, $2, $3, $3
        from json_each($1) as row
        where true
        on conflict (user_id, media_id) do update set
            reposted_at = case
                when excluded.stamp >= stamp then coalesce(excluded.reposted_at, reposted_at)
                else coalesce(reposted_at, excluded.reposted_at)
            end,
            note = case
                when excluded.stamp >= stamp then coalesce(excluded.note, note)
                else coalesce(note, excluded.note)
            end,
            stamp = max(stamp, excluded.stamp),
            first_seen_at = min(first_seen_at, excluded.first_seen_at),
            last_seen_at = max(last_seen_at, excluded.last_seen_at)";
    let reposts: Vec<Value> = rows
        .reposts
        .iter()
        .map(|repost| {
            json!([
                repost.user_id.0,
                repost.media_id.0,
                repost.reposted_at,
                repost.note
            ])
        })
        .collect();
    write(db, SQL, reposts, stamp).await
}

async fn write(db: &mut Connection, sql: &'static str, rows: Vec<Value>, stamp: Stamp) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(Value::Array(rows).to_string())
        .bind(stamp)
        .bind(stamps::answered_at(stamp))
        .execute(db)
        .await?;
    Ok(())
}
