//! The users that lists show, in the roles in which a harvest may go on to them.

use crate::kind::Kind;
use crate::store::harvests::Harvest;
use crate::store::{Connection, Result, json_ids};
use crate::way::Way;

/// The users that items of a list show, in the items' order, each once.
pub(crate) async fn on_items(
    db: &mut Connection,
    kind: Kind,
    target: &str,
    items: &[i64],
) -> Result<Vec<i64>> {
    // The owner first, then who posted with them: whoever is not the account whose list it is.
    const COAUTHORS: &str = "
        select user_id
        from (
            select 2 * shown.key as place, m.owner_id as user_id
            from json_each($1) as shown
            join media as m on m.id = shown.value
            union all
            select 2 * shown.key + 1, c.user_id
            from json_each($1) as shown
            join coauthors as c on c.media_id = shown.value
        )
        where user_id is not null and user_id <> $2
        group by user_id
        order by min(place), user_id";
    const COMMENTERS: &str = "
        select c.user_id
        from json_each($1) as shown
        join comments as c on c.id = shown.value
        where c.user_id is not null
        group by c.user_id
        order by min(shown.key)";
    const TAGGED: &str = "
        select t.user_id
        from json_each($1) as shown
        join usertags as t on t.media_id = shown.value
        group by t.user_id
        order by min(shown.key), min(t.child_position), t.user_id";
    const REPOSTED: &str = "
        select m.owner_id
        from json_each($1) as shown
        join media as m on m.id = shown.value
        where m.owner_id is not null
        group by m.owner_id
        order by min(shown.key)";
    let sql = match kind {
        Kind::Medias | Kind::Clips => COAUTHORS,
        Kind::Comments | Kind::Replies => COMMENTERS,
        Kind::Usertags => TAGGED,
        Kind::Reposts => REPOSTED,
        // The items are the users.
        Kind::Followers | Kind::Following | Kind::MediaLikers | Kind::CommentLikers | Kind::Search => {
            return Ok(items.to_vec());
        }
        Kind::Profile => return Ok(Vec::new()),
    };
    Ok(sqlx::query_scalar(sql)
        .bind(json_ids(items.iter().copied()))
        .bind(target.parse::<i64>().ok())
        .fetch_all(db)
        .await?)
}

/// `wanted` are the lists of this harvest with the sweep whose rows count. A place is four numbers; the first two are those
/// of the post that something hangs from.
const IN_ORDER: &str = "
    with wanted as (
        select l.id, l.kind, l.target, l.params, coalesce(l.open_sweep, l.last_sweep) as sweep,
            coalesce(s.base_sweep, s.id) as base
        from harvest_lists as w
        join lists as l on l.id = w.list_id
        left join sweeps as s on s.id = coalesce(l.open_sweep, l.last_sweep)
        where w.harvest_id = $1 and w.round = $3
    ), opened as (
        select user_id, rank
        from targets
        where harvest_id = $1 and depth = $2
    ), posts as (
        select t.user_id, t.rank, l.kind = 'clips' as a, p.position as b, p.media_id
        from opened as t
        join wanted as l on l.kind in ('medias', 'clips') and l.target = cast(t.user_id as text) and l.params = ''
        join user_media as p on p.list = l.kind and p.user_id = t.user_id and p.sweep_id between l.base and l.sweep
        union all
        select t.user_id, t.rank, 1, p.position, p.item_id
        from opened as t
        join wanted as l on l.kind = 'clips' and l.target = cast(t.user_id as text) and l.params <> ''
        join list_items as p on p.list_id = l.id and p.sweep_id = l.sweep
    ), spoken as (
        select p.rank, p.a, p.b, c.position as c, c.id, c.user_id, p.media_id
        from posts as p
        join wanted as l on l.kind = 'comments' and l.target = cast(p.media_id as text) and l.params = ''
        join comments as c on c.media_id = p.media_id and c.parent_id is null and c.sweep_id = l.sweep
        union all
        select p.rank, p.a, p.b, i.position, c.id, c.user_id, p.media_id
        from posts as p
        join wanted as l on l.kind = 'comments' and l.target = cast(p.media_id as text) and l.params <> ''
        join list_items as i on i.list_id = l.id and i.sweep_id = l.sweep
        join comments as c on c.id = i.item_id
    ), shown as (
        select e.follower_id as user_id, t.rank, 0 as way, 0 as a, 0 as b, 0 as c, e.followers_position as d
        from opened as t
        join wanted as l on l.kind = 'followers' and l.target = cast(t.user_id as text)
        join follow_edges as e on e.followee_id = t.user_id and e.followers_sweep = l.sweep
        where 'followers' in (select value from json_each($4))
        union all
        select e.followee_id, t.rank, 1, 0, 0, 0, e.following_position
        from opened as t
        join wanted as l on l.kind = 'following' and l.target = cast(t.user_id as text)
        join follow_edges as e on e.follower_id = t.user_id and e.following_sweep = l.sweep
        where 'following' in (select value from json_each($4))
        union all
        select m.owner_id, p.rank, 2, p.a, p.b, 0, 0
        from posts as p
        join media as m on m.id = p.media_id
        where m.owner_id <> p.user_id and 'coauthors' in (select value from json_each($4))
        union all
        select k.user_id, p.rank, 2, p.a, p.b, 1, k.user_id
        from posts as p
        join coauthors as k on k.media_id = p.media_id
        where k.user_id <> p.user_id and 'coauthors' in (select value from json_each($4))
        union all
        select s.user_id, s.rank, 3, s.a, s.b, s.c, 0
        from spoken as s
        where s.user_id is not null and 'commenters' in (select value from json_each($4))
        union all
        select r.user_id, s.rank, 3, s.a, s.b, s.c, 1 + r.position
        from spoken as s
        join wanted as l on l.kind = 'replies' and l.target = s.media_id || '/' || s.id
        join comments as r on r.parent_id = s.id and r.sweep_id = l.sweep
        where r.user_id is not null and 'commenters' in (select value from json_each($4))
        union all
        select k.user_id, p.rank, 4, p.a, p.b, 0, k.position
        from posts as p
        join wanted as l on l.kind = 'media_likers' and l.target = cast(p.media_id as text)
        join media_likes as k on k.media_id = p.media_id and k.sweep_id = l.sweep
        where 'likers' in (select value from json_each($4))
        union all
        select k.user_id, s.rank, 4, s.a, s.b, 1 + s.c, k.position
        from spoken as s
        join wanted as l on l.kind = 'comment_likers' and l.target = s.media_id || '/' || s.id
        join comment_likes as k on k.comment_id = s.id and k.sweep_id = l.sweep
        where 'likers' in (select value from json_each($4))
        union all
        select g.user_id, p.rank, 5, p.a, p.b, 1 + g.child_position, g.user_id
        from posts as p
        join wanted as l on l.kind = 'usertags' and l.target = cast(p.media_id as text)
        join usertags as g on g.media_id = p.media_id
        where 'tagged' in (select value from json_each($4))
        union all
        select m.owner_id, t.rank, 6, 0, 0, 0, r.position
        from opened as t
        join wanted as l on l.kind = 'reposts' and l.target = cast(t.user_id as text)
        join reposts as r on r.user_id = t.user_id and r.sweep_id = l.sweep
        join media as m on m.id = r.media_id
        where m.owner_id is not null and 'reposted' in (select value from json_each($4))
        union all
        select h.target_id, s.position, 7, 0, 0, 0, h.position
        from seeds as s
        join wanted as l on l.kind = 'search' and s.value = 'search:' || l.target
        join search_hits as h on h.query = l.target and h.kind = 'user' and h.sweep_id = l.sweep
        where s.harvest_id = $1 and $2 = 1 and 'search' in (select value from json_each($4))
    ), placed as (
        select user_id, row_number() over (order by rank, way, a, b, c, d, user_id) as place
        from shown
    )
    select user_id
    from placed
    where not exists (select 1 from targets as x where x.harvest_id = $1 and x.user_id = placed.user_id)
        and not exists (
            select 1
            from candidates as y
            where y.harvest_id = $1 and y.user_id = placed.user_id and y.round = $3
        )
        and not exists (
            select 1
            from seeds as s
            where +s.harvest_id = $1 and s.user_id = placed.user_id and s.held_at is not null
        )
    group by user_id
    order by min(place)
    limit $5";

/// The users found on the lists of the targets of a depth that are no targets and no candidates yet, at most so many: in
/// the order of the targets, of the ways, and of the places on their lists. Which users are taken therefore does not
/// depend on the order of answers.
pub(crate) async fn in_order(
    db: &mut Connection,
    harvest: &Harvest,
    depth: i64,
    at_most: i64,
) -> Result<Vec<i64>> {
    let ways: Vec<&str> = harvest.expand.iter().map(|way| Way::name(*way)).collect();
    Ok(sqlx::query_scalar(IN_ORDER)
        .bind(harvest.id)
        .bind(depth)
        .bind(harvest.round)
        .bind(serde_json::to_string(&ways).unwrap_or_else(|_| "[]".into()))
        .bind(at_most)
        .fetch_all(db)
        .await?)
}
