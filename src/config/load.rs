//! Bringing the sources together: the file, then the environment, then the command line.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml::Table;

use super::Config;
use super::document::Document;
use super::environment::Environment;
use super::fault::{ConfigError, Fault, Place, in_words};
use super::overrides::{Override, Overrides};
use crate::kind::Kind;

/// Where a config file is looked for, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The file that the command line names. It must exist, and no other is looked for.
    pub named: Option<PathBuf>,
    /// The file beside the work.
    pub local: PathBuf,
    /// The file of the person, where there is a home.
    pub personal: Option<PathBuf>,
}

impl Places {
    /// The places for this process: the named file, else `gleaner.toml` in the working directory, else
    /// `gleaner/config.toml` where the system keeps configurations.
    pub fn of_process(named: Option<&Path>) -> Self {
        let base = etcetera::choose_base_strategy().ok();
        Self {
            named: named.map(Path::to_owned),
            local: PathBuf::from("gleaner.toml"),
            personal: base.map(|base| base.config_dir().join("gleaner").join("config.toml")),
        }
    }

    fn read(&self) -> Result<Option<Document>, ConfigError> {
        if let Some(path) = &self.named {
            let missing = || ConfigError::Unreadable {
                path: path.clone(),
                source: io::Error::new(io::ErrorKind::NotFound, "there is no such file"),
            };
            return Document::read(path)?.ok_or_else(missing).map(Some);
        }
        match (Document::read(&self.local)?, &self.personal) {
            (None, Some(personal)) => Document::read(personal),
            (local, _) => Ok(local),
        }
    }
}

/// A configuration and where its values come from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What to run with; valid but for its routes.
    pub config: Config,
    document: Option<Document>,
    overrides: Vec<Override>,
}

impl Loaded {
    /// The file that was read, if there was one.
    pub fn file(&self) -> Option<&Path> {
        self.document.as_ref().map(|document| document.path.as_path())
    }

    /// [`Config::validate_routes`], with the place of what is wrong.
    pub fn validate_routes(&self, known: &dyn Fn(&str) -> Option<Kind>) -> Result<(), ConfigError> {
        self.config
            .validate_routes(known)
            .map_err(|fault| self.locate(&fault))
    }

    /// The error for a fault, with the place of the key.
    pub fn locate(&self, fault: &Fault) -> ConfigError {
        let is_part = |key: &str| {
            let rest = fault.key.strip_prefix(key);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // The last one won.
        let overridden = self.overrides.iter().rev().find(|value| is_part(&value.key));
        let place = match (overridden, &self.document) {
            (Some(value), _) => value.place.clone(),
            (None, Some(document)) => document.place_of(&fault.key).unwrap_or(Place::Default),
            (None, None) => Place::Default,
        };
        let message = fault.to_string();
        ConfigError::Wrong { place, message }
    }
}

/// Reads and checks the configuration. Whether its routes name real endpoints is for [`Loaded::validate_routes`].
pub fn load(places: &Places, environment: &Environment, options: &Overrides) -> Result<Loaded, ConfigError> {
    let document = places.read()?;
    let mut table = document
        .as_ref()
        .map_or_else(|| Ok(Table::new()), Document::table)?;
    let mut overrides = environment.overrides()?;
    overrides.extend(options.list());
    for value in &overrides {
        value.put_into(&mut table);
    }
    let config = table
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::Wrong {
            place: Place::Default,
            message: in_words(error.message()),
        })?;
    let loaded = Loaded {
        config,
        document,
        overrides,
    };
    match loaded.config.validate() {
        Ok(()) => Ok(loaded),
        Err(fault) => Err(loaded.locate(&fault)),
    }
}
