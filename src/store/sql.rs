//! Read-only SQL for people: the file cannot be changed through it, whatever is asked.

use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, Row as _, SqlSafeStr as _, SqlitePool, Statement as _,
    TypeInfo as _, ValueRef as _,
};

use crate::store::{Result, StoreError};

/// What a statement returned.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows, a value a column.
    pub rows: Vec<Vec<Value>>,
}

/// Runs one statement on a read-only connection.
pub async fn ask(pool: &SqlitePool, statement: &str) -> Result<Answer> {
    if statement.trim().is_empty() {
        return Err(StoreError::Refused(
            "the statement is empty: write one, in quotes".into(),
        ));
    }
    if is_more_than_one(statement) {
        return Err(StoreError::Refused(
            "this is more than one statement, and only one can be answered: nothing was run".into(),
        ));
    }
    let mut connection = pool.acquire().await?;
    sqlx::query("pragma query_only = on")
        .execute(&mut *connection)
        .await?;
    // The connection cannot write, so any text is safe for the file. It is only prepared: to describe it would play through
    // the ways that its program may take, for seconds where there are many, and run it to its first row besides.
    let prepared = (&mut *connection)
        .prepare(AssertSqlSafe(statement.to_owned()).into_sql_str())
        .await
        .map_err(|error| refused(&error))?;
    let columns = prepared
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    let rows = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| refused(&error))?;
    let rows = rows.iter().map(values).collect::<Result<_>>()?;
    Ok(Answer { columns, rows })
}

/// The first column of the answer to one statement, as texts; what is null is empty.
pub async fn first_column(pool: &SqlitePool, statement: &str) -> Result<Vec<String>> {
    let answer = ask(pool, statement).await?;
    if answer.columns.is_empty() {
        return Err(StoreError::Refused(
            "the statement has no column: write a `select`; nothing was changed".into(),
        ));
    }
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Ok(answer
        .rows
        .iter()
        .filter_map(|row| row.first().map(text))
        .collect())
}

/// The values of a row, as JSON.
pub(crate) fn values(row: &sqlx::sqlite::SqliteRow) -> Result<Vec<Value>> {
    (0..row.len())
        .map(|at| {
            let raw = row.try_get_raw(at)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            Ok(match raw.type_info().name() {
                "REAL" => Value::from(row.try_get_unchecked::<f64, _>(at)?),
                "TEXT" => Value::from(row.try_get_unchecked::<String, _>(at)?),
                "BLOB" => Value::from(format!(
                    "<{} bytes>",
                    row.try_get_unchecked::<Vec<u8>, _>(at)?.len()
                )),
                _ => Value::from(row.try_get_unchecked::<i64, _>(at)?),
            })
        })
        .collect()
}

/// Whether something follows the semicolon that ends the first statement, other than blanks and comments.
fn is_more_than_one(statement: &str) -> bool {
    let mut ended = false;
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let closing = match first {
            '-' if rest.starts_with("--") => Some(("\n", true)),
            '/' if rest.starts_with("/*") => Some(("*/", true)),
            '\'' => Some(("'", false)),
            '"' => Some(("\"", false)),
            '`' => Some(("`", false)),
            '[' => Some(("]", false)),
            _ => None,
        };
        let is_blank = first.is_whitespace() || matches!(closing, Some((_, true)));
        if ended && !is_blank && first != ';' {
            return true;
        }
        ended |= first == ';';
        let after = &rest[first.len_utf8()..];
        rest = match closing {
            Some((mark, _)) => after.split_once(mark).map_or("", |(_, after)| after),
            None => after,
        };
    }
    false
}

fn refused(error: &sqlx::Error) -> StoreError {
    let said = match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    };
    let hint = if said.contains("readonly") || said.contains("read-only") {
        "`gleaner sql` only reads; the file is as it was"
    } else if said.contains("no such table") || said.contains("no such column") {
        "`gleaner sql \"select name from sqlite_schema\"` lists the tables"
    } else {
        "nothing was changed"
    };
    StoreError::Refused(format!("{said}: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_statement_is_seen_and_a_semicolon_in_a_text_is_none() {
        for one in [
            "select 1",
            "select 1;",
            "select 1; -- and no more",
            "select ';' as a, \"b;c\", [d;e] from t /* ; x */ ; ;\n",
            "select 'it''s; fine'",
        ] {
            assert!(!is_more_than_one(one), "{one}");
        }
        for more in ["select 1; select 2", "select 1;/* x */delete from users", "; x"] {
            assert!(is_more_than_one(more), "{more}");
        }
    }
}
