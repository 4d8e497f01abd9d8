//! The machine's clock, moved on by a test: days pass without waiting for them, and nothing stands still meanwhile.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gleaner::clock::{Clock, SystemClock, Timestamp};

/// A clock that runs, and can be moved on.
#[derive(Debug, Default)]
pub(crate) struct ShiftedClock {
    running: SystemClock,
    shift_ms: AtomicI64,
}

impl ShiftedClock {
    /// Moves wall time on.
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.shift_ms.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        self.running.now() + self.shift_ms.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> Duration {
        self.running.elapsed()
    }
}
