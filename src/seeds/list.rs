//! Lists of seeds: one a line, with comments, and with a report of every line that was not taken.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{Seed, SeedError, query_of};

/// How much of a rejected line is kept for the report.
const SHOWN_CHARACTERS: usize = 80;

/// What a list held: each seed once, in the order of its first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedList {
    /// The seeds.
    pub seeds: Vec<Seed>,
    /// Lines that are no seed, in their order.
    pub rejected: Vec<Rejected>,
    /// Seeds that stand on more than one line, each reported once, in the order of their first line.
    pub repeated: Vec<Repeated>,
}

/// A line that is no seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file that it stands in; none for a list that was given otherwise.
    pub file: Option<PathBuf>,
    /// Its number, from 1.
    pub line: usize,
    /// Its text, cut to a length that can be shown.
    pub text: String,
    /// Why.
    pub reason: SeedError,
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{}, ", file.display())?;
        }
        write!(formatter, "line {}: {:?}: {}", self.line, self.text, self.reason)
    }
}

/// A seed that stands on more than one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The seed.
    pub seed: Seed,
    /// The line that counts.
    pub first_line: usize,
    /// On how many lines it stands.
    pub times: usize,
}

impl fmt::Display for Repeated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            first_line,
            times,
        } = self;
        write!(
            formatter,
            "line {first_line}: {seed} stands on {times} lines; it is taken once"
        )
    }
}

/// Why a file is no list of seeds.
#[derive(Debug, thiserror::Error)]
pub enum SeedFileError {
    /// The file cannot be read.
    #[error("cannot read the seed file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no text.
    #[error("the seed file {path} is not UTF-8 text (line {line}); save it as UTF-8")]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line with the first wrong byte, from 1.
        line: usize,
    },
}

impl SeedList {
    /// Reads a text with a seed a line. Blank lines and what follows a `#` are skipped; a `#` inside a word or a query
    /// is part of it.
    pub fn parse(text: &str) -> Self {
        // Editors of one operating system put a byte order mark in front of the first seed.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self::collect(text.lines().map(without_comment))
    }

    /// Reads a list that is already apart: arguments of a command, an array of the config. Numbers count its elements.
    pub fn collect<'text>(lines: impl IntoIterator<Item = &'text str>) -> Self {
        let mut list = Self::default();
        let mut found: HashMap<Seed, (usize, usize)> = HashMap::new();
        for (line, text) in (1..).zip(lines) {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            match text.parse::<Seed>() {
                Err(reason) => list.rejected.push(Rejected {
                    file: None,
                    line,
                    text: text.chars().take(SHOWN_CHARACTERS).collect(),
                    reason,
                }),
                Ok(seed) => match found.entry(seed) {
                    Entry::Vacant(entry) => {
                        list.seeds.push(entry.key().clone());
                        entry.insert((line, 1));
                    }
                    Entry::Occupied(mut entry) => entry.get_mut().1 += 1,
                },
            }
        }
        let repeated = found.into_iter().filter(|(_, (_, times))| *times > 1);
        list.repeated = repeated
            .map(|(seed, (first_line, times))| Repeated {
                seed,
                first_line,
                times,
            })
            .collect();
        list.repeated.sort_by_key(|repeated| repeated.first_line);
        list
    }

    /// Reads a file with a seed a line.
    pub fn read(path: &Path) -> Result<Self, SeedFileError> {
        let bytes = std::fs::read(path).map_err(|source| SeedFileError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let parse = |text: String| {
            let mut list = Self::parse(&text);
            for rejected in &mut list.rejected {
                rejected.file = Some(path.to_owned());
            }
            list
        };
        String::from_utf8(bytes).map(parse).map_err(|error| {
            let (read, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            SeedFileError::NotText {
                path: path.to_owned(),
                line: bytes[..read].split(|byte| *byte == b'\n').count(),
            }
        })
    }
}

/// The line up to its comment. A `#` begins one at the start of the line or behind white space, so that addresses keep
/// their fragments; a query keeps its hashtags.
fn without_comment(line: &str) -> &str {
    if query_of(line.trim_start()).is_some() {
        return line;
    }
    let begins_comment = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins_comment);
    &line[..comment.unwrap_or(line.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &SeedList) -> Vec<String> {
        list.seeds.iter().map(Seed::to_string).collect()
    }

    #[test]
    fn comments_blanks_line_ends_and_byte_order_marks_are_skipped() {
        let list = SeedList::parse(
            "\u{feff}first\r\n\r\n# a comment\r\n  @second  # the other one\n\nsearch:lakes #blue\ninstagram.com/third#top\n42",
        );
        assert_eq!(
            texts(&list),
            ["@first", "@second", "search:lakes #blue", "@third", "42"]
        );
        assert_eq!(list.rejected, []);
        assert_eq!(list.repeated, []);
    }

    #[test]
    fn a_rejected_line_is_reported_with_its_number() {
        let list = SeedList::parse("first\n\nno name\n0\n");
        assert_eq!(texts(&list), ["@first"]);
        let reports: Vec<_> = list.rejected.iter().map(Rejected::to_string).collect();
        assert_eq!(
            reports,
            [
                "line 3: \"no name\": a username has no ' ', only letters from a to z, digits, `.` and `_`",
                "line 4: \"0\": an id is between 1 and 9223372036854775807",
            ]
        );
    }

    #[test]
    fn a_long_rejected_line_is_cut_in_the_report() {
        let list = SeedList::parse(&"\u{43e}".repeat(5_000));
        assert_eq!(list.rejected[0].text.chars().count(), SHOWN_CHARACTERS);
    }

    #[test]
    fn a_repeated_seed_is_taken_and_reported_once() {
        let list = SeedList::parse("b\na\n@A\nhttps://instagram.com/a/\nb\n");
        assert_eq!(texts(&list), ["@b", "@a"]);
        let reports: Vec<_> = list.repeated.iter().map(Repeated::to_string).collect();
        assert_eq!(
            reports,
            [
                "line 1: @b stands on 2 lines; it is taken once",
                "line 2: @a stands on 3 lines; it is taken once",
            ]
        );
    }

    #[test]
    fn a_million_lines_are_read() {
        let lines: Vec<_> = (0..1_000_000)
            .map(|number| format!("user{}", number % 600_000))
            .collect();
        let list = SeedList::parse(&lines.join("\n"));
        assert_eq!(
            (list.seeds.len(), list.repeated.len(), list.rejected.len()),
            (600_000, 400_000, 0)
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("brands.txt");
        let error = SeedList::read(&missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot read the seed file {}", missing.display())
        );

        let wide = directory.path().join("wide.txt");
        std::fs::write(&wide, b"first\nsec\xffond\n").unwrap();
        let error = SeedList::read(&wide).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is not UTF-8 text (line 2); save it as UTF-8"),
            "{error}"
        );
    }
}
