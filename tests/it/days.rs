//! A world that changes from day to day: what the tables say of its history is what the oracle tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::oracle::{self, Plan};
use gleaner::mock::{FaultKind, Faults, Settings, World};

use crate::archive::assert_same;
use crate::harness::{EVERY_KIND, Run, harvest_of};

const SEED: u64 = 11;
const SIZE: usize = 150;

/// What the tables say after each round, in the oracle's words.
#[derive(Default)]
struct Told {
    names: BTreeMap<String, String>,
    /// The last sweep of each round.
    last_sweeps: Vec<i64>,
    lines: BTreeSet<String>,
}

impl Told {
    async fn round(&mut self, run: &Run) {
        let round = self.last_sweeps.len();
        self.last_sweeps
            .push(run.number("select coalesce(max(id), 0) from sweeps").await);
        let names = run
            .lines("select id, username from users where username is not null")
            .await;
        for name in names {
            let (id, name) = name.split_once(' ').unwrap();
            let old = self.names.insert(id.to_owned(), name.to_owned());
            if let Some(old) = old.filter(|old| old != name) {
                self.lines
                    .insert(format!("name {id} round={round} from={old} to={name}"));
            }
        }
    }

    /// The round of a sweep.
    fn round_of(&self, sweep: &str) -> String {
        let sweep: i64 = sweep.parse().unwrap();
        let round = self.last_sweeps.partition_point(|last| *last < sweep);
        round.to_string()
    }

    async fn end(mut self, run: &Run) -> BTreeSet<String> {
        let edges = "
            select follower_id, followee_id, first_sweep,
                max(coalesce(followers_sweep, 0), coalesce(following_sweep, 0)), coalesce(gone_sweep, 0)
            from follow_edges";
        for edge in run.lines(edges).await {
            let words: Vec<&str> = edge.split(' ').collect();
            let (first, last) = (self.round_of(words[2]), self.round_of(words[3]));
            let gone = if words[4] == "0" {
                "-".to_owned()
            } else {
                self.round_of(words[4])
            };
            let [from, to, ..] = words[..] else {
                panic!("{edge}")
            };
            self.lines.insert(format!(
                "follow {from} {to} first={first} last={last} gone={gone}"
            ));
        }
        let posts = "
            select user_id, media_id, first_sweep, sweep_id, coalesce(gone_sweep, 0)
            from user_media
            where list = 'medias'";
        for post in run.lines(posts).await {
            let words: Vec<&str> = post.split(' ').collect();
            let (first, last) = (self.round_of(words[2]), self.round_of(words[3]));
            let gone = if words[4] == "0" {
                "-".to_owned()
            } else {
                self.round_of(words[4])
            };
            let (user, media) = (words[0], words[1]);
            self.lines.insert(format!(
                "post {user} {media} first={first} last={last} gone={gone}"
            ));
        }
        let changes = "select event, follower_id, followee_id, sweep_id from follow_changes";
        for change in run.lines(changes).await {
            let (words, sweep) = change.rsplit_once(' ').unwrap();
            let round = self.round_of(sweep);
            self.lines.insert(format!("event {words} round={round}"));
        }
        self.lines
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn follows_posts_and_names_have_the_history_that_the_oracle_tells() {
    let run = Run::start(SEED, SIZE).await;
    let worlds: Vec<Arc<World>> = (0..=30).map(|day| Arc::new(World::at(SEED, SIZE, day))).collect();
    let first = &worlds[0];
    // By id, so that they are the same people on every day.
    let ids: Vec<String> = first
        .seeds(24)
        .into_iter()
        .filter(|seed| !seed.starts_with('@'))
        .collect();
    let plan = Plan::of(ids, &["profile", "followers", "following", "medias"]);
    let mut told = Told::default();
    for world in &worlds {
        run.upstream.set_world(Arc::clone(world));
        assert_eq!(run.refresh(&harvest_of(&plan)).await, Stop::Finished);
        told.round(&run).await;
    }
    let told = told.end(&run).await;
    let expected: BTreeSet<String> = oracle::history(&worlds, &plan, 2).into_iter().collect();
    let missing: Vec<_> = expected.difference(&told).take(8).collect();
    let wrong: Vec<_> = told.difference(&expected).take(8).collect();
    assert!(
        missing.is_empty() && wrong.is_empty(),
        "missing: {missing:#?}\nwrong: {wrong:#?}"
    );
    for word in ["event departed", "event returned", "name", "post"] {
        let count = expected.iter().filter(|line| line.starts_with(word)).count();
        assert!(count > 5, "{count} of {word}");
    }
    let again = run.reparse().await;
    assert!(again.whole);
    assert_same(&again.tables);
}

/// The edges that a world's lists show, by the oracle.
fn follows(world: &World, plan: &Plan) -> BTreeSet<(i64, i64)> {
    let expected = oracle::expect(world, plan);
    let rows = expected
        .rows
        .lines()
        .filter_map(|line| line.strip_prefix("follows\t"));
    rows.map(|json| {
        let row: serde_json::Value = serde_json::from_str(json).unwrap();
        let id = |name: &str| row[name].as_i64().unwrap();
        (id("follower_id"), id("followee_id"))
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_said_to_have_left_who_is_there_whatever_goes_wrong() {
    let run = Run::with(
        SEED,
        SIZE,
        Settings {
            faults: Faults::of(0.18, FaultKind::ALL),
            ..Settings::default()
        },
    )
    .await;
    let ids: Vec<String> = run
        .world
        .seeds(30)
        .into_iter()
        .filter(|seed| !seed.starts_with('@'))
        .collect();
    let plan = Plan::of(ids, &["profile", "followers", "following"]);
    let mut departed = 0;
    for day in (0..16).step_by(2) {
        let world = Arc::new(World::at(SEED, SIZE, day));
        run.upstream.set_world(Arc::clone(&world));
        run.refresh(&harvest_of(&plan)).await;
        let there = follows(&world, &plan);
        let gone = "select follower_id, followee_id from follow_edges where gone_sweep is not null";
        for edge in run.lines(gone).await {
            let (one, other) = edge.split_once(' ').unwrap();
            let edge = (one.parse().unwrap(), other.parse().unwrap());
            assert!(!there.contains(&edge), "day {day}: {edge:?} is said to be gone");
            departed += 1;
        }
    }
    assert!(departed > 20, "{departed} departures");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harvest_of_a_later_day_ends_in_the_oracles_tables_at_its_cost() {
    let mut run = Run::start(2, 400).await;
    run.world = Arc::new(World::at(2, 400, 25));
    run.upstream.set_world(Arc::clone(&run.world));
    let mut seeds = run.world.seeds(20);
    seeds.extend(run.world.queries(2));
    let plan = Plan::of(seeds, &EVERY_KIND.map(Kind::name));
    assert_eq!(run.harvest(&plan).await, Stop::Finished);
    run.assert_perfect(&plan).await;
}
