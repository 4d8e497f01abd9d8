//! A file that holds the key: written once, for its owner only, from a line that the terminal does not show.

use std::fs::OpenOptions;
use std::io::{self, BufRead, Write};
use std::path::Path;

use super::questions::Questions;
use crate::cli::{output, session};
use crate::secret::Key;

/// Offers to write the key into a file that is not there yet.
pub(super) fn offer<In: BufRead, Out: Write>(
    questions: &mut Questions<In, Out>,
    path: &Path,
) -> anyhow::Result<()> {
    let hidden = Hidden::start();
    if hidden.is_none() {
        return Ok(());
    }
    let question = format!(
        "Paste the key: it is not shown, and goes into {} only, which others cannot read. Enter leaves it for later",
        path.display()
    );
    loop {
        let text = questions.hidden(&question)?;
        if text.trim().is_empty() {
            return Ok(());
        }
        match Key::from_text(&text) {
            Ok(key) => {
                output::hide(&key);
                return write(path, &key).map_err(|error| {
                    session::refuse(format!(
                        "cannot write {}: {error}; no config was written",
                        path.display()
                    ))
                });
            }
            Err(error) => questions.say(&format!("  this is no key: {error}"))?,
        }
    }
}

/// Writes the key into a new file, for its owner only.
fn write(path: &Path, key: &Key) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    writeln!(options.open(path)?, "{}", key.expose())
}

/// A terminal that shows nothing of what is typed, until this is dropped.
#[cfg(unix)]
struct Hidden(rustix::termios::Termios);

#[cfg(unix)]
impl Hidden {
    /// None where the terminal cannot be told so.
    fn start() -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

        let before = tcgetattr(io::stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes -= LocalModes::ECHO;
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent).ok()?;
        Some(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Hidden {
    fn drop(&mut self) {
        // What cannot be put back cannot be told anywhere better either.
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}

/// Elsewhere the key is put into its file by hand.
#[cfg(not(unix))]
struct Hidden;

#[cfg(not(unix))]
impl Hidden {
    fn start() -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_and_never_overwritten() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hikerapi.token");
        write(&path, &Key::from_text("canary").unwrap()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "canary\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(write(&path, &Key::from_text("another").unwrap()).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "canary\n");
    }
}
