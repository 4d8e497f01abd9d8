//! The newest word of a person holds, and no configuration that comes back raises anything.

use gleaner::config::Harvest;
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::store::approvals::{self, By, Foreseen};

use crate::harness::{Run, harvest};
use crate::stage::Stage;

const PLAN: By = By::Plan(Foreseen {
    low: 1,
    expected: 2,
    high: 3,
});

/// Somebody with twenty followers: eleven units.
async fn twenty_followers() -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &(10..30).collect::<Vec<i64>>());
    let run = Run::on(&stage).await;
    (stage, run)
}

fn limited(units: Option<i64>) -> Harvest {
    Harvest {
        max_units: units,
        ..harvest(&["1"], &[Kind::Followers])
    }
}

impl Run {
    async fn gives(&self, units: i64, by: By) {
        let now = self.clock.now();
        self.beside(async |db| approvals::note_limit(db, 1, units, by, now).await)
            .await;
    }

    /// What the ledger says once the harvest, that says nothing of its limit, has reached it.
    async fn units_in_the_end(&self) -> i64 {
        assert_eq!(self.go(&limited(None)).await, Stop::Budget);
        self.check_invariants().await;
        self.units().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_newest_word_on_a_harvest_takes_the_place_of_a_command() {
    let (_stage, run) = twenty_followers().await;
    run.put(&limited(Some(2)), false).await;
    for by in [PLAN, By::Flag] {
        run.set_limit("harvest:test", Some(500)).await;
        run.gives(4, by).await;
        run.gives(2, by).await;
        assert_eq!(run.units_in_the_end().await, 2);
    }
    // The same words as the newest approval's are newer than the command, too.
    run.set_limit("harvest:test", Some(500)).await;
    run.gives(2, By::Flag).await;
    assert_eq!(run.units_in_the_end().await, 2);
    // A brake is taken off by whoever says so.
    run.set_limit("harvest:test", Some(2)).await;
    run.gives(5, PLAN).await;
    assert_eq!(run.units_in_the_end().await, 5);
    // The configuration does not.
    run.set_limit("harvest:test", Some(6)).await;
    run.gives(50, By::Config).await;
    assert_eq!(run.units_in_the_end().await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_comes_back_raises_nothing() {
    for name in ["total", "harvest:test"] {
        let (_stage, mut run) = twenty_followers().await;
        let configured = [(2, 2), (4, 4), (2, 4), (100, 4)];
        for (units, spent) in configured {
            let harvest = if name == "total" {
                run.config.budget.total = Some(units);
                limited(None)
            } else {
                limited(Some(units))
            };
            assert_eq!(run.go(&harvest).await, Stop::Budget, "{name} {units}");
            assert_eq!(run.units().await, spent, "{name} {units}");
            if units == 2 && spent == 2 {
                run.set_limit(name, Some(9)).await;
            }
        }
        run.check_invariants().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_option_says_for_one_run_lowers_no_command_for_the_next() {
    let (_stage, mut run) = twenty_followers().await;
    run.config.budget.per_run = Some(1);
    assert_eq!(run.go(&limited(None)).await, Stop::Budget);
    run.set_limit("per_run", Some(4)).await;
    run.config.budget.per_run = Some(2);
    run.config.budget.is_for_this_run = true;
    assert_eq!(run.go(&limited(None)).await, Stop::Budget);
    assert_eq!(run.units().await, 1 + 2);
    run.config.budget.per_run = Some(1);
    run.config.budget.is_for_this_run = false;
    assert_eq!(run.go(&limited(None)).await, Stop::Budget);
    assert_eq!(run.units().await, 1 + 2 + 4);
}
