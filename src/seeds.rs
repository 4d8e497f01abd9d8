//! Seeds: what a harvest starts from, as people write it.
//!
//! Digits are an id, `@name` or a word a username, a profile's address is understood, `search:words` is a query.
//! Nothing here asks the upstream or the tables anything: text in, seeds and complaints out.

mod list;
mod name;

use std::fmt;
use std::str::FromStr;

use crate::model::UserId;

pub use list::{Rejected, Repeated, SeedFileError, SeedList};

/// One thing that a harvest starts from. Its text form is canonical: equal seeds print alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seed {
    /// A user by id: `787132`.
    User(UserId),
    /// A user by name, in lower case and without the `@`: `@natgeo`.
    Name(String),
    /// What a query finds: `search:words`.
    Query(String),
}

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(formatter, "{id}"),
            Self::Name(name) => write!(formatter, "@{name}"),
            Self::Query(words) => write!(formatter, "{QUERY_PREFIX}{words}"),
        }
    }
}

/// Why a text is no seed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// There is nothing to read.
    #[error("the seed is empty")]
    Empty,
    /// The digits are no id that the upstream can have.
    #[error("an id is between 1 and {}", i64::MAX)]
    IdOutOfRange,
    /// An id is never written so, but a username may be.
    #[error("an id has no leading zeros; if it is a username, write @{0}")]
    LeadingZeros(String),
    /// `@` with nothing behind it.
    #[error("there is no username behind the `@`")]
    NoName,
    /// A username has other characters.
    #[error("a username has no {0:?}, only letters from a to z, digits, `.` and `_`")]
    NameCharacter(char),
    /// A username is shorter.
    #[error("a username has at most 30 characters, not {0}")]
    NameTooLong(usize),
    /// The address is somebody else's.
    #[error("only addresses of instagram.com are understood")]
    ForeignAddress,
    /// The address leads to something that is not a user.
    #[error("this is the address of {0}, not of a profile")]
    NotAProfile(&'static str),
    /// `search:` with nothing behind it.
    #[error("there are no words behind `search:`")]
    NoWords,
    /// A query is one line of text.
    #[error("a query has no control characters")]
    ControlCharacter,
}

const QUERY_PREFIX: &str = "search:";

impl FromStr for Seed {
    type Err = SeedError;

    fn from_str(text: &str) -> Result<Self, SeedError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SeedError::Empty);
        }
        if let Some(words) = query_of(text) {
            return query(words);
        }
        if let Some(name) = text.strip_prefix('@') {
            return name::username(name).map(Self::Name);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return id(text);
        }
        match name::of_address(text) {
            Some(name) => name.map(Self::Name),
            None => name::username(text).map(Self::Name),
        }
    }
}

/// The words of a query, if the text says that it is one.
fn query_of(text: &str) -> Option<&str> {
    let prefix = text.get(..QUERY_PREFIX.len())?;
    prefix
        .eq_ignore_ascii_case(QUERY_PREFIX)
        .then(|| &text[QUERY_PREFIX.len()..])
}

fn query(words: &str) -> Result<Seed, SeedError> {
    let words = words.trim();
    if words.is_empty() {
        Err(SeedError::NoWords)
    } else if words.contains(char::is_control) {
        Err(SeedError::ControlCharacter)
    } else {
        Ok(Seed::Query(words.to_owned()))
    }
}

fn id(digits: &str) -> Result<Seed, SeedError> {
    if digits.starts_with('0') && digits.len() > 1 {
        return Err(SeedError::LeadingZeros(digits.to_owned()));
    }
    match digits.parse::<i64>() {
        Ok(id) if id > 0 => Ok(Seed::User(UserId(id))),
        _ => Err(SeedError::IdOutOfRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, SeedError> {
        text.parse::<Seed>().map(|seed| seed.to_string())
    }

    #[test]
    fn digits_are_an_id() {
        assert_eq!("787132".parse(), Ok(Seed::User(UserId(787_132))));
        assert_eq!(read("9223372036854775807"), Ok("9223372036854775807".to_owned()));
        assert_eq!(read("9223372036854775808"), Err(SeedError::IdOutOfRange));
        assert_eq!(read("0"), Err(SeedError::IdOutOfRange));
        assert_eq!(read("007"), Err(SeedError::LeadingZeros("007".to_owned())));
        assert_eq!(read("-5"), Err(SeedError::NameCharacter('-')));
    }

    #[test]
    fn a_word_is_a_username_in_lower_case() {
        for text in ["someone", "@someone", "  SomeOne\t", "@SOMEONE"] {
            assert_eq!(text.parse(), Ok(Seed::Name("someone".to_owned())), "{text:?}");
        }
        assert_eq!(read("@123"), Ok("@123".to_owned()));
        assert_eq!(read("a.b_c.9"), Ok("@a.b_c.9".to_owned()));
    }

    #[test]
    fn what_is_no_username_is_refused() {
        assert_eq!(read("two words"), Err(SeedError::NameCharacter(' ')));
        // A Cyrillic letter that looks like a Latin one.
        assert_eq!(read("s\u{43e}meone"), Err(SeedError::NameCharacter('\u{43e}')));
        assert_eq!(
            read("\u{ff10}\u{ff11}"),
            Err(SeedError::NameCharacter('\u{ff10}'))
        );
        assert_eq!(read(&"a".repeat(31)), Err(SeedError::NameTooLong(31)));
        assert_eq!(read("@"), Err(SeedError::NoName));
        assert_eq!(read("@@someone"), Err(SeedError::NameCharacter('@')));
        assert_eq!(read(" "), Err(SeedError::Empty));
    }

    #[test]
    fn a_query_keeps_its_words() {
        assert_eq!(
            "search: mountain #lakes ".parse(),
            Ok(Seed::Query("mountain #lakes".to_owned()))
        );
        assert_eq!(read("Search:Lakes"), Ok("search:Lakes".to_owned()));
        assert_eq!(read("search:  "), Err(SeedError::NoWords));
        assert_eq!(read("search:a\u{0}b"), Err(SeedError::ControlCharacter));
    }

    #[test]
    fn the_text_form_reads_back_as_the_same_seed() {
        for text in [
            "787132",
            "@123",
            "someone",
            "search:two words",
            "https://instagram.com/someone",
        ] {
            let seed: Seed = text.parse().unwrap();
            assert_eq!(seed.to_string().parse(), Ok(seed));
        }
    }
}
