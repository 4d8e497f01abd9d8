//! Reading a page's list so that nothing is lost silently: every element becomes an entry, a duplicate or a reject.

use std::collections::HashSet;

use crate::endpoint::{Entry, Next, Page, ParseError, Reject};
use crate::model::Rows;
use crate::read::body::wrong_shape;
use crate::read::cursor;
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::notes::Notes;

/// How much of a rejected element is kept.
const ELEMENT_CHARACTERS: usize = 4_000;

/// Why an element became no row.
pub(crate) enum Refusal {
    /// It is one of these, but damaged.
    Damaged(String),
    /// It is something else: `a comment, not a user`. A list of nothing else belongs to another endpoint.
    Foreign(&'static str),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self::Damaged(reason)
    }
}

/// Reads the elements of a page's list, each with its position in the body. The page still needs its [`Next`].
pub(crate) fn read<'a>(
    elements: impl IntoIterator<Item = (usize, &'a Json<'a>)>,
    place: &'static str,
    notes: &'a Notes,
    mut one: impl FnMut(Fields<'a>, &mut Rows) -> Result<Entry, Refusal>,
) -> Result<Page, ParseError> {
    let mut page = Page {
        rows: Rows::default(),
        entries: Vec::new(),
        next: Next::Missing,
        limited: false,
        counter: None,
        elements: 0,
        duplicates: 0,
        rejects: Vec::new(),
        notes: Vec::new(),
    };
    let mut seen = HashSet::new();
    let mut foreign = 0;
    for (position, element) in elements {
        page.elements += 1;
        let read = match element {
            Json::Object(object) => one(Fields::new(object, place, notes), &mut page.rows),
            other => Err(Refusal::Damaged(format!(
                "it is {}, not an object",
                other.type_name()
            ))),
        };
        let reason = match read {
            Ok(entry) if seen.insert((entry.thing, entry.id)) => {
                page.entries.push(entry);
                continue;
            }
            Ok(_) => {
                page.duplicates += 1;
                continue;
            }
            Err(Refusal::Damaged(reason)) => format!("{place}: {reason}"),
            Err(Refusal::Foreign(what)) => {
                foreign += 1;
                what.to_owned()
            }
        };
        page.rejects.push(reject(position, reason, element));
    }
    if foreign > 0 && foreign == page.elements {
        return Err(wrong_shape(format!(
            "every element of its list is {}",
            page.rejects[0].reason
        )));
    }
    Ok(page)
}

/// An element that became no row.
pub(crate) fn reject(position: usize, reason: String, element: &Json<'_>) -> Reject {
    Reject {
        position,
        reason,
        element: element.excerpt(ELEMENT_CHARACTERS),
    }
}

/// The list of a body that is nothing but a list.
pub(crate) fn bare<'a>(json: &'a Json<'a>) -> Result<&'a [Json<'a>], ParseError> {
    let Json::List(list) = json else {
        return Err(wrong_shape(format!(
            "the body is {}, not a list",
            json.type_name()
        )));
    };
    if let Some(first) = list.first()
        && !list.iter().any(|element| element.as_object().is_some())
    {
        return Err(wrong_shape(format!(
            "the list has no object in it and begins with {}",
            first.type_name()
        )));
    }
    Ok(list)
}

/// Whether a body is a list that does not begin with a list.
pub(crate) fn is_bare(json: &Json<'_>) -> bool {
    json.as_list()
        .is_some_and(|list| !matches!(list.first(), Some(Json::List(_))))
}

/// The list of a body that is a list or a pair `[[...], cursor]`, and how the walk goes on. A bare list with elements
/// shows neither a cursor nor an end.
pub(crate) fn bare_or_pair<'a>(
    json: &'a Json<'a>,
    notes: &Notes,
) -> Result<(&'a [Json<'a>], Next), ParseError> {
    if let Some([Json::List(_), ..]) = json.as_list() {
        let (elements, list) = of_pair(json)?;
        return Ok((list, cursor::pair(elements, notes)));
    }
    let list = bare(json)?;
    let next = if list.is_empty() { Next::End } else { Next::Missing };
    Ok((list, next))
}

/// The elements and the list of a body `[[...], cursor]`; some families add a third element.
pub(crate) fn of_pair<'a>(json: &'a Json<'a>) -> Result<(&'a [Json<'a>], &'a [Json<'a>]), ParseError> {
    let Json::List(elements) = json else {
        return Err(wrong_shape(format!(
            "the body is {}, not a pair of a list and a cursor",
            json.type_name()
        )));
    };
    match elements.as_slice() {
        // Without a second element there is neither a cursor nor an end, but the list is there.
        [Json::List(list)] | [Json::List(list), _] | [Json::List(list), _, _] => Ok((elements, list)),
        [other] | [other, _] | [other, _, _] => Err(wrong_shape(format!(
            "the pair begins with {}, not with a list",
            other.type_name()
        ))),
        _ => Err(wrong_shape(format!(
            "the body has {} elements, not a list and a cursor",
            elements.len()
        ))),
    }
}
