//! The gate in real time: full use of the rate that is paid for, and never more.
//!
//! The only test that looks at a clock, and so in a binary of its own: those are run one after the other, and nothing
//! else competes for the processor.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "it/harness.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod harness;
#[path = "it/invariants.rs"]
mod invariants;
#[path = "it/stage.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod stage;

use std::future;
use std::time::Duration;

use gleaner::engine::{Mode, Shutdown};
use gleaner::kind::Kind;
use gleaner::mock::Settings;
use gleaner::mock::oracle::Plan;

use harness::{EVERY_KIND, Run, harvest_of};

const RATE: f64 = 15.0;
/// What is left for late timers.
const SHARE: f64 = 0.99;
/// The stretch that is measured: from when the start is over, for 300 requests.
const FROM: Duration = Duration::from_secs(10);
const UNTIL: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn slow_answers_leave_the_rate_fully_used_and_never_exceeded() {
    let seen = measure().await;
    println!("{seen:?}");
    assert!(seen.rate >= SHARE * RATE, "{seen:?}");
    assert!(seen.most_in_a_second <= 16, "{seen:?}");
    assert_eq!(seen.refused, 0, "{seen:?}");
}

/// What the arrival log says of one harvest.
#[derive(Debug)]
struct Seen {
    /// Requests a second in the stretch that is measured.
    rate: f64,
    /// The most arrivals in any second of the whole harvest.
    most_in_a_second: usize,
    /// Arrivals that were answered 429.
    refused: usize,
}

async fn measure() -> Seen {
    let settings = Settings {
        rate: Some(RATE),
        latency: (Duration::from_secs(1), Duration::from_secs(5)),
        ..Settings::default()
    };
    let run = Run::with(1, 5_000, settings).await;
    let plan = Plan::of(run.world.seeds(600), &EVERY_KIND.map(Kind::name));
    let id = run.put(&harvest_of(&plan), false).await;
    let shutdown = Shutdown::default();
    let waiting = async {
        let _ = tokio::time::timeout(UNTIL, future::pending::<()>()).await;
        let ready = run
            .number("select count(*) from tasks where state = 'ready'")
            .await;
        shutdown.ask();
        ready
    };
    let (_, ready) = tokio::join!(run.run_until(Mode::Harvest(id), &shutdown), waiting);
    assert!(ready >= 80, "{ready} tasks were ready at the end");

    let arrivals = run.upstream.arrivals();
    let refused = arrivals.iter().filter(|arrival| arrival.status == 429).count();
    let times: Vec<Duration> = arrivals
        .iter()
        .filter(|arrival| arrival.path != "/sys/balance")
        .map(|arrival| Duration::from_micros(arrival.at_us))
        .collect();
    let most = times.iter().map(|first| {
        let second = *first..*first + Duration::from_secs(1);
        times.iter().filter(|time| second.contains(time)).count()
    });
    let most_in_a_second = most.max().unwrap();
    let measured: Vec<Duration> = times
        .into_iter()
        .filter(|time| (FROM..UNTIL).contains(time))
        .collect();
    let intervals = f64::from(u32::try_from(measured.len() - 1).unwrap());
    let rate = intervals
        / measured[measured.len() - 1]
            .saturating_sub(measured[0])
            .as_secs_f64();
    Seen {
        rate,
        most_in_a_second,
        refused,
    }
}
