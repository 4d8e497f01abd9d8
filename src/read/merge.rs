//! Bringing two observations of one JSON object together, so that nothing known is lost.

use crate::read::json::{Json, Object};
use crate::read::notes::Notes;

/// Merges `from` into `into`: a null never erases, a shorter list never replaces a longer one, and where two values
/// differ the later one counts.
pub(crate) fn merge<'a>(into: &mut Json<'a>, from: Json<'a>, notes: &Notes) {
    match (into, from) {
        (_, Json::Null) => {}
        (Json::Object(into), Json::Object(from)) => objects(into, from, notes),
        (Json::List(into), Json::List(from)) => lists(into, from, notes),
        (into @ (Json::Object(_) | Json::List(_)), from) => {
            notes.add(format!(
                "two patches disagree: {} and {}",
                into.type_name(),
                from.type_name()
            ));
        }
        (into, from) => *into = from,
    }
}

/// Merges the members of an object.
pub(crate) fn objects<'a>(into: &mut Object<'a>, from: Object<'a>, notes: &Notes) {
    into.join(from, |_, into, from| merge(into, from, notes));
}

fn lists<'a>(into: &mut Vec<Json<'a>>, mut from: Vec<Json<'a>>, notes: &Notes) {
    if from.len() < into.len() {
        return;
    }
    let same_things = into.iter().zip(&from).all(|(into, from)| match (into, from) {
        (Json::Object(into), Json::Object(from)) => !conflict(into, from),
        _ => false,
    });
    if !same_things {
        *into = from;
        return;
    }
    let further = from.split_off(into.len());
    for (into, from) in into.iter_mut().zip(from) {
        merge(into, from, notes);
    }
    into.extend(further);
}

/// What an object is, as far as it says: its type's name and its id.
pub(crate) fn identity(object: &Object<'_>) -> (Option<String>, Option<String>) {
    let type_name = object
        .get("__typename")
        .and_then(Json::as_text)
        .map(str::to_owned);
    let id = ["strong_id__", "id", "pk"]
        .iter()
        .find_map(|key| match object.get(key)? {
            // A media item is its own part before the underscore, whether or not its owner's id follows.
            Json::Text(id) if !id.is_empty() => id.split('_').next().map(str::to_owned),
            Json::Whole(id) => Some(id.to_string()),
            _ => None,
        });
    (type_name, id)
}

/// Whether two objects say that they are different things.
pub(crate) fn conflict(left: &Object<'_>, right: &Object<'_>) -> bool {
    let (left_type, left_id) = identity(left);
    let (right_type, right_id) = identity(right);
    let differ =
        |left: Option<String>, right: Option<String>| left.is_some() && right.is_some() && left != right;
    differ(left_type, right_type) || differ(left_id, right_id)
}
