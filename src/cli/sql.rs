//! `gleaner sql`: ask the tables.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::arguments::{Common, Sql as Flags};
use super::output::{self, line};
use super::{Exit, session};
use crate::store::sql::{self, Answer};

pub(crate) async fn run(common: &Common, flags: Flags) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let answer = sql::ask(database.readers(), &flags.statement).await?;
    if common.json {
        let rows: Vec<Row<'_>> = answer
            .rows
            .iter()
            .map(|values| Row {
                columns: &answer.columns,
                values,
            })
            .collect();
        output::json(&rows)?;
        return Ok(Exit::Done);
    }
    line(table_of(&answer));
    if answer.rows.is_empty() && !common.quiet {
        tracing::info!("no rows");
    }
    Ok(Exit::Done)
}

/// The answer for people.
pub(super) fn table_of(answer: &Answer) -> String {
    let header: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let rows = answer.rows.iter().map(|row| row.iter().map(text).collect());
    output::table(&header, rows)
}

/// A row as a JSON object whose keys stand in the order of the columns.
struct Row<'answer> {
    columns: &'answer [String],
    values: &'answer [Value],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, value) in self.columns.iter().zip(self.values) {
            map.serialize_entry(column, value)?;
        }
        map.end()
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
