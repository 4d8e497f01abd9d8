//! Ids, exact to 64 bits: as text or as a number, never through floating point.

use crate::read::fields::Fields;
use crate::read::json::{Json, Object};

/// The id that a value is: a positive number of at most 63 bits, or its decimal text.
pub(crate) fn exact(json: &Json<'_>) -> Option<i64> {
    match json {
        Json::Whole(number) => i64::try_from(*number).ok().filter(|id| *id > 0),
        Json::Text(text) => decimal(text),
        _ => None,
    }
}

/// The positive number that a text of digits stands for; other spellings of the same number are not ids.
fn decimal(text: &str) -> Option<i64> {
    if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The id of a user or a comment: `pk`, `id` and `strong_id__` say the same, and not all are always there.
pub(crate) fn of(fields: &Fields<'_>) -> Result<i64, String> {
    first(fields, exact)
}

/// A media item's id: `pk`, or the part of `id` before the underscore.
pub(crate) fn of_media(fields: &Fields<'_>) -> Result<i64, String> {
    first(fields, |json| exact(json).or_else(|| parts(json)?.0))
}

/// The owner's id in a media item's `id`: the part after the underscore.
pub(crate) fn owner_in_media_id(object: &Object<'_>) -> Option<i64> {
    ["id", "strong_id__"]
        .iter()
        .find_map(|key| parts(object.get(key)?)?.1)
}

fn parts(json: &Json<'_>) -> Option<(Option<i64>, Option<i64>)> {
    let (media, owner) = json.as_text()?.split_once('_')?;
    Some((decimal(media), decimal(owner)))
}

fn first(fields: &Fields<'_>, read: impl Fn(&Json<'_>) -> Option<i64>) -> Result<i64, String> {
    let mut found: Option<(&str, i64)> = None;
    let mut unusable = Vec::new();
    for key in ["pk", "id", "strong_id__"] {
        let Some(value) = fields.get(key) else { continue };
        match (read(value), found) {
            (None, _) => unusable.push((key, value)),
            (Some(id), None) => found = Some((key, id)),
            (Some(id), Some((first_key, known))) if id != known => {
                fields.note(format!("{first_key:?} and {key:?} name different ids"));
            }
            (Some(_), Some(_)) => {}
        }
    }
    if let Some((_, id)) = found {
        for (key, value) in unusable {
            fields.wrong(key, value, "an id");
        }
        return Ok(id);
    }
    let said: Vec<String> = unusable
        .iter()
        .map(|(key, value)| format!("{key:?} is {}", value.excerpt(60)))
        .collect();
    let said = if said.is_empty() {
        "neither pk nor id is there".to_owned()
    } else {
        said.join(", ")
    };
    Err(format!("no usable id: {said}"))
}
