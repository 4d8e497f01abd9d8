//! What every command prints alike: tables, JSON, errors, the log.

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, TableStyle};
use indicatif::MultiProgress;
use serde::Serialize;
use tracing_subscriber::EnvFilter;

use super::{Exit, advice};
use crate::config;
use crate::secret::{Key, RedactedOutput, Redactor};

/// Input that is refused: the text says what it was, what is safe, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refusal(pub(crate) String);

/// The lines that renew themselves, while there are some: the log goes above them.
static RENEWED_LINES: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// From now on the log leaves these lines alone; none for no lines any more.
pub(super) fn keep_below_the_log(lines: Option<MultiProgress>) {
    *RENEWED_LINES.lock().unwrap_or_else(PoisonError::into_inner) = lines;
}

/// Standard error, above the lines that renew themselves.
struct AboveTheLines;

impl Write for AboveTheLines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let lines = RENEWED_LINES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match lines {
            Some(lines) => lines.suspend(|| io::stderr().write(bytes)),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The log begins before the key is known.
static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::default);

/// From now on the key is taken out of every log line and error.
pub(crate) fn hide(key: &Key) {
    REDACTOR.learn(key);
}

/// Starts the log on standard error. `GLEANER_LOG` holds a filter such as `debug` or `gleaner=trace`.
pub(crate) fn start_log(quiet: bool) {
    let level = if quiet { "error" } else { "info" };
    let filter = config::log_filter().unwrap_or_else(|| format!("{level},sqlx=warn,hyper=warn,reqwest=warn"));
    let colours = io::stderr().is_terminal() && !config::without_colours();
    // A second start, as in tests, keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(colours)
        .with_target(false)
        .with_writer(RedactedOutput::new(|| AboveTheLines, REDACTOR.clone()))
        .try_init();
}

/// Prints a line for people; a closed pipe is not an error.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(anstream::stdout(), "{}", text.as_ref());
}

/// Prints what goes before the work, for people: beside the results, not among them.
pub(crate) fn aside(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// How many characters a line of the terminal has.
pub(crate) fn terminal_width() -> usize {
    Table::new()
        .set_content_arrangement(ContentArrangement::Dynamic)
        .width()
        .map_or(80, usize::from)
}

/// Prints a text as it is.
pub(crate) fn raw(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Prints a JSON value on a line of its own.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let _ = writeln!(io::stdout(), "{}", serde_json::to_string(value)?);
    Ok(())
}

/// An error with its causes, each once.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let cause = error.to_string();
        // Some errors repeat their cause in their own text.
        if causes.last().is_none_or(|last| !last.ends_with(&cause)) {
            causes.push(cause);
        }
        next = error.source();
    }
    causes.join(": ")
}

/// A text without the key, should a person have written it into an address or the config.
pub(crate) fn safe(text: &str) -> String {
    String::from_utf8_lossy(&REDACTOR.redact(text.as_bytes())).into_owned()
}

/// Prints an error once, with its causes.
pub(crate) fn error(error: &anyhow::Error, exit: Exit, as_json: bool) {
    let mut text = safe(&causes(error.as_ref()));
    text.push_str(advice::after(&text, exit));
    if as_json {
        let value = serde_json::json!({ "error": text, "exit_code": exit.code() });
        let _ = writeln!(io::stdout(), "{value}");
    }
    let _ = writeln!(anstream::stderr(), "error: {}", printable(&text));
}

/// Prints what the arguments came to where they are no command: help, the version, or what is wrong with them.
pub(crate) fn arguments(answer: &clap::Error) -> ExitCode {
    let asked_for_json = std::env::args_os().any(|argument| argument == "--json");
    if asked_for_json && answer.use_stderr() {
        let text = answer.to_string();
        let text = text.trim().trim_start_matches("error: ");
        let value = serde_json::json!({ "error": text, "exit_code": Exit::Refused.code() });
        let _ = writeln!(io::stdout(), "{value}");
    }
    let _ = answer.print();
    ExitCode::from(
        if answer.use_stderr() {
            Exit::Refused
        } else {
            Exit::Done
        }
        .code(),
    )
}

/// A table for people: no lines, columns aligned.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    table
        .to_string()
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Harvested text is somebody else's: control characters and direction marks could rewrite a terminal.
pub(crate) fn printable(text: &str) -> String {
    let odd = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| if odd(c) { '\u{fffd}' } else { c })
        .collect()
}

/// A time for people, in UTC as everywhere.
pub(crate) fn time(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(
        |_| "?".into(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// How many of something: `1 unit`, `1,200 units`.
pub(crate) fn count(of: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(of), if of == 1 { one } else { many })
}

/// A time to wait, for people: `8 s`, `3 min`, `2.5 h`.
pub(crate) fn wait(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..6_000 => format!("{} min", seconds / 60),
        seconds => format!("{}.{} h", seconds / 3_600, seconds % 3_600 / 360),
    }
}

/// A number with thousands apart.
pub(crate) fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
