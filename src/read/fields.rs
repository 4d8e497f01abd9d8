//! The fields of one object, each read as the type its column has.
//!
//! A field of another type costs that field and a note, never the element: upstream types drift, and the row without
//! the column is still worth what was paid for it. Null and absence say nothing and are not noted.

use crate::model::Field;
use crate::read::id;
use crate::read::json::{Json, Object};
use crate::read::notes::Notes;

/// 2005-01-01 to 2100-01-01 in unix seconds: what is outside is no time of this platform.
const SECONDS: std::ops::Range<i128> = 1_104_537_600..4_102_444_800;

/// One object of a body with its place in it, for notes.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    object: &'a Object<'a>,
    place: &'static str,
    notes: &'a Notes,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(object: &'a Object<'a>, place: &'static str, notes: &'a Notes) -> Self {
        Self { object, place, notes }
    }

    /// The same for an object below this one.
    pub(crate) fn at(&self, object: &'a Object<'a>, place: &'static str) -> Self {
        Self::new(object, place, self.notes)
    }

    pub(crate) fn raw(&self) -> &'a Object<'a> {
        self.object
    }

    /// Writes down something odd about the object.
    pub(crate) fn note(&self, what: impl std::fmt::Display) {
        self.notes.add(format!("{}: {what}", self.place));
    }

    /// Writes down that a field is not what it should be.
    pub(crate) fn wrong(&self, key: &str, value: &Json<'_>, expected: &str) {
        self.notes.add(format!(
            "{}.{key} is {}, not {expected}",
            self.place,
            value.type_name()
        ));
    }

    /// The value of a key, unless it is null.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Json<'a>> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn read<T>(&self, key: &str, expected: &str, read: impl FnOnce(&'a Json<'a>) -> Option<T>) -> Option<T> {
        let value = self.get(key)?;
        let read = read(value);
        if read.is_none() {
            self.wrong(key, value, expected);
        }
        read
    }

    /// A text that is not empty: "" is how the upstream writes that there is none.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.words(key).filter(|text| !text.is_empty())
    }

    /// A text that may be empty: a comment that is only a picture.
    pub(crate) fn words(&self, key: &str) -> Option<String> {
        self.read(key, "a text", Json::as_text).map(str::to_owned)
    }

    /// A text that null or "" clears, in a full object.
    pub(crate) fn emptiable(&self, key: &str) -> Field<String> {
        match self.object.get(key) {
            None => Field::Unsaid,
            Some(Json::Null) => Field::Clear,
            Some(Json::Text(text)) if text.is_empty() => Field::Clear,
            Some(_) => self.text(key).into(),
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.read(key, "a truth value", |value| match value {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A whole number that is not negative: counts, sizes, types.
    pub(crate) fn count(&self, key: &str) -> Option<i64> {
        self.read(key, "a count", |value| match value {
            Json::Whole(number) => i64::try_from(*number).ok().filter(|count| *count >= 0),
            _ => None,
        })
    }

    /// A measure within bounds.
    pub(crate) fn real(&self, key: &str, bounds: std::ops::RangeInclusive<f64>) -> Option<f64> {
        self.read(key, "a number in its range", |value| {
            let number = match value {
                Json::Real(number) => *number,
                Json::Whole(number) => f64::from(i32::try_from(*number).ok()?),
                _ => return None,
            };
            bounds.contains(&number).then_some(number)
        })
    }

    /// An id of something else.
    pub(crate) fn id(&self, key: &str) -> Option<i64> {
        self.read(key, "an id", id::exact)
    }

    /// Unix seconds, as unix milliseconds.
    pub(crate) fn seconds(&self, key: &str) -> Option<i64> {
        self.read(key, "a time in unix seconds", |value| match value {
            Json::Whole(number) if SECONDS.contains(number) => i64::try_from(*number * 1000).ok(),
            _ => None,
        })
    }

    pub(crate) fn list(&self, key: &str) -> Option<&'a [Json<'a>]> {
        self.read(key, "a list", Json::as_list)
    }

    /// An object below this one.
    pub(crate) fn object(&self, key: &str, place: &'static str) -> Option<Self> {
        self.read(key, "an object", Json::as_object)
            .map(|object| self.at(object, place))
    }

    /// The objects of a list; its other elements are noted.
    pub(crate) fn objects(&self, key: &str, place: &'static str) -> impl Iterator<Item = (usize, Self)> {
        let fields = *self;
        self.list(key)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .filter_map(move |(at, element)| {
                if let Json::Object(object) = element {
                    Some((at, fields.at(object, place)))
                } else {
                    fields
                        .notes
                        .add(format!("{place} is {}, not an object", element.type_name()));
                    None
                }
            })
    }
}
