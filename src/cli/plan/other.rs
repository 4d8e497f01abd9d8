//! A plan beside another gleaner on the file: that one buys the profiles, and the plan waits for it.

use std::time::Duration;

use super::ending::Ending;
use super::purchase::{LOOK_EVERY, Wanted};
use crate::clock::Clock;
use crate::engine::Shutdown;
use crate::policy::Policy;
use crate::store::holds::{self, Hold, Scope};
use crate::store::plan as read;
use crate::store::{Connection, Database, begin};

/// So long another gleaner may take for the next profile.
const PATIENCE: Duration = Duration::from_mins(1);

/// The purchase that another gleaner is to make.
pub(super) struct Other<'a> {
    pub(super) database: &'a Database,
    pub(super) policy: &'a Policy,
    pub(super) wanted: &'a Wanted<'a>,
    /// The harvest that pays.
    pub(super) id: i64,
    /// What one profile costs.
    pub(super) price: i64,
}

impl Other<'_> {
    /// Waits until the other one has asked for every profile, or will not.
    pub(super) async fn asks(
        &self,
        connection: &mut Connection,
        clock: &dyn Clock,
        person: &Shutdown,
    ) -> anyhow::Result<Ending> {
        let readers = self.database.readers();
        let (mut least, mut since) = (i64::MAX, clock.elapsed());
        loop {
            if !read::is_open(readers, self.id).await? {
                // A gleaner that starts closes all purchases, for it cannot tell whether anybody still waits for one.
                self.reopen(connection, clock).await?;
            }
            let left = read::left_to_ask(readers, self.id).await?;
            if left == 0 {
                return Ok(Ending::Asked);
            }
            if left < least {
                (least, since) = (left, clock.elapsed());
            }
            if read::is_spent(readers, self.id, self.price).await? {
                return Ok(Ending::Limit);
            }
            let holds = holds::all(readers).await?;
            let of_all = |hold: &&Hold| hold.until.is_none() && hold.scope == Scope::All;
            if let Some(hold) = holds.iter().find(of_all) {
                return Ok(Ending::Held(hold.reason));
            }
            if !self.database.is_in_use()? || clock.elapsed().saturating_sub(since) > PATIENCE {
                return Ok(Ending::GivenUp);
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = person.asked() => return Ok(Ending::Person),
            }
        }
    }

    async fn reopen(&self, connection: &mut Connection, clock: &dyn Clock) -> anyhow::Result<()> {
        let known = self.wanted.known(self.database, self.policy, clock.now()).await?;
        let missing = self.wanted.missing(&known);
        let name = &self.wanted.spec.name;
        let mut transaction = begin(connection).await?;
        read::reopen(&mut transaction, self.policy, name, missing, clock.now()).await?;
        transaction.commit().await?;
        Ok(())
    }
}
