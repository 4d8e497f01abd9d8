//! The environment, read once: keys of the config that it overrides, and where the key may be.

use std::collections::BTreeMap;
use std::fmt;

use toml::Value;

use super::fault::{ConfigError, Place};
use super::keys;
use super::overrides::Override;

/// The variables of the process that concern us.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

/// Variables that begin like ours and are read by others.
const READ_ELSEWHERE: &[&str] = &["GLEANER_LOG"];

/// The filter of the log, as `GLEANER_LOG` gives it: `debug`, `gleaner=trace`.
pub fn log_filter() -> Option<String> {
    std::env::var_os("GLEANER_LOG").map(|filter| filter.to_string_lossy().into_owned())
}

/// Whether the person wants no colours (<https://no-color.org>).
pub fn without_colours() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

const PREFIX: &str = "GLEANER_";

/// The variables that [`super::token`] looks at.
pub(super) const TOKEN: &str = "HIKERAPI_TOKEN";
pub(super) const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self::of(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// An environment of these variables.
    pub fn of(variables: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let concerns_us =
            |name: &String| name.starts_with(PREFIX) || name == TOKEN || name == CREDENTIALS_DIRECTORY;
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        Self(variables.filter(|(name, _)| concerns_us(name)).collect())
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The keys of the config that are overridden: `GLEANER_UPSTREAM_RATE=5`.
    pub(super) fn overrides(&self) -> Result<Vec<Override>, ConfigError> {
        let keys = overridable();
        let ours = self.0.iter().filter(|(name, _)| name.starts_with(PREFIX));
        ours.filter(|(name, _)| !READ_ELSEWHERE.contains(&name.as_str()))
            .map(|(name, text)| {
                let place = Place::Variable(name.clone());
                match keys.get(name) {
                    Some(key) => Override::of_text(key, text, &place),
                    None => Err(ConfigError::Wrong {
                        place,
                        message: format!("unknown variable{}", hint(name, &keys)),
                    }),
                }
            })
            .collect()
    }
}

/// What each variable overrides, by its name. Harvests have no variables: there may be many.
fn overridable() -> BTreeMap<String, String> {
    let mut tree = keys::tree();
    if let serde_json::Value::Object(sections) = &mut tree {
        sections.retain(|_, section| section.is_object());
    }
    let name = |key: &String| format!("{PREFIX}{}", key.replace('.', "_").to_uppercase());
    keys::leaves(&tree)
        .into_iter()
        .map(|key| (name(&key), key))
        .collect()
}

fn hint(unknown: &str, keys: &BTreeMap<String, String>) -> String {
    keys::hint(
        unknown,
        keys.keys()
            .map(String::as_str)
            .chain(READ_ELSEWHERE.iter().copied()),
    )
}

impl fmt::Debug for Environment {
    /// Names only: among the values is the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Override {
    /// The value that the type of the key takes: the text itself, else what it is as a value of TOML.
    fn of_text(key: &str, text: &str, place: &Place) -> Result<Self, ConfigError> {
        let as_text = Self {
            key: key.to_owned(),
            place: place.clone(),
            value: Value::String(text.to_owned()),
        };
        let Err(error) = as_text.check() else {
            return Ok(as_text);
        };
        match text.parse::<Value>() {
            Ok(value) => {
                let as_value = Self { value, ..as_text };
                as_value.check().map(|()| as_value)
            }
            Err(_) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Value, String> {
        let overrides = Environment::of([(name, value)])
            .overrides()
            .map_err(|error| error.to_string())?;
        assert_eq!(overrides.len(), 1, "{overrides:?}");
        Ok(overrides.into_iter().next().unwrap().value)
    }

    #[test]
    fn a_variable_has_the_type_of_its_key() {
        assert_eq!(read("GLEANER_UPSTREAM_RATE", "5"), Ok(Value::Integer(5)));
        assert_eq!(
            read("GLEANER_UPSTREAM_TOKEN_FILE", "5"),
            Ok(Value::String("5".to_owned()))
        );
        assert_eq!(read("GLEANER_FLAT_MEDIAS", "false"), Ok(Value::Boolean(false)));
        assert_eq!(
            read("GLEANER_DATABASE_URL", "sqlite:x.db"),
            Ok(Value::String("sqlite:x.db".to_owned()))
        );
        assert_eq!(
            read("GLEANER_OUTAGE_PROBE_EVERY", "5m"),
            Ok(Value::String("5m".to_owned()))
        );
        let route = Value::Array(vec![Value::String("/a".to_owned())]);
        assert_eq!(read("GLEANER_ROUTES_MEDIAS", "[\"/a\"]"), Ok(route));
    }

    #[test]
    fn a_variable_of_the_wrong_type_is_refused_by_its_name() {
        let error = read("GLEANER_UPSTREAM_WORKERS", "many").unwrap_err();
        assert!(
            error.starts_with("GLEANER_UPSTREAM_WORKERS in the environment: [upstream] workers: "),
            "{error}"
        );
        let error = read("GLEANER_UPSTREAM_WORKERS", "1.5").unwrap_err();
        assert!(error.contains("1.5"), "{error}");
    }

    #[test]
    fn an_unknown_variable_is_refused_with_the_nearest_name() {
        assert_eq!(
            read("GLEANER_UPSTREAM_RAET", "5").unwrap_err(),
            "GLEANER_UPSTREAM_RAET in the environment: unknown variable; did you mean `GLEANER_UPSTREAM_RATE`?"
        );
        assert!(
            read("GLEANER_HARVEST_NAME", "brands")
                .unwrap_err()
                .ends_with("unknown variable")
        );
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        let environment = Environment::of([
            ("GLEANER_LOG", "debug"),
            ("HOME", "/home/me"),
            ("HIKERAPI_TOKEN", "k"),
        ]);
        assert_eq!(environment.overrides().unwrap(), []);
    }

    #[test]
    fn no_value_is_shown() {
        let environment = Environment::of([("HIKERAPI_TOKEN", "canary")]);
        assert_eq!(format!("{environment:?}"), r#"{"HIKERAPI_TOKEN"}"#);
    }
}
