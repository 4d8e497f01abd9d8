//! The last step of every log line: the keys that are known by then are taken out of it.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use tracing_subscriber::fmt::MakeWriter;

use super::Key;

/// The keys to take out. Logging starts before the key is read, so keys are learnt as they come; clones share them.
#[derive(Clone, Default)]
pub struct Redactor {
    keys: Arc<RwLock<Vec<Key>>>,
}

impl Redactor {
    /// Takes `key` out of everything from now on.
    pub fn learn(&self, key: &Key) {
        self.keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(key.clone());
    }

    /// `bytes` without the keys learnt so far.
    #[must_use]
    pub fn redact(&self, bytes: &[u8]) -> Vec<u8> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter()
            .fold(bytes.to_vec(), |bytes, key| key.redact_bytes(bytes))
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        write!(formatter, "Redactor({} keys)", keys.len())
    }
}

/// An output for `tracing_subscriber` whose writers redact.
#[derive(Clone, Debug)]
pub struct RedactedOutput<M> {
    output: M,
    redactor: Redactor,
}

impl<M> RedactedOutput<M> {
    /// `output` behind `redactor`.
    pub fn new(output: M, redactor: Redactor) -> Self {
        Self { output, redactor }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for RedactedOutput<M> {
    type Writer = RedactingWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactingWriter {
            writer: self.output.make_writer(),
            redactor: self.redactor.clone(),
        }
    }

    fn make_writer_for(&'a self, meta: &tracing::Metadata<'_>) -> Self::Writer {
        RedactingWriter {
            writer: self.output.make_writer_for(meta),
            redactor: self.redactor.clone(),
        }
    }
}

/// A writer that takes keys out of each write. A log line comes in one write, so a key is never split between two.
#[derive(Debug)]
pub struct RedactingWriter<W> {
    writer: W,
    redactor: Redactor,
}

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // All or nothing: the caller's count is of its own bytes, which are not those that are written.
        self.writer.write_all(&self.redactor.redact(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter as _;

    use super::{RedactedOutput, Redactor};
    use crate::secret::Key;

    /// A place for log lines that the test can read.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn output(lines: &Lines, redactor: &Redactor) -> RedactedOutput<impl Fn() -> Lines + use<>> {
        let lines = lines.clone();
        RedactedOutput::new(move || lines.clone(), redactor.clone())
    }

    #[test]
    fn a_key_that_is_learnt_later_is_redacted_from_then_on() {
        let (lines, redactor) = (Lines::default(), Redactor::default());
        let subscriber = tracing_subscriber::fmt()
            .with_writer(output(&lines, &redactor))
            .with_ansi(false)
            .without_time()
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            redactor.learn(&Key::from_text("canary-5f1c").unwrap());
            tracing::info!(field = "canary-5f1c", "sent canary-5f1c, Y2FuYXJ5LTVmMWM=");
        });
        let text = lines.text();
        assert!(text.ends_with("sent ***, *** field=\"***\"\n"), "{text}");
        assert_eq!(format!("{redactor:?}"), "Redactor(1 keys)");
    }

    #[test]
    fn an_output_without_keys_is_left_as_it_is() {
        let lines = Lines::default();
        let output = output(&lines, &Redactor::default());
        output.make_writer().write_all(b"as it is").unwrap();
        assert_eq!(lines.text(), "as it is");
    }
}
