//! JSON as a tree that keeps what matters here: whole numbers exactly, texts borrowed from the body, and keys without
//! the type prefixes of the upstream.
//!
//! `1ltaken_at` and `1fvideo_duration` are `taken_at` (64-bit integer) and `video_duration` (float): Instagram puts
//! the type before the name where a name is ambiguous. `1flat` is therefore `lat`. Keys that begin with `1$` are
//! calls with arguments and stay as they are.

mod reader;

use std::borrow::Cow;

use serde::de::DeserializeSeed;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::read::json::reader::Reader;
use crate::read::notes::Notes;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// Every whole number of up to 64 bits, signed or not. What is larger is a `Real` and is never taken for an id.
    Whole(i128),
    Real(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The members of a JSON object, ordered by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    /// Reads one JSON document and nothing after it.
    pub(crate) fn read(text: &'a str, notes: &Notes) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let json = Reader::new(notes).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(json)
    }

    /// The word for its type, with its article.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Whole(_) => "a whole number",
            Self::Real(_) => "a real number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Its JSON text, cut at so many characters.
    pub(crate) fn excerpt(&self, characters: usize) -> String {
        let text = serde_json::to_string(self).unwrap_or_else(|error| error.to_string());
        match text.char_indices().nth(characters) {
            None => text,
            Some((end, _)) => text[..end].to_owned(),
        }
    }
}

impl<'a> Object<'a> {
    /// An object with one member.
    pub(crate) fn of(key: &str, value: Json<'a>) -> Self {
        Self(vec![(Cow::Owned(key.to_owned()), value)])
    }

    fn from_unordered(mut members: Vec<(Cow<'a, str>, Json<'a>)>, notes: &Notes) -> Self {
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        members.dedup_by(|later, kept| {
            if later.0 != kept.0 {
                return false;
            }
            if !kept.1.is_null() && !later.1.is_null() && kept.1 != later.1 {
                notes.add(format!(
                    "{:?} stands twice in one object with different values",
                    kept.0
                ));
            }
            if !later.1.is_null() {
                std::mem::swap(&mut kept.1, &mut later.1);
            }
            true
        });
        Self(members)
    }

    /// The value of a key, null included.
    pub(crate) fn get(&self, key: &str) -> Option<&Json<'a>> {
        let at = self
            .0
            .binary_search_by(|(known, _)| known.as_ref().cmp(key))
            .ok()?;
        Some(&self.0[at].1)
    }

    /// The value of a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Json<'a>> {
        let at = self
            .0
            .binary_search_by(|(known, _)| known.as_ref().cmp(key))
            .ok()?;
        Some(&mut self.0[at].1)
    }

    /// The value of a key; null where there was none.
    pub(crate) fn entry(&mut self, key: &str) -> &mut Json<'a> {
        let at = match self.0.binary_search_by(|(known, _)| known.as_ref().cmp(key)) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (Cow::Owned(key.to_owned()), Json::Null));
                at
            }
        };
        &mut self.0[at].1
    }

    /// Whether the key is there, even with null.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Takes a key's value out.
    pub(crate) fn take(&mut self, key: &str) -> Option<Json<'a>> {
        let at = self
            .0
            .binary_search_by(|(known, _)| known.as_ref().cmp(key))
            .ok()?;
        Some(self.0.remove(at).1)
    }

    /// Drops members.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Json<'a>) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json<'a>)> {
        self.0.iter_mut().map(|(key, value)| (&**key, value))
    }

    /// Brings the members of two objects together; `both` decides where a key stands in both.
    pub(crate) fn join(&mut self, other: Self, mut both: impl FnMut(&str, &mut Json<'a>, Json<'a>)) {
        let mut left = std::mem::take(&mut self.0).into_iter().peekable();
        let mut right = other.0.into_iter().peekable();
        let joined = &mut self.0;
        while let (Some((left_key, _)), Some((right_key, _))) = (left.peek(), right.peek()) {
            match left_key.cmp(right_key) {
                std::cmp::Ordering::Less => joined.extend(left.next()),
                std::cmp::Ordering::Greater => joined.extend(right.next()),
                std::cmp::Ordering::Equal => {
                    if let (Some((key, mut value)), Some((_, other_value))) = (left.next(), right.next()) {
                        both(&key, &mut value, other_value);
                        joined.push((key, value));
                    }
                }
            }
        }
        joined.extend(left);
        joined.extend(right);
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_i128(*value),
            Self::Real(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.0.len()))?;
                for (key, value) in &object.0 {
                    map.serialize_entry(key.as_ref(), value)?;
                }
                map.end()
            }
        }
    }
}
