//! `[archive]`: which bodies are kept, and how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ByteSize;
use super::duration;
use super::fault::{Fault, require};

/// Which bodies are kept, and how long. A body that is dropped cannot be read again; its page and rows stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct Archive {
    /// Whether bodies are kept at all.
    pub keep: bool,
    /// How old a kept body may become; none for no limit.
    #[serde(with = "duration::optional")]
    pub max_age: Option<Duration>,
    /// How much room the bodies may take as they are stored; the oldest go first. None for no limit.
    pub max_size: Option<ByteSize>,
}

impl Default for Archive {
    fn default() -> Self {
        Self {
            keep: true,
            max_age: None,
            max_size: None,
        }
    }
}

impl Archive {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        let lasts = self.max_age.is_none_or(|age| age > Duration::ZERO);
        require(
            lasts,
            "archive.max_age",
            "must be longer than 0; keep = false keeps no bodies",
        )?;
        let has_room = self.max_size.is_none_or(|size| size.0 > 0);
        require(
            has_room,
            "archive.max_size",
            "must be more than 0; keep = false keeps no bodies",
        )
    }
}
