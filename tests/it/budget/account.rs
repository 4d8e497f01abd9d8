//! The account beside the ledger.

use std::time::Duration;

use gleaner::engine::{Mode, Stop};
use gleaner::kind::Kind;
use gleaner::mock::{FaultKind, Faults, Script, Settings};

use crate::harness::{Run, harvest};

const FINDINGS: &str = "select finding, seen, least, most, difference from balances order by id";

fn seeds(run: &Run, from: usize, to: usize) -> gleaner::config::Harvest {
    let seeds = run.world.seeds(to);
    let seeds: Vec<&str> = seeds[from..].iter().map(String::as_str).collect();
    harvest(&seeds, &[Kind::Profile])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_agrees_with_the_ledger_and_the_meter_to_the_unit() {
    let settings = Settings {
        balance: 5_000,
        ..Settings::default()
    };
    let run = Run::with(1, 300, settings).await;
    let seeds = run.world.seeds(6);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let kinds = [Kind::Profile, Kind::Followers, Kind::Medias, Kind::Comments];
    assert_eq!(run.go(&harvest(&seeds, &kinds)).await, Stop::Finished);
    let units = run.units().await;
    assert!(units > 20, "{units}");
    assert_eq!(
        (run.upstream.meter(), 5_000 - run.upstream.balance()),
        (units, units)
    );
    // Nothing is in flight before the first request and after the last.
    let first_and_last = "select units_left, settled, reserved, lost, fixed
        from balances
        where id in (select min(id) from balances union select max(id) from balances)";
    let lines = run.lines(first_and_last).await;
    assert_eq!(lines[0], "5000 0 0 0 1");
    assert_eq!(lines[1], format!("{} {units} 0 0 1", 5_000 - units));
    let found = run
        .lines("select distinct finding from balances order by id")
        .await;
    assert_eq!(found, ["first", "agrees"]);
    // The same command again buys nothing, so there is nothing new to compare.
    let rows = run.number("select count(*) from balances").await;
    assert_eq!(run.go(&harvest(&seeds, &kinds)).await, Stop::Finished);
    assert_eq!(run.number("select count(*) from balances").await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_spends_is_told_once_to_the_unit() {
    let run = Run::start(1, 300).await;
    assert_eq!(run.go(&seeds(&run, 0, 1)).await, Stop::Finished);
    run.upstream.set_balance(run.upstream.balance() - 12);
    assert_eq!(run.go(&seeds(&run, 0, 4)).await, Stop::Finished);
    assert_eq!(run.go(&seeds(&run, 0, 5)).await, Stop::Finished);
    let drifts = "select seen, expected_least, expected_most, difference from drifts";
    assert_eq!(run.lines(drifts).await, ["12 0 0 12"]);
    run.upstream.set_balance(run.upstream.balance() - 1);
    assert_eq!(run.go(&seeds(&run, 0, 6)).await, Stop::Finished);
    assert_eq!(run.lines(drifts).await, ["12 0 0 12", "1 0 0 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_once_also_while_lost_requests_may_be_billed_yet() {
    let run = Run::start(1, 300).await;
    let lost = ["/gql/user/web_profile_info", "/v1/user/by/username"].map(|path| Script {
        path: path.into(),
        nth: 0,
        kind: FaultKind::ClosedInBody,
    });
    run.upstream.set_faults(Faults::script(lost.into()));
    assert_eq!(run.go(&seeds(&run, 0, 1)).await, Stop::Finished);
    assert!(run.number("select lost from spend where scope = 'all'").await > 0);
    run.upstream.set_balance(run.upstream.balance() - 12);
    for seeds_to in [4, 5, 6] {
        assert_eq!(run.go(&seeds(&run, 0, seeds_to)).await, Stop::Finished);
        assert_eq!(run.number("select sum(difference) from drifts").await, 12);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_tells_of_it_while_it_runs() {
    let run = Run::start(1, 300).await;
    run.put(&seeds(&run, 0, 3), false).await;
    let spent = async {
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
        run.upstream.set_balance(run.upstream.balance() - 7);
        run.until("select count(*) from drifts where difference = 7")
            .await;
    };
    assert_eq!(run.run_while(Mode::Daemon, spent).await, Stop::Asked);
    assert_eq!(run.number("select count(*) from drifts").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_is_a_row_and_no_drift() {
    let settings = Settings {
        balance: 100,
        ..Settings::default()
    };
    let run = Run::with(1, 300, settings).await;
    assert_eq!(run.go(&seeds(&run, 0, 1)).await, Stop::Finished);
    run.upstream.set_balance(1_000);
    assert_eq!(run.go(&seeds(&run, 0, 4)).await, Stop::Finished);
    let found = run.lines(FINDINGS).await;
    let topped_up: Vec<&String> = found
        .iter()
        .filter(|line| line.starts_with("topped_up"))
        .collect();
    assert_eq!(topped_up.len(), 1, "{found:?}");
    assert!(topped_up[0].ends_with(" 0"), "{found:?}");
    assert_eq!(run.number("select count(*) from drifts").await, 0);
    assert!(found.last().unwrap().starts_with("agrees"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_lost_less_than_was_billed_is_no_alarm() {
    let mut run = Run::start(1, 300).await;
    // It is read at the start and at the end only.
    run.config.funds.poll_every = Duration::from_hours(1);
    run.put(&seeds(&run, 0, 4), false).await;
    let billed_less = async {
        run.until("select count(*) from harvests where finished_at is not null")
            .await;
        run.upstream.set_balance(run.upstream.balance() + 1);
    };
    assert_eq!(run.run_while(Mode::Daemon, billed_less).await, Stop::Asked);
    let found = run.lines(FINDINGS).await;
    let last = found.last().unwrap();
    assert!(last.starts_with("less ") && last.ends_with(" -1"), "{found:?}");
    // If it shows the bill later, that is no drift.
    run.upstream.set_balance(run.upstream.balance() - 1);
    assert_eq!(run.go(&seeds(&run, 0, 8)).await, Stop::Finished);
    assert_eq!(run.number("select count(*) from drifts").await, 0);
    let found = run.lines(FINDINGS).await;
    assert!(found.last().unwrap().starts_with("agrees "), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bills_that_the_account_shows_after_a_first_look_or_a_top_up_are_no_drift() {
    for first in [true, false] {
        let settings = Settings {
            balance: 100,
            ..Settings::default()
        };
        let run = Run::with(1, 300, settings).await;
        assert_eq!(run.go(&seeds(&run, 0, 4)).await, Stop::Finished);
        if first {
            run.beside(async |db| {
                sqlx::query("delete from balances").execute(db).await?;
                Ok(())
            })
            .await;
        }
        // It shows the four that were bought just now a little later.
        run.upstream.set_balance(1_000 + 4);
        assert_eq!(run.go(&seeds(&run, 0, 4)).await, Stop::Finished);
        let found = run
            .lines("select distinct finding from balances where units_left = 1004")
            .await;
        let name = if first { "first" } else { "topped_up" };
        assert_eq!(found[0], name);
        run.upstream.set_balance(1_000);
        assert_eq!(run.go(&seeds(&run, 0, 8)).await, Stop::Finished);
        assert_eq!(run.number("select count(*) from drifts").await, 0, "{first}");
        // What cannot be one of them is one.
        run.upstream.set_balance(run.upstream.balance() - 50);
        assert_eq!(run.go(&seeds(&run, 0, 12)).await, Stop::Finished);
        assert_eq!(
            run.number("select count(*) from drifts where difference between 46 and 50")
                .await,
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_within_a_span_is_no_base_before_it_has_been_quiet() {
    let run = Run::start(1, 300).await;
    assert_eq!(run.go(&seeds(&run, 0, 4)).await, Stop::Finished);
    run.upstream.set_balance(run.upstream.balance() + 100);
    assert_eq!(run.go(&seeds(&run, 0, 4)).await, Stop::Finished);
    assert_eq!(run.go(&seeds(&run, 0, 6)).await, Stop::Finished);
    let spans = "select count(*) from balances where finding = 'agrees' and least <> most";
    assert!(run.number(spans).await > 0);
    let fixed = "select count(*) from balances where finding = 'agrees' and least <> most and fixed = 1";
    assert_eq!(run.number(fixed).await, 0);
}
