//! Which of the users that a harvest finds it goes on to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// `filter`: whoever passes all that is set here becomes a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "a table like { followers = \"1000..50000\", public = true }"
)]
pub struct Filter {
    /// How many followers they have. Where that is not known, the profile is bought.
    pub followers: Option<Span>,
    /// Only accounts with the badge.
    pub verified: bool,
    /// Only accounts that show their lists.
    pub public: bool,
    /// Only accounts whose profile was not bought before.
    pub unprofiled: bool,
}

impl Filter {
    /// Sets one part as people write it: `followers=1000..50000`, `verified`, `public`, `unprofiled`.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text
            .split_once('=')
            .map_or((text, None), |(name, value)| (name, Some(value)));
        let flag = match (name, value) {
            ("followers", Some(span)) => {
                self.followers = Some(span.parse()?);
                return Ok(());
            }
            ("followers", None) => return Err("write followers=1000..50000".to_owned()),
            ("verified", _) => &mut self.verified,
            ("public", _) => &mut self.public,
            ("unprofiled", _) => &mut self.unprofiled,
            _ => {
                return Err(format!(
                    "there is no filter `{name}`; there are followers=A..B, verified, public, unprofiled"
                ));
            }
        };
        *flag = match value {
            None | Some("true") => true,
            Some("false") => false,
            Some(other) => return Err(format!("`{name}` is true or false, not {other:?}")),
        };
        Ok(())
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A count between two, both included; either may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The least.
    pub least: Option<i64>,
    /// The most.
    pub most: Option<i64>,
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no span; write \"1000..50000\", \"1000..\" or \"..50000\"");
        let (least, most) = text.split_once("..").ok_or_else(wrong)?;
        let count = |digits: &str| match digits {
            "" => Ok(None),
            _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map(Some).map_err(|_| wrong())
            }
            _ => Err(wrong()),
        };
        let span = Self {
            least: count(least)?,
            most: count(most)?,
        };
        match (span.least, span.most) {
            (None, None) => Err(wrong()),
            (Some(least), Some(most)) if least > most => Err(format!("{least} is more than {most}")),
            _ => Ok(span),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: Option<i64>| count.map_or_else(String::new, |count| count.to_string());
        write!(formatter, "{}..{}", count(self.least), count(self.most))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_two_counts_of_which_one_may_be_missing() {
        for text in ["0..5", "1000..", "..50000", "7..7"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string(), text);
        }
        for text in ["", "..", "5", "5..4", "a..b", "-1..5", "1...5"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_are_set_as_people_write_them() {
        let mut filter = Filter::default();
        for part in ["followers=10..20", "verified", "public=true", "unprofiled=false"] {
            filter.set(part).unwrap();
        }
        let expected = Filter {
            followers: Some(Span {
                least: Some(10),
                most: Some(20),
            }),
            verified: true,
            public: true,
            unprofiled: false,
        };
        assert_eq!(filter, expected);
        for wrong in ["followers", "followers=x", "verified=1", "private"] {
            assert!(Filter::default().set(wrong).is_err(), "{wrong}");
        }
    }
}
