//! The database file: whose it is, what schema it has, whether it is whole, and who works on it.

use std::path::Path;

use super::finding::{Finding, quoted};
use super::machine::size;
use super::rights;
use crate::store::inspect::{self, Inspected, Look};

const AREA: &str = "file";

/// A file that is not folded back into the database for so many bytes has a reader that never ends.
const LARGE_WAL_BYTES: u64 = 1 << 30;

/// What was found, and how far the tables can be asked.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    /// What the file says of itself, if it is ours.
    pub(super) inspected: Option<Inspected>,
    /// Whether another gleaner works on it.
    pub(super) working: bool,
}

/// Looks at the file without changing it.
pub(super) async fn examine(path: &Path) -> Examined {
    let mut examined = Examined {
        findings: Vec::new(),
        inspected: None,
        working: false,
    };
    let name = path.display();
    if path.is_dir() {
        let fix = "name a file: --database sqlite:PATH";
        let what = format!("{name} is a folder");
        examined.findings.push(Finding::problem(AREA, what, fix));
        return examined;
    }
    if !path.exists() {
        let what = format!("{name} does not exist yet: the first `gleaner harvest` makes it");
        examined.findings.push(Finding::ok(AREA, what));
        return examined;
    }
    let findings = &mut examined.findings;
    let rights = ["", "-wal", "-shm"]
        .iter()
        .filter_map(|ending| rights::judge(AREA, &inspect::beside(path, ending), true));
    findings.extend(rights);
    findings.extend(rights::judge_folder(AREA, folder_of(path)));
    let worker = inspect::worker(path);
    findings.push(match &worker {
        Some(pid) => Finding::ok(AREA, format!("a gleaner works on it (pid {pid})")),
        None => Finding::ok(AREA, "no gleaner works on it"),
    });
    examined.working = worker.is_some();
    findings.push(wal(path));
    match inspect::look(path).await {
        Look::Ours(inspected) => {
            let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
            findings.push(Finding::ok(AREA, format!("{name}, {}", size(bytes))));
            findings.push(schema(inspected.schema));
            findings.push(damage(path, &inspected.damage));
            examined.inspected = Some(inspected);
        }
        Look::Empty => findings.push(Finding::ok(
            AREA,
            format!("{name} is empty: the first `gleaner harvest` makes its tables"),
        )),
        Look::Foreign => findings.push(Finding::problem(
            AREA,
            format!("{name} is a database of another program; it was not changed"),
            "name another file: --database sqlite:PATH",
        )),
        Look::Unreadable(error) => findings.push(Finding::problem(
            AREA,
            format!("{name} is damaged, or no database: {error}"),
            rescue(path),
        )),
    }
    examined
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn schema(schema: i64) -> Finding {
    let newest = inspect::newest_schema();
    match schema.cmp(&newest) {
        std::cmp::Ordering::Equal => Finding::ok(AREA, format!("schema {schema}, the newest")),
        std::cmp::Ordering::Less => Finding::ok(
            AREA,
            format!("schema {schema} of {newest}: the next command brings it up to date; nothing is lost"),
        ),
        std::cmp::Ordering::Greater => Finding::problem(
            AREA,
            format!("schema {schema}, and this version knows only {newest}; the file is as it was"),
            "use the newer gleaner that wrote it: gleaner --version",
        ),
    }
}

fn damage(path: &Path, damage: &[String]) -> Finding {
    match damage {
        [] => Finding::ok(AREA, "SQLite finds it whole (pragma quick_check)"),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" (and {more} more)"),
            };
            Finding::problem(
                AREA,
                format!("it is damaged: {}{more}", first.replace('\n', " ")),
                rescue(path),
            )
        }
    }
}

fn rescue(path: &Path) -> String {
    let file = quoted(path);
    format!(
        "send nothing more; keep {file} with its -wal as they are, and put back the newest copy. Without a copy, a \
         sqlite3 of 3.51.3 or newer saves what can be read: sqlite3 {file} .recover | sqlite3 recovered.db"
    )
}

fn wal(path: &Path) -> Finding {
    let bytes = std::fs::metadata(inspect::beside(path, "-wal")).map_or(0, |metadata| metadata.len());
    let what = format!("{} in its -wal", size(bytes));
    if bytes < LARGE_WAL_BYTES {
        return Finding::ok(AREA, what);
    }
    Finding::warning(
        AREA,
        format!("{what}: a program that reads the file and does not end keeps it from being folded in"),
        format!(
            "see which one, and end it: fuser -v {}",
            quoted(&inspect::beside(path, "-wal"))
        ),
    )
}
