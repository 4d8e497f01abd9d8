//! What a rebuild changed: each table is set aside before, and compared row by row after.

use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _};

use crate::store::archive::replay;
use crate::store::{Connection, Result};

/// How many changed rows are shown of each table.
const EXAMPLES: i64 = 3;

/// What happened to one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub table: String,
    /// Rows before.
    pub before: i64,
    /// Rows after.
    pub after: i64,
    /// Rows whose key is new.
    pub added: i64,
    /// Rows whose key is gone.
    pub removed: i64,
    /// Rows that have other values.
    pub changed: i64,
    /// Some of them: the key, and for each column what it held and holds.
    pub examples: Vec<Value>,
}

impl Difference {
    /// Whether the table is as it was.
    pub const fn is_none(&self) -> bool {
        self.added == 0 && self.removed == 0 && self.changed == 0
    }
}

/// The columns of a table: those of its key, and the others.
struct Columns {
    key: Vec<String>,
    others: Vec<String>,
}

/// Every table that is set aside.
fn tables() -> impl Iterator<Item = &'static str> {
    replay::TABLES.into_iter().chain(["rejects", "pages"])
}

/// Whether a column holds another value after; `old` and `new` are the rows. The sweeps before the last ones were not kept
/// from the beginning: what was not known is no other value.
fn differs(name: &str) -> String {
    let differs = format!("old.{name} is not new.{name}");
    if ["followers_before", "following_before"].contains(&name) {
        return format!("old.{name} is not null and {differs}");
    }
    differs
}

async fn columns(db: &mut Connection, table: &str) -> Result<Columns> {
    const SQL: &str = "
        select name, pk > 0
        from pragma_table_info($1)";
    let (mut key, mut others) = (Vec::new(), Vec::new());
    for row in sqlx::query(SQL).bind(table).fetch_all(db).await? {
        let name: String = row.get(0);
        // The version that read a page is no difference.
        if row.get(1) {
            key.push(name);
        } else if (table, name.as_str()) != ("pages", "parser") {
            others.push(name);
        }
    }
    Ok(Columns { key, others })
}

/// Sets the tables aside, in a temporary database on the disk.
pub(crate) async fn set_aside(db: &mut Connection) -> Result<()> {
    for table in tables() {
        let key = columns(db, table).await?.key.join(", ");
        // All names are the schema's own.
        for sql in [
            format!("drop table if exists temp.before_{table}"),
            format!("create temp table before_{table} as select * from {table}"),
            format!("create index temp.before_{table}_key on before_{table} ({key})"),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *db).await?;
        }
    }
    Ok(())
}

/// Compares the tables with what was set aside, and drops that.
pub(crate) async fn compare(db: &mut Connection) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for table in tables() {
        let columns = columns(db, table).await?;
        differences.push(compare_one(db, table, &columns).await?);
        sqlx::query(AssertSqlSafe(format!("drop table temp.before_{table}")))
            .execute(&mut *db)
            .await?;
    }
    Ok(differences)
}

async fn compare_one(db: &mut Connection, table: &str, columns: &Columns) -> Result<Difference> {
    let before = format!("temp.before_{table}");
    let all = |text: &dyn Fn(&String) -> String, names: &[String], between: &str| {
        let parts: Vec<String> = names.iter().map(text).collect();
        parts.join(between)
    };
    let same_key = all(&|name| format!("old.{name} = new.{name}"), &columns.key, " and ");
    let differ = match columns.others.as_slice() {
        [] => "false".to_owned(),
        others => all(&|name| format!("({})", differs(name)), others, " or "),
    };
    let shown: Vec<String> = columns
        .key
        .iter()
        .map(|name| format!("'{name}', new.{name}"))
        .chain(columns.others.iter().map(|name| {
            format!(
                "'{name}', case when {} then json_array(old.{name}, new.{name}) end",
                differs(name)
            )
        }))
        .collect();
    let examples = format!(
        "select json_object({}) from {before} as old join main.{table} as new on {same_key} where {differ} limit {EXAMPLES}",
        shown.join(", ")
    );
    let examples: Vec<String> = sqlx::query_scalar(AssertSqlSafe(examples))
        .fetch_all(&mut *db)
        .await?;
    Ok(Difference {
        table: table.to_owned(),
        before: number(db, format!("select count(*) from {before}")).await?,
        after: number(db, format!("select count(*) from main.{table}")).await?,
        added: number(
            db,
            format!(
                "select count(*) from main.{table} as new \
                 where not exists (select 1 from {before} as old where {same_key})"
            ),
        )
        .await?,
        removed: number(
            db,
            format!(
                "select count(*) from {before} as old \
                 where not exists (select 1 from main.{table} as new where {same_key})"
            ),
        )
        .await?,
        changed: number(
            db,
            format!(
                "select count(*) from {before} as old join main.{table} as new on {same_key} where {differ}"
            ),
        )
        .await?,
        examples: examples.iter().map(|text| without_nulls(text)).collect(),
    })
}

async fn number(db: &mut Connection, sql: String) -> Result<i64> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(db).await?)
}

/// What did not change is not shown.
fn without_nulls(text: &str) -> Value {
    let mut value: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        for change in fields.values_mut() {
            // SQLite passes the pair on as text.
            if let Some(pair) = change.as_str().filter(|text| text.starts_with('['))
                && let Ok(pair) = serde_json::from_str(pair)
            {
                *change = pair;
            }
        }
    }
    value
}
