//! Where the key comes from: the environment, a file, or a systemd credential. Never from arguments, which every user
//! of the machine can read, and never from the tables.
//!
//! No text of this module repeats what it read, nor the name of a file that somebody may have taken for the key itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::environment::{CREDENTIALS_DIRECTORY, Environment, TOKEN};
use crate::secret::{Key, KeyError};

/// The name of the systemd credential.
const CREDENTIAL: &str = "hikerapi_token";

/// A file longer than this is something else.
const LONGEST_FILE_BYTES: u64 = 4_096;

/// A key and where it was.
#[derive(Debug)]
pub struct FoundKey {
    /// The key.
    pub key: Key,
    /// Where it was.
    pub source: KeySource,
    /// Others on this machine can read the file that it was in.
    pub readable_by_others: bool,
}

/// Where a key can be, in the order in which it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// `HIKERAPI_TOKEN`.
    Environment,
    /// The file that `token_file` names.
    File,
    /// The systemd credential.
    Credential,
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Environment => "HIKERAPI_TOKEN in the environment",
            Self::File => "the file that [upstream] token_file names",
            Self::Credential => "the systemd credential hikerapi_token",
        })
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is none anywhere.
    #[error(
        "there is no key for the upstream; give it in one of three ways: HIKERAPI_TOKEN in the environment, \
         a file that [upstream] token_file in the config names, or a systemd credential called hikerapi_token"
    )]
    None,
    /// What was found is no key.
    #[error("{origin} holds no usable key")]
    Unusable {
        /// Where it was.
        origin: KeySource,
        /// Why it cannot be one.
        source: KeyError,
    },
    /// The file cannot be read.
    #[error("cannot read {origin}")]
    Unreadable {
        /// Where it should be.
        origin: KeySource,
        /// What the system says.
        source: io::Error,
    },
}

/// Looks for the key. The first source that is there decides: a broken one is an error, not a reason to try the next.
pub fn find(environment: &Environment, token_file: Option<&Path>) -> Result<FoundKey, TokenError> {
    if let Some(text) = environment.variable(TOKEN) {
        return key_of(text, KeySource::Environment, false);
    }
    if let Some(path) = token_file {
        let (text, readable_by_others) = read(path, KeySource::File)?;
        return key_of(&text, KeySource::File, readable_by_others);
    }
    let Some(directory) = environment.variable(CREDENTIALS_DIRECTORY) else {
        return Err(TokenError::None);
    };
    match read(&Path::new(directory).join(CREDENTIAL), KeySource::Credential) {
        Ok((text, readable_by_others)) => key_of(&text, KeySource::Credential, readable_by_others),
        // The directory is there for any credential of the service; ours need not be among them.
        Err(TokenError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Err(TokenError::None)
        }
        Err(error) => Err(error),
    }
}

fn key_of(text: &str, origin: KeySource, readable_by_others: bool) -> Result<FoundKey, TokenError> {
    match Key::from_text(text) {
        Ok(key) => Ok(FoundKey {
            key,
            source: origin,
            readable_by_others,
        }),
        Err(source) => Err(TokenError::Unusable { origin, source }),
    }
}

/// The text of the file, and whether others can read it.
fn read(path: &Path, origin: KeySource) -> Result<(String, bool), TokenError> {
    let unreadable = |source| TokenError::Unreadable { origin, source };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.len() > LONGEST_FILE_BYTES {
        return Err(unreadable(io::Error::other("the file is too long to hold a key")));
    }
    let mut text = String::new();
    file.take(LONGEST_FILE_BYTES)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok((text, is_readable_by_others(&metadata)))
}

#[cfg(unix)]
fn is_readable_by_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    const READ_BY_GROUP_OR_ALL: u32 = 0o044;
    metadata.permissions().mode() & READ_BY_GROUP_OR_ALL != 0
}

/// Elsewhere the bits say nothing.
#[cfg(not(unix))]
fn is_readable_by_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    /// Everything that anybody could print of a result.
    fn all_texts(result: &Result<FoundKey, TokenError>) -> String {
        let mut texts = format!("{result:?}");
        let mut cause: Option<&dyn Error> = result.as_ref().err().map(|error| error as &dyn Error);
        while let Some(error) = cause {
            texts.push_str(&error.to_string());
            cause = error.source();
        }
        texts
    }

    fn directory_with(name: &str, text: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(name), text).unwrap();
        directory
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_file_before_the_credential() {
        let directory = directory_with(CREDENTIAL, "canary-credential\n");
        let file = directory.path().join("key");
        std::fs::write(&file, "canary-file\n").unwrap();
        let credentials = (CREDENTIALS_DIRECTORY, directory.path().to_str().unwrap());

        let found = find(
            &Environment::of([credentials, (TOKEN, "canary-variable")]),
            Some(&file),
        )
        .unwrap();
        assert_eq!(
            (found.source, found.key.expose()),
            (KeySource::Environment, "canary-variable")
        );
        let found = find(&Environment::of([credentials]), Some(&file)).unwrap();
        assert_eq!(
            (found.source, found.key.expose()),
            (KeySource::File, "canary-file")
        );
        let found = find(&Environment::of([credentials]), None).unwrap();
        assert_eq!(
            (found.source, found.key.expose()),
            (KeySource::Credential, "canary-credential")
        );
    }

    #[test]
    fn without_a_key_the_three_ways_are_told() {
        let empty = tempfile::tempdir().unwrap();
        let credentials = [(CREDENTIALS_DIRECTORY, empty.path().to_str().unwrap())];
        for environment in [Environment::default(), Environment::of(credentials)] {
            let text = find(&environment, None).unwrap_err().to_string();
            for way in ["HIKERAPI_TOKEN", "token_file", "systemd credential"] {
                assert!(text.contains(way), "{text}");
            }
        }
    }

    #[test]
    fn a_broken_source_is_an_error_and_shows_nothing_of_the_key() {
        let directory = directory_with("key", "canary with spaces");
        let file = directory.path().join("key");
        let results = [
            find(&Environment::of([(TOKEN, "")]), Some(&file)),
            find(&Environment::of([(TOKEN, "canary\nvariable")]), None),
            find(&Environment::default(), Some(&file)),
            // Somebody who takes `token_file` for the key itself.
            find(&Environment::default(), Some(Path::new("canary"))),
        ];
        for result in results {
            assert!(result.is_err(), "{result:?}");
            assert!(!all_texts(&result).contains("canary"), "{result:?}");
        }
    }

    #[test]
    fn a_long_file_is_no_key() {
        let directory = directory_with("key", &"canary".repeat(1_000));
        let result = find(&Environment::default(), Some(&directory.path().join("key")));
        assert!(matches!(result, Err(TokenError::Unreadable { .. })), "{result:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_marked() {
        use std::os::unix::fs::PermissionsExt;

        let directory = directory_with("key", "canary");
        let file = directory.path().join("key");
        for (mode, is_readable) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let found = find(&Environment::default(), Some(&file)).unwrap();
            assert_eq!(found.readable_by_others, is_readable, "{mode:o}");
        }
    }
}
