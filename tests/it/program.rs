//! The real program as a process of its own, in a folder of its own: it can be killed, asked to stop, and searched.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use gleaner::clock::{Clock as _, SystemClock};
use gleaner::mock::oracle::Plan;
use gleaner::store::{Database, dump};
use tempfile::TempDir;

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// How long anything may take that is certain to happen.
pub(crate) const GENEROUS: Duration = Duration::from_mins(2);

/// Short waits, so that nothing takes longer than it must.
const CONFIG: &str = "\
[retry]
initial_interval = \"5ms\"
max_interval = \"50ms\"
not_found_again = \"5ms\"
not_found_again_daemon = \"5ms\"
[outage]
probe_every = \"20ms\"
[blocked]
pause = \"20ms\"
";

/// A folder in which the program runs, with its configuration, key and upstream.
pub(crate) struct Program {
    folder: TempDir,
    key: String,
    base_url: String,
}

/// A running program.
pub(crate) struct Process {
    child: Child,
}

impl Program {
    pub(crate) fn new(key: &str, base_url: &str) -> Self {
        let program = Self {
            folder: TempDir::new().unwrap(),
            key: key.to_owned(),
            base_url: base_url.to_owned(),
        };
        program.configure("");
        program
    }

    /// Replaces its configuration by these lines after the usual ones.
    pub(crate) fn configure(&self, lines: &str) {
        fs::write(self.path("gleaner.toml"), format!("{CONFIG}{lines}\n")).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command with these arguments; what it prints is added to `out` and `err` in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let append = |name| {
            let mut options = File::options();
            options.create(true).append(true).open(self.path(name)).unwrap()
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_gleaner"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HIKERAPI_TOKEN", &self.key)
            .args(["--config", "gleaner.toml", "--database", "sqlite:gleaner.db"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(append("out"))
            .stderr(append("err"));
        command
    }

    /// The command that sends: `harvest ...` or `run`.
    pub(crate) fn sending(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.args(["--base-url", &self.base_url]);
        command
    }

    /// The command that harvests a plan of the oracle.
    pub(crate) fn harvest(&self, plan: &Plan, more: &[&str]) -> Command {
        let (collect, expand) = (plan.collect.join(","), plan.expand.join(","));
        let (depth, users) = (
            plan.depth.to_string(),
            plan.users.map(|users| format!("users={users}")),
        );
        let mut command = self.sending(&["harvest", "--quiet", "--collect", &collect, "--depth", &depth]);
        if !expand.is_empty() {
            command.args(["--expand", &expand]);
        }
        if let Some(users) = users {
            command.args(["--limit", &users]);
        }
        command.args(more).args(&plan.seeds);
        command
    }

    /// The same command, but no file that it writes may grow beyond so many blocks of 512 bytes: a full disk.
    pub(crate) fn with_files_of_at_most(&self, blocks: u32, command: &Command) -> Command {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\" >>out 2>>err");
        let mut limited = Command::new("/bin/sh");
        limited
            .args(["-c", &script])
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(self.folder.path())
            .env_clear()
            .env("HIKERAPI_TOKEN", &self.key)
            .stdin(Stdio::null());
        limited
    }

    pub(crate) async fn database(&self) -> Database {
        let url = format!("sqlite:{}", self.path("gleaner.db").display());
        Database::open(&url, true).await.unwrap()
    }

    /// The canonical dump.
    pub(crate) async fn dump(&self) -> String {
        let mut out = Vec::new();
        dump::write(self.database().await.readers(), &mut out)
            .await
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    /// One number from the tables.
    pub(crate) async fn number(&self, statement: &'static str) -> i64 {
        let database = self.database().await;
        let number = sqlx::query_scalar(statement).fetch_one(database.readers());
        number.await.unwrap()
    }

    /// Changes the tables behind the program's back.
    pub(crate) async fn change(&self, statement: &'static str) {
        let mut connection = self.database().await.writer().await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }

    /// What it printed as errors and log so far.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(self.path("err")).unwrap_or_default()
    }
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        let child = command.spawn().unwrap();
        Self { child }
    }

    /// Runs the command to its end.
    pub(crate) async fn run(command: Command) -> Option<i32> {
        Self::start(command).ended().await.code()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        assert!(
            within(GENEROUS, || self.has_ended()).await,
            "the program does not end"
        );
        self.child.wait().unwrap()
    }

    /// Kills it as a power cut would: it cannot do anything about it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a service manager would.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended, or its test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a condition holds, at most so long; says whether it does.
pub(crate) async fn within(at_most: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let clock = SystemClock::default();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    while clock.elapsed() < at_most {
        if holds() {
            return true;
        }
        looks.tick().await;
    }
    holds()
}

/// The time of the tables: unix milliseconds.
pub(crate) fn unix_ms() -> i64 {
    SystemClock::default().now()
}
