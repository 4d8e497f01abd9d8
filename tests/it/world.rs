//! The main job on a simulated world: exactly the oracle's tables, at the oracle's cost.

use std::collections::BTreeSet;

use gleaner::config::Flat;
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::oracle::{Filter, Plan};
use gleaner::mock::{FaultKind, Faults, Settings};
use gleaner::way::Way;

use crate::harness::{EVERY_KIND, Run, assert_rows_equal, assert_verdicts_equal};

/// The least share of faulty answers that the program must bear.
const FAULTY: f64 = 0.18;

/// Everything that can be collected of these seeds, and two searches.
fn every_kind(run: &Run, seeds: usize) -> Plan {
    let mut all = run.world.seeds(seeds);
    all.extend(run.world.queries(2));
    Plan::of(all, &EVERY_KIND.map(Kind::name))
}

/// Two seeds and 200 users found on their lists.
fn expanded(run: &Run) -> Plan {
    let kinds = [
        "profile",
        "followers",
        "following",
        "medias",
        "comments",
        "replies",
    ];
    Plan {
        depth: 2,
        expand: vec!["followers".into(), "following".into()],
        users: Some(200),
        ..Plan::of(run.world.seeds(2), &kinds)
    }
}

/// Has the upstream merge its streams for all kinds, or for none.
fn set_flat(run: &mut Run, flat: bool) {
    run.config.flat = Flat {
        medias: flat,
        clips: flat,
        reposts: flat,
        search: flat,
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn six_seeds_with_every_kind_end_in_the_oracles_tables_at_its_cost() {
    for flat in [true, false] {
        let mut run = Run::start(1, 5_000).await;
        set_flat(&mut run, flat);
        let plan = every_kind(&run, 6);
        assert_eq!(run.harvest(&plan).await, Stop::Finished);
        run.assert_perfect(&plan).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_seeds_expanded_to_200_users_end_in_the_oracles_tables_at_its_cost() {
    let run = Run::start(1, 5_000).await;
    let plan = expanded(&run);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    run.assert_perfect(&plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_seeds_bear_every_fault() {
    let run = faulty().await;
    let plan = every_kind(&run, 6);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    assert_nothing_lost(&run, &plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_streams_bear_every_fault_and_meet_each_of_them() {
    let mut run = faulty().await;
    // Raw streams can be faulty in more ways than merged lists.
    set_flat(&mut run, false);
    let plan = every_kind(&run, 40);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    assert_nothing_lost(&run, &plan).await;
    let met: BTreeSet<_> = run
        .upstream
        .arrivals()
        .into_iter()
        .filter_map(|arrival| arrival.fault)
        .collect();
    let all: BTreeSet<_> = FaultKind::harmless().iter().map(|kind| kind.name()).collect();
    assert_eq!(met, all, "every kind of fault was met");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_seeds_expanded_to_200_users_bear_every_fault() {
    let run = faulty().await;
    let plan = expanded(&run);
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    assert_nothing_lost(&run, &plan).await;
}

/// Nine users found along one way.
fn along(run: &Run, way: &str) -> Plan {
    let mut seeds = run.world.seeds(14);
    seeds.extend(run.world.queries(1));
    let kinds = ["replies", "comment_likers"];
    Plan {
        depth: 2,
        expand: vec![way.to_owned()],
        users: Some(9),
        min_likes: 3,
        ..Plan::of(seeds, &kinds)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_finds_the_users_that_the_oracle_finds() {
    for way in Way::ALL.map(Way::name) {
        let run = Run::start(3, 300).await;
        let plan = along(&run, way);
        assert_eq!(run.harvest(&plan).await, Stop::Finished, "{way}");
        run.assert_perfect(&plan).await;
        let found = run
            .number("select count(distinct user_id) from targets where depth = 2")
            .await;
        assert!(found > 4, "{way} finds {found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_ways_together_and_three_deep_find_the_users_that_the_oracle_finds() {
    let run = Run::start(4, 200).await;
    let mut plan = along(&run, "followers");
    plan.expand = Way::ALL.map(|way| way.name().to_owned()).to_vec();
    plan.collect = EVERY_KIND.map(|kind| kind.name().to_owned()).to_vec();
    plan.depth = 3;
    plan.users = Some(12);
    plan.min_likes = 20;
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    run.assert_perfect(&plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_take_the_users_that_the_oracle_takes_and_buy_no_other_profiles() {
    let filters = [
        Filter {
            followers: Some((20, 200)),
            ..Filter::default()
        },
        Filter {
            verified: true,
            public: true,
            ..Filter::default()
        },
        Filter {
            followers: Some((5, 5_000)),
            public: true,
            unprofiled: true,
            ..Filter::default()
        },
        Filter {
            followers: Some((1_000_000, 2_000_000)),
            ..Filter::default()
        },
    ];
    for filter in filters {
        for way in ["followers", "likers"] {
            let run = Run::start(5, 400).await;
            let plan = Plan {
                filter: filter.clone(),
                ..along(&run, way)
            };
            assert_eq!(run.harvest(&plan).await, Stop::Finished, "{filter:?}");
            run.assert_perfect(&plan).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_and_force_cost_what_the_oracle_says() {
    let mut run = Run::start(6, 400).await;
    let mut plan = every_kind(&run, 4);
    plan.popular = true;
    plan.by_views = true;
    plan.force = true;
    let chunks = |name: &str| vec![format!("/gql/user/{name}/chunk")];
    plan.routes.followers = chunks("followers");
    plan.routes.following = chunks("following");
    run.config.routes.followers = chunks("followers");
    run.config.routes.following = chunks("following");
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    run.assert_perfect(&plan).await;
    let forced =
        "select count(*) from ledger as l join force_uses as f on f.ledger_id = l.id where l.units = 1";
    let uses = run.number(forced).await;
    assert!(uses > 5, "{uses}");
    assert_eq!(run.number("select count(*) from force_uses").await, uses);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_deny_what_exists_cost_no_row() {
    let settings = Settings {
        faults: Faults::of(FAULTY, FaultKind::ALL),
        ..Settings::default()
    };
    let run = Run::with(2, 1_000, settings).await;
    let plan = Plan {
        depth: 2,
        expand: vec!["followers".into()],
        users: Some(20),
        ..expanded(&run)
    };
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    let lies = |arrival: &gleaner::mock::Arrival| arrival.fault == Some(FaultKind::NotFoundLie.name());
    assert!(run.upstream.arrivals().iter().any(lies));
    // The next endpoint of a route shows other columns of the same rows, so only their keys are compared.
    assert_eq!(keys(&run.dump().await), keys(&run.oracle(&plan).rows));
}

/// The keys of the rows of a dump: the table and the row's first columns.
fn keys(dump: &str) -> BTreeSet<String> {
    let key = |line: &str| {
        let columns = match line.split('\t').next() {
            Some("users" | "media" | "comments") => 1,
            Some("user_media") => 3,
            _ => 2,
        };
        line.split(',')
            .take(columns)
            .map(|column| column.trim_end_matches('}'))
            .collect::<Vec<_>>()
            .join(",")
    };
    dump.lines().map(key).collect()
}

async fn faulty() -> Run {
    let settings = Settings {
        faults: Faults::of(FAULTY, FaultKind::harmless()),
        ..Settings::default()
    };
    Run::with(1, 5_000, settings).await
}

async fn assert_nothing_lost(run: &Run, plan: &Plan) {
    let parked = "select kind, target, reason from tasks where state = 'parked'";
    assert_eq!(run.lines(parked).await, [""; 0]);
    let expected = run.oracle(plan);
    assert_rows_equal(&run.dump().await, &expected.rows);
    assert_verdicts_equal(&run.verdicts().await, &expected.verdicts);
    let units = run.number("select coalesce(sum(units), 0) from ledger").await;
    assert_eq!(units, run.upstream.meter(), "the ledger is the meter");
    let exceptions = run
        .number("select coalesce(sum(units), 0) from ledger where reason is not null")
        .await;
    assert!(
        units - expected.units <= exceptions,
        "{} units above the perfect cost, {exceptions} with a reason",
        units - expected.units
    );
}
