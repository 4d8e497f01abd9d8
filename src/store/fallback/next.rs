//! Which endpoint of the route may bring what the one before did not show.

use crate::policy::{Policy, ReadsOn, Step};
use crate::route::{self, Short};
use crate::store::claim::Task;
use crate::store::{Connection, Result, holds, sweeps};
use crate::walk::Standing;

/// By what is judged whether the rest of a list may be worth its price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    short: Option<Short>,
}

impl Rest {
    /// What a walk left. A list that the harvest limits is not meant to be whole, and without a counter nobody knows what is
    /// missing.
    pub(super) fn after(standing: &Standing) -> Self {
        let is_limited = standing.max_items.is_some() || standing.max_pages.is_some();
        let counters = [standing.counter_before, standing.counter_after];
        let counter = counters.into_iter().flatten().min().filter(|_| !is_limited);
        Self {
            short: counter.map(|counter| Short {
                counter,
                covered: standing.covered,
            }),
        }
    }

    /// What the walk left after which the list of a task waits.
    pub(super) async fn of(db: &mut Connection, task: &Task) -> Result<Self> {
        const SQL: &str = "
            select counter_before, counter_after, covered
            from sweeps
            where id = $1";
        let (counter_before, counter_after, covered) = sqlx::query_as(SQL)
            .bind(task.sweep_id)
            .fetch_one(&mut *db)
            .await?;
        let (max_items, max_pages) = sweeps::limits(db, task).await?;
        Ok(Self::after(&Standing {
            counter_before,
            counter_after,
            covered,
            max_items,
            max_pages,
            ..Standing::default()
        }))
    }

    fn promises(self, step: &Step, least: f64) -> bool {
        self.short
            .is_some_and(|short| route::is_worth_reading_on(step, short, least))
    }

    /// The first of these endpoints that a list which goes on where it is worth it may be read on by. One that is held is
    /// passed over: nobody knows when a person looks at it.
    pub(super) async fn first<'policy>(
        self,
        db: &mut Connection,
        policy: &Policy,
        steps: Vec<&'policy Step>,
    ) -> Result<Option<&'policy Step>> {
        let ReadsOn::Measured(least) = policy.reads_on else {
            return Ok(None);
        };
        for step in steps {
            if self.promises(step, least) && !holds::is_held(db, &step.endpoint).await? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            counter_before: Some(1_000),
            counter_after: Some(990),
            covered: 50,
            ..Standing::default()
        }
    }

    fn promises(standing: &Standing) -> bool {
        let step = Step {
            endpoint: "/next".into(),
            units: 2,
            forced_units: None,
            page_size: 50,
            paged: true,
            amount: None,
            variants: &[],
        };
        Rest::after(standing).promises(&step, 1.0)
    }

    #[test]
    fn only_a_list_that_is_meant_to_be_whole_and_has_a_counter_is_read_on() {
        assert!(promises(&standing()));
        let limited = Standing {
            max_pages: Some(5),
            ..standing()
        };
        assert!(!promises(&limited));
        let unknown = Standing {
            counter_before: None,
            counter_after: None,
            ..standing()
        };
        assert!(!promises(&unknown));
        let shrunk = Standing {
            counter_after: Some(60),
            ..standing()
        };
        assert!(!promises(&shrunk), "the lower counter decides");
    }
}
