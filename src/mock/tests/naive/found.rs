//! The keys of the rows of a harvest, and which columns of users were seen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::mock::oracle::Expected;

/// Columns that say whether the right object of a user was seen; none of them is ever empty.
const COLUMNS: [&str; 6] = [
    "username",
    "is_private",
    "is_verified",
    "account_type",
    "fbid_v2",
    "follower_count",
];

/// What a harvest found: the keys of the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) users: BTreeMap<i64, BTreeSet<&'static str>>,
    /// The code, and the likes where they are told.
    pub(crate) media: BTreeMap<i64, (String, Option<i64>)>,
    pub(crate) user_media: BTreeSet<(String, i64, i64, bool)>,
    pub(crate) comments: BTreeMap<i64, i64>,
    /// Rows of two ids, by table.
    pub(crate) pairs: BTreeSet<(&'static str, i64, i64)>,
    /// Post, user, place in a carousel, and the point as a text.
    pub(crate) usertags: BTreeSet<(i64, i64, i64, Option<String>)>,
    /// User, post, milliseconds, note.
    pub(crate) reposts: BTreeSet<(i64, i64, Option<i64>, String)>,
    pub(crate) search_hits: BTreeSet<(String, String, i64)>,
    pub(crate) verdicts: BTreeSet<(String, String, String)>,
}

impl Found {
    /// What the oracle's dump says.
    pub(crate) fn expected(expected: &Expected) -> Self {
        let mut found = Self {
            verdicts: expected.verdicts.iter().cloned().collect(),
            ..Self::default()
        };
        for line in expected.rows.lines() {
            let (table, row) = line.split_once('\t').unwrap();
            found.read(table, &serde_json::from_str(row).unwrap());
        }
        found
    }

    fn read(&mut self, table: &str, row: &Value) {
        let id = |column: &str| row[column].as_i64().unwrap();
        let text = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
        let mut pair = |table, first, second| {
            self.pairs.insert((table, id(first), id(second)));
        };
        match table {
            "users" => self.meet(id("id"), row),
            "media" => {
                let likes = row["like_count"].as_i64();
                self.media.insert(id("id"), (text("code"), likes));
            }
            "user_media" => {
                let is_pinned = row["pinned"] == 1;
                self.user_media
                    .insert((text("list"), id("user_id"), id("media_id"), is_pinned));
            }
            "comments" => {
                self.comments.insert(id("id"), id("media_id"));
            }
            "follows" => pair("follows", "follower_id", "followee_id"),
            "coauthors" => pair("coauthors", "media_id", "user_id"),
            "media_likes" => pair("media_likes", "media_id", "user_id"),
            "comment_likes" => pair("comment_likes", "comment_id", "user_id"),
            "usertags" => {
                let point = row["x"].as_f64().zip(row["y"].as_f64());
                let point = point.map(|(x, y)| format!("{x} {y}"));
                self.usertags
                    .insert((id("media_id"), id("user_id"), id("child_position"), point));
            }
            "reposts" => {
                let at = row["reposted_at"].as_i64();
                self.reposts
                    .insert((id("user_id"), id("media_id"), at, text("note")));
            }
            "search_hits" => {
                self.search_hits
                    .insert((text("query"), text("kind"), id("target_id")));
            }
            _ => {}
        }
    }

    /// Somebody is seen with some columns.
    pub(crate) fn meet(&mut self, user_id: i64, user: &Value) {
        let seen = COLUMNS.into_iter().filter(|column| !user[*column].is_null());
        self.users.entry(user_id).or_default().extend(seen);
    }
}

/// The id of an object, whether it is a text or a number, under `pk` or `id`.
pub(crate) fn id(object: &Value) -> i64 {
    let value = if object["pk"].is_null() {
        &object["id"]
    } else {
        &object["pk"]
    };
    number(value).unwrap()
}

/// A number that may be a text, and may be followed by the id of an owner.
pub(crate) fn number(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.split('_').next()?.parse().ok())
}
