//! What is wrong with a configuration, and where it stands.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why there is no configuration to run with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the config file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something in it cannot be.
    #[error("{place}: {message}")]
    Wrong {
        /// Where it stands.
        place: Place,
        /// What is wrong, naming the key.
        message: String,
    },
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A place in the file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The character in the line.
        column: usize,
    },
    /// A variable of the environment.
    Variable(String),
    /// An option of the command line.
    Flag(&'static str),
    /// Nobody gave it.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                write!(formatter, "{}, line {line}, column {column}", path.display())
            }
            Self::Variable(name) => write!(formatter, "{name} in the environment"),
            Self::Flag(name) => formatter.write_str(name),
            Self::Default => formatter.write_str("the defaults"),
        }
    }
}

/// A value that has the right type and is wrong all the same. Where it stands is found by whoever read the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path of the key: `upstream.rate`, `harvest.0.name`.
    pub key: String,
    /// What is wrong with it.
    pub message: String,
}

impl Fault {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
        }
    }

    /// The same fault, seen from further out.
    pub(super) fn within(self, section: &str) -> Self {
        Self {
            key: format!("{section}.{}", self.key),
            ..self
        }
    }
}

impl fmt::Display for Fault {
    /// `[upstream] rate: must be above 0`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (section, rest) = self.key.split_once('.').unwrap_or((&self.key, ""));
        let (number, key) = rest.split_once('.').unwrap_or((rest, ""));
        let message = &self.message;
        match (number.parse::<usize>(), rest, key) {
            (_, "", _) => write!(formatter, "[{section}]: {message}"),
            (Ok(_), _, "") => write!(formatter, "[[{section}]]: {message}"),
            (Ok(_), _, key) => write!(formatter, "[[{section}]] {key}: {message}"),
            (Err(_), rest, _) => write!(formatter, "[{section}] {rest}: {message}"),
        }
    }
}

/// What a reader of TOML says, with the words of TOML for the types of Rust.
pub(super) fn in_words(message: &str) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("map, expected", "table, expected"),
        ("expected a sequence", "expected an array"),
        ("expected f64", "expected a number"),
        ("expected i64", "expected a whole number"),
        ("expected u64", "expected a whole number of at least 0"),
        ("expected u32", "expected a whole number of at least 0"),
        ("expected usize", "expected a whole number of at least 0"),
        ("expected a boolean", "expected true or false"),
    ];
    WORDS.iter().fold(message.to_owned(), |message, (from, to)| {
        message.replace(from, to)
    })
}

/// A fault of `key` unless `holds`.
pub(super) fn require(holds: bool, key: &str, message: impl Into<String>) -> Result<(), Fault> {
    if holds {
        Ok(())
    } else {
        Err(Fault::new(key, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_section_and_key() {
        for (key, text) in [
            ("upstream.rate", "[upstream] rate: is wrong"),
            ("routes.followers.1", "[routes] followers.1: is wrong"),
            ("harvest.0.name", "[[harvest]] name: is wrong"),
            ("harvest.0", "[[harvest]]: is wrong"),
            ("upstream", "[upstream]: is wrong"),
        ] {
            assert_eq!(Fault::new(key, "is wrong").to_string(), text);
        }
        assert_eq!(Fault::new("name", "").within("harvest.2").key, "harvest.2.name");
    }
}
