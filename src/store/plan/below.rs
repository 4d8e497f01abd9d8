//! What hangs from posts that are listed already, as far as it is not there yet: how many lists, of which sizes.

use sqlx::Row as _;

use super::Wanted;
use super::seeds::{Seed, users};
use crate::kind::Kind;
use crate::store::harvests::Limit;
use crate::store::{Connection, Result};
use crate::variant::Variant;

/// Lists of one kind and one size below the posts of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The kind.
    pub kind: Kind,
    /// What their owner says that they hold; none if it says nothing.
    pub counter: Option<i64>,
    /// How many lists.
    pub lists: i64,
}

/// Reads the posts of the seeds and what is left to read below them.
pub(super) async fn read(db: &mut Connection, wanted: &Wanted<'_>, seeds: &mut [Seed]) -> Result<()> {
    if wanted.media_kinds.is_empty() {
        return Ok(());
    }
    let users = users(seeds);
    posts(db, wanted, &users, seeds).await?;
    for kind in [Kind::Comments, Kind::MediaLikers, Kind::Usertags] {
        if wanted.spec.collect.contains(&kind) {
            below_posts(db, wanted, &users, kind, seeds).await?;
        }
    }
    for kind in [Kind::Replies, Kind::CommentLikers] {
        if wanted.spec.collect.contains(&kind) {
            below_comments(db, wanted, &users, kind, seeds).await?;
        }
    }
    Ok(())
}

/// The kinds whose lists show the posts, by the name that the tables have for them; a variant has none.
fn plain_lists(wanted: &Wanted<'_>) -> String {
    let is_plain = |kind: &&Kind| **kind != Kind::Clips || wanted.spec.clips == Variant::Plain;
    let names: Vec<&str> = wanted
        .media_kinds
        .iter()
        .filter(is_plain)
        .map(|kind| kind.name())
        .collect();
    serde_json::to_string(&names).unwrap_or_else(|_| "[]".into())
}

/// The parameters of the clips' variant, where that is read.
fn clips_variant(wanted: &Wanted<'_>) -> String {
    if wanted.media_kinds.contains(&Kind::Clips) {
        wanted.spec.clips.to_string()
    } else {
        String::new()
    }
}

async fn posts(db: &mut Connection, wanted: &Wanted<'_>, users: &str, seeds: &mut [Seed]) -> Result<()> {
    const SQL: &str = "
        with shown as (
            select e.key as place, p.media_id
            from json_each($1) as e
            cross join user_media as p on p.list in (select value from json_each($2)) and p.user_id = e.value
            cross join lists as l on l.kind = p.list and l.target = cast(p.user_id as text) and l.params = ''
            where p.sweep_id = coalesce(l.open_sweep, l.last_sweep)
            union all
            select e.key, i.item_id
            from json_each($1) as e
            cross join lists as l on l.kind = 'clips' and l.target = cast(e.value as text) and l.params = $3
            cross join list_items as i on i.list_id = l.id and i.sweep_id = coalesce(l.open_sweep, l.last_sweep)
            where $3 <> ''
        )
        select place, count(distinct media_id)
        from shown
        group by place";
    for row in sqlx::query(SQL)
        .bind(users)
        .bind(plain_lists(wanted))
        .bind(clips_variant(wanted))
        .fetch_all(db)
        .await?
    {
        if let Some(seed) = at(seeds, row.get(0)) {
            seed.posts = row.get(1);
        }
    }
    Ok(())
}

async fn below_posts(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    users: &str,
    kind: Kind,
    seeds: &mut [Seed],
) -> Result<()> {
    // A post that several seeds show is read once, for the first of them.
    const SQL: &str = "
        with shown as (
            select e.key as place, p.media_id
            from json_each($1) as e
            cross join user_media as p on p.list in (select value from json_each($2)) and p.user_id = e.value
            cross join lists as l on l.kind = p.list and l.target = cast(p.user_id as text) and l.params = ''
            where p.sweep_id = coalesce(l.open_sweep, l.last_sweep)
            union all
            select e.key, i.item_id
            from json_each($1) as e
            cross join lists as l on l.kind = 'clips' and l.target = cast(e.value as text) and l.params = $3
            cross join list_items as i on i.list_id = l.id and i.sweep_id = coalesce(l.open_sweep, l.last_sweep)
            where $3 <> ''
        ), posts as (
            select media_id, min(place) as place
            from shown
            group by media_id
        )
        select
            posts.place,
            case $4 when 'comments' then m.comment_count when 'media_likers' then m.like_count end as counter,
            count(*)
        from posts
        cross join media as m on m.id = posts.media_id
        left join lists as l on l.kind = $4 and l.target = cast(posts.media_id as text) and l.params = $5
        left join sweeps as s on s.id = l.last_sweep
        where not coalesce(
            l.open_sweep is null
                and l.ended_at >= $6
                and l.verdict not in ('failed', 'cancelled')
                and (
                    l.verdict <> 'capped'
                    or coalesce($7 <= s.distinct_items, 0)
                    or coalesce($8 <= s.pages, 0)
                    or s.at_page_cap = 1
                ),
            0
        )
        group by 1, 2";
    let variant = if kind == Kind::Comments {
        wanted.spec.comments
    } else {
        Variant::Plain
    };
    let (items, pages) = limits(wanted, kind);
    let rows = sqlx::query(SQL)
        .bind(users)
        .bind(plain_lists(wanted))
        .bind(clips_variant(wanted))
        .bind(kind.name())
        .bind(variant.to_string())
        .bind(wanted.fresh_after)
        .bind(items)
        .bind(pages)
        .fetch_all(db)
        .await?;
    add(seeds, kind, &rows);
    Ok(())
}

async fn below_comments(
    db: &mut Connection,
    wanted: &Wanted<'_>,
    users: &str,
    kind: Kind,
    seeds: &mut [Seed],
) -> Result<()> {
    // Comments whose own list is to be read again are foreseen with it, so they do not count here.
    const SQL: &str = "
        with shown as (
            select e.key as place, p.media_id
            from json_each($1) as e
            cross join user_media as p on p.list in (select value from json_each($2)) and p.user_id = e.value
            cross join lists as l on l.kind = p.list and l.target = cast(p.user_id as text) and l.params = ''
            where p.sweep_id = coalesce(l.open_sweep, l.last_sweep)
            union all
            select e.key, i.item_id
            from json_each($1) as e
            cross join lists as l on l.kind = 'clips' and l.target = cast(e.value as text) and l.params = $3
            cross join list_items as i on i.list_id = l.id and i.sweep_id = coalesce(l.open_sweep, l.last_sweep)
            where $3 <> ''
        ), posts as (
            select media_id, min(place) as place
            from shown
            group by media_id
        ), spoken as (
            select posts.place, c.id, c.media_id, c.reply_count, c.like_count
            from posts
            cross join lists as l on l.kind = 'comments' and l.target = cast(posts.media_id as text) and l.params = $5
            cross join comments as c on c.media_id = posts.media_id and c.parent_id is null
            where l.open_sweep is null
                and l.ended_at >= $6
                and (
                    (l.params = '' and c.sweep_id = l.last_sweep)
                    or exists (
                        select 1
                        from list_items as i
                        where i.list_id = l.id and i.item_id = c.id and i.sweep_id = l.last_sweep
                    )
                )
        )
        select p.place, case $4 when 'replies' then p.reply_count else p.like_count end as counter, count(*)
        from spoken as p
        left join lists as l on l.kind = $4 and l.target = p.media_id || '/' || p.id and l.params = ''
        left join sweeps as s on s.id = l.last_sweep
        where case $4
                when 'replies' then coalesce(p.reply_count, 0) > 0
                else coalesce(p.like_count, 1) >= max(1, $9)
            end
            and not coalesce(
                l.open_sweep is null
                    and l.ended_at >= $6
                    and l.verdict not in ('failed', 'cancelled')
                    and (
                        l.verdict <> 'capped'
                        or coalesce($7 <= s.distinct_items, 0)
                        or coalesce($8 <= s.pages, 0)
                        or s.at_page_cap = 1
                    ),
                0
            )
        group by 1, 2";
    let (items, pages) = limits(wanted, kind);
    let rows = sqlx::query(SQL)
        .bind(users)
        .bind(plain_lists(wanted))
        .bind(clips_variant(wanted))
        .bind(kind.name())
        .bind(wanted.spec.comments.to_string())
        .bind(wanted.fresh_after)
        .bind(items)
        .bind(pages)
        .bind(wanted.spec.min_likes.unwrap_or(1))
        .fetch_all(db)
        .await?;
    add(seeds, kind, &rows);
    Ok(())
}

fn limits(wanted: &Wanted<'_>, kind: Kind) -> (Option<i64>, Option<i64>) {
    match wanted.spec.limits.get(&kind) {
        None => (None, None),
        Some(Limit::Items(items)) => (Some(*items), None),
        Some(Limit::Pages(pages)) => (None, Some(*pages)),
    }
}

fn add(seeds: &mut [Seed], kind: Kind, rows: &[sqlx::sqlite::SqliteRow]) {
    for row in rows {
        if let Some(seed) = at(seeds, row.get(0)) {
            seed.left.push(Left {
                kind,
                counter: row.get(1),
                lists: row.get(2),
            });
        }
    }
}

fn at(seeds: &mut [Seed], place: i64) -> Option<&mut Seed> {
    seeds.get_mut(usize::try_from(place).ok()?)
}
