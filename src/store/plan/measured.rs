//! What was measured on the lists of this file: how full pages are, how walks went, what posts and comments hold. Each
//! question looks at the newest lists only, so that it is answered at once in a large file too.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::tries;
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::route::Try;
use crate::store::plan::Counters;
use crate::store::{Connection, Result, want};

/// The answers of one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paged {
    /// Pages that were followed by another one, by how many items they showed.
    pub full_pages: BTreeMap<i64, i64>,
    /// Walks that were read to their end.
    pub walks: Vec<Walk>,
    /// Lists that ended as truncated: how many.
    pub truncated: i64,
    /// The smallest counter of these.
    pub truncated_from: Option<i64>,
    /// How many items they showed, on average.
    pub truncated_shows: Option<i64>,
    /// The largest counter of a list that was shown whole.
    pub whole_up_to: Option<i64>,
}

/// Walks that went alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Items shown.
    pub items: i64,
    /// Pages bought.
    pub pages: i64,
    /// How many walks.
    pub lists: i64,
}

/// Posts that look alike, of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// Whose list showed them.
    pub user: i64,
    /// Comments with their replies; none if nobody said.
    pub comments: Option<i64>,
    /// Likes; none if nobody said.
    pub likes: Option<i64>,
    /// How many posts.
    pub posts: i64,
}

/// Comments that look alike, below one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The post.
    pub media: i64,
    /// Replies.
    pub replies: i64,
    /// Likes; none if nobody said.
    pub likes: Option<i64>,
    /// How many comments.
    pub comments: i64,
}

/// Everything that was measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// By the path of the endpoint.
    pub paged: BTreeMap<String, Paged>,
    /// Lists by kind: how many were asked for, how many were hidden or refused, and what was billed without a page.
    pub asked: BTreeMap<Kind, (i64, i64, i64)>,
    /// Items of comment lists, and what these stand for in the posts' counters.
    pub comments: (i64, i64),
    /// Pages of lists that no counter foretells, by kind: how many lists had so many.
    pub uncounted: BTreeMap<Kind, Vec<(i64, i64)>>,
    /// A sample of posts.
    pub posts: Vec<Post>,
    /// A sample of comments.
    pub remarks: Vec<Remark>,
    /// A sample of users.
    pub users: Vec<Counters>,
    /// The newest lists that were read on where another endpoint showed only part, by kind and endpoint.
    pub tries: BTreeMap<(Kind, String), Vec<Try>>,
}

impl Measured {
    /// The newest lists of a kind that an endpoint read on.
    pub fn tries_of(&self, kind: Kind, endpoint: &str) -> &[Try] {
        self.tries
            .get(&(kind, endpoint.to_owned()))
            .map_or(&[], Vec::as_slice)
    }
}

/// Reads all of it.
pub(super) async fn read(db: &mut Connection, now: Timestamp) -> Result<Measured> {
    let mut measured = Measured::default();
    full_pages(db, &mut measured).await?;
    walks(db, &mut measured).await?;
    truncated(db, &mut measured).await?;
    asked(db, &mut measured).await?;
    comments(db, &mut measured).await?;
    uncounted(db, &mut measured).await?;
    posts(db, &mut measured).await?;
    remarks(db, &mut measured).await?;
    users(db, &mut measured).await?;
    measured.tries = tries::read(db, now).await?;
    Ok(measured)
}

async fn full_pages(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    const SQL: &str = "
        select endpoint, entries, count(*)
        from (
            select endpoint, entries
            from pages
            where error is null and next = 'cursor' and entries > 0
            order by id desc
            limit 20000
        )
        group by 1, 2";
    for row in sqlx::query(SQL).fetch_all(db).await? {
        let paged = measured.paged.entry(row.get(0)).or_default();
        paged.full_pages.insert(row.get(1), row.get(2));
    }
    Ok(())
}

async fn walks(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    // A sweep of several walks says nothing of one.
    const SQL: &str = "
        select endpoint, distinct_items, pages, count(*)
        from (
            select endpoint, distinct_items, pages
            from sweeps
            where verdict in ('complete', 'truncated') and walk = 0 and pages > 0 and limited = 0
            order by id desc
            limit 20000
        )
        group by 1, 2, 3";
    for row in sqlx::query(SQL).fetch_all(db).await? {
        let paged = measured.paged.entry(row.get(0)).or_default();
        paged.walks.push(Walk {
            items: row.get(1),
            pages: row.get(2),
            lists: row.get(3),
        });
    }
    Ok(())
}

async fn truncated(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    // A sweep that was read on bears the name of the next endpoint; that the first one cut it short is kept beside. The
    // newest of each part for itself: over both together, all of them would be sorted first.
    const SQL: &str = "
        select
            endpoint,
            count(case when verdict = 'truncated' then 1 end),
            min(case when verdict = 'truncated' then counter_before end),
            cast(avg(case when verdict = 'truncated' then distinct_items end) as integer),
            max(case when verdict = 'complete' then counter_before end)
        from (
            select *
            from (
                select endpoint, verdict, counter_before, distinct_items
                from sweeps
                where verdict in ('complete', 'truncated') and endpoint is not null and pages > 0
                order by id desc
                limit 50000
            )
            union all
            select *
            from (
                select f.from_endpoint, 'truncated', s.counter_before, f.items_before
                from fallbacks as f
                cross join sweeps as s on s.id = f.sweep_id
                where s.endpoint <> f.from_endpoint
                order by f.sweep_id desc
                limit 50000
            )
        )
        group by 1";
    for row in sqlx::query(SQL).fetch_all(db).await? {
        let paged = measured.paged.entry(row.get(0)).or_default();
        paged.truncated = row.get(1);
        paged.truncated_from = row.get(2);
        paged.truncated_shows = row.get(3);
        paged.whole_up_to = row.get(4);
    }
    Ok(())
}

async fn asked(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    const SQL: &str = "
        select
            l.kind,
            count(*),
            sum(s.verdict in ('hidden', 'private') and s.pages = 0),
            sum((
                select coalesce(sum(g.units), 0)
                from ledger as g
                where g.sweep_id = s.id
                    and g.reason is not null
                    and not exists (select 1 from pages as p where p.ledger_id = g.id and p.error is null)
            ))
        from (
            select id, list_id, verdict, pages
            from sweeps
            where ended_at is not null and units > 0
            order by id desc
            limit 5000
        ) as s
        join lists as l on l.id = s.list_id
        group by 1";
    for row in sqlx::query(SQL).fetch_all(db).await? {
        let counts = (row.get(1), row.get(2), row.get(3));
        measured.asked.insert(want::kind_of(row.get(0))?, counts);
    }
    Ok(())
}

async fn comments(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    const SQL: &str = "
        select coalesce(sum(s.distinct_items), 0), coalesce(sum(s.covered), 0)
        from (
            select last_sweep
            from lists
            where kind = 'comments' and last_sweep is not null
            order by id desc
            limit 5000
        ) as l
        join sweeps as s on s.id = l.last_sweep
        where s.covered > 0";
    let row = sqlx::query(SQL).fetch_one(db).await?;
    measured.comments = (row.get(0), row.get(1));
    Ok(())
}

async fn uncounted(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    const SQL: &str = "
        select l.kind, s.pages, count(*)
        from (
            select kind, last_sweep
            from lists
            where kind in ('reposts', 'search') and last_sweep is not null
            order by id desc
            limit 5000
        ) as l
        join sweeps as s on s.id = l.last_sweep
        where s.pages > 0 and s.verdict <> 'capped'
        group by 1, 2";
    for row in sqlx::query(SQL).fetch_all(db).await? {
        let lists = measured.uncounted.entry(want::kind_of(row.get(0))?).or_default();
        lists.push((row.get(1), row.get(2)));
    }
    Ok(())
}

async fn posts(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    const SQL: &str = "
        with read as (
            select kind, cast(target as integer) as user_id, last_sweep
            from lists
            where kind in ('medias', 'clips') and params = '' and last_sweep is not null
            order by id desc
            limit 400
        ), shown as (
            select distinct p.user_id, p.media_id
            from read as r
            cross join user_media as p on p.list = r.kind and p.user_id = r.user_id
        )
        select s.user_id, m.comment_count, m.like_count, count(*)
        from shown as s
        cross join media as m on m.id = s.media_id
        group by 1, 2, 3";
    let rows = sqlx::query(SQL).fetch_all(db).await?;
    measured.posts = rows
        .iter()
        .map(|row| Post {
            user: row.get(0),
            comments: row.get(1),
            likes: row.get(2),
            posts: row.get(3),
        })
        .collect();
    Ok(())
}

async fn remarks(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    const SQL: &str = "
        select c.media_id, coalesce(c.reply_count, 0), c.like_count, count(*)
        from (
            select cast(target as integer) as media_id
            from lists
            where kind = 'comments' and params = '' and last_sweep is not null
            order by id desc
            limit 2000
        ) as r
        cross join comments as c on c.media_id = r.media_id and c.parent_id is null and c.sweep_id is not null
        group by 1, 2, 3";
    let rows = sqlx::query(SQL).fetch_all(db).await?;
    measured.remarks = rows
        .iter()
        .map(|row| Remark {
            media: row.get(0),
            replies: row.get(1),
            likes: row.get(2),
            comments: row.get(3),
        })
        .collect();
    Ok(())
}

async fn users(db: &mut Connection, measured: &mut Measured) -> Result<()> {
    // Private accounts cost nothing beyond their profile, and are as many among those to come.
    const SQL: &str = "
        select
            case when coalesce(u.is_private, 0) = 0 then u.follower_count else 0 end,
            case when coalesce(u.is_private, 0) = 0 then u.following_count else 0 end,
            case when coalesce(u.is_private, 0) = 0 then u.media_count else 0 end,
            case when coalesce(u.is_private, 0) = 0 then u.total_clips_count else 0 end
        from (
            select cast(target as integer) as id
            from lists
            where kind = 'profile' and target not like '@%' and verdict = 'complete'
            order by id desc
            limit 400
        ) as l
        join users as u on u.id = l.id
        where u.profiled_at is not null";
    let rows = sqlx::query(SQL).fetch_all(db).await?;
    measured.users = rows
        .iter()
        .map(|row| Counters {
            followers: row.get(0),
            following: row.get(1),
            medias: row.get(2),
            clips: row.get(3),
        })
        .collect();
    Ok(())
}
