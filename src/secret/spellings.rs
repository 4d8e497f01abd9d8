//! The ways in which a text can spell a key, and the search for them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use memchr::{memchr3_iter, memmem};

/// A text of so many characters stands nowhere by chance.
pub(super) const UNMISTAKABLE_LENGTH: usize = 16;

/// Bytes of the longest way to write one character: `\u002f`.
const LONGEST_ESCAPE: usize = 6;

/// The key in base64: by itself, then what longer texts show of it. The longest first, so that none is found inside a
/// longer one.
pub(super) fn in_base64(key: &str) -> Vec<String> {
    let mut all = vec![
        STANDARD.encode(key),
        STANDARD_NO_PAD.encode(key),
        URL_SAFE.encode(key),
        URL_SAFE_NO_PAD.encode(key),
    ];
    all.extend(inside_base64(key, &STANDARD_NO_PAD));
    all.extend(inside_base64(key, &URL_SAFE_NO_PAD));
    all.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
    all.dedup();
    all
}

/// What every longer text in base64 shows of a key inside it, for each of the three places at which it can begin. A
/// digit that it shares with its neighbours is left out; a piece that is too short would be found by chance.
fn inside_base64(key: &str, alphabet: &impl Engine) -> Vec<String> {
    let piece = |before: usize| {
        let encoded = alphabet.encode([vec![0; before].as_slice(), key.as_bytes()].concat());
        let own = (before * 8).div_ceil(6)..(before + key.len()) * 8 / 6;
        encoded[own].to_owned()
    };
    (0..3)
        .map(piece)
        .filter(|piece| piece.len() >= UNMISTAKABLE_LENGTH)
        .collect()
}

/// The most bytes that a spelling of a key can take.
pub(super) fn longest(key: &str) -> usize {
    LONGEST_ESCAPE * key.len()
}

/// `bytes` with a mark wherever the key stands, each of its characters plain, percent-encoded or escaped as in JSON:
/// encoders differ in which they leave as they are.
pub(super) fn without_plain(bytes: Vec<u8>, key: &[u8], mark: &[u8]) -> Vec<u8> {
    let Some(&first) = key.first() else {
        return bytes;
    };
    let found = memchr3_iter(first, b'%', b'\\', &bytes)
        .filter_map(|at| length_of(&bytes[at..], key).map(|length| (at, length)));
    marked(&bytes, found, mark).unwrap_or(bytes)
}

/// `bytes` with a mark wherever `spelling` stands.
pub(super) fn without(bytes: Vec<u8>, spelling: &[u8], mark: &[u8]) -> Vec<u8> {
    let found = memmem::find_iter(&bytes, spelling).map(|at| (at, spelling.len()));
    marked(&bytes, found, mark).unwrap_or(bytes)
}

/// Puts the mark in the places that were found, from left to right; none if there are none.
fn marked(bytes: &[u8], found: impl Iterator<Item = (usize, usize)>, mark: &[u8]) -> Option<Vec<u8>> {
    let mut redacted = Vec::new();
    let mut rest = 0;
    for (at, length) in found.filter(|(_, length)| *length > 0) {
        if at >= rest {
            redacted.extend_from_slice(&bytes[rest..at]);
            redacted.extend_from_slice(mark);
            rest = at + length;
        }
    }
    (rest > 0).then(|| {
        redacted.extend_from_slice(&bytes[rest..]);
        redacted
    })
}

/// How many bytes the key takes, if it stands at the beginning.
fn length_of(bytes: &[u8], key: &[u8]) -> Option<usize> {
    key.iter().try_fold(0, |length, wanted| {
        let (char, taken) = decoded(&bytes[length..])
            .filter(|(char, _)| char == wanted)
            .or_else(|| bytes.get(length).map(|char| (*char, 1)))?;
        (char == *wanted).then_some(length + taken)
    })
}

/// The character that is written in another way here, and how many bytes it takes. JSON inside JSON escapes the
/// backslash of an escape in its turn.
fn decoded(bytes: &[u8]) -> Option<(u8, usize)> {
    let backslashes = bytes.iter().take_while(|char| **char == b'\\').count();
    match (backslashes, &bytes[backslashes..]) {
        (0, [b'%', digits @ ..]) => hex(digits, 2).map(|char| (char, 3)),
        (1.., [b'u', digits @ ..]) => hex(digits, 4).map(|char| (char, backslashes + 5)),
        (1.., [char @ (b'/' | b'"'), ..]) => Some((*char, backslashes + 1)),
        (2.., _) => Some((b'\\', backslashes)),
        _ => None,
    }
}

fn hex(digits: &[u8], count: usize) -> Option<u8> {
    let digits = digits
        .get(..count)
        .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str, key: &str) -> String {
        String::from_utf8(without_plain(text.into(), key.as_bytes(), b"*")).unwrap()
    }

    #[test]
    fn any_mixture_of_encoded_characters_is_found() {
        for text in [
            "a/b+c",
            "a%2Fb+c",
            "a%2fb%2Bc",
            r"a\/b+c",
            r"\u0061\u002Fb+c",
            r"a\\/b+c",
            r"a\\u002fb+c",
            "%61/%62+%63",
        ] {
            assert_eq!(
                redacted(&format!("{text}x{text} %2 a/b+ {text}"), "a/b+c"),
                "*x* %2 a/b+ *",
                "{text}"
            );
        }
        assert_eq!(redacted("50%25off, 50%off, 50%", "50%off"), "*, *, 50%");
        assert_eq!(redacted("aaaaa", "aa"), "**a");
        assert_eq!(redacted("nothing", "a/b+c"), "nothing");
    }

    #[test]
    fn a_key_inside_a_longer_text_in_base64_is_found() {
        let key = "ca/na~ry+5f?1c.=a7b2";
        for before in ["", "k", "k:", "x-access-key: "] {
            for after in ["", "\r", "\r\n", "\r\nhost: x"] {
                let text = STANDARD.encode(format!("{before}{key}{after}"));
                let left = in_base64(key).iter().fold(text.into_bytes(), |text, piece| {
                    without(text, piece.as_bytes(), b"")
                });
                // At most a digit on each side says something of the key.
                assert!(left.len() <= STANDARD.encode(format!("{before}{after}")).len() + 4);
            }
        }
    }
}
