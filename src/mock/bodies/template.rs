//! Templates: objects with all the keys of a real answer, their noise set to what says nothing.

use serde_json::{Map, Value};

/// The fields of an object.
pub(crate) type Fields = Map<String, Value>;

/// Declares a template that is read from a file beside the code when it is first used.
macro_rules! template {
    ($name:ident, $file:literal) => {
        static $name: std::sync::LazyLock<crate::mock::bodies::template::Fields> =
            std::sync::LazyLock::new(|| {
                serde_json::from_str(include_str!($file)).expect("the template is part of the program")
            });
    };
}

pub(crate) use template;

/// A template with some of its fields filled in. Every field that is filled in must be in the template.
pub(crate) fn filled(template: &Fields, values: Value) -> Value {
    let mut fields = template.clone();
    if let Value::Object(values) = values {
        for (key, value) in values {
            debug_assert!(fields.contains_key(&key), "the template has no {key}");
            fields.insert(key, value);
        }
    }
    Value::Object(fields)
}
