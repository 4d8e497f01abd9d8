//! The canonical dump: every harvested row in a fixed order, without the crawl's own times, ids and positions. Equal for
//! equal data, however it was crawled.

use std::io::Write;

use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _, SqlitePool, TypeInfo as _, ValueRef as _};

use crate::model::{Comment, Media, Record, User};
use crate::store::Result;

/// Columns that hold signed addresses: all after the first `?` differs at every answer.
const SIGNED: [&str; 2] = ["profile_pic_url", "url"];

/// One table of the dump: its name, the columns in order, and the statement that reads them in order.
struct Part {
    table: &'static str,
    columns: Vec<&'static str>,
    sql: String,
}

/// Writes the dump: a line a row, `TABLE<TAB>JSON`, nulls left out.
pub async fn write(pool: &SqlitePool, out: &mut dyn Write) -> Result<()> {
    // One transaction, so that the dump is of one moment.
    let mut snapshot = pool.begin().await?;
    for part in parts() {
        let mut rows = sqlx::query(AssertSqlSafe(part.sql.clone())).fetch(&mut *snapshot);
        while let Some(row) = rows.try_next().await? {
            write_row(out, &part, &row)?;
        }
    }
    Ok(())
}

fn parts() -> Vec<Part> {
    let part = |table, columns: Vec<&'static str>, selected: String, order: &str| Part {
        table,
        columns,
        sql: format!("select {selected} from {order}"),
    };
    let merged = |table: &'static str, columns: &'static [&'static str], extra: &[(&'static str, &str)]| {
        let mut names = vec!["id"];
        names.extend(columns);
        let mut selected = names.join(", ");
        for (name, expression) in extra {
            names.push(name);
            selected = format!("{selected}, {expression}");
        }
        part(table, names, selected, &format!("{table} order by id"))
    };
    let gone = ("gone", "case when gone_at is not null then 1 end");
    let plain = |table: &'static str, columns: &[&'static str], key: &str| {
        part(
            table,
            columns.to_vec(),
            columns.join(", "),
            &format!("{table} order by {key}"),
        )
    };
    vec![
        merged(
            "users",
            User::COLUMNS,
            &[("profiled", "case when profiled_at is not null then 1 end"), gone],
        ),
        merged("media", Media::COLUMNS, &[gone]),
        plain(
            "media_children",
            &[
                "media_id",
                "position",
                "id",
                "media_type",
                "width",
                "height",
                "url",
            ],
            "media_id, position",
        ),
        plain(
            "user_media",
            &["list", "user_id", "media_id", "pinned"],
            "list, user_id, media_id",
        ),
        merged("comments", Comment::COLUMNS, &[]),
        part(
            "follows",
            vec!["follower_id", "followee_id", "gone"],
            "follower_id, followee_id, case when gone_sweep is not null then 1 end".into(),
            "follow_edges order by follower_id, followee_id",
        ),
        plain("coauthors", &["media_id", "user_id"], "media_id, user_id"),
        plain("media_likes", &["media_id", "user_id"], "media_id, user_id"),
        plain("comment_likes", &["comment_id", "user_id"], "comment_id, user_id"),
        plain(
            "usertags",
            &["media_id", "user_id", "child_position", "x", "y"],
            "media_id, user_id, child_position",
        ),
        plain(
            "reposts",
            &["user_id", "media_id", "reposted_at", "note"],
            "user_id, media_id",
        ),
        plain(
            "search_hits",
            &["query", "kind", "target_id"],
            "query, kind, target_id",
        ),
    ]
}

fn write_row(out: &mut dyn Write, part: &Part, row: &sqlx::sqlite::SqliteRow) -> Result<()> {
    let mut fields = Vec::with_capacity(part.columns.len());
    for (at, column) in part.columns.iter().enumerate() {
        let raw = row.try_get_raw(at)?;
        if raw.is_null() {
            continue;
        }
        let value = match raw.type_info().name() {
            "REAL" => Value::from(row.try_get::<f64, _>(at)?),
            "TEXT" => {
                let text: &str = row.try_get(at)?;
                let signed = SIGNED.contains(column);
                Value::from(if signed {
                    text.split('?').next().unwrap_or(text)
                } else {
                    text
                })
            }
            _ => Value::from(row.try_get::<i64, _>(at)?),
        };
        fields.push(format!("\"{column}\":{value}"));
    }
    Ok(writeln!(out, "{}\t{{{}}}", part.table, fields.join(","))?)
}
