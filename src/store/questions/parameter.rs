//! What a question can be given: its parameters, and how a value is written.

use std::fmt;

use serde::Serialize;

use crate::kind::Kind;
use crate::store::questions::moment;
use crate::store::{Result, StoreError};
use crate::verdict::Verdict;

/// A value that a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, in `NAME=VALUE` and as `:NAME` in the statements.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// What can be written.
    pub takes: Takes,
    /// What holds where nothing is written.
    pub otherwise: Otherwise,
}

/// What can be written for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// An account: `@natgeo`, `natgeo` or its id. The statement gets the id.
    User,
    /// A harvest, by its name. The statement gets its number.
    Harvest,
    /// A kind of list.
    Kind,
    /// A verdict, or `open` for none yet.
    Verdict,
    /// A moment: a date, a date with a time of day, or unix milliseconds. The statement gets the milliseconds.
    Time,
    /// Any text.
    Words,
    /// A whole number from 1 on.
    Count,
    /// `yes` or `no`.
    YesOrNo,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// What holds where a parameter is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing: without it there is no answer.
    Refused,
    /// The question is asked of everything; the statement gets null.
    Everything,
    /// As if this had been written.
    Is(&'static str),
}

/// A value as the statement gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Given {
    /// Null: everything.
    Nothing,
    /// An id, a number of rows.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(String),
}

/// How many rows are shown; every question takes it.
pub(crate) const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "at most so many rows",
    takes: Takes::Count,
    otherwise: Otherwise::Is("20"),
};

/// Whether follow edges that were closed count as well.
pub(crate) const GONE: Parameter = Parameter {
    name: "gone",
    about: "also count follow edges that were found gone",
    takes: Takes::YesOrNo,
    otherwise: Otherwise::Is("no"),
};

/// An account that must be named.
pub(crate) const fn user(name: &'static str, about: &'static str) -> Parameter {
    Parameter {
        name,
        about,
        takes: Takes::User,
        otherwise: Otherwise::Refused,
    }
}

/// A parameter that narrows the question where it is given.
pub(crate) const fn only(name: &'static str, takes: Takes, about: &'static str) -> Parameter {
    Parameter {
        name,
        about,
        takes,
        otherwise: Otherwise::Everything,
    }
}

/// The moment that a question is about.
pub(crate) const fn at(about: &'static str) -> Parameter {
    Parameter {
        name: "at",
        about,
        takes: Takes::Time,
        otherwise: Otherwise::Refused,
    }
}

/// Since when; without it from the beginning.
pub(crate) const FROM: Parameter = only("from", Takes::Time, "only after this moment");

/// Until when; without it to the end.
pub(crate) const TO: Parameter = only("to", Takes::Time, "only up to this moment");

/// The harvest whose seeds the question is about.
pub(crate) const HARVEST: Parameter = Parameter {
    name: "harvest",
    about: "the harvest whose seeds are meant",
    takes: Takes::Harvest,
    otherwise: Otherwise::Refused,
};

impl Parameter {
    /// Reads a value that needs no look into the tables; none for one that does.
    pub(crate) fn read(&self, text: &str) -> Result<Option<Given>> {
        let wrong = |what: String| {
            let name = self.name;
            StoreError::Refused(format!("{name}={text}: {what}; nothing was asked"))
        };
        Ok(Some(match self.takes {
            Takes::User | Takes::Harvest => return Ok(None),
            Takes::Words => Given::Text(text.to_owned()),
            Takes::Time => match moment::read(text) {
                Some(moment) => Given::Number(moment),
                None => {
                    return Err(wrong(
                        "write a date (2026-01-31, which is its beginning), a time (2026-01-31T12:00), both UTC, or unix \
                         milliseconds"
                            .into(),
                    ));
                }
            },
            Takes::Kind if Kind::find(text).is_some() => Given::Text(text.to_owned()),
            Takes::Kind => return Err(wrong(format!("there is no such kind; there are {}", kinds()))),
            Takes::Verdict if is_verdict(text) => Given::Text(text.to_owned()),
            Takes::Verdict => {
                let verdicts = Verdict::ALL.map(Verdict::name).join(", ");
                return Err(wrong(format!(
                    "there is no such verdict; there are {verdicts}, and open for none yet"
                )));
            }
            Takes::OneOf(words) if words.contains(&text) => Given::Text(text.to_owned()),
            Takes::OneOf(words) => return Err(wrong(format!("write one of {}", words.join(", ")))),
            Takes::Count => match text.parse::<i64>() {
                Ok(count) if count > 0 => Given::Number(count),
                _ => return Err(wrong("write a whole number from 1 on".into())),
            },
            Takes::YesOrNo => match text {
                "yes" | "true" | "1" => Given::Flag(true),
                "no" | "false" | "0" => Given::Flag(false),
                _ => return Err(wrong("write yes or no".into())),
            },
        }))
    }

    /// How it is written: `user=USER`, and in brackets where it can be left out.
    pub fn usage(&self) -> String {
        let (name, takes) = (self.name, self.takes);
        match self.otherwise {
            Otherwise::Refused => format!("{name}={takes}"),
            Otherwise::Everything => format!("[{name}={takes}]"),
            Otherwise::Is(value) => format!("[{name}={value}]"),
        }
    }

    /// What to write, for whoever left it out.
    pub(crate) fn example(&self) -> String {
        match self.takes {
            Takes::User => format!("{}=@natgeo (a name or an id)", self.name),
            Takes::Time => format!("{}=2026-01-31 (a date or a time, UTC)", self.name),
            takes => format!("{}={takes}", self.name),
        }
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::User => "USER",
            Self::Harvest => "HARVEST",
            Self::Kind => "KIND",
            Self::Verdict => "VERDICT",
            Self::Time => "TIME",
            Self::Words => "WORDS",
            Self::Count => "N",
            Self::YesOrNo => "yes|no",
            Self::OneOf(words) => return formatter.write_str(&words.join("|")),
        })
    }
}

fn kinds() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

fn is_verdict(text: &str) -> bool {
    text == "open" || Verdict::ALL.iter().any(|verdict| verdict.name() == text)
}
