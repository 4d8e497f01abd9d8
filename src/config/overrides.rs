//! Single values that go before the file: from the environment and from the command line.

use toml::{Table, Value};

use super::Config;
use super::fault::{ConfigError, Fault, Place, in_words};

/// What the options of the command line override. An option that was not given is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `--database`.
    pub database_url: Option<String>,
    /// `--base-url`.
    pub base_url: Option<String>,
    /// `--rate`.
    pub rate: Option<f64>,
    /// `--workers`.
    pub workers: Option<usize>,
}

impl Overrides {
    pub(super) fn list(&self) -> Vec<Override> {
        let workers = self
            .workers
            .map(|workers| i64::try_from(workers).unwrap_or(i64::MAX));
        let options = [
            (
                "database.url",
                "--database",
                self.database_url.clone().map(Value::String),
            ),
            (
                "upstream.base_url",
                "--base-url",
                self.base_url.clone().map(Value::String),
            ),
            ("upstream.rate", "--rate", self.rate.map(Value::Float)),
            ("upstream.workers", "--workers", workers.map(Value::Integer)),
        ];
        let given = |(key, flag, value): (&str, _, Option<Value>)| {
            value.map(|value| Override {
                key: key.to_owned(),
                place: Place::Flag(flag),
                value,
            })
        };
        options.into_iter().filter_map(given).collect()
    }
}

/// One value for one key: `upstream.rate`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Override {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

impl Override {
    /// Whether the value has the type of its key.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut alone = Table::new();
        self.put_into(&mut alone);
        match alone.try_into::<Config>() {
            Ok(_) => Ok(()),
            Err(error) => Err(ConfigError::Wrong {
                place: self.place.clone(),
                message: Fault::new(&self.key, in_words(error.message())).to_string(),
            }),
        }
    }

    /// Replaces what the file says.
    pub(super) fn put_into(&self, config: &mut Table) {
        let (section, key) = self
            .key
            .split_once('.')
            .expect("every key that can be overridden is in a section");
        let section = config
            .entry(section)
            .or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(key.to_owned(), self.value.clone());
        }
    }
}
