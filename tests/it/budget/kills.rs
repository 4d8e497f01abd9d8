//! Two harvests, faults and fifty kills: no limit is ever passed, and ledger, meter and account tell the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gleaner::mock::{Arrival, FaultKind, Faults, Settings, Upstream, World};
use sqlx::Row as _;

use crate::harness::{self, CANARY};
use crate::program::{GENEROUS, Process, Program, unix_ms, within};

const KILLS: usize = 50;
const FAULTY: f64 = 0.05;

/// What all may cost at first, and what one of the harvests may.
const TOTAL: i64 = 700;
const OF_ONE: i64 = 150;

/// An answer takes longer than the clocks of both sides differ, so that each arrival has one row that it can be.
const LATENCY: (Duration, Duration) = (Duration::from_millis(15), Duration::from_millis(30));

fn billed(upstream: &Upstream) -> usize {
    upstream
        .arrivals()
        .iter()
        .filter(|arrival| arrival.path != "/sys/balance")
        .count()
}

/// Two harvests of their own seeds.
fn configuration(world: &World) -> String {
    let seeds = world.seeds(60);
    let list = |from: usize| {
        let seeds = seeds.iter().skip(from).step_by(2);
        seeds
            .map(|seed| format!("\"{seed}\""))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let collect =
        "collect = [\"profile\", \"followers\", \"following\", \"medias\", \"comments\", \"media_likers\"]";
    format!(
        "[upstream]\nworkers = 6\n[budget]\ntotal = {TOTAL}\n\
         [[harvest]]\nname = \"even\"\nseeds = [{}]\n{collect}\nmax_units = {OF_ONE}\n\
         [[harvest]]\nname = \"odd\"\nseeds = [{}]\n{collect}\n",
        list(0),
        list(1)
    )
}

/// A row of the ledger.
struct Entry {
    state: String,
    units: i64,
    reserved: i64,
    reserved_at: i64,
    arrivals: Vec<i64>,
}

/// The units that were billed, counted by the ledger's rows: each arrival belongs to the last claim of its question
/// before it.
async fn billed_by_rows(program: &Program, upstream: &Upstream, opened_at: i64) -> i64 {
    let mut entries = entries(program).await;
    for arrival in upstream.arrivals() {
        if arrival.path == "/sys/balance" {
            continue;
        }
        let at = opened_at + i64::try_from(arrival.at_us / 1_000).unwrap() + 5;
        let claims = entries.get_mut(&question(&arrival)).unwrap();
        let mut before = claims.iter_mut().rev().filter(|entry| entry.reserved_at <= at);
        before.next().unwrap().arrivals.push(arrival.units);
    }
    let mut units = 0;
    for entry in entries.values().flatten() {
        let bill: i64 = entry.arrivals.iter().sum();
        match entry.state.as_str() {
            "settled" | "fenced" => {
                assert_eq!(entry.arrivals.len(), 1, "an answer has a question");
                assert_eq!(entry.units, bill, "it is settled at what was billed");
            }
            "lost" => {
                assert!(entry.arrivals.len() <= 1, "a row is one request");
                assert!(
                    bill <= entry.units,
                    "what was lost counts for no less than was billed"
                );
            }
            "released" => assert_eq!((entry.arrivals.len(), entry.units), (0, 0), "it was not sent"),
            other => panic!("a row is {other} of {}", entry.reserved),
        }
        units += bill;
    }
    units
}

type Question = (String, String, Option<i64>);

async fn entries(program: &Program) -> HashMap<Question, Vec<Entry>> {
    const SQL: &str = "
        select endpoint, target, cursor_hash, state, units, reserved, reserved_at
        from ledger
        order by id";
    let database = program.database().await;
    let mut entries: HashMap<Question, Vec<Entry>> = HashMap::new();
    for row in sqlx::query(SQL).fetch_all(database.readers()).await.unwrap() {
        let target = row.get::<&str, _>(1).trim_start_matches('@').to_owned();
        let entry = Entry {
            state: row.get(3),
            units: row.get(4),
            reserved: row.get(5),
            reserved_at: row.get(6),
            arrivals: Vec::new(),
        };
        entries
            .entry((row.get(0), target, row.get(2)))
            .or_default()
            .push(entry);
    }
    entries
}

fn question(arrival: &Arrival) -> Question {
    let hash = |cursor: &String| {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        i64::from_ne_bytes(cursor.bytes().fold(0xcbf2_9ce4_8422_2325, step).to_ne_bytes())
    };
    let cursor = arrival.cursor.as_ref().map(hash);
    (arrival.path.clone(), arrival.target.clone(), cursor)
}

/// What counts against the limit of that scope.
async fn spent(program: &Program, scope: &str) -> i64 {
    let sql = "select coalesce(sum(settled + reserved + lost), 0) from spend where scope = $1";
    let database = program.database().await;
    let spent = sqlx::query_scalar(sql).bind(scope).fetch_one(database.readers());
    spent.await.unwrap()
}

/// No limit is passed, by the ledger or by the upstream's own count.
async fn assert_within(program: &Program, upstream: &Upstream, total: i64) {
    let (all, one) = (spent(program, "all").await, spent(program, "harvest:1").await);
    assert!(
        all <= total && one <= OF_ONE,
        "{all} of {total}, {one} of {OF_ONE}"
    );
    assert!(upstream.meter() <= all, "billed {} of {all}", upstream.meter());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_faults_and_two_harvests_pass_no_limit_and_the_books_agree() {
    let world = Arc::new(World::new(1, 2_000));
    let settings = Settings {
        latency: LATENCY,
        faults: Faults::of(FAULTY, FaultKind::ALL),
        balance: 100_000,
        ..Settings::default()
    };
    let upstream = harness::upstream(&world, settings).await;
    let opened_at = unix_ms();
    let program = Program::new(CANARY, &upstream.url());
    program.configure(&configuration(&world));
    let mut random = fastrand::Rng::with_seed(11);
    for life in 0..KILLS {
        let enough = billed(&upstream) + random.usize(0..=14);
        let mut process = Process::start(program.sending(&["run"]));
        // At the limit nothing more comes: then it is killed while it waits.
        let is_over = || upstream.meter() >= TOTAL - 40;
        assert!(
            within(GENEROUS, || billed(&upstream) >= enough
                || is_over()
                || process.has_ended())
            .await
        );
        within(Duration::from_millis(random.u64(0..20)), || false).await;
        assert!(
            !process.has_ended(),
            "it ended before kill {life}: {}",
            program.errors()
        );
        process.kill();
        assert_within(&program, &upstream, TOTAL).await;
    }

    let mut process = Process::start(program.sending(&["run"]));
    let tells = |text: &str| program.errors().contains(text);
    let reached = || tells("[budget] total allows 700 units");
    assert!(within(GENEROUS, || reached() || process.has_ended()).await);
    assert!(!process.has_ended(), "{}", program.errors());
    assert_within(&program, &upstream, TOTAL).await;
    assert!(spent(&program, "all").await > TOTAL - 2, "a limit is used up");

    // It is raised while the daemon works, and the one harvest still ends at its own.
    let raised = TOTAL + 150;
    let set = program.command(&["budget", "set", &format!("total={raised}")]);
    assert_eq!(Process::run(set).await, Some(0));
    let reached = || tells("[budget] total allows 850 units");
    assert!(within(GENEROUS, || reached() || process.has_ended()).await);
    process.terminate();
    assert_eq!(process.ended().await.code(), Some(0));
    assert_within(&program, &upstream, raised).await;
    assert_eq!(spent(&program, "all").await, program.number(LEDGER).await);

    let meter = upstream.meter();
    assert_eq!(billed_by_rows(&program, &upstream, opened_at).await, meter);
    assert_eq!(
        100_000 - upstream.balance(),
        meter,
        "the account lost what was billed"
    );
    let settled = program
        .number("select settled from spend where scope = 'all'")
        .await;
    let lost = program.number("select lost from spend where scope = 'all'").await;
    assert!(
        settled <= meter && meter <= settled + lost,
        "{settled} {meter} {lost}"
    );
    assert!(lost > 0, "some kills met requests in flight");
    let newest = "select units_left from balances order by id desc limit 1";
    assert_eq!(program.number(newest).await, upstream.balance());
    assert_eq!(program.number("select count(*) from drifts").await, 0);
}

const LEDGER: &str = "select sum(units) from ledger where state in ('settled', 'fenced', 'lost')";
