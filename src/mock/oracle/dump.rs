//! The canonical text of rows: `TABLE<TAB>JSON`, one a line, the columns in the order in which they are given.

use std::fmt::Write as _;

use serde_json::json;

use crate::mock::phrases::as_read;

/// The text of a row as it grows, its columns in the order in which they are written.
#[derive(Debug, Default)]
pub(crate) struct Row(String);

impl Row {
    fn value(&mut self, column: &str, value: &str) -> &mut Self {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // Writing into a text cannot fail.
        let _ = write!(self.0, "\"{column}\":{value}");
        self
    }

    pub(crate) fn int(&mut self, column: &str, value: i64) -> &mut Self {
        self.value(column, &value.to_string())
    }

    pub(crate) fn int_if(&mut self, column: &str, value: Option<i64>) -> &mut Self {
        match value {
            Some(value) => self.int(column, value),
            None => self,
        }
    }

    pub(crate) fn flag(&mut self, column: &str, value: bool) -> &mut Self {
        self.int(column, i64::from(value))
    }

    pub(crate) fn real(&mut self, column: &str, value: f64) -> &mut Self {
        self.value(column, &json!(value).to_string())
    }

    pub(crate) fn real_if(&mut self, column: &str, value: Option<f64>) -> &mut Self {
        match value {
            Some(value) => self.real(column, value),
            None => self,
        }
    }

    pub(crate) fn text(&mut self, column: &str, value: &str) -> &mut Self {
        self.value(column, &json!(as_read(value)).to_string())
    }

    pub(crate) fn text_unless_empty(&mut self, column: &str, value: &str) -> &mut Self {
        if value.is_empty() {
            self
        } else {
            self.text(column, value)
        }
    }
}

/// The lines of the dump.
#[derive(Debug)]
pub(crate) struct Dump {
    pub(crate) text: String,
    pub(crate) counts: Vec<(&'static str, usize)>,
}

impl Default for Dump {
    fn default() -> Self {
        let tables = [
            "users",
            "media",
            "media_children",
            "user_media",
            "comments",
            "follows",
            "coauthors",
            "media_likes",
            "comment_likes",
            "usertags",
            "reposts",
            "search_hits",
        ];
        Self {
            text: String::new(),
            counts: tables.map(|table| (table, 0)).to_vec(),
        }
    }
}

impl Dump {
    pub(crate) fn row(&mut self, table: &'static str, row: &Row) {
        self.text.push_str(table);
        self.text.push('\t');
        self.text.push_str(&row.0);
        self.text.push_str("}\n");
        if let Some(count) = self.counts.iter_mut().find(|count| count.0 == table) {
            count.1 += 1;
        }
    }
}
