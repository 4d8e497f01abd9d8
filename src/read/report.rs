//! What a saved body would become, for people and for scripts: nothing is sent and nothing is stored.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::endpoint::{Endpoint, Entry, Next, Page, Parse, ParseError};
use crate::kind::Kind;
use crate::model::{Cell, Record};
use crate::target::Target;

/// What one body became.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The endpoint's path.
    pub endpoint: &'static str,
    /// The rows by table, with the columns that the body speaks of; null where it says that there is no value.
    pub rows: Map<String, Value>,
    /// The items of the list in the order shown.
    pub entries: Vec<Value>,
    /// `{"cursor": text}`, `"end"` or `"missing"`.
    pub next: Value,
    /// Whether the upstream says that it shows only part of the list.
    pub limited: bool,
    /// The size of the whole list, where the page says it.
    pub counter: Option<i64>,
    /// Elements of the body's list.
    pub elements: usize,
    /// Elements that repeat an entry.
    pub duplicates: usize,
    /// Elements that became no row.
    pub rejects: Vec<Value>,
    /// What was odd but cost no element.
    pub notes: Vec<String>,
}

/// Reads a body as an endpoint's answer.
///
/// Without a target, columns that only the target knows stay unsaid: the media item of comments that do not name it.
/// Pins then are those of the account that the grid itself names.
pub fn report(endpoint: &Endpoint, body: &[u8], target: Option<&Target>) -> Result<Report, ParseError> {
    match endpoint.parse {
        Parse::Page(parse) => {
            parse(body, target.unwrap_or(&Target::Account)).map(|page| of_page(endpoint, page))
        }
        Parse::Balance(parse) => parse(body).map(|balance| Report {
            rows: Map::from_iter([(
                "balance".to_owned(),
                json!([{ "units_left": balance.units_left, "rate": balance.rate }]),
            )]),
            ..empty(endpoint)
        }),
    }
}

fn empty(endpoint: &Endpoint) -> Report {
    Report {
        endpoint: endpoint.path,
        rows: Map::new(),
        entries: Vec::new(),
        next: json!("end"),
        limited: false,
        counter: None,
        elements: 0,
        duplicates: 0,
        rejects: Vec::new(),
        notes: Vec::new(),
    }
}

fn of_page(endpoint: &Endpoint, page: Page) -> Report {
    let mut rows = Map::new();
    let mut add = |table: &str, of_table: Vec<Value>| {
        if !of_table.is_empty() {
            rows.insert(table.to_owned(), Value::Array(of_table));
        }
    };
    add("users", page.rows.users.into_iter().map(record).collect());
    add("media", page.rows.media.into_iter().map(record).collect());
    let children = page.rows.children.into_iter().map(|child| {
        json!({
            "media_id": child.media_id.0, "position": child.position, "id": child.id.0,
            "media_type": child.media_type, "width": child.width, "height": child.height, "url": child.url,
        })
    });
    add("media_children", children.collect());
    let coauthors = page.rows.coauthors.iter();
    add(
        "coauthors",
        coauthors
            .map(|row| json!({ "media_id": row.media_id.0, "user_id": row.user_id.0 }))
            .collect(),
    );
    add("comments", page.rows.comments.into_iter().map(record).collect());
    let usertags = page.rows.usertags.iter().map(|tag| {
        json!({
            "media_id": tag.media_id.0, "user_id": tag.user_id.0, "child_position": tag.child_position, "x": tag.x, "y": tag.y,
        })
    });
    add("usertags", usertags.collect());
    let reposts = page.rows.reposts.into_iter().map(|repost| {
        json!({
            "user_id": repost.user_id.0, "media_id": repost.media_id.0, "reposted_at": repost.reposted_at,
            "note": repost.note,
        })
    });
    add("reposts", reposts.collect());
    let says_what = endpoint.kind == Some(Kind::Search);
    Report {
        rows,
        entries: page.entries.iter().map(|shown| entry(shown, says_what)).collect(),
        next: match page.next {
            Next::Cursor(cursor) => json!({ "cursor": cursor }),
            Next::End => json!("end"),
            Next::Missing => json!("missing"),
        },
        limited: page.limited,
        counter: page.counter,
        elements: page.elements,
        duplicates: page.duplicates,
        rejects: page
            .rejects
            .into_iter()
            .map(|reject| {
                json!({ "position": reject.position, "reason": reject.reason, "element": reject.element })
            })
            .collect(),
        notes: page.notes,
        ..empty(endpoint)
    }
}

/// Only a search shows more than one thing on a list, so only there an item says what it is.
fn entry(entry: &Entry, says_what: bool) -> Value {
    let mut value = json!({ "id": entry.id, "pinned": entry.pinned });
    if says_what {
        value["thing"] = entry.thing.name().into();
    }
    value
}

fn record<R: Record>(record: R) -> Value {
    let mut row = Map::from_iter([("id".to_owned(), json!(record.key()))]);
    row.insert("full".to_owned(), json!(record.is_full()));
    for (column, cell) in R::COLUMNS.iter().zip(record.cells()) {
        let value = match cell {
            Cell::Unsaid => continue,
            Cell::Clear => Value::Null,
            Cell::Int(number) => json!(number),
            Cell::Real(number) => json!(number),
            Cell::Text(text) => json!(text),
        };
        row.insert((*column).to_owned(), value);
    }
    Value::Object(row)
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.endpoint)?;
        for (table, rows) in &self.rows {
            writeln!(
                formatter,
                "  {table}: {} rows",
                rows.as_array().map_or(0, Vec::len)
            )?;
        }
        writeln!(
            formatter,
            "  list: {} elements = {} entries + {} duplicates + {} rejects",
            self.elements,
            self.entries.len(),
            self.duplicates,
            self.rejects.len()
        )?;
        match &self.next {
            Value::String(word) => writeln!(formatter, "  next: {word}")?,
            other => writeln!(formatter, "  next: cursor {}", other["cursor"])?,
        }
        if self.limited {
            writeln!(
                formatter,
                "  the upstream says that it shows only part of the list"
            )?;
        }
        if let Some(counter) = self.counter {
            writeln!(formatter, "  counter: {counter}")?;
        }
        for reject in &self.rejects {
            writeln!(
                formatter,
                "  reject at {}: {}",
                reject["position"], reject["reason"]
            )?;
        }
        for note in &self.notes {
            writeln!(formatter, "  note: {note}")?;
        }
        Ok(())
    }
}
