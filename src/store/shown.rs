//! What a list shows: each item carries the sweep that last showed it. That one number gives coverage, loop guards,
//! departures and resume. Follow edges have a file of their own.

use sqlx::{AssertSqlSafe, Row as _};

use crate::endpoint::{Page, Thing};
use crate::kind::Kind;
use crate::store::claim::Task;
use crate::store::history::posts;
use crate::store::sweeps::Sweep;
use crate::store::want::Shown;
use crate::store::{Connection, Result, edges, json_ids};
use crate::variant::Variant;

/// What a page showed that its sweep had not shown before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct New {
    /// Items.
    pub entries: i64,
    /// What they stand for in the list's counter: a comment counts its replies.
    pub covered: i64,
    /// Of these, those that the sweep before with items showed too.
    pub recaptured: i64,
    /// Of these, those that any sweep of the list before this one showed.
    pub known_before: i64,
}

impl New {
    /// Items that stand for themselves.
    pub(crate) fn plain(entries: usize) -> Self {
        let entries = i64::try_from(entries).unwrap_or(i64::MAX);
        Self {
            entries,
            covered: entries,
            ..Self::default()
        }
    }

    /// Counts the items whose last sighting on this list was by an earlier sweep.
    pub(crate) fn seen_before(self, last_shown_by: impl Iterator<Item = i64>, before: Option<i64>) -> Self {
        last_shown_by.fold(self, |new, sweep| Self {
            known_before: new.known_before + 1,
            recaptured: new.recaptured + i64::from(Some(sweep) == before),
            ..new
        })
    }
}

/// The statements that keep the items of one kind of list. Parameters: the items as a JSON array of
/// `[id, pinned, thing]`, the list's owner, the sweep, the first place that is free, the list's number and its kind.
struct Keeping {
    /// The ids among the items that a sweep has shown, each with the last that did.
    known: &'static str,
    /// Marks items as shown by this sweep.
    show: &'static str,
    /// The ids of the items that a sweep ($2) of an owner ($1) shows, in their order; $3 and $4 are the list's number and
    /// kind.
    read: &'static str,
}

const POSTS: Keeping = Keeping {
    known: "
        select media_id, sweep_id
        from user_media
        where list = $6 and user_id = $2 and media_id in (select value ->> 0 from json_each($1))",
    show: "
        insert into user_media (list, user_id, media_id, position, pinned, sweep_id, first_sweep)
        select $6, $2, shown.value ->> 0, $4 + shown.key, shown.value ->> 1, $3, $3
        from json_each($1) as shown
        where true
        on conflict (list, user_id, media_id) do update set
            position = excluded.position,
            pinned = excluded.pinned,
            sweep_id = excluded.sweep_id",
    read: "
        select media_id
        from user_media
        where list = $4 and user_id = $1
            and sweep_id between coalesce((select base_sweep from sweeps where id = $2), $2) and $2
        order by sweep_id desc, position",
};

/// Reposts are rows already, written with what their notes say: here they only get the sweep that showed them.
const REPOSTS: Keeping = Keeping {
    known: "
        select media_id, sweep_id
        from reposts
        where user_id = $2 and sweep_id is not null and media_id in (select value ->> 0 from json_each($1))",
    show: "
        update reposts
        set sweep_id = $3, position = $4 + shown.key
        from json_each($1) as shown
        where reposts.user_id = $2 and reposts.media_id = shown.value ->> 0",
    read: "
        select media_id
        from reposts
        where user_id = $1 and sweep_id = $2
        order by position",
};

const MEDIA_LIKERS: Keeping = Keeping {
    known: "
        select user_id, sweep_id
        from media_likes
        where media_id = $2 and user_id in (select value ->> 0 from json_each($1))",
    show: "
        insert into media_likes (media_id, user_id, sweep_id, position, first_sweep)
        select $2, shown.value ->> 0, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (media_id, user_id) do update set
            sweep_id = excluded.sweep_id,
            position = excluded.position",
    read: "
        select user_id
        from media_likes
        where media_id = $1 and sweep_id = $2
        order by position",
};

const COMMENT_LIKERS: Keeping = Keeping {
    known: "
        select user_id, sweep_id
        from comment_likes
        where comment_id = $2 and user_id in (select value ->> 0 from json_each($1))",
    show: "
        insert into comment_likes (comment_id, user_id, sweep_id, position, first_sweep)
        select $2, shown.value ->> 0, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (comment_id, user_id) do update set
            sweep_id = excluded.sweep_id,
            position = excluded.position",
    read: "
        select user_id
        from comment_likes
        where comment_id = $1 and sweep_id = $2
        order by position",
};

/// The owner of a search is its words. What it shows are users and media, whose ids are of different length.
const SEARCH: Keeping = Keeping {
    known: "
        select h.target_id, h.sweep_id
        from search_hits as h
        join json_each($1) as shown on h.target_id = shown.value ->> 0 and h.kind = shown.value ->> 2
        where h.query = $2",
    show: "
        insert into search_hits (query, kind, target_id, best_position, sweep_id, position, first_sweep)
        select $2, shown.value ->> 2, shown.value ->> 0, $4 + shown.key, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (query, kind, target_id) do update set
            best_position = min(best_position, excluded.best_position),
            sweep_id = excluded.sweep_id,
            position = excluded.position",
    read: "
        select target_id
        from search_hits
        where query = $1 and sweep_id = $2 and kind = 'user'
        order by position",
};

const VARIANT: Keeping = Keeping {
    known: "
        select item_id, sweep_id
        from list_items
        where list_id = $5 and item_id in (select value ->> 0 from json_each($1))",
    show: "
        insert into list_items (list_id, item_id, sweep_id, position, first_sweep)
        select $5, shown.value ->> 0, $3, $4 + shown.key, $3
        from json_each($1) as shown
        where true
        on conflict (list_id, item_id) do update set
            sweep_id = excluded.sweep_id,
            position = excluded.position",
    read: "
        select item_id
        from list_items
        where list_id = $3 and sweep_id = $2
        order by position",
};

/// Comments are rows already: here they only get the sweep that showed them.
const COMMENTS: Keeping = Keeping {
    known: "
        select id, sweep_id
        from comments
        where sweep_id is not null and id in (select value ->> 0 from json_each($1))",
    show: "
        update comments
        set sweep_id = $3, position = $4 + shown.key
        from json_each($1) as shown
        where comments.id = shown.value ->> 0",
    read: "
        select id
        from comments
        where media_id = $1 and parent_id is null and sweep_id = $2
        order by position",
};

const REPLIES: Keeping = Keeping {
    read: "
        select id
        from comments
        where parent_id = $1 and sweep_id = $2
        order by position",
    ..COMMENTS
};

fn keeping(kind: Kind, variant: Variant) -> Option<Keeping> {
    if variant != Variant::Plain {
        return Some(VARIANT);
    }
    match kind {
        Kind::Medias | Kind::Clips => Some(POSTS),
        Kind::Reposts => Some(REPOSTS),
        Kind::Comments => Some(COMMENTS),
        Kind::Replies => Some(REPLIES),
        Kind::MediaLikers => Some(MEDIA_LIKERS),
        Kind::CommentLikers => Some(COMMENT_LIKERS),
        Kind::Search => Some(SEARCH),
        // Profiles have no items, tags have no order, and follow edges are seen from both ends.
        Kind::Profile | Kind::Usertags | Kind::Followers | Kind::Following => None,
    }
}

/// What the rows of a list are kept under: the comment of `media/comment`, the words of a search, else the id.
fn owner_of(kind: Kind, target: &str) -> Owner<'_> {
    if kind == Kind::Search {
        return Owner::Words(target);
    }
    let id = target.rsplit('/').next().and_then(|id| id.parse().ok());
    Owner::Id(id.unwrap_or_default())
}

enum Owner<'a> {
    Id(i64),
    Words(&'a str),
}

macro_rules! bind_owner {
    ($query:expr, $owner:expr) => {
        match $owner {
            Owner::Id(id) => $query.bind(id),
            Owner::Words(words) => $query.bind(words),
        }
    };
}

/// Marks the items of a page as shown by the task's sweep.
pub(crate) async fn show(db: &mut Connection, task: &Task, sweep: &Sweep, page: &Page) -> Result<New> {
    if page.entries.is_empty() {
        return Ok(New::default());
    }
    if matches!(task.kind, Kind::Followers | Kind::Following) {
        return edges::show(db, task, sweep, &page.entries).await;
    }
    let Some(keeping) = keeping(task.kind, task.variant) else {
        return Ok(New::plain(page.entries.len()));
    };
    let all: Vec<(i64, i64, &str)> = page
        .entries
        .iter()
        .map(|entry| (entry.id, i64::from(entry.pinned), entry.thing.name()))
        .collect();
    let json = serde_json::to_string(&all).unwrap_or_else(|_| "[]".into());
    let query = sqlx::query(keeping.known).bind(&json);
    let query = bind_owner!(query, owner_of(task.kind, &task.target));
    let seen: Vec<(i64, i64)> = query
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .bind(task.list_id)
        .bind(task.kind.name())
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let (known, earlier): (Vec<_>, Vec<_>) = seen.into_iter().partition(|seen| seen.1 == task.sweep_id);
    let is_known = |id: i64| known.iter().any(|seen| seen.0 == id);
    let new: Vec<&(i64, i64, &str)> = all.iter().filter(|item| !is_known(item.0)).collect();
    let json = serde_json::to_string(&new).unwrap_or_else(|_| "[]".into());
    if matches!(task.kind, Kind::Medias | Kind::Clips) {
        let owner = task.target.parse().unwrap_or_default();
        posts::returned(db, task.kind, owner, task.sweep_id, &json).await?;
    }
    let query = sqlx::query(keeping.show).bind(&json);
    bind_owner!(query, owner_of(task.kind, &task.target))
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .bind(task.list_id)
        .bind(task.kind.name())
        .execute(&mut *db)
        .await?;
    let ids: Vec<i64> = new.iter().map(|item| item.0).collect();
    if task.kind == Kind::Clips && task.variant != Variant::Plain {
        list_clips(db, task, &json).await?;
    }
    let mut shown = New::plain(ids.len()).seen_before(earlier.iter().map(|seen| seen.1), sweep.before);
    if task.kind == Kind::Comments {
        shown.covered += replies_of(db, &ids).await?;
    }
    Ok(shown)
}

/// Marks only those items of a page that no sweep of the list has shown: for pages that are older than what is known.
pub(crate) async fn add_missing(db: &mut Connection, task: &Task, sweep: &Sweep, page: &Page) -> Result<New> {
    if matches!(task.kind, Kind::Followers | Kind::Following) {
        return edges::add_missing(db, task, sweep, &page.entries).await;
    }
    let Some(keeping) = keeping(task.kind, task.variant) else {
        return Ok(New::plain(page.entries.len()));
    };
    let shown: Vec<(i64, i64, &str)> = page
        .entries
        .iter()
        .map(|entry| (entry.id, 0, entry.thing.name()))
        .collect();
    // The statement that asks for one sweep, asked for any.
    let present = keeping.known.replace("sweep_id = $3", "sweep_id is not null");
    let query = sqlx::query_scalar(AssertSqlSafe(present))
        .bind(serde_json::to_string(&shown).unwrap_or_else(|_| "[]".into()));
    let query = bind_owner!(query, owner_of(task.kind, &task.target));
    let present: Vec<i64> = query
        .bind(task.sweep_id)
        .bind(sweep.distinct_items)
        .bind(task.list_id)
        .bind(task.kind.name())
        .fetch_all(&mut *db)
        .await?;
    let mut missing = page.clone();
    missing.entries.retain(|entry| !present.contains(&entry.id));
    show(db, task, sweep, &missing).await
}

/// Whose list shows a clip does not depend on the order in which it was asked for.
async fn list_clips(db: &mut Connection, task: &Task, items: &str) -> Result<()> {
    const SQL: &str = "
        insert into user_media (list, user_id, media_id, position, pinned, sweep_id, first_sweep)
        select 'clips', $2, shown.value ->> 0, shown.key, shown.value ->> 1, $3, $3
        from json_each($1) as shown
        where true
        on conflict (list, user_id, media_id) do nothing";
    sqlx::query(SQL)
        .bind(items)
        .bind(task.target.parse::<i64>().unwrap_or_default())
        .bind(task.sweep_id)
        .execute(db)
        .await?;
    Ok(())
}

/// The upstream's counter of comments includes their replies.
async fn replies_of(db: &mut Connection, comments: &[i64]) -> Result<i64> {
    const SQL: &str = "
        select coalesce(sum(reply_count), 0)
        from comments
        where id in (select value from json_each($1))";
    let row = sqlx::query(SQL)
        .bind(json_ids(comments.iter().copied()))
        .fetch_one(db)
        .await?;
    Ok(row.get(0))
}

/// The items that a list shows that ended or is under way, in their order: of a search the users.
pub(crate) async fn items(db: &mut Connection, shown: &Shown) -> Result<Vec<i64>> {
    let owner = owner_of(shown.kind, &shown.target);
    let sql = match (shown.kind, keeping(shown.kind, shown.variant)) {
        (Kind::Followers, _) => edges::READ_FOLLOWERS,
        (Kind::Following, _) => edges::READ_FOLLOWING,
        (Kind::Usertags, _) => return Ok(shown.target.parse().into_iter().collect()),
        (_, Some(keeping)) => keeping.read,
        (_, None) => return Ok(Vec::new()),
    };
    let query = bind_owner!(sqlx::query_scalar(sql), owner);
    Ok(query
        .bind(shown.sweep)
        .bind(shown.list_id)
        .bind(shown.kind.name())
        .fetch_all(db)
        .await?)
}

/// The items of a page that lead on: of a search the users.
pub(crate) fn items_of_page(kind: Kind, page: &Page) -> Vec<i64> {
    page.entries
        .iter()
        .filter(|entry| kind != Kind::Search || entry.thing == Thing::User)
        .map(|entry| entry.id)
        .collect()
}
