//! The names of all keys, taken from the defaults themselves, and the nearest name to a misspelt one.

use serde_json::Value;

use super::{Config, Harvest};

/// Every key of the tree: an object is a section, an array of objects a section that may stand many times, everything
/// else a key.
pub(super) fn tree() -> Value {
    let config = Config {
        harvest: vec![Harvest::default()],
        ..Config::default()
    };
    serde_json::to_value(config).expect("the defaults are finite numbers, texts, and maps with text keys")
}

/// The paths of all keys: `upstream.rate`. Keys of a section that may stand many times have no number.
pub(super) fn leaves(tree: &Value) -> Vec<String> {
    match section(tree) {
        None => vec![String::new()],
        Some(keys) => keys
            .iter()
            .flat_map(|(key, value)| {
                leaves(value).into_iter().map(move |rest| match rest.as_str() {
                    "" => key.clone(),
                    rest => format!("{key}.{rest}"),
                })
            })
            .collect(),
    }
}

/// The keys of a section; none for a key.
pub(super) fn section(tree: &Value) -> Option<&serde_json::Map<String, Value>> {
    match tree {
        Value::Object(keys) => Some(keys),
        Value::Array(values) => values.first().and_then(Value::as_object),
        _ => None,
    }
}

/// `; did you mean ...?` with the known name nearest to `unknown`, or nothing where none is near.
pub(super) fn hint<'name>(unknown: &str, known: impl IntoIterator<Item = &'name str>) -> String {
    let longest_distance = 1 + unknown.chars().count() / 4;
    let distance = |name: &str| {
        // Somebody who writes `token` for `token_file` is near, however many letters are missing.
        let is_beginning = unknown.chars().count() >= 3 && name.starts_with(unknown);
        if is_beginning {
            1
        } else {
            strsim::damerau_levenshtein(unknown, name)
        }
    };
    known
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, _)| *distance <= longest_distance)
        .min()
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_the_defaults() {
        let leaves = leaves(&tree());
        for key in [
            "database.url",
            "upstream.rate",
            "routes.followers",
            "harvest.name",
            "harvest.limits.users",
        ] {
            assert!(
                leaves.iter().any(|leaf| leaf == key),
                "{key} is not in {leaves:?}"
            );
        }
    }

    #[test]
    fn a_hint_names_the_nearest_key_or_nothing() {
        let known = ["base_url", "rate", "token_file"];
        assert_eq!(hint("base_ur", known), "; did you mean `base_url`?");
        assert_eq!(hint("token", known), "; did you mean `token_file`?");
        assert_eq!(hint("raet", known), "; did you mean `rate`?");
        assert_eq!(hint("colour", known), "");
    }
}
