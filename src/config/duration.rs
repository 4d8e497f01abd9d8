//! Durations as people write them: `10s`, `1h 30m`, `7d`. For serde's `with`.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a duration; a day has 24 hours.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let read = text
        .parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok());
    read.ok_or_else(|| {
        format!("{text:?} is no duration; write it like \"10s\", \"5m\", \"1h 30m\" or \"7d\"")
    })
}

pub(super) fn format(duration: Duration) -> String {
    match SignedDuration::try_from(duration) {
        Ok(duration) => format!("{duration:#}"),
        // Longer than any clock of ours runs.
        Err(_) => format!("{}s", duration.as_secs()),
    }
}

pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*duration))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The same for a key that may be absent.
pub(super) mod optional {
    use std::time::Duration;

    use serde::{Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
    pub(in crate::config) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => serializer.serialize_some(&super::format(*duration)),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("10s", 10.0),
            ("5m", 300.0),
            ("15 minutes", 900.0),
            ("1h", 3_600.0),
            ("1h 30m", 5_400.0),
            ("7d", 604_800.0),
            ("250ms", 0.25),
            ("1.5h", 5_400.0),
            ("0s", 0.0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "10",
            "s",
            "-5s",
            "5s ago",
            "1 fortnight",
            "2 months",
            "1y",
            "NaNs",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_written_duration_reads_back() {
        for seconds in [0, 1, 59, 60, 90, 900, 3_600, 86_400, 604_801] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(parse(&format(duration)), Ok(duration));
        }
    }
}
