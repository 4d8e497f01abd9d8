//! Nine people whose follow edges, posts and lists can be counted by hand.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

use std::path::Path;

use gleaner::store::Database;
use gleaner::store::questions::answer::{self, Asked, RestsOn};
use gleaner::store::questions::understand;
use serde_json::Value;
use sqlx::Connection as _;
use tempfile::TempDir;

/// ann 1, ben 2 and cat 3 are the seeds of the harvest `brands`; of ann everything was read, of ben part, of cat nothing.
/// Ivy unfollowed ann and ben, ann unfollowed gus, who is gone himself.
const PEOPLE: &str = include_str!("people.sql");

/// A file with the nine people.
pub(crate) struct People {
    database: Database,
    _folder: TempDir,
}

/// What a question said.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    lists: Vec<RestsOn>,
}

/// Makes a file with the nine people, and more.
pub(crate) async fn make(path: &Path, more: &str) -> Database {
    let url = format!("sqlite:{}", path.display());
    let database = Database::open(&url, true).await.unwrap();
    let mut connection = database.writer().await.unwrap();
    for rows in [PEOPLE, more] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(rows.to_owned()))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    database
}

impl People {
    pub(crate) async fn start() -> Self {
        Self::with("").await
    }

    /// With more rows, as statements.
    pub(crate) async fn with(more: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let database = make(&folder.path().join("gleaner.db"), more).await;
        Self {
            database,
            _folder: folder,
        }
    }

    async fn understand(&self, name: &str, parameters: &[&str]) -> gleaner::store::Result<Asked> {
        let parameters: Vec<_> = parameters.iter().map(|text| (*text).to_owned()).collect();
        answer::understand(self.database.readers(), understand::question(name)?, &parameters).await
    }

    pub(crate) async fn asked(&self, words: &str) -> Asked {
        let words: Vec<_> = words.split(' ').collect();
        self.understand(words[0], &words[1..]).await.unwrap()
    }

    /// The statement that `--sql` prints.
    pub(crate) async fn statement(&self, name: &str, parameters: &[&str]) -> String {
        self.understand(name, parameters).await.unwrap().sql()
    }

    /// Asks a question, written as on the command line.
    pub(crate) async fn ask(&self, words: &str) -> Answered {
        let words: Vec<_> = words.split(' ').collect();
        self.ask_all(words[0], &words[1..]).await
    }

    /// Asks a question and, beside it, the statement that `--sql` prints: both must say the same.
    pub(crate) async fn ask_all(&self, name: &str, parameters: &[&str]) -> Answered {
        let asked = self.understand(name, parameters).await.unwrap();
        let (answer, lists) = asked.answer(self.database.readers()).await.unwrap();
        assert_eq!(self.sql(&asked.sql()).await, answer, "{name} {parameters:?}");
        Answered {
            columns: answer.columns,
            rows: answer.rows,
            lists,
        }
    }

    pub(crate) fn pool(&self) -> &sqlx::SqlitePool {
        self.database.readers()
    }

    /// What `gleaner sql` answers.
    pub(crate) async fn sql(&self, statement: &str) -> gleaner::store::sql::Answer {
        gleaner::store::sql::ask(self.database.readers(), statement)
            .await
            .unwrap()
    }

    /// Why a question is refused.
    pub(crate) async fn refusal(&self, words: &str) -> String {
        let words: Vec<_> = words.split(' ').collect();
        let refused = self.understand(words[0], &words[1..]).await;
        refused.unwrap_err().to_string()
    }
}

impl Answered {
    /// These columns of the rows, joined by blanks.
    #[track_caller]
    pub(crate) fn show(&self, columns: &str) -> Vec<String> {
        let places: Vec<usize> = columns
            .split(' ')
            .map(|name| {
                let place = self.columns.iter().position(|column| column == name);
                place.unwrap_or_else(|| panic!("no column {name} in {:?}", self.columns))
            })
            .collect();
        let text = |value: &Value| match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.rows
            .iter()
            .map(|row| {
                places
                    .iter()
                    .map(|place| text(&row[*place]))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    /// The lists that the answer rests on: kind, target, verdict.
    pub(crate) fn lists(&self) -> Vec<String> {
        self.lists
            .iter()
            .map(|list| {
                let verdict = list.verdict.as_deref().unwrap_or("-");
                format!("{} {} {verdict}", list.kind, list.target)
            })
            .collect()
    }
}
