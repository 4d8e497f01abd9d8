//! `gleaner reparse`: the tables built anew from the stored bodies, without a request.

use clap::Args;
use serde_json::{Map, Value};

use super::arguments::Common;
use super::output::{self, count, line, number, printable};
use super::{Exit, session};
use crate::endpoint::PARSER_VERSION;
use crate::endpoints;
use crate::store::archive::difference::Difference;
use crate::store::archive::reparse::{self, Reparsed};

#[derive(Debug, Args)]
pub(crate) struct Reparse {
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(common: &Common, flags: &Reparse) -> anyhow::Result<Exit> {
    let loaded = session::config(common, None)?;
    let database = session::database(&loaded.config, false).await?;
    let _lock = database.lock().await?;
    let mut writer = database.writer().await?;
    let close_after = loaded.config.ends.close_after.into();
    let reparsed = reparse::reparse(&mut writer, &endpoints::find, close_after, flags.dry_run).await?;
    if common.json {
        let mut value = serde_json::to_value(&reparsed)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("parser".into(), PARSER_VERSION.into());
        }
        output::json(&value)?;
    } else {
        print(&reparsed);
    }
    Ok(Exit::Done)
}

fn print(reparsed: &Reparsed) {
    line(format!(
        "{} read again by parser version {PARSER_VERSION}; nothing was sent.",
        count(reparsed.pages, "page", "pages")
    ));
    if reparsed.pages_lost > 0 {
        line(format!(
            "{} no page any more: `gleaner sql \"select id, endpoint, error from pages where error is not null\"` says why.",
            count(reparsed.pages_lost, "body is", "bodies are")
        ));
    }
    if reparsed.pages_won > 0 {
        line(format!(
            "{} a page now that had been none.",
            count(reparsed.pages_won, "body is", "bodies are")
        ));
    }
    if !reparsed.whole {
        line(format!(
            "{} not kept, so users, media and comments were read over what is there; lists and follow edges stay as they were.",
            count(reparsed.unreadable, "body is", "bodies are")
        ));
    }
    let differ: Vec<&Difference> = reparsed.tables.iter().filter(|table| !table.is_none()).collect();
    if differ.is_empty() {
        line("Every table is as it was.");
        return;
    }
    let rows = differ.iter().map(|table| {
        let numbers = [
            table.before,
            table.after,
            table.added,
            table.removed,
            table.changed,
        ];
        let mut row = vec![table.table.clone()];
        row.extend(numbers.map(number));
        row
    });
    line(output::table(
        &["table", "before", "after", "added", "removed", "changed"],
        rows,
    ));
    for table in &differ {
        for example in table.examples.iter().filter_map(Value::as_object) {
            line(printable(&format!("{} {}", table.table, in_words(example))));
        }
    }
    if reparsed.dry_run {
        line("This was a dry run: nothing was changed.");
    }
}

/// `id 7: full_name "a" -> "A"`.
fn in_words(example: &Map<String, Value>) -> String {
    let (changed, key): (Vec<_>, Vec<_>) = example.iter().partition(|(_, value)| value.is_array());
    let key: Vec<String> = key
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let changed: Vec<String> = changed
        .iter()
        .map(|(name, pair)| format!("{name} {} -> {}", pair[0], pair[1]))
        .collect();
    format!("{}: {}", key.join(", "), changed.join(", "))
}
