//! A moment as people write it.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// Reads a date (its beginning), a date with a time of day, or unix milliseconds; all of it UTC. None for anything else.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let moment = match text.len() {
        10 => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
        _ => text.parse::<DateTime>().ok()?,
    };
    let moment = TimeZone::UTC.to_timestamp(moment).ok()?;
    Some(moment.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_a_time_or_milliseconds() {
        const DAY: Timestamp = 1_769_817_600_000;
        for (text, moment) in [
            ("2026-01-31", Some(DAY)),
            ("2026-01-31T12:30", Some(DAY + 45_000_000)),
            ("2026-01-31 12:30:01", Some(DAY + 45_001_000)),
            ("2026-01-31T12:30:00Z", Some(DAY + 45_000_000)),
            ("2026-01-31T12:30:00+02:00", Some(DAY + 37_800_000)),
            ("1769817600000", Some(DAY)),
            ("2026-02-31", None),
            ("20260131x", None),
            ("yesterday", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(read(text), moment, "{text}");
        }
    }
}
