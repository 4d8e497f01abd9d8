//! A look at a file as it is: nothing is made, changed or brought up to date.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::clock::Timestamp;
use crate::store::connect::{self, APPLICATION_ID, MIGRATIONS};
use crate::store::{Connection, Result};

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspected {
    /// The schema of the file.
    pub schema: i64,
    /// What is wrong with its pages, as SQLite says it; none if nothing is.
    pub damage: Vec<String>,
    /// The latest time that it holds of something that has happened.
    pub latest: Option<Timestamp>,
}

/// How far a file can be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// A file of this program.
    Ours(Inspected),
    /// A database of another program.
    Foreign,
    /// A database without tables: the first command that writes makes them.
    Empty,
    /// No database, or one that is damaged at its beginning; the text is SQLite's.
    Unreadable(String),
}

/// The newest schema that this version knows.
pub fn newest_schema() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// The SQLite inside, and whether it is one that cannot corrupt a database.
pub async fn sqlite() -> Result<(String, bool)> {
    const SQL: &str = "select sqlite_version()";
    let mut memory = SqliteConnectOptions::new().connect().await?;
    let version: String = sqlx::query_scalar(SQL).fetch_one(&mut memory).await?;
    let is_sound = crate::store::connect::is_sound(&version);
    Ok((version, is_sound))
}

/// Looks into a file.
pub async fn look(path: &Path) -> Look {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let looked = async {
        let mut connection = options.connect().await?;
        inspect(&mut connection).await
    };
    looked
        .await
        .unwrap_or_else(|error: crate::store::StoreError| Look::Unreadable(error.to_string()))
}

async fn inspect(db: &mut Connection) -> Result<Look> {
    const APPLICATION: &str = "pragma application_id";
    const TABLES: &str = "select count(*) from sqlite_schema";
    const SCHEMA: &str = "select coalesce(max(version), 0) from _sqlx_migrations";
    const CHECK: &str = "pragma quick_check(20)";
    const LATEST: &str = "
        select max(at)
        from (
            select max(reserved_at) as at from ledger
            union all
            select max(started_at) from runs
        )";
    let tables: i64 = sqlx::query_scalar(TABLES).fetch_one(&mut *db).await?;
    if tables == 0 {
        return Ok(Look::Empty);
    }
    let application: i64 = sqlx::query_scalar(APPLICATION).fetch_one(&mut *db).await?;
    if application != APPLICATION_ID {
        return Ok(Look::Foreign);
    }
    let schema = sqlx::query_scalar(SCHEMA).fetch_one(&mut *db).await?;
    // Where the damage is great, the check itself fails.
    let said: Vec<String> = match sqlx::query_scalar(CHECK).fetch_all(&mut *db).await {
        Ok(said) => said,
        Err(error) => vec![error.to_string()],
    };
    // A damaged file may hold nonsense there, too.
    let latest = sqlx::query_scalar(LATEST).fetch_one(&mut *db).await;
    Ok(Look::Ours(Inspected {
        schema,
        damage: said.into_iter().filter(|line| line != "ok").collect(),
        latest: latest.ok().flatten(),
    }))
}

/// A file that belongs to a database: `-wal`, `-shm`, `-lock`.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The process that works on a file, if one does: its number as it wrote it down, `?` where it did not.
pub fn worker(path: &Path) -> Option<String> {
    use std::io::Read as _;

    let mut file = std::fs::File::open(beside(path, "-lock")).ok()?;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    let mut pid = String::new();
    // The number only makes the message better.
    let _ = file.read_to_string(&mut pid);
    let pid = pid.trim();
    Some(if pid.is_empty() { "?".into() } else { pid.into() })
}

/// Connections that only read a file of the newest schema.
pub async fn readers(path: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    Ok(connect::pool(1).connect_with(options).await?)
}

/// Whether a file was made and holds nothing yet.
pub fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0)
}
