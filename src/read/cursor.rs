//! Cursors: opaque, kept byte for byte, and told apart from an end and from nothing at all.

use crate::endpoint::Next;
use crate::read::fields::Fields;
use crate::read::json::Json;
use crate::read::notes::Notes;

/// What one place for a cursor holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sign {
    /// There is no such place.
    Absent,
    /// Null, "" or false: no further page.
    End,
    /// The text to send back.
    Cursor(String),
    /// Something that cannot be sent back exactly.
    Unusable,
}

impl Sign {
    /// Reads a key of the body.
    pub(crate) fn of(fields: &Fields<'_>, key: &str) -> Self {
        let sign = Self::read(fields.raw().get(key));
        if let (Self::Unusable, Some(value)) = (&sign, fields.get(key)) {
            fields.wrong(key, value, "a cursor");
        }
        sign
    }

    /// Reads an element of the body.
    pub(crate) fn read(value: Option<&Json<'_>>) -> Self {
        match value {
            None => Self::Absent,
            Some(Json::Null | Json::Bool(false)) => Self::End,
            Some(Json::Text(text)) if text.is_empty() => Self::End,
            Some(Json::Text(text)) => Self::Cursor(text.to_string()),
            Some(Json::Whole(number)) => Self::Cursor(number.to_string()),
            Some(Json::Bool(true) | Json::Real(_) | Json::List(_) | Json::Object(_)) => Self::Unusable,
        }
    }
}

/// What the flags inside an envelope say.
#[derive(Clone, Copy)]
pub(crate) enum Flags {
    /// This one says that there is more.
    More(&'static str),
    /// One says that there is no more.
    NoMore,
    /// There are none.
    Silent,
}

/// The cursor of an envelope `{"response": {...}, "next_page_id": ...}` whose list has so many elements.
///
/// The outer `next_page_id` decides. A cursor of the platform's own inside the response (`inner`) is never sent (the
/// vendor answers 400 to that, and bills it), but where it or a flag promises a page that `next_page_id` does not
/// show, the page counts as incomplete, not as the last. So does a page with items where `next_page_id` is absent and
/// nothing else says that this is the end; the documentation shows ends without it.
pub(crate) fn envelope(
    outer: &Fields<'_>,
    response: &Fields<'_>,
    inner: &str,
    flags: Flags,
    elements: usize,
) -> Next {
    let inner_sign = Sign::of(response, inner);
    match (Sign::of(outer, "next_page_id"), inner_sign, flags) {
        (Sign::Cursor(cursor), inner_sign, _) => {
            if inner_sign == Sign::End {
                outer.note(format!("next_page_id is set but {inner} is not"));
            }
            Next::Cursor(cursor)
        }
        (Sign::Unusable, _, _) => Next::Missing,
        (_, Sign::Cursor(_) | Sign::Unusable, _) => {
            outer.note(format!("{inner} is set but next_page_id is not"));
            Next::Missing
        }
        (_, _, Flags::More(flag)) => {
            outer.note(format!("{flag} is true but there is no next_page_id"));
            Next::Missing
        }
        (Sign::Absent, Sign::Absent, Flags::Silent) if elements > 0 => Next::Missing,
        (Sign::End | Sign::Absent, _, _) => Next::End,
    }
}

/// The cursor of a pair `[[...], cursor]`: its second element. A third is not known at these endpoints.
pub(crate) fn pair(elements: &[Json<'_>], notes: &Notes) -> Next {
    let sign = Sign::read(elements.get(1));
    if let Some(third) = elements.get(2).filter(|third| !third.is_null()) {
        notes.add(format!("the pair has a third element, {}", third.type_name()));
        if sign == Sign::End {
            return Next::Missing;
        }
    }
    match sign {
        Sign::Cursor(cursor) => Next::Cursor(cursor),
        Sign::End => Next::End,
        Sign::Absent => Next::Missing,
        Sign::Unusable => {
            notes.add(format!("the cursor is {}", elements[1].type_name()));
            Next::Missing
        }
    }
}

/// The cursor beside a flag that says whether there is more: `profile_grid_items_cursor` and `more_available`.
pub(crate) fn flagged(sign: Sign, more: Option<bool>) -> Next {
    match (more, sign) {
        (Some(false), _) | (None, Sign::End) => Next::End,
        (_, Sign::Cursor(cursor)) => Next::Cursor(cursor),
        (Some(true), _) | (None, Sign::Absent | Sign::Unusable) => Next::Missing,
    }
}

/// The first of several places that holds a cursor.
pub(crate) fn first(fields: &Fields<'_>, keys: &[&str]) -> Sign {
    let mut sign = Sign::Absent;
    for key in keys {
        match Sign::of(fields, key) {
            Sign::Absent => {}
            Sign::Cursor(cursor) => return Sign::Cursor(cursor),
            other => sign = other,
        }
    }
    sign
}
