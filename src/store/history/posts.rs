//! Posts that go from their lists and come back.
//!
//! Comments and likes are not closed: their lists are cut, filtered and sorted by the upstream as it likes, and their
//! counters count what the lists never show, so a comment that is not shown says nothing.

use crate::kind::Kind;
use crate::store::history::closing::Missing;
use crate::store::{Connection, Result, json_ids};

/// Closes the posts of a list that `missing.close_after` of its closing sweeps have missed since they were last shown: those
/// that are no more short than the one before the misses, or about as short as `close_after` of the misses before them. What
/// an import showed stands among the sweeps where its time is, not where its number is.
pub(crate) async fn close_missing(db: &mut Connection, list: Kind, missing: Missing) -> Result<()> {
    // A variant of the list that showed a post since then says that it is there.
    const GONE: &str = "
        with shown as (
            select
                m.media_id,
                coalesce((
                    select iif(x.imported = 0, x.id, (
                        select max(t.id)
                        from sweeps as t
                        where t.list_id = $4 and t.started_at <= x.ended_at and t.imported = 0
                    ))
                    from sweeps as x
                    where x.id = m.sweep_id
                ), 0) as last_sweep
            from user_media as m
            where m.list = $1 and m.user_id = $2 and m.gone_sweep is null and m.sweep_id <> $3
        ), gone as (
            select shown.media_id, min(s.id) as missed_sweep
            from shown
            join sweeps as s on s.list_id = $4 and s.closes = 1 and s.id > shown.last_sweep and s.id <= $3
            where s.short_by = 0 or s.short_by <= coalesce((
                    select p.short_by
                    from sweeps as p
                    where p.list_id = $4 and p.closes = 1 and p.id <= shown.last_sweep
                    order by p.id desc
                    limit 1
                ), 0) or (
                    select count(*)
                    from sweeps as e
                    where e.list_id = $4 and e.closes = 1 and e.id < s.id and e.id > shown.last_sweep
                        and e.short_by between s.short_by and s.short_by + s.short_by / 8
                ) >= $5
            group by shown.media_id
            having count(*) filter (
                where not exists (
                    select 1
                    from lists as v
                    join list_items as i on i.list_id = v.id and i.item_id = shown.media_id
                    where v.kind = $1 and v.target = cast($2 as text) and v.params <> '' and i.sweep_id >= s.id
                )
            ) >= $5
        )
        update user_media
        set gone_sweep = $3, missed_sweep = gone.missed_sweep
        from gone
        where user_media.list = $1 and user_media.user_id = $2 and user_media.media_id = gone.media_id
        returning media_id";
    const DEPARTED: &str = "
        insert into user_media_changes (list, user_id, media_id, sweep_id, event)
        select $1, $2, gone.value, $4, 'departed'
        from json_each($3) as gone
        where true
        on conflict do nothing";
    // A post is gone when its own owner's list misses it, and no other list has shown it since.
    const MEDIA: &str = "
        update media
        set gone_at = (select s.ended_at from sweeps as s where s.id = $3)
        where id in (select e.value from json_each($2) as e)
            and owner_id = $1
            and gone_at is null
            and last_seen_at < (
                select s.started_at
                from user_media as p
                join sweeps as s on s.id = p.missed_sweep
                where p.list = 'medias' and p.user_id = $1 and p.media_id = media.id
            )";
    let gone: Vec<i64> = sqlx::query_scalar(GONE)
        .bind(list.name())
        .bind(missing.owner)
        .bind(missing.sweep_id)
        .bind(missing.list_id)
        .bind(missing.close_after)
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
