//! Every fixture with each of its values changed, removed or cut off: no panic, no element lost, nothing lost silently.

use std::collections::BTreeMap;

use gleaner::endpoint::{Page, Parse, ParseError};
use gleaner::model::{Cell, Record};
use serde_json::{Value, json};

/// A way to a value: keys and positions.
type Way = Vec<Result<String, usize>>;

#[test]
fn every_prefix_of_a_body_is_refused() {
    for fixture in super::fixtures() {
        let Parse::Page(_) = fixture.endpoint.parse else {
            continue;
        };
        let body = compact(&fixture.body);
        for end in 0..body.len() {
            let error = super::parse(fixture.endpoint, &body[..end]).expect_err("a cut body is no page");
            assert!(
                matches!(error, ParseError::NotJson { .. }),
                "cut at {end}: {error}"
            );
        }
    }
}

#[test]
fn no_changed_value_loses_an_element_or_a_column_silently() {
    for fixture in super::fixtures() {
        let Parse::Page(_) = fixture.endpoint.parse else {
            continue;
        };
        let document: Value = serde_json::from_slice(&fixture.body).expect("a fixture is JSON");
        let before = super::parse(fixture.endpoint, &fixture.body).ok();
        for way in ways(&document) {
            for change in changes() {
                let mut changed = document.clone();
                let place = walk(&mut changed, &way);
                let is_emptied =
                    place.is_array() && change == json!([]) || place.is_object() && change == json!({});
                *place = change.clone();
                let after = super::parse(
                    fixture.endpoint,
                    &serde_json::to_vec(&changed).expect("it is JSON"),
                );
                // Null and emptiness are how the upstream says that there is nothing; all else must be spoken of.
                if let (Some(before), Ok(after)) = (&before, after)
                    && !change.is_null()
                    && !is_emptied
                {
                    let lost = lost(before, &after);
                    assert!(
                        lost.is_empty() || speaks(before, &after),
                        "{}: {way:?} as {change} loses {lost:?}",
                        fixture.path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn no_removed_value_loses_an_element() {
    for fixture in super::fixtures() {
        let Parse::Page(_) = fixture.endpoint.parse else {
            continue;
        };
        let document: Value = serde_json::from_slice(&fixture.body).expect("a fixture is JSON");
        for way in ways(&document) {
            let mut changed = document.clone();
            let Some((step, above)) = way.split_last() else {
                continue;
            };
            match (walk(&mut changed, above), step) {
                (Value::Object(object), Ok(key)) => drop(object.remove(key)),
                (Value::Array(elements), Err(position)) => drop(elements.remove(*position)),
                _ => unreachable!("a way goes through objects and lists"),
            }
            // The equation of the elements is checked for every page that is read.
            drop(super::parse(
                fixture.endpoint,
                &serde_json::to_vec(&changed).expect("it is JSON"),
            ));
        }
    }
}

fn compact(body: &[u8]) -> Vec<u8> {
    let document: Value = serde_json::from_slice(body).expect("a fixture is JSON");
    serde_json::to_vec(&document).expect("it is JSON")
}

/// One value of each type, with the numbers that are no ids.
fn changes() -> [Value; 8] {
    [
        Value::Null,
        json!(7),
        json!(7.5),
        json!(1e300),
        json!("text"),
        json!(true),
        json!([]),
        json!({}),
    ]
}

/// The ways to a document's values. Of places that differ only in their position in lists, two are enough.
fn ways(document: &Value) -> Vec<Way> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut open: Vec<(Way, &Value)> = vec![(Vec::new(), document)];
    while let Some((way, value)) = open.pop() {
        let below = |step| way.iter().cloned().chain([step]).collect::<Way>();
        match value {
            Value::Object(object) => {
                open.extend(object.iter().map(|(key, value)| (below(Ok(key.clone())), value)));
            }
            Value::Array(list) => {
                open.extend(list.iter().enumerate().map(|(at, value)| (below(Err(at)), value)));
            }
            _ => {}
        }
        let keys: Vec<&str> = way.iter().map(|step| step.as_deref().unwrap_or("[]")).collect();
        let place = format!("{} {:?}", keys.join("."), std::mem::discriminant(value));
        let times = seen.entry(place).or_default();
        *times += 1;
        if *times <= 2 {
            found.push(way);
        }
    }
    found
}

fn walk<'a>(document: &'a mut Value, way: &[Result<String, usize>]) -> &'a mut Value {
    way.iter().fold(document, |value, step| match step {
        Ok(key) => &mut value[key.as_str()],
        Err(position) => &mut value[*position],
    })
}

/// Whether a page says of something odd that another did not have.
fn speaks(before: &Page, after: &Page) -> bool {
    after.notes.iter().any(|note| !before.notes.contains(note))
        || after
            .rejects
            .iter()
            .any(|reject| !before.rejects.contains(reject))
        || after.duplicates > before.duplicates
}

/// The columns that had a value before and have none now, in rows that are in both pages; and rows, where there are
/// fewer of them.
fn lost(before: &Page, after: &Page) -> Vec<String> {
    let (before, after) = (cells(before), cells(after));
    let mut lost = Vec::new();
    for (row, columns) in &before {
        match after.get(row) {
            None if after.len() < before.len() => lost.push(format!("{row:?}")),
            None => {}
            Some(left) => {
                lost.extend(
                    columns
                        .iter()
                        .filter(|column| !left.contains(column))
                        .map(|column| format!("{row:?}.{column}")),
                );
            }
        }
    }
    lost
}

type Columns = Vec<&'static str>;

fn cells(page: &Page) -> BTreeMap<(&'static str, i64), Columns> {
    let mut rows = BTreeMap::new();
    rows.extend(page.rows.users.iter().cloned().map(columns));
    rows.extend(page.rows.media.iter().cloned().map(columns));
    rows.extend(page.rows.comments.iter().cloned().map(columns));
    rows.extend(page.rows.children.iter().map(|child| {
        let said = [
            child.media_type.map(|_| "media_type"),
            child.width.map(|_| "width"),
            child.height.map(|_| "height"),
            child.url.as_ref().map(|_| "url"),
        ];
        (
            ("media_children", child.media_id.0 + child.position),
            said.into_iter().flatten().collect(),
        )
    }));
    rows.extend(
        page.rows
            .coauthors
            .iter()
            .map(|row| (("coauthors", row.user_id.0), Vec::new())),
    );
    rows.extend(page.rows.usertags.iter().map(|tag| {
        // One row for each tag: the ids together are a key that no other tag of a page has.
        let key = tag.media_id.0 + tag.user_id.0 * 31 + tag.child_position;
        let said = [tag.x.map(|_| "x"), tag.y.map(|_| "y")];
        (("usertags", key), said.into_iter().flatten().collect())
    }));
    rows.extend(page.rows.reposts.iter().map(|repost| {
        let said = [
            repost.reposted_at.map(|_| "reposted_at"),
            repost.note.as_ref().map(|_| "note"),
        ];
        (
            ("reposts", repost.media_id.0),
            said.into_iter().flatten().collect(),
        )
    }));
    rows
}

fn columns<R: Record>(record: R) -> ((&'static str, i64), Columns) {
    let key = (R::TABLE, record.key());
    let said = R::COLUMNS
        .iter()
        .zip(record.cells())
        .filter(|(_, cell)| !matches!(cell, Cell::Unsaid | Cell::Clear));
    (key, said.map(|(column, _)| *column).collect())
}
