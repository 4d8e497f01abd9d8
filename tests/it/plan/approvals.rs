//! An approval is the harvest's limit: never exceeded, whatever fails, and what is left stays in the queue.

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::mock::{FaultKind, Faults, Settings};
use gleaner::store::approvals::{self, By, Foreseen};

use crate::harness::{Run, harvest};

const FORESEEN: By = By::Plan(Foreseen {
    low: 1,
    expected: 2,
    high: 3,
});

fn of(run: &Run, name: &str, from: usize) -> Harvest {
    Harvest {
        name: name.into(),
        seeds: run.world.seeds(40)[from..from + 15].to_vec(),
        ..harvest(&[], &[Kind::Followers, Kind::Following, Kind::Medias])
    }
}

impl Run {
    async fn approve(&self, id: i64, units: i64) {
        let now = self.clock.now();
        self.beside(async |db| approvals::approve(db, id, units, FORESEEN, now).await)
            .await;
    }

    /// What the harvests have spent beyond their limits.
    async fn above(&self) -> Vec<String> {
        self.lines(
            "select h.name, s.settled + s.lost - h.max_units
            from harvests as h
            join spend as s on s.scope = 'harvest:' || h.id
            where s.settled + s.reserved + s.lost > h.max_units",
        )
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_harvests_at_once_and_faults_never_pass_an_approval() {
    let settings = Settings {
        faults: Faults::of(0.05, FaultKind::harmless()),
        ..Settings::default()
    };
    let run = Run::with(3, 600, settings).await;
    let one = run.put(&of(&run, "one", 0), false).await;
    let two = run.put(&of(&run, "two", 20), false).await;
    for approved in [7, 20, 33] {
        run.approve(one, approved).await;
        run.approve(two, approved + 3).await;
        let both_are_spent = "select count(*) = 2
            from harvests as h
            join spend as s on s.scope = 'harvest:' || h.id
            where s.settled + s.reserved + s.lost >= h.max_units";
        let stop = run.run_while(Mode::Daemon, run.until(both_are_spent)).await;
        assert_eq!(stop, Stop::Asked);
        assert_eq!(run.above().await, [""; 0], "{approved}");
        let spent = run.number("select sum(units) from ledger").await;
        assert_eq!(spent, 2 * approved + 3);
        assert_eq!(run.upstream.meter(), spent, "ledger and meter");
        // A start again stops at once: nothing is left of it.
        assert_eq!(run.run(Mode::Harvest(one)).await, Stop::Budget);
        assert_eq!(run.upstream.meter(), spent);
    }
    assert!(
        run.number("select count(*) from tasks").await > 10,
        "the rest stays in the queue"
    );
    run.approve(one, 1_000).await;
    run.approve(two, 1_000).await;
    assert_eq!(run.run(Mode::Harvest(one)).await, Stop::Finished);
    assert_eq!(run.run(Mode::Harvest(two)).await, Stop::Finished);
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_approval_is_a_row_and_the_newest_one_counts() {
    let run = Run::start(3, 300).await;
    let id = run.put(&of(&run, "one", 0), false).await;
    for units in [9, 4] {
        run.approve(id, units).await;
    }
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Budget);
    assert_eq!(run.upstream.meter(), 4);
    let now = run.clock.now();
    // A limit that says the same is no new approval.
    for units in [4, 6, 6] {
        run.beside(async |db| approvals::note_limit(db, id, units, By::Flag, now).await)
            .await;
    }
    assert_eq!(run.run(Mode::Harvest(id)).await, Stop::Budget);
    assert_eq!(run.upstream.meter(), 6);
    let rows = run
        .lines("select reason, units, spent, expected from approvals order by id")
        .await;
    assert_eq!(rows, ["plan 9 0 2", "plan 4 0 2", "--max-units 6 4 null"]);
}
