//! What lists lead to: a profile to its user's lists, posts to their comments, likers and tags, comments to their replies and
//! likers, and users to whom a harvest goes on. Only wants are made here; placing them is for `follow_up`.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::harvests::Harvest;
use crate::store::want::{Shown, Want};
use crate::store::{Connection, Result, candidates, found, json_ids, shown, targets};
use crate::way::Way;

/// A list whose items lead on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leading<'a> {
    pub list_id: i64,
    pub kind: Kind,
    pub target: &'a str,
    pub depth: i64,
}

/// What a list that already shows something leads to.
pub(crate) async fn children(
    db: &mut Connection,
    harvest: &Harvest,
    shown: &Shown,
    now: Timestamp,
) -> Result<Vec<Want>> {
    if shown.kind == Kind::Profile {
        return lists_of_profile(db, harvest, shown, now).await;
    }
    let items = shown::items(db, shown).await?;
    let list = Leading {
        list_id: shown.list_id,
        kind: shown.kind,
        target: &shown.target,
        depth: shown.depth,
    };
    led_to(db, harvest, &list, &items, now).await
}

async fn lists_of_profile(
    db: &mut Connection,
    harvest: &Harvest,
    shown: &Shown,
    now: Timestamp,
) -> Result<Vec<Want>> {
    // Another harvest may have looked the name up when somebody else had it.
    const NAMED: &str = "
        select s.user_id
        from seeds as s
        left join users as u on u.id = s.user_id
        where s.value = $1 and s.user_id is not null
        order by s.harvest_id = $2 desc, '@' || u.username is $1 desc, s.harvest_id desc
        limit 1";
    if !shown.ended {
        return Ok(Vec::new());
    }
    if shown.target.starts_with('@') {
        let named = sqlx::query_scalar(NAMED)
            .bind(&shown.target)
            .bind(harvest.id)
            .fetch_optional(&mut *db)
            .await?;
        return match named {
            Some(user_id) => targets::open_named(db, harvest, &shown.target, user_id, now).await,
            None => Ok(Vec::new()),
        };
    }
    let mut wants = candidate_ended(db, harvest, shown, now).await?;
    let user: i64 = shown.target.parse().unwrap_or_default();
    if targets::is_target(db, harvest, user).await? {
        wants.extend(targets::user_lists(harvest, user, shown.depth));
    }
    Ok(wants)
}

/// A profile list has ended: whoever waited as a candidate is judged.
pub(crate) async fn candidate_ended(
    db: &mut Connection,
    harvest: &Harvest,
    shown: &Shown,
    now: Timestamp,
) -> Result<Vec<Want>> {
    match shown.target.parse() {
        Ok(user) => candidates::profile_ended(db, harvest, user, now).await,
        Err(_) => Ok(Vec::new()),
    }
}

/// What items of a list lead to: what hangs from posts and comments, and further users.
pub(crate) async fn led_to(
    db: &mut Connection,
    harvest: &Harvest,
    list: &Leading<'_>,
    items: &[i64],
    now: Timestamp,
) -> Result<Vec<Want>> {
    let mut wants = match list.kind {
        Kind::Medias | Kind::Clips => media_wants(harvest, items, list.depth),
        Kind::Comments => comment_wants(db, harvest, items, list.depth).await?,
        _ => Vec::new(),
    };
    if expands(harvest, list.kind, list.depth) {
        let users = found::on_items(db, list.kind, list.target, items).await?;
        wants.extend(candidates::take_as_shown(db, harvest, &users, list.depth + 1, now).await?);
    }
    Ok(wants)
}

/// Without a limit of users, found users open as they are shown.
fn expands(harvest: &Harvest, kind: Kind, depth: i64) -> bool {
    Way::of(kind).is_some_and(|way| harvest.expand.contains(&way))
        && harvest.users_limit.is_none()
        && depth < harvest.depth
}

/// What hangs from posts.
fn media_wants(harvest: &Harvest, media: &[i64], depth: i64) -> Vec<Want> {
    [Kind::Comments, Kind::MediaLikers, Kind::Usertags]
        .into_iter()
        .filter(|kind| harvest.collect.contains(kind))
        .flat_map(|kind| media.iter().map(move |id| Want::new(harvest, kind, id, depth)))
        .collect()
}

/// What hangs from comments: the replies to those that have some, the likers of those that have enough.
async fn comment_wants(
    db: &mut Connection,
    harvest: &Harvest,
    comments: &[i64],
    depth: i64,
) -> Result<Vec<Want>> {
    // Where nobody has said how many likes a comment has, it may have some.
    const SQL: &str = "
        select c.media_id || '/' || c.id, coalesce(c.reply_count, 0) > 0, coalesce(c.like_count, 1) >= max(1, $2)
        from json_each($1) as shown
        join comments as c on c.id = shown.value
        order by shown.key";
    let kinds = [Kind::Replies, Kind::CommentLikers];
    if !kinds.iter().any(|kind| harvest.collect.contains(kind)) {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(SQL)
        .bind(json_ids(comments.iter().copied()))
        .bind(harvest.min_likes.unwrap_or(1))
        .fetch_all(db)
        .await?;
    let mut wants = Vec::new();
    for (kind, column) in kinds.into_iter().zip([1, 2]) {
        let of_kind = rows
            .iter()
            .filter(|row| harvest.collect.contains(&kind) && row.get(column))
            .map(|row| Want::new(harvest, kind, &row.get::<&str, _>(0), depth));
        wants.extend(of_kind);
    }
    Ok(wants)
}
