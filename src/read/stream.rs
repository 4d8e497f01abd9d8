//! Streams: a first row and the patches that came after it, merged into one document.
//!
//! Instagram answers some queries in rows: `{data}`, then `{path, label, data}` or lists of such patches, in any
//! order. Paths cannot be relied on alone (published bodies have them cut, so that patches for two things show the same
//! path), therefore a patch that says what it is (`XDTMediaDict` or `XDTUserDict` with an id) goes to the thing of that
//! id wherever it hangs, and its path is used only if there is none. A patch whose thing is not on the list at its path
//! is a further element of that list.

use crate::endpoint::ParseError;
use crate::read::body::wrong_shape;
use crate::read::json::{Json, Object};
use crate::read::merge::{conflict, identity, objects};
use crate::read::notes::Notes;

struct Patch<'a> {
    path: Vec<Step>,
    data: Object<'a>,
}

enum Step {
    Key(String),
    Index(usize),
}

/// Merges the rows of a stream.
pub(crate) fn merged<'a>(rows: Vec<Json<'a>>, notes: &Notes) -> Result<Object<'a>, ParseError> {
    let mut patches = Vec::new();
    let mut is_final = false;
    for row in rows {
        let parts = if let Json::List(parts) = row {
            parts
        } else {
            vec![row]
        };
        if parts.is_empty() {
            notes.add("a stream row is an empty list");
        }
        for part in parts {
            if let Json::Object(part) = part {
                is_final |= is_last(&part);
                patches.extend(patch(part, notes));
            } else {
                notes.add(format!("a stream row is {}, not a patch", part.type_name()));
            }
        }
    }
    if patches.is_empty() {
        return Err(wrong_shape("the stream has no row with data"));
    }
    if !is_final {
        notes.add("the stream has no row that says it is the last");
    }
    // A list must be there before the patches of its elements, whatever came first, and what is added to its end must
    // come in the order of its places: otherwise one element would be merged into another.
    patches.sort_by_key(|patch| (is_entity(&patch.data), patch.path.len(), index(&patch.path)));
    let mut root = Object::default();
    for patch in patches {
        place(&mut root, patch, notes);
    }
    Ok(root)
}

/// The last place in a list on a path.
fn index(path: &[Step]) -> Option<usize> {
    path.iter().rev().find_map(|step| match step {
        Step::Index(index) => Some(*index),
        Step::Key(_) => None,
    })
}

fn is_last(row: &Object<'_>) -> bool {
    let extensions = row.get("extensions").and_then(Json::as_object);
    extensions.and_then(|extensions| extensions.get("is_final")) == Some(&Json::Bool(true))
}

fn patch<'a>(mut row: Object<'a>, notes: &Notes) -> Option<Patch<'a>> {
    let label = row
        .get("label")
        .and_then(Json::as_text)
        .unwrap_or("first row")
        .to_owned();
    let has_errors = match row.get("errors") {
        None | Some(Json::Null) => false,
        Some(Json::List(errors)) if errors.is_empty() => false,
        Some(errors) => {
            notes.add(format!("patch {label} has errors: {}", errors.excerpt(200)));
            true
        }
    };
    let path = match row.get("path") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::List(steps)) => {
            let path: Vec<Step> = steps.iter().map_while(step).collect();
            if path.len() < steps.len() {
                notes.add(format!("the path of patch {label} has a step that leads nowhere"));
            }
            path
        }
        Some(other) => {
            notes.add(format!(
                "the path of patch {label} is {}, not a list",
                other.type_name()
            ));
            Vec::new()
        }
    };
    match row.take("data") {
        Some(Json::Object(mut data)) => {
            if has_errors {
                // Beside an error a null is a failure, not a value.
                data.retain(|value| !value.is_null());
            }
            Some(Patch { path, data })
        }
        other => {
            let type_name = other.as_ref().map_or("absent", Json::type_name);
            notes.add(format!("the data of patch {label} is {type_name}, not an object"));
            None
        }
    }
}

fn step(json: &Json<'_>) -> Option<Step> {
    match json {
        Json::Text(key) => Some(Step::Key(key.to_string())),
        Json::Whole(index) => usize::try_from(*index).ok().map(Step::Index),
        _ => None,
    }
}

fn place<'a>(root: &mut Object<'a>, patch: Patch<'a>, notes: &Notes) {
    let Patch { path, mut data } = patch;
    if path.is_empty() && !is_entity(&data) {
        objects(root, data, notes);
        return;
    }
    let Some((Step::Key(first), rest)) = path.split_first() else {
        notes.add("a patch has no path and no known thing");
        return;
    };
    // Where it should be first: most patches are for elements of one list.
    let near =
        listed(root, first, rest).and_then(|list| list.iter_mut().find_map(|element| same(element, &data)));
    if let Some(known) = near {
        objects(known, data, notes);
        return;
    }
    if is_entity(&data)
        && let Some(known) = find_below(root, &data)
    {
        objects(known, data, notes);
        return;
    }
    if !root.has(first) {
        notes.add("a patch is for a call that is not in the stream");
    }
    let child = root.entry(first);
    if let Err(homeless) = graft(child, rest, data, notes) {
        data = homeless;
        let type_name = identity(&data).0.unwrap_or_else(|| "unnamed".to_owned());
        notes.add(format!("a patch of type {type_name} has no place"));
    }
}

fn is_entity(object: &Object<'_>) -> bool {
    match identity(object) {
        (Some(type_name), Some(_)) => type_name == "XDTMediaDict" || type_name == "XDTUserDict",
        _ => false,
    }
}

/// The first list on a path.
fn listed<'r, 'a>(root: &'r mut Object<'a>, first: &str, rest: &[Step]) -> Option<&'r mut Vec<Json<'a>>> {
    let mut node = root.get_mut(first)?;
    for step in rest {
        node = match (node, step) {
            (Json::Object(object), Step::Key(key)) => object.get_mut(key)?,
            (Json::List(list), Step::Index(_)) => return Some(list),
            _ => return None,
        };
    }
    None
}

/// The thing itself in an element of a list: the element, or what it wraps.
fn same<'r, 'a>(element: &'r mut Json<'a>, thing: &Object<'_>) -> Option<&'r mut Object<'a>> {
    let Json::Object(object) = element else {
        return None;
    };
    if is_same(object, thing) {
        return Some(object);
    }
    match object.get_mut("media") {
        Some(Json::Object(media)) if is_same(media, thing) => Some(media),
        _ => None,
    }
}

fn is_same(object: &Object<'_>, thing: &Object<'_>) -> bool {
    let id = identity(thing).1;
    id.is_some() && identity(object).1 == id && !conflict(object, thing)
}

/// The thing of that id, anywhere below; it need not say its type.
fn find<'r, 'a>(node: &'r mut Json<'a>, thing: &Object<'_>) -> Option<&'r mut Object<'a>> {
    match node {
        Json::Object(object) => {
            if is_same(object, thing) {
                return Some(object);
            }
            find_below(object, thing)
        }
        Json::List(list) => list.iter_mut().find_map(|value| find(value, thing)),
        _ => None,
    }
}

fn find_below<'r, 'a>(object: &'r mut Object<'a>, thing: &Object<'_>) -> Option<&'r mut Object<'a>> {
    // Hints repeat ids without being the things.
    let members = object.iter_mut().filter(|(key, _)| *key != "client_hints");
    members
        .map(|(_, value)| value)
        .find_map(|value| find(value, thing))
}

/// Puts data at a path below a node; gives it back where something else is there.
fn graft<'a>(node: &mut Json<'a>, path: &[Step], data: Object<'a>, notes: &Notes) -> Result<(), Object<'a>> {
    if node.is_null() {
        if is_entity(&data) || matches!(path.first(), Some(Step::Index(_))) {
            notes.add("a patch is for a place that is not in the stream");
        }
        *node = if let Some(Step::Index(_)) = path.first() {
            Json::List(Vec::new())
        } else {
            Json::Object(Object::default())
        };
    }
    match (node, path.split_first()) {
        (Json::Object(object), None) if !conflict(object, &data) => {
            let (type_name, id) = identity(&data);
            let is_named = identity(object).0.is_some();
            if !is_same(object, &data) && (id.is_some() || type_name.is_some() && !is_named) {
                notes.add("a patch that says what it is for is put into an object that does not");
            }
            objects(object, data, notes);
            Ok(())
        }
        (Json::Object(object), Some((Step::Key(key), rest))) => graft(object.entry(key), rest, data, notes),
        (Json::List(list), Some((Step::Index(index), rest))) => {
            let data = match list.get_mut(*index) {
                Some(element) => match graft(element, rest, data, notes) {
                    Ok(()) => return Ok(()),
                    Err(data) => data,
                },
                None => data,
            };
            append(list, rest, data)
        }
        (_, _) => Err(data),
    }
}

/// Adds data to a list as a further element, in the form that its elements have.
fn append<'a>(list: &mut Vec<Json<'a>>, rest: &[Step], data: Object<'a>) -> Result<(), Object<'a>> {
    let is_media = identity(&data).0.as_deref() == Some("XDTMediaDict");
    let wraps = |element: &Json<'_>| element.as_object().is_some_and(|object| object.has("media"));
    match rest {
        [] if is_media && list.iter().any(wraps) => list.push(wrapped("media", data)),
        [] => list.push(Json::Object(data)),
        [Step::Key(key)] => list.push(wrapped(key, data)),
        _ => return Err(data),
    }
    Ok(())
}

fn wrapped<'a>(key: &str, data: Object<'a>) -> Json<'a> {
    Json::Object(Object::of(key, Json::Object(data)))
}
