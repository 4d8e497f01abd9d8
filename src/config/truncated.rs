//! `on_truncated` in `[routes]`: when the next endpoint of a route reads on.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kind::Kind;

/// The word that stands for the rule.
const MEASURED: &str = "measured";

/// When the next endpoint is tried where one shows only part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnTruncated {
    /// For followers, following and comments, where what was measured promises enough.
    Measured,
    /// Always for lists of these kinds.
    Always(Vec<Kind>),
}

impl Serialize for OnTruncated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Measured => serializer.serialize_str(MEASURED),
            Self::Always(kinds) => kinds.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OnTruncated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordOrKinds)
    }
}

struct WordOrKinds;

impl<'de> Visitor<'de> for WordOrKinds {
    type Value = OnTruncated;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{MEASURED}\" or a list of kinds")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Self::Value, E> {
        if word == MEASURED {
            return Ok(OnTruncated::Measured);
        }
        Err(E::invalid_value(serde::de::Unexpected::Str(word), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut kinds = Vec::new();
        while let Some(kind) = sequence.next_element()? {
            kinds.push(kind);
        }
        Ok(OnTruncated::Always(kinds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_or_kinds_are_read_and_written() {
        for (text, value) in [
            ("\"measured\"", OnTruncated::Measured),
            ("[]", OnTruncated::Always(Vec::new())),
            ("[\"followers\"]", OnTruncated::Always(vec![Kind::Followers])),
        ] {
            assert_eq!(serde_json::from_str::<OnTruncated>(text).unwrap(), value);
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
        }
        let refusal = serde_json::from_str::<OnTruncated>("\"never\"")
            .unwrap_err()
            .to_string();
        assert!(
            refusal.contains("expected \"measured\" or a list of kinds"),
            "{refusal}"
        );
    }
}
