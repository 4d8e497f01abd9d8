//! The rules of the engine, one by one: each test puts one rule to the test against an upstream written by hand.

mod amounts;
mod batches;
mod billing;
mod budget;
mod closing;
mod completeness;
mod dying;
mod ends;
mod fencing;
mod holds;
mod measuring;
mod merging;
mod not_buying;
mod not_found;
mod not_reading_on;
mod order;
mod reading_on;
mod retrying;
mod routes;
mod seeds;
mod waves;

use gleaner::config::Harvest;
use gleaner::kind::Kind;

use crate::harness::{Run, harvest};
use crate::stage::Stage;

/// A stage with one person, 1, and these followers.
async fn followed_by(followers: &[i64]) -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, followers);
    let run = Run::on(&stage).await;
    (stage, run)
}

/// The followers of person 1, for which the profile is bought too.
fn followers() -> Harvest {
    harvest(&["1"], &[Kind::Followers])
}

impl Run {
    /// The verdict of the list of that kind of person 1; `open` while there is none.
    async fn verdict(&self, kind: Kind) -> String {
        let (kind, target) = (kind.name().to_owned(), "1".to_owned());
        let verdicts = self.verdicts().await;
        let found = verdicts
            .into_iter()
            .find(|list| (&list.0, &list.1) == (&kind, &target));
        found.map_or_else(|| "none".to_owned(), |(_, _, verdict)| verdict)
    }

    /// Who follows person 1, as far as is known and not gone.
    async fn followers_known(&self) -> Vec<String> {
        self.lines("select follower_id from follows where followee_id = 1 and gone_at is null order by 1")
            .await
    }

    /// State, units and status of each request at `/g2/user/followers`, in their order.
    async fn bought_followers(&self) -> Vec<String> {
        self.lines(
            "select state, units, status from ledger where endpoint = '/g2/user/followers' order by id",
        )
        .await
    }
}
