//! Limits that are changed while the file is worked on, and whose word holds.

use gleaner::config::Harvest;
use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::store::approvals::{self, By};

use crate::harness::{Run, harvest};
use crate::stage::{FOLLOWERS, Stage, users_page};

const ALL: usize = 11;

async fn twenty_followers() -> (Stage, Run) {
    let stage = Stage::start().await;
    stage.person(1, &(10..30).collect::<Vec<i64>>());
    let run = Run::on(&stage).await;
    (stage, run)
}

fn followers() -> Harvest {
    harvest(&["1"], &[Kind::Followers])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_daemon_follows_a_raised_limit() {
    let (stage, mut run) = twenty_followers().await;
    run.config.budget.total = Some(3);
    run.put(&followers(), false).await;
    let raised = async {
        run.until("select count(*) from spend where scope = 'all' and settled = 3")
            .await;
        run.set_limit("total", Some(6)).await;
        run.until("select count(*) from spend where scope = 'all' and settled = 6")
            .await;
        run.set_limit("total", None).await;
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
    };
    assert_eq!(run.run_while(Mode::Daemon, raised).await, Stop::Asked);
    assert_eq!(stage.asked().len(), ALL);
    let changes = "select scope, from_units, to_units, spent, said_by from budget_changes order by id";
    assert_eq!(
        run.lines(changes).await,
        ["all null 3 0 config", "all 3 6 3 command", "all 6 null 6 command"]
    );
    run.check_invariants().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_engine_follows_a_lowered_limit_from_the_next_request_on() {
    for name in ["total", "per_day", "per_run", "harvest:test"] {
        let (stage, mut run) = twenty_followers().await;
        run.config.budget.total = Some(100);
        stage.next(FOLLOWERS, [users_page(&[10, 11], Some("c2")).held()]);
        let id = run.put(&followers(), false).await;
        let lowered = async {
            while stage.count(FOLLOWERS) == 0 {
                tokio::task::yield_now().await;
            }
            // The request in flight counts already.
            run.set_limit(name, Some(4)).await;
            stage.release(1);
            run.until("select count(*) from spend where scope = 'all' and settled = 4 and reserved = 0")
                .await;
        };
        let (stop, ()) = tokio::join!(run.run(Mode::Harvest(id)), lowered);
        assert_eq!(stop, Stop::Budget, "{name}");
        assert_eq!(stage.asked().len(), 4, "{name}");
        run.check_invariants().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_below_what_is_spent_stops_the_sending() {
    let (stage, run) = twenty_followers().await;
    let limited = Harvest {
        max_units: Some(5),
        ..followers()
    };
    assert_eq!(run.go(&limited).await, Stop::Budget);
    run.set_limit("harvest:test", Some(2)).await;
    assert_eq!(run.go(&limited).await, Stop::Budget);
    assert_eq!(stage.asked().len(), 5);
    run.set_limit("harvest:test", Some(7)).await;
    assert_eq!(
        run.go(&limited).await,
        Stop::Budget,
        "the same configuration again"
    );
    assert_eq!(stage.asked().len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brake_set_by_hand_is_not_loosened_by_another_configuration() {
    let (_stage, mut run) = twenty_followers().await;
    run.config.budget.total = Some(3);
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    run.set_limit("total", Some(5)).await;
    for configured in [Some(3), Some(8), None, Some(100)] {
        run.config.budget.total = configured;
        assert_eq!(run.go(&followers()).await, Stop::Budget, "{configured:?}");
        assert_eq!(run.units().await, 5, "{configured:?}");
    }
    run.set_limit("total", Some(8)).await;
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    assert_eq!(run.units().await, 8);
    // What was raised over 100 is not kept under a tighter configuration.
    run.set_limit("total", Some(1_000)).await;
    run.config.budget.total = Some(9);
    assert_eq!(run.go(&followers()).await, Stop::Budget);
    assert_eq!(run.units().await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvests_limit_by_hand_holds_against_a_higher_one_in_the_next_command() {
    let (_stage, run) = twenty_followers().await;
    let limited = |units| Harvest {
        max_units: Some(units),
        ..followers()
    };
    assert_eq!(run.go(&limited(2)).await, Stop::Budget);
    run.set_limit("harvest:test", Some(4)).await;
    assert_eq!(run.go(&limited(50)).await, Stop::Budget);
    assert_eq!(run.units().await, 4, "the lower of the two");
    run.set_limit("harvest:test", None).await;
    assert_eq!(run.go(&limited(50)).await, Stop::Finished);
    let changes =
        "select from_units, to_units, said_by from budget_changes where scope = 'harvest:1' order by id";
    assert_eq!(
        run.lines(changes).await,
        ["null 2 config", "2 4 command", "4 null command"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_beside_a_daemon_is_a_change_and_newer_than_a_limit_by_hand() {
    let (_stage, run) = twenty_followers().await;
    let limited = Harvest {
        max_units: Some(2),
        ..followers()
    };
    let id = run.put(&limited, false).await;
    let approve = async |units| {
        let now = run.clock.now();
        run.beside(async |db| approvals::approve(db, id, units, By::Flag, now).await)
            .await;
    };
    let approved = async {
        run.until("select count(*) from spend where scope = 'all' and settled = 2")
            .await;
        approve(5).await;
        run.until("select count(*) from spend where scope = 'all' and settled = 5")
            .await;
        run.set_limit("harvest:test", Some(5)).await;
        approve(7).await;
        run.until("select count(*) from spend where scope = 'all' and settled = 7")
            .await;
    };
    assert_eq!(run.run_while(Mode::Daemon, approved).await, Stop::Asked);
    assert_eq!(run.units().await, 7);
    let changes =
        "select from_units, to_units, said_by from budget_changes where scope = 'harvest:1' order by id";
    assert_eq!(
        run.lines(changes).await,
        ["null 2 config", "2 5 config", "5 7 config"]
    );
    run.check_invariants().await;
}
