//! What is known of the time before: each test changes an upstream written by hand between the rounds of a harvest, and
//! asks the tables what was when.

mod endpoints;
mod follows;
mod logs;
mod names;
mod older;
mod posts;
mod under_way;

use gleaner::config::Harvest;
use gleaner::engine::Stop;

use crate::harness::Run;

impl Run {
    /// A new round of a harvest, to its end.
    async fn round(&self, wanted: &Harvest) {
        assert_eq!(self.refresh(wanted).await, Stop::Finished);
    }
}
