//! `gleaner sql`: ask the tables.

use serde_json::Value;

use super::arguments::{Common, Sql as Flags};
use super::output::{self, line};
use super::{Exit, session};
use crate::store::sql;

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let answer = sql::ask(database.readers(), &flags.statement)
        .await
        .map_err(|error| session::refuse(error.to_string()))?;
    if common.json {
        let rows: Vec<Value> = answer
            .rows
            .into_iter()
            .map(|row| Value::Object(answer.columns.iter().cloned().zip(row).collect()))
            .collect();
        output::json(&rows)?;
        return Ok(Exit::Done);
    }
    let header: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let rows = answer.rows.iter().map(|row| row.iter().map(text).collect());
    line(output::table(&header, rows));
    Ok(Exit::Done)
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
