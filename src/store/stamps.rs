//! Which answer each column of a row comes from.
//!
//! A stamp orders answers: by the time of the answer, ties by page id. The text form groups the columns by stamp,
//! because a row nearly always comes from one or two answers: `1852…:7f,1853…:80`.

use std::fmt::Write as _;

use crate::clock::Timestamp;

/// The order of an answer among all answers.
pub(crate) type Stamp = i64;

/// How many bits of a stamp tell pages of the same millisecond apart.
const PAGE_BITS: u32 = 20;

/// The stamp of a page.
pub(crate) const fn stamp(answered_at: Timestamp, page_id: i64) -> Stamp {
    (answered_at << PAGE_BITS) | (page_id & ((1 << PAGE_BITS) - 1))
}

/// When the answer of a stamp came.
pub(crate) const fn answered_at(stamp: Stamp) -> Timestamp {
    stamp >> PAGE_BITS
}

/// Reads the text form: one stamp a column, none for a column that no answer spoke of.
pub(crate) fn read(text: &str, columns: usize) -> Vec<Option<Stamp>> {
    let mut stamps = vec![None; columns];
    for group in text.split(',') {
        let Some((stamp, mask)) = group.split_once(':') else {
            continue;
        };
        let (Ok(stamp), Ok(mask)) = (stamp.parse::<Stamp>(), u64::from_str_radix(mask, 16)) else {
            continue;
        };
        for (column, slot) in stamps.iter_mut().enumerate() {
            if mask >> column & 1 == 1 {
                *slot = Some(stamp);
            }
        }
    }
    stamps
}

/// Writes the text form.
pub(crate) fn write(stamps: &[Option<Stamp>]) -> String {
    let mut groups: Vec<(Stamp, u64)> = Vec::new();
    for (column, stamp) in stamps.iter().enumerate() {
        let Some(stamp) = *stamp else { continue };
        match groups.iter_mut().find(|(known, _)| *known == stamp) {
            Some((_, mask)) => *mask |= 1 << column,
            None => groups.push((stamp, 1 << column)),
        }
    }
    groups.sort_unstable();
    let mut text = String::new();
    for (stamp, mask) in groups {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}{stamp}:{mask:x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_keeps_every_stamp() {
        let stamps = vec![
            Some(stamp(1_767_225_600_000, 7)),
            None,
            Some(stamp(1_767_225_600_001, 1)),
            None,
        ];
        let text = write(&stamps);
        assert_eq!(read(&text, 4), stamps);
        assert_eq!(read("", 2), vec![None, None]);
    }

    #[test]
    fn a_later_answer_has_a_greater_stamp_and_pages_break_ties() {
        assert!(stamp(2, 0) > stamp(1, 999_999));
        assert!(stamp(2, 5) > stamp(2, 4));
        assert_eq!(answered_at(stamp(1_767_225_600_000, 99)), 1_767_225_600_000);
    }
}
