//! Opening the file: who may, with which settings, and with which schema.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::store::{Connection, Result, StoreError};

/// How often and how far apart the lock is tried before the file counts as in use.
const LOCK_ATTEMPTS: u32 = 5;
const LOCK_WAIT: Duration = Duration::from_millis(20);
/// How often a file is tried that another process is just making.
const PREPARE_ATTEMPTS: u32 = 250;

/// The first SQLite without the WAL-reset bug, which could corrupt a database that two connections write
/// (<https://sqlite.org/wal.html>).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// `application_id` of our files: "GLNR".
pub(crate) const APPLICATION_ID: i64 = 0x474c_4e52;

pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// A database file, opened and up to date.
#[derive(Clone, Debug)]
pub struct Database {
    path: PathBuf,
    readers: SqlitePool,
}

/// The right to work on a file; the operating system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Database {
    /// Opens the file of a `sqlite:PATH` address, makes it if `create` says so, and applies missing migrations.
    pub async fn open(url: &str, create: bool) -> Result<Self> {
        let path = path_of(url)?;
        if path.is_dir() {
            return Err(unusable(&path, "is a directory", "name a file"));
        }
        if !path.exists() {
            if !create {
                return Err(unusable(
                    &path,
                    "does not exist",
                    "harvest something first, or name the file with --database",
                ));
            }
            make_private_file(&path)?;
        }
        let mut attempts = 0;
        while let Err(error) = prepare(&path).await {
            attempts += 1;
            // Whoever makes the same new file at this moment is done in an instant.
            if !error.is_busy() || attempts == PREPARE_ATTEMPTS {
                return Err(error);
            }
            tokio::time::sleep(LOCK_WAIT).await;
        }
        let readers = pool(4).connect_with(options(&path).read_only(true)).await?;
        Ok(Self { path, readers })
    }

    /// A connection of its own for writing.
    pub async fn writer(&self) -> Result<Connection> {
        Ok(options(&self.path).connect().await?)
    }

    /// Connections for reading; a write through them fails.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the file for this process's daemon or one-shot; another one on the same file is refused.
    pub async fn lock(&self) -> Result<Lock> {
        let mut file = self.lock_file()?;
        // Somebody who only looks whether the file is in use holds it for an instant.
        for _ in 0..LOCK_ATTEMPTS {
            if file.try_lock().is_ok() {
                file.set_len(0)
                    .and_then(|()| file.seek(SeekFrom::Start(0)))
                    .and_then(|_| write!(file, "{}", std::process::id()))
                    .map_err(|error| lock_problem(&self.path, &error))?;
                return Ok(Lock { _file: file });
            }
            tokio::time::sleep(LOCK_WAIT).await;
        }
        let mut pid = String::new();
        // The pid only makes the message better.
        let _ = file.read_to_string(&mut pid);
        Err(StoreError::InUse {
            path: self.path.display().to_string(),
            pid: if pid.trim().is_empty() {
                "?".into()
            } else {
                pid.trim().to_owned()
            },
        })
    }

    /// Whether a daemon or a one-shot works on the file.
    pub fn is_in_use(&self) -> Result<bool> {
        Ok(self.lock_file()?.try_lock_shared().is_err())
    }

    fn lock_file(&self) -> Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(lock_path(&self.path))
            .map_err(|error| lock_problem(&self.path, &error))
    }

    /// Waits for readers and closes the file.
    pub async fn close(self) {
        self.readers.close().await;
    }
}

/// Looks whether the file is ours, and brings its schema up to date.
async fn prepare(path: &Path) -> Result<()> {
    let mut writer = options(path)
        .connect()
        .await
        .map_err(|error| not_a_database(path, error))?;
    if check(&mut writer, path).await? {
        MIGRATIONS.run(&mut writer).await?;
    } else {
        // Two processes may meet a new file: the second waits, and then finds nothing left to do.
        let mut transaction = begin(&mut writer).await?;
        MIGRATIONS.run(&mut *transaction).await?;
        transaction.commit().await?;
    }
    writer.close().await?;
    Ok(())
}

/// Begins a transaction that writes. It takes the write lock at once, because one that reads first could be refused
/// later without waiting.
pub async fn begin(connection: &mut Connection) -> Result<sqlx::Transaction<'_, sqlx::Sqlite>> {
    Ok(connection.begin_with("begin immediate").await?)
}

/// The file of a `sqlite:PATH` address.
pub fn path_of(url: &str) -> Result<PathBuf> {
    let path = url.strip_prefix("sqlite:").ok_or_else(|| {
        StoreError::Unusable(format!(
            "database address {url:?} is not known: write sqlite:PATH"
        ))
    })?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path == ":memory:" {
        return Err(StoreError::Unusable(
            "the database must be a file: a harvest that is not kept would be paid for nothing".into(),
        ));
    }
    Ok(PathBuf::from(path))
}

fn lock_problem(path: &Path, error: &std::io::Error) -> StoreError {
    unusable(
        &lock_path(path),
        &format!("cannot be opened: {error}"),
        "check its rights",
    )
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-lock");
    PathBuf::from(name)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        // The only setting that keeps a committed page through a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(false)
        .pragma("trusted_schema", "off")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(256)
}

/// The harvested rows name people: the file is for its owner only, whatever the umask is.
fn make_private_file(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop).map_err(|error| {
        unusable(
            path,
            &format!("cannot be made: {error}"),
            "check the folder and its rights",
        )
    })
}

/// Whether the file is one of ours, and whether it has the newest schema already.
async fn check(connection: &mut Connection, path: &Path) -> Result<bool> {
    let version: String = sqlx::query("select sqlite_version()")
        .fetch_one(&mut *connection)
        .await?
        .get(0);
    if !is_sound(&version) {
        return Err(StoreError::Unusable(format!(
            "this program was built with SQLite {version}, which can corrupt a database: build it with the bundled one"
        )));
    }
    let application_id: i64 = sqlx::query("pragma application_id")
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| not_a_database(path, error))?
        .get(0);
    let tables: i64 = sqlx::query("select count(*) from sqlite_schema")
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| not_a_database(path, error))?
        .get(0);
    if application_id != APPLICATION_ID {
        if tables > 0 {
            return Err(unusable(
                path,
                "is a database of another program",
                "name another file",
            ));
        }
        sqlx::query("pragma application_id = 1196183122")
            .execute(&mut *connection)
            .await?;
    }
    let newest = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    let mut is_newest = false;
    if tables > 0 {
        let applied: i64 = sqlx::query("select coalesce(max(version), 0) from _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await?
            .get(0);
        if applied > newest {
            return Err(unusable(
                path,
                &format!("has schema {applied}, and this version knows only {newest}"),
                "use the newer gleaner that wrote it",
            ));
        }
        is_newest = applied == newest;
    }
    Ok(is_newest)
}

/// Whether this SQLite has no known bug that corrupts a database.
pub(crate) fn is_sound(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    (part(), part(), part()) >= OLDEST_SQLITE
}

fn not_a_database(path: &Path, error: sqlx::Error) -> StoreError {
    let error = StoreError::from(error);
    if error.is_busy() {
        return error;
    }
    unusable(
        path,
        &format!("cannot be opened as a database: {error}"),
        "name another file, or restore a copy",
    )
}

fn unusable(path: &Path, what: &str, remedy: &str) -> StoreError {
    StoreError::Unusable(format!(
        "{} {what}: {remedy}; nothing was changed",
        path.display()
    ))
}

/// A pool of so many connections that stay open. The task that would close those which nobody uses can come to spin for ever
/// (launchbadge/sqlx#3645), and a file needs none.
pub(crate) fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_id_is_the_one_in_the_statement() {
        assert_eq!(APPLICATION_ID, 1_196_183_122);
    }

    #[test]
    fn only_files_are_databases() {
        assert_eq!(path_of("sqlite:a/b.db").unwrap(), PathBuf::from("a/b.db"));
        assert_eq!(path_of("sqlite:///a/b.db").unwrap(), PathBuf::from("/a/b.db"));
        assert!(path_of("sqlite::memory:").is_err());
        assert!(path_of("mysql:x").is_err());
    }
}
