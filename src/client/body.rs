//! Reading a body: within its limit, to its end or not at all.

use super::answer::Head;
use super::classify::{classify, hangs_on_the_body};
use super::outcome::Outcome;
use super::transport;
use crate::secret::Key;

/// How much of a body that is no page is kept, for the person who looks at it.
pub(super) const KEPT_OF_A_REFUSAL: usize = 4 * 1024;

/// What was read of a body, decompressed.
pub(super) struct Reading {
    bytes: Vec<u8>,
    end: End,
}

/// How the reading ended.
enum End {
    /// With the last byte.
    Whole,
    /// At the limit.
    Limit,
    /// With an error of the network or of the compression.
    Failed(reqwest::Error),
}

/// Reads at most `limit` bytes, counted after decompression and while they come: a small body can decompress to a
/// large one.
pub(super) async fn read(mut response: reqwest::Response, limit: usize) -> Reading {
    let announced = response
        .content_length()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(0);
    let mut bytes = Vec::with_capacity(announced.min(limit));
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = limit - bytes.len();
                bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break End::Limit;
                }
            }
            Ok(None) => break End::Whole,
            Err(error) => break End::Failed(error),
        }
    };
    Reading { bytes, end }
}

impl Reading {
    /// What was read, without the key. This comes before anything is cut or quoted: where a cut goes through the key,
    /// half of it would stay. So does the end of a body that was not read to its end.
    ///
    /// A key that could stand in a page by chance is left where it is: what was paid for is kept as it came.
    pub(super) fn redacted(mut self, key: &Key) -> Self {
        if !key.is_unmistakable() {
            return self;
        }
        self.bytes = key.redact_bytes(self.bytes);
        if !matches!(self.end, End::Whole) {
            let sure = self.bytes.len().saturating_sub(key.longest_spelling());
            self.bytes.truncate(sure);
        }
        self
    }
}

/// The outcome of an answer with this head and body, and the bytes to keep.
pub(super) fn judge(head: &Head, reading: Reading) -> (Outcome, Vec<u8>) {
    let Reading { mut bytes, end } = reading;
    match end {
        End::Limit => {
            bytes.truncate(KEPT_OF_A_REFUSAL);
            bytes.shrink_to_fit();
            let outcome = if head.status == 200 {
                Outcome::TooLarge
            } else {
                classify(head, &bytes)
            };
            (outcome, bytes)
        }
        End::Failed(error) if hangs_on_the_body(head.status) => {
            (transport::failed_in_the_body(error), Vec::new())
        }
        End::Whole | End::Failed(_) => (classify(head, &bytes), bytes),
    }
}
