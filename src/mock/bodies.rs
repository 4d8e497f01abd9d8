//! The world in the upstream's own shapes: JSON with all of its odd keys, noise and encodings.
//!
//! The fields that say nothing here come from templates; the code fills in what the world knows.

pub(crate) mod clips;
pub(crate) mod comments;
pub(crate) mod media;
pub(crate) mod profiles;
pub(crate) mod reposts;
pub(crate) mod search;
pub(crate) mod signature;
pub(crate) mod stream;
pub(crate) mod tags;
pub(crate) mod template;
pub(crate) mod users;

use serde_json::Value;

use crate::mock::phrases::HALF_PAIR;

/// The text of a body. Half pairs become the escape that the upstream sends for them.
pub(crate) fn text(body: &Value) -> String {
    let text = body.to_string();
    if text.contains(HALF_PAIR) {
        text.replace(HALF_PAIR, "\\ud83d")
    } else {
        text
    }
}

/// The body as the vendor's examples show it: every array is cut to its first three elements, the paths of patches too.
pub(crate) fn cut(body: &mut Value) {
    match body {
        Value::Array(elements) => {
            elements.truncate(3);
            elements.iter_mut().for_each(cut);
        }
        Value::Object(fields) => fields.values_mut().for_each(cut),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_a_pair_is_sent_as_its_escape() {
        assert_eq!(
            text(&json!({ "full_name": format!("a{HALF_PAIR}b") })),
            r#"{"full_name":"a\ud83db"}"#
        );
    }

    #[test]
    fn a_cut_body_has_no_array_of_more_than_three() {
        let mut body = json!({ "path": [1, 2, 3, 4], "rows": [[1, 2, 3, 4], {}, {}, {}] });
        cut(&mut body);
        assert_eq!(body, json!({ "path": [1, 2, 3], "rows": [[1, 2, 3], {}, {}] }));
    }
}
