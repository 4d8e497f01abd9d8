//! The tables: the queue, the ledger and the harvested rows in one SQLite file.
//!
//! All SQL of the crate is below this module. Functions take the connection (inside the writer's transaction when they
//! write) and `now`; none of them waits for anything but the database, and none knows of HTTP, parsers or the
//! configuration.
//!
//! - What is wanted: `harvests`, `seeds`, `want` with `choice` and `further`, `follow_up` with `leads`, `targets` with `found`, `candidates` and
//!   `judge`, `owner`.
//! - What is foreseen and allowed: `plan`, `approvals`.
//! - What is sent: `claim` with `limits`, `budgets`, `force` and `batches`, `ledger`, `holds`, `tasks`, `recover`.
//! - What an answer does: `report`, `pages`, `records` with `merge`, `stamps` and `notes`, `shown` and `edges`, `sweeps`,
//!   `batch_page`, `ending` with `estimates`, `fallback`, `yields`, `history`.
//! - What was bought once: `archive`, with how bodies are stored, where rows come from, reparse and import.
//! - What people read: `progress`, `questions`, `sql`, `dump`, `endpoint_health`, `inspect`, `invariants`.

pub mod approvals;
pub mod archive;
pub mod balance;
mod batch_page;
mod batches;
pub mod budgets;
mod candidates;
mod choice;
pub mod claim;
pub mod connect;
mod due;
pub mod dump;
mod edges;
mod ending;
pub mod endpoint_health;
mod estimates;
mod fallback;
mod follow_up;
mod force;
mod found;
mod further;
pub mod harvests;
mod history;
pub mod holds;
pub mod inspect;
mod intervals;
pub mod invariants;
mod judge;
mod leads;
pub mod ledger;
pub mod limits;
mod merge;
mod notes;
mod owner;
mod pages;
pub mod plan;
pub mod progress;
pub mod questions;
mod records;
pub mod recover;
pub mod renew;
pub mod report;
pub mod seeds;
mod sharing;
mod shown;
pub mod sql;
mod stamps;
mod stretches;
mod sweeps;
mod targets;
pub mod tasks;
mod unsent;
mod want;
mod yields;

pub use connect::{Database, Lock, begin};

/// The connection that store functions work on.
pub type Connection = sqlx::SqliteConnection;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration could not be applied.
    #[error("schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The file cannot be used as it is; the text says why and what to do.
    #[error("{0}")]
    Unusable(String),
    /// Another process works on the file.
    #[error(
        "{path} is in use by another gleaner (pid {pid}): stop it first, or use the commands that work beside it"
    )]
    InUse {
        /// The database file.
        path: String,
        /// The other process, `?` if it did not say.
        pid: String,
    },
    /// The writer met an error of the disk and has stopped; that error says why.
    #[error("the writer has stopped; what was committed is safe")]
    WriterStopped,
    /// A stored value is not what this version writes.
    #[error("{table}.{column} holds {value:?}, which this version does not know")]
    Unknown {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// A statement changed another number of rows than the engine's rules allow.
    #[error("{what}: expected {expected} row, got {got}")]
    RowCount {
        /// What was changed.
        what: &'static str,
        /// How many rows it must change.
        expected: u64,
        /// How many it changed.
        got: u64,
    },
    /// What was asked for cannot be written out.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
    /// A person asked for something that cannot be; the text says what can.
    #[error("{0}")]
    Refused(String),
}

impl StoreError {
    /// Whether another process holds the file's lock for the moment.
    pub fn is_busy(&self) -> bool {
        // SQLITE_BUSY and its extended forms.
        self.code().is_some_and(|code| code & 0xff == 5)
    }

    /// Whether the disk, or the file as a whole, is at fault: nothing more can be written, whatever it is.
    pub fn is_of_the_disk(&self) -> bool {
        // SQLITE_READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB, and their extended forms.
        const CODES: [i32; 6] = [8, 10, 11, 13, 14, 26];
        self.code().is_some_and(|code| CODES.contains(&(code & 0xff)))
    }

    /// SQLite's own code, where the database said no.
    fn code(&self) -> Option<i32> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.code()?.parse().ok(),
            _ => None,
        }
    }
}

/// The result of a store function.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A JSON array of integers, to be read by `json_each`.
pub(crate) fn json_ids(ids: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for (at, id) in ids.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}
