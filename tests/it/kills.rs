//! The program is killed again and again, and ends in the tables of a run that nobody disturbed.

mod books;
mod signals;

use std::sync::Arc;
use std::time::Duration;

use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::oracle::{self, Plan};
use gleaner::mock::{Arrival, Settings, Upstream, World};

use crate::harness::{self, CANARY, EVERY_KIND, Run, assert_rows_equal};
use crate::program::{GENEROUS, Process, Program, within};
use books::Books;

/// Requests in flight at most.
const WORKERS: usize = 6;
/// Some of the random moments come so long after the request that they were drawn for.
const LATER_MS: std::ops::Range<u64> = 0..20;

/// The kinds of the long run.
const KINDS: [&str; 6] = [
    "profile",
    "followers",
    "following",
    "medias",
    "comments",
    "replies",
];

fn two_seeds_and_200_users(world: &World) -> Plan {
    Plan {
        depth: 2,
        expand: vec!["followers".into(), "following".into()],
        users: Some(200),
        ..Plan::of(world.seeds(2), &KINDS)
    }
}

/// An upstream that takes long enough for requests to be in flight.
async fn upstream(world: &Arc<World>) -> Upstream {
    let settings = Settings {
        latency: (Duration::from_millis(5), Duration::from_millis(25)),
        ..Settings::default()
    };
    harness::upstream(world, settings).await
}

/// The billed requests that arrived.
fn billed(upstream: &Upstream) -> usize {
    let is_billed = |arrival: &&Arrival| arrival.path != "/sys/balance";
    upstream.arrivals().iter().filter(is_billed).count()
}

/// How many requests a life sees before it is killed.
///
/// Every other life outlives the requests that were in flight at the death before it, which are asked one by one: a
/// request that is alone in flight at three deaths would be parked, as it should, and here nothing is at fault.
fn requests_of(life: usize, most: usize, random: &mut fastrand::Rng) -> usize {
    if life.is_multiple_of(2) {
        random.usize(WORKERS + 2..=most)
    } else {
        random.usize(0..=12)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_end_in_the_tables_of_an_undisturbed_run_and_in_honest_books() {
    let world = Arc::new(World::new(1, 5_000));
    let plan = two_seeds_and_200_users(&world);
    assert_survives(world, plan, 200, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvest_of_every_kind_survives_a_hundred_kills() {
    let world = Arc::new(World::new(1, 5_000));
    let kinds = EVERY_KIND.map(Kind::name);
    // A short harvest would be over before the hundredth: the six seeds that take longest.
    let mut seeds = world.seeds(60);
    let requests = |seed: &String| oracle::expect(&world, &Plan::of(vec![seed.clone()], &kinds)).requests;
    seeds.sort_by_cached_key(|seed| std::cmp::Reverse(requests(seed)));
    seeds.truncate(6);
    seeds.extend(world.queries(2));
    let plan = Plan::of(seeds, &kinds);
    assert_survives(world, plan, 100, 20).await;
}

/// Harvests a plan once undisturbed and once with so many kills, each after so many requests at most, and compares tables
/// and books.
async fn assert_survives(world: Arc<World>, plan: Plan, kills: usize, most_requests: usize) {
    let expected = oracle::expect(&world, &plan);
    let workers = WORKERS.to_string();
    let flags = ["--workers", &workers];

    let calm = upstream(&world).await;
    let undisturbed = Program::new(CANARY, &calm.url());
    assert_eq!(Process::run(undisturbed.harvest(&plan, &flags)).await, Some(0));

    let upstream = upstream(&world).await;
    let books = Books::open();
    let program = Program::new(CANARY, &upstream.url());
    let mut random = fastrand::Rng::with_seed(7);
    for life in 0..kills {
        let enough = billed(&upstream) + requests_of(life, most_requests, &mut random);
        let mut process = Process::start(program.harvest(&plan, &flags));
        assert!(within(GENEROUS, || billed(&upstream) >= enough || process.has_ended()).await);
        let later = Duration::from_millis(random.u64(LATER_MS));
        let has_ended = within(later, || process.has_ended()).await;
        assert!(!has_ended, "it ended before kill {life}: {}", program.errors());
        process.kill();
    }
    assert_eq!(Process::run(program.harvest(&plan, &flags)).await, Some(0));

    let dump = program.dump().await;
    assert_rows_equal(&dump, &expected.rows);
    assert!(dump == undisturbed.dump().await, "byte for byte");
    let matched = books.compare(&program, &upstream).await;
    assert_eq!(matched.settled_units, expected.units);
    assert_eq!(
        matched.arrivals,
        usize::try_from(expected.requests).unwrap() + matched.lost_arrivals,
        "only what was in flight at a kill is asked for again"
    );
    assert!(matched.most_lost_at_once <= WORKERS);
    assert!(
        4 * matched.deaths_in_flight >= 3 * kills,
        "{} kills met requests in flight",
        matched.deaths_in_flight
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_worker_and_sixty_four_end_in_the_same_bytes() {
    let mut dumps = Vec::new();
    for workers in [1, 64] {
        let mut run = Run::start(1, 5_000).await;
        run.config.upstream.workers = workers;
        let plan = two_seeds_and_200_users(&run.world);
        assert_eq!(run.harvest(&plan).await, Stop::Finished);
        run.assert_perfect(&plan).await;
        dumps.push(run.dump().await);
    }
    assert!(dumps[0] == dumps[1]);
}
