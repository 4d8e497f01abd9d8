//! `Retry-After`: how long the upstream wants no request.

use std::time::Duration;

use super::answer::http_date;
use crate::clock::Timestamp;

/// What is waited when the upstream wants a wait and says no length, or none that can be read.
pub(super) const DEFAULT: Duration = Duration::from_secs(2);
const AT_LEAST: Duration = Duration::from_secs(1);
/// After this it is cheaper to ask once more than to believe the header.
const AT_MOST: Duration = Duration::from_mins(15);

/// The wait that the header's values ask for at `now`; none without the header. The longest of several counts.
pub(super) fn wait<'a>(values: impl Iterator<Item = &'a str>, now: Timestamp) -> Option<Duration> {
    values.map(|value| one(value.trim(), now)).max()
}

fn one(value: &str, now: Timestamp) -> Duration {
    let seconds = if value.starts_with(|char: char| char.is_ascii_digit() || matches!(char, '-' | '+' | '.'))
    {
        value.parse::<f64>().ok().filter(|seconds| !seconds.is_nan())
    } else {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the years that lose milliseconds are far past the bounds"
        )]
        http_date(value).map(|until| until.saturating_sub(now) as f64 / 1_000.0)
    };
    seconds.map_or(DEFAULT, |seconds| {
        Duration::from_secs_f64(seconds.clamp(AT_LEAST.as_secs_f64(), AT_MOST.as_secs_f64()))
    })
}

#[cfg(test)]
mod tests {
    use super::wait;
    use crate::clock::ManualClock;

    #[test]
    fn every_value_gives_a_wait_within_the_bounds() {
        // Thursday, 2026-01-01 00:00:00 UTC.
        let now = ManualClock::START;
        let table = [
            ("1", 1.0),
            ("120", 120.0),
            (" 5 ", 5.0),
            ("1.5", 1.5),
            ("0", 1.0),
            ("-0", 1.0),
            ("-7", 1.0),
            ("-1e999", 1.0),
            ("+3", 3.0),
            ("900", 900.0),
            ("901", 900.0),
            ("86400", 900.0),
            ("1e9", 900.0),
            ("1e999", 900.0),
            ("9223372036854775808", 900.0),
            ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
            ("Thursday, 01-Jan-26 00:00:30 GMT", 30.0),
            ("Thu Jan  1 00:00:30 2026", 30.0),
            ("Thu, 01 Jan 2026 00:00:00 GMT", 1.0),
            ("Wed, 31 Dec 2025 23:00:00 GMT", 1.0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 1.0),
            ("Fri, 02 Jan 2026 00:00:00 GMT", 900.0),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 900.0),
            ("", 2.0),
            ("soon", 2.0),
            ("nan", 2.0),
            ("inf", 2.0),
            ("-", 2.0),
            ("1 s", 2.0),
            ("1,5", 2.0),
            ("0x10", 2.0),
            ("Thu, 32 Jan 2026 00:00:30 GMT", 2.0),
        ];
        for (value, expected) in table {
            let seconds = wait([value].into_iter(), now).unwrap().as_secs_f64();
            assert!((seconds - expected).abs() < 1e-9, "{value:?} gave {seconds}");
        }
    }

    #[test]
    fn the_longer_of_two_headers_counts() {
        let seconds = |values: &[&str]| wait(values.iter().copied(), 0).map(|wait| wait.as_secs());
        assert_eq!(seconds(&["3", "9"]), Some(9));
        assert_eq!(seconds(&["garbage", "1"]), Some(2));
        assert_eq!(seconds(&[]), None);
    }
}
