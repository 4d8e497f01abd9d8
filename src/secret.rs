//! The key of the upstream: held in memory, sent in one header, printed nowhere.
//!
//! Text that comes from outside (errors, bodies of refusals) can echo the key, plain or encoded; [`Key::redact`]
//! takes it out of everything that is stored or logged.

mod redacting_writer;
mod spellings;

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

pub use redacting_writer::{RedactedOutput, RedactingWriter, Redactor};

/// What stands in a text where the key stood.
const MARK: &str = "***";

/// The key of the upstream. Clones share the one copy in memory.
#[derive(Clone)]
pub struct Key {
    text: SecretString,
    in_base64: Arc<[SecretString]>,
}

/// Why a text is no key. The text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing, or white space only.
    #[error("the key is empty")]
    Empty,
    /// The text has more than one line.
    #[error(
        "the key has a line break inside, after {0} characters: is there more than the key in its source?"
    )]
    LineBreak(usize),
    /// The text has a space or a tab inside.
    #[error("the key has a space inside, after {0} characters")]
    Space(usize),
    /// A character that cannot stand in a header.
    #[error("the key has a character that is not printable ASCII, after {0} characters")]
    NotAscii(usize),
}

impl Key {
    /// The key that a text holds; white space around it is dropped.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        if let Some((position, odd)) = text
            .chars()
            .enumerate()
            .find(|(_, char)| !char.is_ascii_graphic())
        {
            return Err(match odd {
                '\n' | '\r' => KeyError::LineBreak(position),
                ' ' | '\t' => KeyError::Space(position),
                _ => KeyError::NotAscii(position),
            });
        }
        Ok(Self {
            text: SecretString::from(text),
            in_base64: spellings::in_base64(text)
                .into_iter()
                .map(SecretString::from)
                .collect(),
        })
    }

    /// The key itself, for the header and nothing else.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether the key is so long that nothing else is taken for it: real ones are, those of simulated upstreams need
    /// not be.
    pub(crate) fn is_unmistakable(&self) -> bool {
        self.expose().len() >= spellings::UNMISTAKABLE_LENGTH
    }

    /// The length of its longest spelling.
    pub(crate) fn longest_spelling(&self) -> usize {
        spellings::longest(self.expose())
    }

    /// `text` without the key: plain, escaped, percent-encoded and in base64.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.redact_bytes(text.into())).into_owned()
    }

    /// The same for bytes that need not be text.
    #[must_use]
    pub fn redact_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mark = MARK.as_bytes();
        let bytes = spellings::without_plain(bytes, self.expose().as_bytes(), mark);
        self.in_base64.iter().fold(bytes, |bytes, spelling| {
            spellings::without(bytes, spelling.expose_secret().as_bytes(), mark)
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MARK)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, KeyError};

    #[test]
    fn white_space_around_a_key_is_dropped() {
        assert_eq!(Key::from_text(" abc123\r\n").unwrap().expose(), "abc123");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_without_repeating_it() {
        let refusals = [
            "",
            " \n",
            "ab\ncd",
            "ab cd",
            "ab\tcd",
            "schl\u{fc}ssel",
            "ab\u{7f}",
        ];
        let errors = refusals.map(|text| Key::from_text(text).unwrap_err());
        assert_eq!(
            errors,
            [
                KeyError::Empty,
                KeyError::Empty,
                KeyError::LineBreak(2),
                KeyError::Space(2),
                KeyError::Space(2),
                KeyError::NotAscii(4),
                KeyError::NotAscii(2),
            ]
        );
        assert_eq!(
            KeyError::NotAscii(4).to_string(),
            "the key has a character that is not printable ASCII, after 4 characters"
        );
    }

    #[test]
    fn a_key_prints_as_a_mark() {
        let key = Key::from_text("canary-5f1c").unwrap();
        assert_eq!(
            format!("{key:?}, {:?}, {:#?}", Some(&key), [&key]),
            "***, Some(***), [\n    ***,\n]"
        );
    }

    #[test]
    fn every_spelling_of_a_key_is_redacted() {
        let key = Key::from_text("ca/na~ry+5f?1c.=").unwrap();
        let spellings = [
            "ca/na~ry+5f?1c.=",
            "Y2EvbmF+cnkrNWY/MWMuPQ==",
            "Y2EvbmF+cnkrNWY/MWMuPQ",
            "Y2EvbmF-cnkrNWY_MWMuPQ==",
            "Y2EvbmF-cnkrNWY_MWMuPQ",
            "ca%2Fna%7Ery%2B5f%3F1c%2E%3D",
            "ca%2fna%7ery%2b5f%3f1c%2e%3d",
            "ca%2Fna%7Ery%2B5f%3F1c.%3D",
            "ca%2fna%7ery%2b5f%3f1c.%3d",
        ];
        for spelling in spellings {
            let text = format!("{spelling}a{spelling} b {spelling}");
            assert_eq!(key.redact(&text), "***a*** b ***", "{spelling}");
            assert_eq!(
                key.redact_bytes(text.into_bytes()),
                b"***a*** b ***",
                "{spelling}"
            );
        }
        assert_eq!(key.redact(r"ca\/na~ry+5f?1c.="), "***");
        assert_eq!(key.redact("nothing to hide"), "nothing to hide");
        assert_eq!(key.redact_bytes(vec![0xff, 0, b'c']), [0xff, 0, b'c']);
    }
}
