//! How much of a list is wanted: `500` items or `10p`, ten pages.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::keys;
use crate::kind::Kind;

/// Where a walk may end before the list does. It ends after the page that reaches the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// After so many items.
    Items(u64),
    /// After so many pages.
    Pages(u64),
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, limit): (&str, fn(u64) -> Self) = match text.strip_suffix('p') {
            Some(digits) => (digits, Self::Pages),
            None => (text, Self::Items),
        };
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(count) if all_digits && count > 0 => Ok(limit(count)),
            _ => Err(format!(
                "{text:?} is no limit; write \"500\" for items, \"10p\" for pages, at least 1"
            )),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Items(count) => write!(formatter, "{count}"),
            Self::Pages(count) => write!(formatter, "{count}p"),
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;

        impl Visitor<'_> for TextOrNumber {
            type Value = Limit;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number of items, or a text like \"10p\" for pages")
            }

            fn visit_i64<E: serde::de::Error>(self, count: i64) -> Result<Limit, E> {
                self.visit_str(&count.to_string())
            }

            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<Limit, E> {
                self.visit_str(&count.to_string())
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Limit, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(TextOrNumber)
    }
}

/// The limits of a harvest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many users expansion may add beside the seeds.
    pub users: Option<u64>,
    /// The likers of comments with fewer likes are skipped.
    pub min_likes: Option<u64>,
    /// How much is wanted of each list of a kind.
    pub lists: BTreeMap<Kind, Limit>,
}

const USERS: &str = "users";
const MIN_LIKES: &str = "min_likes";

impl Limits {
    /// Sets one limit by the name that people write: `users`, `min_likes` or a kind.
    pub fn set(&mut self, name: &str, limit: Limit) -> Result<(), String> {
        match (name, Kind::find(name), limit) {
            (USERS, _, Limit::Items(count)) => self.users = Some(count),
            (USERS, _, Limit::Pages(_)) => {
                return Err("users are counted one by one, not in pages".to_owned());
            }
            (MIN_LIKES, _, Limit::Items(count)) => self.min_likes = Some(count),
            (MIN_LIKES, _, Limit::Pages(_)) => {
                return Err("min_likes is a number of likes, not of pages".to_owned());
            }
            (_, Some(kind), limit) => _ = self.lists.insert(kind, limit),
            (_, None, _) => {
                let names = Kind::ALL.map(Kind::name).into_iter().chain([USERS, MIN_LIKES]);
                let hint = keys::hint(name, names);
                return Err(format!("there is no limit of `{name}`{hint}"));
            }
        }
        Ok(())
    }
}

impl Serialize for Limits {
    /// Shows every name that can be limited, also where there is no limit.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(USERS, &self.users)?;
        map.serialize_entry(MIN_LIKES, &self.min_likes)?;
        for kind in Kind::ALL {
            map.serialize_entry(kind.name(), &self.lists.get(&kind))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByName;

        impl<'de> Visitor<'de> for ByName {
            type Value = Limits;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a table like { users = 1000, followers = \"10p\" }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Limits, A::Error> {
                let mut limits = Limits::default();
                while let Some((name, limit)) = map.next_entry::<String, Limit>()? {
                    limits.set(&name, limit).map_err(A::Error::custom)?;
                }
                Ok(limits)
            }
        }

        deserializer.deserialize_map(ByName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_items_or_pages() {
        assert_eq!("500".parse(), Ok(Limit::Items(500)));
        assert_eq!("10p".parse(), Ok(Limit::Pages(10)));
        for text in [
            "",
            "p",
            "0",
            "0p",
            "-1",
            "+1",
            "1.5",
            "10 p",
            "10P",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_table_of_limits_takes_numbers_and_texts() {
        let limits: Limits = toml::from_str("users = 1000\nfollowers = \"10p\"\nmedias = \"50\"").unwrap();
        assert_eq!(limits.users, Some(1_000));
        assert_eq!(
            limits.lists,
            BTreeMap::from([
                (Kind::Followers, Limit::Pages(10)),
                (Kind::Medias, Limit::Items(50))
            ])
        );
    }

    #[test]
    fn wrong_limits_are_refused() {
        for (text, reason) in [
            ("users = \"10p\"", "users are counted one by one, not in pages"),
            (
                "folowers = 5",
                "there is no limit of `folowers`; did you mean `followers`?",
            ),
            ("followers = 0", "\"0\" is no limit"),
            ("followers = 1.5", "expected a number of items"),
        ] {
            let error = toml::from_str::<Limits>(text).unwrap_err();
            assert!(error.message().contains(reason), "{}", error.message());
        }
    }
}
