//! The program as a person meets it: the real binary in a folder of its own, beside a simulated upstream.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use gleaner::clock::{Clock as _, SystemClock};
use gleaner::mock::{Settings, Upstream, World};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::harness::CANARY;

/// So long a test waits for what must come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with a `gleaner.toml` that names the simulated upstream.
pub(super) struct Shell {
    pub(super) world: Arc<World>,
    pub(super) upstream: Upstream,
    folder: TempDir,
    _runtime: Runtime,
}

/// What a command said.
pub(super) struct Said {
    words: String,
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) log: String,
}

/// A command that goes on; it is killed when the test ends.
pub(super) struct Going(Child);

impl Shell {
    pub(super) fn start() -> Self {
        Self::with(Settings::default(), "")
    }

    /// With an upstream that behaves so, and with more of a configuration.
    pub(super) fn with(settings: Settings, config: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let world = Arc::new(World::new(1, 2_000));
        let settings = Settings {
            key: Some(CANARY.into()),
            ..settings
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let upstream = runtime
            .block_on(Upstream::start(Arc::clone(&world), settings, address))
            .unwrap();
        let shell = Self {
            world,
            upstream,
            folder: TempDir::new().unwrap(),
            _runtime: runtime,
        };
        let base_url = shell.upstream.url();
        shell.write(
            "gleaner.toml",
            &format!(
                "[upstream]\nbase_url = \"{base_url}\"\n[retry]\ninitial_interval = \"5ms\"\nmax_interval = \"50ms\"\n\
                 not_found_again = \"5ms\"\nnot_found_again_daemon = \"5ms\"\n{config}"
            ),
        );
        shell
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gleaner"));
        command
            .args(split(words))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("HIKERAPI_TOKEN", CANARY);
        command
    }

    /// Runs a command to its end.
    pub(super) fn run(&self, words: &str) -> Said {
        said(words, self.command(words).output().unwrap())
    }

    /// Runs a command with this text on its standard input.
    pub(super) fn run_with_input(&self, words: &str, input: &str) -> Said {
        use std::io::Write as _;

        let mut command = self.command(words);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Dropped at once, so that the input ends.
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        said(words, child.wait_with_output().unwrap())
    }

    /// Runs a command whose environment holds another key, or none.
    pub(super) fn run_with_key(&self, key: Option<&str>, words: &str) -> Said {
        let mut command = self.command(words);
        match key {
            Some(key) => command.env("HIKERAPI_TOKEN", key),
            None => command.env_remove("HIKERAPI_TOKEN"),
        };
        said(words, command.output().unwrap())
    }

    /// Starts a command that goes on.
    pub(super) fn start_command(&self, words: &str) -> Going {
        let mut command = self.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Going(command.spawn().unwrap())
    }

    /// What `gleaner status --json` says, as soon as it is so.
    #[track_caller]
    pub(super) fn status_when(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        self.json_when("status --json", is_so)
    }

    /// What a command says in JSON, as soon as it is so.
    #[track_caller]
    pub(super) fn json_when(&self, words: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let clock = SystemClock::default();
        loop {
            let said = self.run(words);
            // The file may not be there yet.
            let status = if said.code == 0 { said.json() } else { Value::Null };
            if is_so(&status) {
                return status;
            }
            assert!(clock.elapsed() < PATIENCE, "still {}{}", said.out, said.log);
        }
    }

    /// So many seeds of the world, as arguments.
    pub(super) fn seeds(&self, count: usize) -> String {
        self.world.seeds(count).join(" ")
    }
}

impl Said {
    /// Asserts the exit code; a failure shows everything.
    #[track_caller]
    pub(super) fn exits(self, code: i32) -> Self {
        let Self { words, out, log, .. } = &self;
        assert_eq!(self.code, code, "gleaner {words}\n{out}\n{log}");
        self
    }

    /// Asserts that standard error has it.
    #[track_caller]
    pub(super) fn tells(self, part: &str) -> Self {
        assert!(self.log.contains(part), "no {part:?} in: {}", self.log);
        self
    }

    /// Asserts that standard output has it.
    #[track_caller]
    pub(super) fn shows(self, part: &str) -> Self {
        assert!(self.out.contains(part), "no {part:?} in: {}", self.out);
        self
    }

    /// The one JSON value on standard output.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: gleaner {}\n{}\n{}", self.words, self.out, self.log))
    }

    /// The names of the fields of the JSON object on standard output.
    #[track_caller]
    pub(super) fn fields(&self) -> Vec<String> {
        self.json().as_object().unwrap().keys().cloned().collect()
    }
}

impl Going {
    /// Sends SIGHUP.
    pub(super) fn hang_up(&self) {
        let pid = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-HUP", &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Sends SIGTERM and waits for the end.
    pub(super) fn stop(mut self) -> Said {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        self.wait()
    }

    /// Waits for the end.
    pub(super) fn wait(&mut self) -> Said {
        use std::io::Read as _;

        let (mut out, mut log) = (Vec::new(), Vec::new());
        self.0.stdout.take().unwrap().read_to_end(&mut out).unwrap();
        self.0.stderr.take().unwrap().read_to_end(&mut log).unwrap();
        let status = self.0.wait().unwrap();
        said(
            "(in the background)",
            Output {
                status,
                stdout: out,
                stderr: log,
            },
        )
    }

    /// The first line that it prints.
    pub(super) fn first_line(&mut self) -> String {
        use std::io::{BufRead as _, BufReader};

        let mut line = String::new();
        // A reader of one byte takes nothing of what follows.
        BufReader::with_capacity(1, self.0.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        line
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn said(words: &str, output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        words: words.to_owned(),
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        log: text(output.stderr),
    }
}

/// The words of a command line, quotes taken off.
pub(crate) fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}
