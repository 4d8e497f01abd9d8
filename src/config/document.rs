//! The config file: its text, what it says, and where in it a key stands.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value as Keys;
use toml::Table;
use toml::de::{DeTable, DeValue};

use super::Config;
use super::fault::{ConfigError, Fault, Place, in_words};
use super::keys;

/// A config file that was read.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) path: PathBuf,
    text: String,
}

impl Document {
    /// Reads the file; none if there is no such file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, ConfigError> {
        let path = path.to_owned();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Self { path, text })),
            Err(error) => {
                let source = io::Error::new(io::ErrorKind::InvalidData, error.utf8_error());
                Err(ConfigError::Unreadable { path, source })
            }
        }
    }

    /// What the file says, once it is known to be a config: TOML, only known keys, each of the right type.
    pub(super) fn table(&self) -> Result<Table, ConfigError> {
        // Only the parser's own words are shown, never the line itself: somebody may have written the key into it.
        let wrong = |error: &toml::de::Error| self.wrong(error.span(), error.message().to_owned());
        let document = DeTable::parse(&self.text).map_err(|error| wrong(&error))?;
        let tree = keys::tree();
        if let Some((span, message)) = unknown_key(document.get_ref(), &tree, &tree, "") {
            return Err(self.wrong(Some(span), message));
        }
        if let Err(error) = toml::from_str::<Config>(&self.text) {
            let key = error
                .span()
                .and_then(|span| key_at(document.get_ref(), span.start));
            let message = match key {
                Some(key) => Fault::new(key, in_words(error.message())).to_string(),
                None => in_words(error.message()),
            };
            return Err(self.wrong(error.span(), message));
        }
        toml::from_str(&self.text).map_err(|error| wrong(&error))
    }

    /// Where a key stands, or the last part of its path that is in the file.
    pub(super) fn place_of(&self, key: &str) -> Option<Place> {
        let document = DeTable::parse(&self.text).ok()?;
        let mut steps = key.split('.');
        let mut value = document.get_ref().get(steps.next()?)?;
        for step in steps {
            let found = match (value.get_ref(), step.parse::<usize>()) {
                (DeValue::Array(_), Ok(place)) => value.get_ref().get(place),
                _ => value.get_ref().get(step),
            };
            match found {
                Some(found) => value = found,
                None => break,
            }
        }
        Some(self.place(&value.span()))
    }

    fn wrong(&self, span: Option<Range<usize>>, message: String) -> ConfigError {
        let place = self.place(&span.unwrap_or_default());
        ConfigError::Wrong { place, message }
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place::File {
            path: self.path.clone(),
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_start..].chars().count(),
        }
    }
}

/// The first key that the tree does not know: where it stands and what to write instead.
fn unknown_key(table: &DeTable<'_>, keys: &Keys, tree: &Keys, path: &str) -> Option<(Range<usize>, String)> {
    let known = keys::section(keys)?;
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let Some(below) = known.get(name) else {
            let hint = match section_with(tree, name) {
                Some(section) => format!("; it belongs below [{section}]"),
                None => keys::hint(name, known.keys().map(String::as_str)),
            };
            let place = if path.is_empty() {
                String::new()
            } else {
                format!(" in [{path}]")
            };
            return Some((key.span(), format!("unknown key `{name}`{place}{hint}")));
        };
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        let found = match value.get_ref() {
            DeValue::Table(_) if below.is_array() => Some((
                key.span(),
                format!("[{name}] must be [[{name}]]: there may be many"),
            )),
            DeValue::Table(table) => unknown_key(table, below, tree, &path),
            DeValue::Array(values) => values
                .iter()
                .filter_map(|value| value.get_ref().as_table())
                .find_map(|table| unknown_key(table, below, tree, &path)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The only section that has a key of this name.
fn section_with<'tree>(tree: &'tree Keys, name: &str) -> Option<&'tree str> {
    let mut sections = keys::section(tree)?
        .iter()
        .filter(|(_, below)| keys::section(below).is_some_and(|keys| keys.contains_key(name)));
    let (section, _) = sections.next()?;
    sections.next().is_none().then_some(section)
}

/// The key whose name or value stands at this place of the text.
fn key_at(table: &DeTable<'_>, offset: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        let below = match value.get_ref() {
            // Tables are looked into whatever their own span: that of a section is its header only.
            DeValue::Table(table) => key_at(table, offset).map(|below| format!("{name}.{below}")),
            DeValue::Array(values) => values.iter().enumerate().find_map(|(place, value)| {
                let table = value.get_ref().as_table()?;
                key_at(table, offset).map(|below| format!("{name}.{place}.{below}"))
            }),
            _ => None,
        };
        let is_here = key.span().contains(&offset) || value.span().contains(&offset);
        below.or_else(|| is_here.then(|| name.to_string()))
    })
}
