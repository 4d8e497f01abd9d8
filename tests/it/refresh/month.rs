//! Thirty days of a world that changes, read again each day: what is new is found, and what is not new costs one page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use gleaner::config::Harvest;
use gleaner::engine::Stop;
use gleaner::kind::Kind;
use gleaner::mock::World;
use gleaner::mock::oracle::{self, Plan};

use super::{DAY, daily};
use crate::archive::assert_same;
use crate::harness::Run;
use crate::shifted::ShiftedClock;
use crate::stage::MEDIAS;

const SEED: u64 = 12;
const SIZE: usize = 300;
const DAYS: u32 = 30;

type Lists = BTreeMap<i64, BTreeSet<i64>>;

/// The posts on the list of each seed that can be read, by the oracle.
fn posts_of(world: &World, plan: &Plan) -> Lists {
    let expected = oracle::expect(world, plan);
    let readable: BTreeSet<&str> = expected
        .verdicts
        .iter()
        .filter(|(kind, _, verdict)| kind == "medias" && verdict == "complete")
        .map(|(_, target, _)| target.as_str())
        .collect();
    let mut lists: Lists = readable
        .iter()
        .map(|target| (target.parse().unwrap(), BTreeSet::new()))
        .collect();
    for line in expected.rows.lines() {
        let Some(json) = line.strip_prefix("user_media\t") else {
            continue;
        };
        let row: serde_json::Value = serde_json::from_str(json).unwrap();
        let (user, media) = (
            row["user_id"].as_i64().unwrap(),
            row["media_id"].as_i64().unwrap(),
        );
        if row["list"] == "medias" {
            lists.entry(user).or_default().insert(media);
        }
    }
    lists
}

async fn known(run: &Run) -> Lists {
    let mut lists = Lists::new();
    for line in run
        .lines("select user_id, media_id from user_media where list = 'medias'")
        .await
    {
        let (user, media) = line.split_once(' ').unwrap();
        lists
            .entry(user.parse().unwrap())
            .or_default()
            .insert(media.parse().unwrap());
    }
    lists
}

/// How often the posts of each user were asked for since an arrival.
fn asked_since(run: &Run, first: usize) -> BTreeMap<i64, usize> {
    let mut asked = BTreeMap::new();
    for arrival in &run.upstream.arrivals()[first..] {
        if arrival.path == MEDIAS {
            *asked.entry(arrival.target.parse().unwrap()).or_default() += 1;
        }
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn every_new_post_is_found_and_a_list_without_news_costs_a_page() {
    let mut run = Run::start(SEED, SIZE).await;
    let clock = Arc::new(ShiftedClock::default());
    run.clock = Arc::clone(&clock) as Arc<_>;
    let seeds: Vec<String> = run
        .world
        .seeds(60)
        .into_iter()
        .filter(|seed| !seed.starts_with('@'))
        .collect();
    let plan = Plan::of(seeds.clone(), &["profile", "medias"]);
    let names: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let harvest: Harvest = daily(&names, &[Kind::Profile, Kind::Medias]);
    assert_eq!(run.go(&harvest).await, Stop::Finished);
    let mut yesterday = posts_of(&run.world, &plan);
    let (mut unchanged, mut requests, mut new_posts) = (0, 0, 0);
    for day in 1..=DAYS {
        let world = Arc::new(World::at(SEED, SIZE, day));
        run.upstream.set_world(Arc::clone(&world));
        clock.advance(DAY + Duration::from_mins(1));
        let before = run.upstream.arrivals().len();
        assert_eq!(run.go(&harvest).await, Stop::Finished);
        let asked = asked_since(&run, before);
        let (today, known) = (posts_of(&world, &plan), known(&run).await);
        for (user, posts) in &today {
            let found = known.get(user).cloned().unwrap_or_default();
            let missing: Vec<_> = posts.difference(&found).collect();
            assert!(
                missing.is_empty(),
                "day {day}, user {user}: {missing:?} are missing"
            );
            let former = yesterday.get(user);
            new_posts += former.map_or(0, |former| posts.difference(former).count());
            if former == Some(posts) && !posts.is_empty() {
                unchanged += 1;
                requests += asked.get(user).copied().unwrap_or_default();
            }
        }
        yesterday = today;
    }
    let again = run.reparse().await;
    assert!(again.whole);
    assert_same(&again.tables);
    println!("{unchanged} unchanged lists cost {requests} requests; {new_posts} new posts were found");
    assert!(unchanged > 500 && new_posts > 50, "{unchanged} {new_posts}");
    assert!(
        requests * 10 <= unchanged * 12,
        "{requests} requests for {unchanged} unchanged lists"
    );
}
