//! The README and the pages of `docs`: their commands, statements, tables and links.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::shell::Shell;

/// A page for people.
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// A fenced block: its language and its lines, joined where they end with a backslash.
pub(super) struct Block {
    pub(super) language: String,
    pub(super) text: String,
}

/// A line that people type, with the exit code that the page says it ends with.
pub(super) struct Line {
    pub(super) words: String,
    pub(super) code: i32,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page.
pub(super) fn all() -> Vec<Document> {
    let mut paths = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).unwrap();
    paths.extend(docs.map(|entry| entry.unwrap().path()));
    paths.sort();
    paths.into_iter().map(read).collect()
}

/// The page of that path.
pub(super) fn page(path: &str) -> Document {
    read(root().join(path))
}

fn read(path: PathBuf) -> Document {
    let text = fs::read_to_string(&path).unwrap();
    Document { path, text }
}

impl Document {
    /// Its path, seen from the project.
    pub(super) fn name(&self) -> String {
        let path = self.path.strip_prefix(root()).unwrap();
        path.display().to_string()
    }

    /// Its fenced blocks, in their order.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let blocks = self.text.split("```").skip(1).step_by(2);
        blocks
            .map(|block| {
                let (language, text) = block.split_once('\n').unwrap();
                Block {
                    language: language.to_owned(),
                    text: text.replace("\\\n", " "),
                }
            })
            .collect()
    }

    /// The blocks in one language.
    pub(super) fn blocks_in(&self, language: &str) -> Vec<String> {
        let blocks = self.blocks().into_iter();
        let wanted = blocks.filter(|block| block.language == language);
        wanted.map(|block| block.text).collect()
    }

    /// The tables below each heading (of any level), a row a list of cells, without the lines of the header.
    pub(super) fn sections(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let mut sections: Vec<(String, Vec<Vec<String>>)> = Vec::new();
        let mut in_table = false;
        for line in self.text.lines() {
            if let Some(heading) = line.strip_prefix('#') {
                let heading = heading.trim_start_matches('#').trim().to_owned();
                sections.push((heading, Vec::new()));
            }
            let Some(row) = line.strip_prefix("| ") else {
                in_table = false;
                continue;
            };
            if row.starts_with("---") {
                in_table = true;
            } else if in_table && let Some((_, rows)) = sections.last_mut() {
                let cells = row.trim_end().trim_end_matches('|').split('|');
                rows.push(cells.map(|cell| cell.trim().to_owned()).collect());
            }
        }
        sections
    }

    /// The tables of all sections.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        self.sections().into_iter().flat_map(|(_, rows)| rows).collect()
    }

    /// What its links lead to.
    pub(super) fn links(&self) -> Vec<String> {
        let parts = self.text.split("](").skip(1);
        parts
            .map(|part| part.split_once(')').unwrap().0.to_owned())
            .collect()
    }
}

impl Block {
    /// The commands of the program in it.
    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |line: &str| {
            let is_ours = line.starts_with("gleaner ") || line.starts_with("cargo run --release -- ");
            let code = line.split_once("# exit code ").map_or(0, |(_, code)| {
                code.trim()
                    .parse()
                    .unwrap_or_else(|error| panic!("{line}: {error}"))
            });
            is_ours.then(|| Line {
                words: line.replace("cargo run --release -- ", "gleaner "),
                code,
            })
        };
        self.text.lines().filter_map(line).collect()
    }
}

/// The words between backticks.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Runs a line as a shell does; the upstream is the simulated one, whatever the line or a configuration says.
#[track_caller]
pub(super) fn run(shell: &Shell, line: &str, code: i32) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_gleaner"));
    let folder = program.parent().unwrap().display();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(shell.path(""))
        .env_clear()
        .env("PATH", format!("{folder}:/usr/local/bin:/usr/bin:/bin"))
        .env("HOME", shell.path(""))
        .env("HIKERAPI_TOKEN", crate::harness::CANARY)
        .env("GLEANER_UPSTREAM_BASE_URL", shell.upstream.url())
        .env("GLEANER_RETRY_NOT_FOUND_AGAIN", "5ms")
        .output()
        .unwrap();
    let (out, log) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(code), "{line}\n{out}\n{log}");
    out
}

/// Asserts that the lines of `shown` stand in `output`, one below the other. `...` alone stands for any lines, within a
/// line for any text; the number of blanks does not matter.
#[track_caller]
pub(super) fn assert_shows(output: &str, shown: &str) {
    let lines = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect()
    };
    let printed = lines(output);
    let (mut at, mut may_skip) = (0, false);
    for wanted in lines(shown) {
        if wanted == "..." {
            may_skip = true;
            continue;
        }
        let found = printed[at..].iter().position(|line| fits(line, &wanted));
        match found {
            Some(skipped) if skipped == 0 || may_skip => at += skipped + 1,
            _ => panic!("not printed: {wanted}\nin: {output}"),
        }
        may_skip = false;
    }
    assert!(
        may_skip || at == printed.len(),
        "more is printed: {:?}",
        &printed[at..]
    );
}

/// Whether a line has the fixed parts in their order, and nothing else where no `...` stands.
fn fits(line: &str, wanted: &str) -> bool {
    let parts: Vec<&str> = wanted.split("...").collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return line == wanted;
    };
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
