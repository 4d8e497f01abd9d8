//! Posts that go from their lists and come back.
//!
//! Comments and likes are not closed: their lists are cut, filtered and sorted by the upstream as it likes, and their
//! counters count what the lists never show, so a comment that is not shown says nothing.

use sqlx::AssertSqlSafe;

use crate::kind::Kind;
use crate::store::history::closing::{Items, Missing};
use crate::store::{Connection, Result, json_ids};

/// The posts of a list. A variant of the list that showed a post since then says that it is there.
const POSTS: Items = Items {
    table: "user_media",
    of_list: "user_media.list = $5 and user_media.user_id = $1",
    shown_by: "sweep_id",
    other: None,
    missed_if: "not exists (
                    select 1
                    from lists as v
                    join list_items as i on i.list_id = v.id and i.item_id = shown.media_id
                    where v.kind = $5 and v.target = cast($1 as text) and v.params <> '' and i.sweep_id >= s.id
                )",
    key: &["media_id"],
};

/// Closes the posts of a list that `missing.close_after` of its closing sweeps have missed since they were last shown. What
/// an import showed stands among the sweeps where its time is, not where its number is.
pub(crate) async fn close_missing(db: &mut Connection, list: Kind, missing: Missing) -> Result<()> {
    const DEPARTED: &str = "
        insert into user_media_changes (list, user_id, media_id, sweep_id, event)
        select $1, $2, gone.value, $4, 'departed'
        from json_each($3) as gone
        where true
        on conflict do nothing";
    // A post is gone when its own owner's list misses it, and no other list has shown it since. A list that was not asked
    // missed it when its counter of 0 was read.
    const MEDIA: &str = "
        update media
        set gone_at = (select s.ended_at from sweeps as s where s.id = $3)
        where id in (select e.value from json_each($2) as e)
            and owner_id = $1
            and gone_at is null
            and last_seen_at < (
                select iif(s.pages = 0, coalesce(s.counted_at, s.started_at), s.started_at)
                from user_media as p
                join sweeps as s on s.id = p.missed_sweep
                where p.list = 'medias' and p.user_id = $1 and p.media_id = media.id
            )";
    // The text is made of the crate's own words only.
    let gone: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(POSTS.close()))
        .bind(missing.owner)
        .bind(missing.sweep_id)
        .bind(missing.list_id)
        .bind(missing.close_after)
        .bind(list.name())
        .fetch_all(&mut *db)
        .await?;
    if gone.is_empty() {
        return Ok(());
    }
    let gone = json_ids(gone);
    sqlx::query(DEPARTED)
        .bind(list.name())
        .bind(missing.owner)
        .bind(&gone)
        .bind(missing.sweep_id)
        .execute(&mut *db)
        .await?;
    if list == Kind::Medias {
        sqlx::query(MEDIA)
            .bind(missing.owner)
            .bind(gone)
            .bind(missing.sweep_id)
            .execute(db)
            .await?;
    }
    Ok(())
}

/// Posts that a sweep shows and that were gone from the list are there again. The items are a JSON array whose elements
/// begin with the id.
pub(crate) async fn returned(
    db: &mut Connection,
    list: Kind,
    owner: i64,
    sweep_id: i64,
    items: &str,
) -> Result<()> {
    const CHANGES: &str = "
        insert into user_media_changes (list, user_id, media_id, sweep_id, event)
        select p.list, p.user_id, p.media_id, $4, 'returned'
        from user_media as p
        where p.list = $1
            and p.user_id = $2
            and p.media_id in (select e.value ->> 0 from json_each($3) as e)
            and p.gone_sweep is not null
        on conflict do nothing";
    const OPEN: &str = "
        update user_media
        set gone_sweep = null, missed_sweep = null
        where list = $1
            and user_id = $2
            and media_id in (select e.value ->> 0 from json_each($3) as e)
            and gone_sweep is not null";
    let changed = sqlx::query(CHANGES)
        .bind(list.name())
        .bind(owner)
        .bind(items)
        .bind(sweep_id)
        .execute(&mut *db)
        .await?;
    if changed.rows_affected() > 0 {
        sqlx::query(OPEN)
            .bind(list.name())
            .bind(owner)
            .bind(items)
            .execute(db)
            .await?;
    }
    Ok(())
}
