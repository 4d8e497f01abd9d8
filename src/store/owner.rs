//! The owner of a list: the user, media item or comment whose row says how large the list is, and whether it can be read.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::{Connection, Result, json_ids};

/// What is known of the owner of a list before anything is bought.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Owner {
    pub private: bool,
    pub gone: bool,
    /// Whether it was described whole in this generation.
    pub alive: bool,
    /// The list's size, if it was read in this generation.
    pub counter: Option<i64>,
    /// When it was described whole, if in this generation.
    pub read_at: Option<Timestamp>,
}

/// A counter, and when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub counter: i64,
    pub at: Timestamp,
}

impl Owner {
    /// The list's size with the time at which it was read, if that was in this generation.
    pub(crate) fn reading(&self) -> Option<Reading> {
        Some(Reading {
            counter: self.counter?,
            at: self.read_at?,
        })
    }
}

/// What is known of the owners of lists (number, kind, target, since when a counter counts), by the list's number.
pub(crate) async fn owners(
    db: &mut Connection,
    lists: &[(i64, Kind, &str, Timestamp)],
) -> Result<HashMap<i64, Owner>> {
    let mut by_table: BTreeMap<&'static str, Vec<(i64, Kind, i64, Timestamp)>> = BTreeMap::new();
    for (list_id, kind, target, fresh_after) in lists {
        if let Some((table, id)) = owner_of(*kind, target) {
            by_table
                .entry(table)
                .or_default()
                .push((*list_id, *kind, id, *fresh_after));
        }
    }
    let mut owners = HashMap::new();
    for (table, lists) in by_table {
        let ids: HashSet<i64> = lists.iter().map(|(_, _, id, _)| *id).collect();
        let rows = owner_rows(db, table, &ids).await?;
        for (list_id, kind, id, fresh_after) in lists {
            if let Some(row) = rows.get(&id) {
                owners.insert(list_id, row.owner(kind, fresh_after));
            }
        }
    }
    Ok(owners)
}

/// What is known of the owner of one list: for the counters before and after a sweep.
pub(crate) async fn owner(
    db: &mut Connection,
    kind: Kind,
    target: &str,
    fresh_after: Timestamp,
) -> Result<Owner> {
    let Some((table, id)) = owner_of(kind, target) else {
        return Ok(Owner::default());
    };
    let rows = owner_rows(db, table, &HashSet::from([id])).await?;
    Ok(rows
        .get(&id)
        .map(|row| row.owner(kind, fresh_after))
        .unwrap_or_default())
}

/// The table and key of the row that says how large a list is.
fn owner_of(kind: Kind, target: &str) -> Option<(&'static str, i64)> {
    match kind {
        Kind::Followers | Kind::Following | Kind::Medias | Kind::Clips | Kind::Reposts => {
            Some(("users", target.parse().ok()?))
        }
        Kind::Comments | Kind::MediaLikers | Kind::Usertags => Some(("media", target.parse().ok()?)),
        Kind::Replies | Kind::CommentLikers => Some(("comments", target.split_once('/')?.1.parse().ok()?)),
        Kind::Profile | Kind::Search => None,
    }
}

/// The counters of a row, whichever table it is from.
struct OwnerRow {
    private: bool,
    gone: bool,
    read_at: Option<Timestamp>,
    counters: [Option<i64>; 3],
}

impl OwnerRow {
    /// An account is gone if the newest sweep of its profile says so; a counter counts if it was read since `fresh_after`.
    fn owner(&self, kind: Kind, fresh_after: Timestamp) -> Owner {
        let counter = match kind {
            Kind::Followers | Kind::Comments | Kind::Replies => self.counters[0],
            Kind::Following | Kind::MediaLikers | Kind::CommentLikers => self.counters[1],
            Kind::Medias => self.counters[2],
            Kind::Profile | Kind::Clips | Kind::Reposts | Kind::Usertags | Kind::Search => None,
        };
        let read_at = self.read_at.filter(|read_at| *read_at >= fresh_after);
        Owner {
            private: self.private,
            gone: self.gone,
            alive: read_at.is_some() && !self.gone,
            counter: counter.filter(|_| read_at.is_some()),
            read_at,
        }
    }
}

async fn owner_rows(db: &mut Connection, table: &str, ids: &HashSet<i64>) -> Result<HashMap<i64, OwnerRow>> {
    const USERS: &str = "
        select
            id, coalesce(is_private, 0), gone_at is not null, profiled_at, follower_count, following_count, media_count
        from users
        where id in (select value from json_each($1))";
    const MEDIA: &str = "
        select id, 0, 0, profiled_at, comment_count, like_count, null
        from media
        where id in (select value from json_each($1))";
    const COMMENTS: &str = "
        select id, 0, 0, last_seen_at, reply_count, like_count, null
        from comments
        where id in (select value from json_each($1))";
    let sql = match table {
        "users" => USERS,
        "media" => MEDIA,
        _ => COMMENTS,
    };
    let rows = sqlx::query(sql)
        .bind(json_ids(ids.iter().copied()))
        .fetch_all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let owner = OwnerRow {
                private: row.get(1),
                gone: row.get(2),
                read_at: row.get(3),
                counters: [row.get(4), row.get(5), row.get(6)],
            };
            (row.get(0), owner)
        })
        .collect())
}
