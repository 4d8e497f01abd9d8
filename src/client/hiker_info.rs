//! `x-hiker-info`: what the upstream says a call costs.
//!
//! Its documentation shows `reqs=1`; several programs that met it read `{"reqs": 1}`. Both are understood.

/// The header's name.
pub(super) const NAME: &str = "x-hiker-info";

/// The units in the header's values. Where two disagree, the higher one: it is what we must reckon with.
pub(super) fn units<'a>(values: impl Iterator<Item = &'a str>) -> Option<i64> {
    values.filter_map(figure).max()
}

fn figure(value: &str) -> Option<i64> {
    let (_, rest) = value.split_once("reqs")?;
    let rest = rest.trim_start_matches('"').trim_start();
    let rest = rest
        .strip_prefix(['=', ':'])?
        .trim_start()
        .trim_start_matches('"');
    let end = rest
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    // What goes on like a number is another number than its first digits say.
    let goes_on = after.starts_with(|char: char| char.is_alphanumeric() || matches!(char, '.' | '_'));
    if goes_on { None } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn both_spellings_are_understood_and_nonsense_is_not() {
        let table = [
            ("reqs=1", Some(1)),
            ("{\"reqs\": 1}", Some(1)),
            ("{\"reqs\":\"2\"}", Some(2)),
            (" reqs = 3 ", Some(3)),
            ("reqs:4, other=9", Some(4)),
            ("{\"other\": 9, \"reqs\": 5}", Some(5)),
            ("reqs=0", Some(0)),
            ("reqs=9999", Some(9_999)),
            ("reqs=9223372036854775807", Some(i64::MAX)),
            ("reqs=9223372036854775808", None),
            ("reqs=-5", None),
            ("reqs=1.5", None),
            ("reqs=1e9", None),
            ("reqs=0x10", None),
            ("reqs=", None),
            ("{\"reqs\": null}", None),
            ("reqs 1", None),
            ("requests=1", None),
            ("1", None),
            ("", None),
        ];
        for (value, expected) in table {
            assert_eq!(units([value].into_iter()), expected, "{value:?}");
        }
    }

    #[test]
    fn the_higher_of_two_headers_counts() {
        assert_eq!(units(["reqs=1", "reqs=2", "reqs=x"].into_iter()), Some(2));
        assert_eq!(units(std::iter::empty()), None);
    }
}
