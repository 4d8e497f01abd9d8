//! Where a row comes from: the pages that its columns, or its place in a list, were read on. Merged rows carry the stamps
//! of their answers; rows of lists carry the sweep that last showed them and their place in it.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::clock::Timestamp;
use crate::model::{Comment, Media, Record, User};
use crate::store::stamps::{self, Stamp};
use crate::store::{Connection, Result, StoreError};

/// One page, and what of the row it gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// The columns, or the part of the row in words: `followers list`.
    pub gave: Vec<String>,
    /// The page; none if it is not known.
    pub page: Option<PageOf>,
}

/// A page as the source of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PageOf {
    /// Its number.
    pub id: i64,
    /// Which endpoint was asked.
    pub endpoint: String,
    /// For whom.
    pub target: String,
    /// Which page of the walk, from 0.
    pub page_no: i64,
    /// The walk within the sweep.
    pub walk: i64,
    /// The sweep.
    pub sweep_id: i64,
    /// The harvest that paid.
    pub harvest: String,
    /// When the answer came.
    pub answered_at: Timestamp,
    /// What it cost, in units.
    pub units: i64,
    /// How many items it showed, which share the price.
    pub items: i64,
    /// The version of the parsers that read it.
    pub parser: i64,
    /// Whether its body is kept.
    pub body_kept: bool,
    /// The file that it was imported from.
    pub file: Option<String>,
}

/// The tables whose rows can be traced, and how their keys are written.
pub const KEYS: [(&str, &str); 14] = [
    ("users", "ID or @NAME"),
    ("media", "ID or CODE"),
    ("comments", "ID"),
    ("follows", "FOLLOWER/FOLLOWEE"),
    ("user_media", "LIST/USER/MEDIA"),
    ("media_children", "MEDIA/POSITION"),
    ("media_likes", "MEDIA/USER"),
    ("comment_likes", "COMMENT/USER"),
    ("usertags", "MEDIA/USER/CHILD_POSITION"),
    ("reposts", "USER/MEDIA"),
    ("coauthors", "MEDIA/USER"),
    ("search_hits", "QUERY/KIND/ID"),
    ("list_items", "LIST/ITEM"),
    ("follow_edges", "FOLLOWER/FOLLOWEE"),
];

/// The sources of a row, the newest page first; of one of its columns, if one is named.
pub async fn find(db: &mut Connection, table: &str, key: &str, column: Option<&str>) -> Result<Vec<Source>> {
    let Some((table, form)) = KEYS.into_iter().find(|(name, _)| *name == table) else {
        let known: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
        return Err(StoreError::Refused(format!(
            "rows of {table} are not traced; these are: {}",
            known.join(", ")
        )));
    };
    let no_row = || {
        StoreError::Refused(format!(
            "{table} has no row {key}; its keys are written {form}, and `gleaner sql \"select * from {table} limit 5\"` \
             shows some"
        ))
    };
    let mut sources = match table {
        "users" => merged::<User>(db, key, column).await?.ok_or_else(no_row)?,
        "media" => merged::<Media>(db, key, column).await?.ok_or_else(no_row)?,
        "comments" => merged::<Comment>(db, key, column).await?.ok_or_else(no_row)?,
        _ if column.is_some() => {
            return Err(StoreError::Refused(format!(
                "a row of {table} comes from one page as a whole: leave the column out"
            )));
        }
        _ => Vec::new(),
    };
    if column.is_none() {
        let seen = seen(db, table, key, form).await?;
        if sources.is_empty() && seen.is_empty() {
            return Err(no_row());
        }
        sources.extend(seen);
    }
    sources.sort_by_key(|source| {
        std::cmp::Reverse(source.page.as_ref().map(|page| (page.answered_at, page.id)))
    });
    Ok(sources)
}

/// Columns of a merged row, grouped by the answer that they come from; none if there is no such row.
async fn merged<R: Record>(
    db: &mut Connection,
    key: &str,
    column: Option<&str>,
) -> Result<Option<Vec<Source>>> {
    if let Some(column) = column.filter(|column| !R::COLUMNS.contains(column)) {
        return Err(StoreError::Refused(format!(
            "{} has no column {column} that comes from an answer; these do: {}",
            R::TABLE,
            R::COLUMNS.join(", ")
        )));
    }
    let (name, value) = match key.strip_prefix('@') {
        Some(username) if R::TABLE == "users" => ("username", username),
        _ if R::TABLE == "media" && key.parse::<i64>().is_err() => ("code", key),
        _ => ("id", key),
    };
    // The text is made of the crate's own names only; an id is compared as a number by the column's own type.
    let sql = format!(
        "select stamps from {} where {name} = $1 order by id desc limit 1",
        R::TABLE
    );
    let text: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(value)
        .fetch_optional(&mut *db)
        .await?;
    let Some(text) = text else { return Ok(None) };
    let mut groups: BTreeMap<Stamp, Vec<String>> = BTreeMap::new();
    for (name, stamp) in R::COLUMNS.iter().zip(stamps::read(&text, R::COLUMNS.len())) {
        if let Some(stamp) = stamp.filter(|_| column.is_none_or(|column| column == *name)) {
            groups.entry(stamp).or_default().push((*name).to_owned());
        }
    }
    let mut sources = Vec::new();
    for (stamp, gave) in groups {
        let page = page_of_stamp(db, stamp).await?;
        sources.push(Source { gave, page });
    }
    Ok(Some(sources))
}

/// A place where a row was seen: what it is called, and the sweep with the place in it, or the stamp.
type Seen = (String, Option<i64>, Option<i64>, Option<Stamp>);

/// The statement that says where a row was seen, by the parts of its key.
fn statement(table: &str) -> Option<&'static str> {
    Some(match table {
        "comments" => {
            "
            select 'its place in the list', sweep_id, position, null
            from comments
            where id = $1 and sweep_id is not null"
        }
        "follows" | "follow_edges" => {
            "
            select 'followers of the followee', followers_sweep, followers_position, null
            from follow_edges
            where follower_id = $1 and followee_id = $2 and followers_sweep is not null
            union all
            select 'following of the follower', following_sweep, following_position, null
            from follow_edges
            where follower_id = $1 and followee_id = $2 and following_sweep is not null"
        }
        "user_media" => {
            "
            select 'the whole row', sweep_id, position, null
            from user_media
            where list = $1 and user_id = $2 and media_id = $3"
        }
        "media_likes" => {
            "
            select 'the whole row', sweep_id, position, null
            from media_likes
            where media_id = $1 and user_id = $2"
        }
        "comment_likes" => {
            "
            select 'the whole row', sweep_id, position, null
            from comment_likes
            where comment_id = $1 and user_id = $2"
        }
        "search_hits" => {
            "
            select 'the whole row', sweep_id, position, null
            from search_hits
            where query = $1 and kind = $2 and target_id = $3"
        }
        "list_items" => {
            "
            select 'the whole row', sweep_id, position, null
            from list_items
            where list_id = $1 and item_id = $2"
        }
        "media_children" => {
            "
            select 'the whole row', null, null, stamp
            from media_children
            where media_id = $1 and position = $2"
        }
        "usertags" => {
            "
            select 'the whole row', null, null, stamp
            from usertags
            where media_id = $1 and user_id = $2 and child_position = $3"
        }
        "reposts" => {
            "
            select 'time and note', null, null, stamp
            from reposts
            where user_id = $1 and media_id = $2
            union all
            select 'its place in the list', sweep_id, position, null
            from reposts
            where user_id = $1 and media_id = $2 and sweep_id is not null"
        }
        // Only its times are kept: any page of that time shows it.
        "coauthors" => {
            "
            select 'the whole row', null, null, (
                select p.answered_at * 1048576 + p.id % 1048576
                from pages as p
                where p.answered_at = c.last_seen_at
                order by p.id desc
                limit 1
            )
            from coauthors as c
            where media_id = $1 and user_id = $2"
        }
        _ => return None,
    })
}

/// Where lists and answers showed a row.
async fn seen(db: &mut Connection, table: &str, key: &str, form: &str) -> Result<Vec<Source>> {
    let parts = parts_of(key, form);
    let Some(sql) = statement(table) else {
        return Ok(Vec::new());
    };
    let mut query = sqlx::query(sql);
    for part in &parts {
        query = match part.parse::<i64>() {
            Ok(number) => query.bind(number),
            Err(_) => query.bind(part.as_str()),
        };
    }
    let seen: Vec<Seen> = query
        .fetch_all(&mut *db)
        .await?
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3)))
        .collect();
    let mut sources = Vec::new();
    for (gave, sweep, position, stamp) in seen {
        let page = match (sweep, position, stamp) {
            (Some(sweep), position, _) => page_of_place(db, sweep, position.unwrap_or(0)).await?,
            (None, _, Some(stamp)) => page_of_stamp(db, stamp).await?,
            (None, _, None) => None,
        };
        sources.push(Source {
            gave: vec![gave],
            page,
        });
    }
    Ok(sources)
}

/// The parts of a key, as many as its form has; the first takes what is left over, as a query may have slashes.
fn parts_of(key: &str, form: &str) -> Vec<String> {
    let count = form.split('/').count();
    let mut parts: Vec<String> = key.rsplitn(count, '/').map(str::to_owned).collect();
    parts.reverse();
    parts.resize(count, String::new());
    parts
}

const PAGE: &str = "
    select
        p.id, p.endpoint, a.target, p.page_no, p.walk, p.sweep_id, h.name, p.answered_at, a.units, coalesce(p.entries, 0),
        p.parser, b.page_id is not null, i.file
    from pages as p
    join ledger as a on a.id = p.ledger_id
    join harvests as h on h.id = a.harvest_id
    left join page_bodies as b on b.page_id = p.id
    left join imports as i on i.page_id = p.id";

fn page(row: &SqliteRow) -> PageOf {
    PageOf {
        id: row.get(0),
        endpoint: row.get(1),
        target: row.get(2),
        page_no: row.get(3),
        walk: row.get(4),
        sweep_id: row.get(5),
        harvest: row.get(6),
        answered_at: row.get(7),
        units: row.get(8),
        items: row.get(9),
        parser: row.get(10),
        body_kept: row.get(11),
        file: row.get(12),
    }
}

/// The page of a stamp: its time, and its number's last bits.
async fn page_of_stamp(db: &mut Connection, stamp: Stamp) -> Result<Option<PageOf>> {
    let sql = format!("{PAGE} where p.answered_at = $1 and (p.answered_at << 20) | (p.id & 1048575) = $2");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(stamps::answered_at(stamp))
        .bind(stamp)
        .fetch_optional(db)
        .await?;
    Ok(row.as_ref().map(page))
}

/// The page of a sweep on which its item at that place stood: places count the items that were new to the sweep.
async fn page_of_place(db: &mut Connection, sweep_id: i64, position: i64) -> Result<Option<PageOf>> {
    let sql = format!(
        "{PAGE}
        where p.id = (
            select q.id
            from (
                select id, sum(new_entries) over (order by id) as places
                from pages
                where sweep_id = $1
            ) as q
            where q.places > $2
            order by q.id
            limit 1
        )"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(sweep_id)
        .bind(position)
        .fetch_optional(db)
        .await?;
    Ok(row.as_ref().map(page))
}

/// The body of a page, as it came; none if it was dropped.
pub async fn body(db: &mut Connection, page_id: i64) -> Result<Option<Vec<u8>>> {
    crate::store::archive::bodies::read(db, page_id).await
}

#[cfg(test)]
mod tests {
    use super::parts_of;

    #[test]
    fn the_first_part_of_a_key_takes_what_is_left_over() {
        assert_eq!(parts_of("1/2", "FOLLOWER/FOLLOWEE"), ["1", "2"]);
        assert_eq!(parts_of("a/b c/user/7", "QUERY/KIND/ID"), ["a/b c", "user", "7"]);
        assert_eq!(parts_of("7", "FOLLOWER/FOLLOWEE"), ["7", ""]);
    }
}
