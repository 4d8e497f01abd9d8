//! The history that the oracle tells is that of the worlds, as far as lists that were read whole can show it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use super::days::is_open;
use crate::mock::World;
use crate::mock::oracle::{Plan, Routes, history};
use crate::mock::people::Nature;

const SEED: u64 = 11;
const SIZE: usize = 300;
const ROUNDS: u32 = 31;

static WORLDS: LazyLock<Vec<Arc<World>>> = LazyLock::new(|| {
    (0..ROUNDS)
        .map(|day| Arc::new(World::at(SEED, SIZE, day)))
        .collect()
});

/// What is collected of whom, by id.
fn plan(people: impl IntoIterator<Item = usize>, collect: &[&str]) -> Plan {
    let ids = people
        .into_iter()
        .map(|index| WORLDS[0].user_id(index).to_string());
    Plan::of(ids.collect(), collect)
}

fn starting<'a>(lines: &'a [String], with: &str) -> Vec<&'a str> {
    let lines = lines.iter().map(String::as_str);
    lines.filter(|line| line.starts_with(with)).collect()
}

/// The fields of a line: `first=2` under `first`, the others by their place.
fn fields(line: &str) -> (Vec<&str>, BTreeMap<&str, &str>) {
    let (named, words): (Vec<&str>, Vec<&str>) = line.split(' ').partition(|word| word.contains('='));
    (
        words,
        named
            .into_iter()
            .filter_map(|word| word.split_once('='))
            .collect(),
    )
}

/// A line for something that lists, read whole in every round, showed in these rounds: worked out from the end.
fn line(name: &str, seen: &[bool]) -> String {
    let first = seen.iter().position(|seen| *seen).unwrap();
    let last = seen.iter().rposition(|seen| *seen).unwrap();
    let gone = if last + 2 < seen.len() {
        (last + 2).to_string()
    } else {
        "-".to_owned()
    };
    format!("{name} first={first} last={last} gone={gone}")
}

#[test]
fn edges_and_posts_of_open_accounts_are_told_as_they_were() {
    let always = |index: &usize| WORLDS.iter().all(|world| is_open(world, *index));
    let people: Vec<usize> = (2..SIZE).filter(always).take(60).collect();
    let told = history(&WORLDS, &plan(people.clone(), &["followers", "medias"]), 2);
    let mut expected = BTreeSet::new();
    for index in people {
        let id = WORLDS[0].user_id(index);
        let followers = WORLDS.iter().flat_map(|world| world.followers(index));
        for other in followers.copied().collect::<BTreeSet<u32>>() {
            let seen: Vec<bool> = WORLDS
                .iter()
                .map(|world| world.followers(index).contains(&other))
                .collect();
            let name = format!("follow {} {id}", WORLDS[0].user_id(other as usize));
            expected.insert(line(&name, &seen));
            for (round, rounds) in seen.windows(3).enumerate() {
                if rounds == [true, false, false] {
                    expected
                        .insert(name.replace("follow", "event departed") + &format!(" round={}", round + 2));
                }
                // Two rounds before it, and perhaps more, it was not there: it was gone.
                if rounds == [false, false, true] && seen[..round].contains(&true) {
                    expected
                        .insert(name.replace("follow", "event returned") + &format!(" round={}", round + 2));
                }
            }
        }
        let posts = WORLDS.iter().flat_map(|world| world.posts_of(index));
        for key in posts.collect::<BTreeSet<_>>() {
            let seen: Vec<bool> = WORLDS
                .iter()
                .map(|world| world.posts_of(index).contains(&key))
                .collect();
            expected.insert(line(&format!("post {id} {}", WORLDS[0].post(key).id), &seen));
        }
    }
    let told: BTreeSet<String> = told
        .into_iter()
        .filter(|line| !line.starts_with("name"))
        .collect();
    let wrong: Vec<_> = told.symmetric_difference(&expected).take(5).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn everything_that_can_be_told_happens_within_a_month() {
    let people = (2..SIZE).filter(|index| is_open(&WORLDS[0], *index)).take(60);
    let told = history(&WORLDS, &plan(people, &["followers", "following", "medias"]), 2);
    assert!(told.is_sorted());
    for with in ["event departed", "event returned", "name"] {
        assert!(starting(&told, with).len() > 10, "{with}");
    }
    for with in ["follow", "post"] {
        let gone = starting(&told, with)
            .into_iter()
            .filter(|line| !line.ends_with("gone=-"));
        assert!(gone.count() > 10, "{with}");
    }
    let new = starting(&told, "post")
        .into_iter()
        .filter(|line| !line.contains("first=0"));
    assert!(new.count() > 30);
}

#[test]
fn a_list_that_is_not_whole_closes_nothing_and_shows_what_it_shows() {
    let by = |path: &str| {
        let plan = Plan {
            routes: Routes {
                followers: vec![path.to_owned()],
                ..Routes::default()
            },
            ..plan([0], &["followers"])
        };
        history(&WORLDS, &plan, 2)
    };
    let (limited, all) = (by("/g2/user/followers"), by("/gql/user/followers/chunk"));
    assert!(starting(&limited, "follow").len() > 50 && starting(&limited, "event").is_empty());
    assert!(starting(&limited, "follow").len() < starting(&all, "follow").len());
    assert!(starting(&all, "event departed").len() > 5);
}

#[test]
fn an_account_that_closes_or_is_deleted_closes_no_edge_of_its_own() {
    let closes = |index: &usize| {
        let natures = WORLDS.iter().map(|world| world.nature(*index));
        let natures: Vec<Nature> = natures.collect();
        is_open(&WORLDS[0], *index) && natures.contains(&Nature::Private)
    };
    let deleted = |index: &usize| is_open(&WORLDS[0], *index) && !WORLDS.last().unwrap().is_there(*index);
    let mut met = (0, 0);
    for index in (19..SIZE).filter(|index| closes(index) || deleted(index)) {
        let told = history(&WORLDS, &plan([index], &["followers", "medias"]), 2);
        for line in told.iter().filter(|line| !line.starts_with("name")) {
            let gone = fields(line)
                .1
                .get("gone")
                .and_then(|round| round.parse::<usize>().ok());
            let Some(gone) = gone else { continue };
            assert!(is_open(&WORLDS[gone], index), "{line}");
        }
        met.0 += usize::from(closes(&index));
        met.1 += usize::from(deleted(&index));
    }
    assert!(met.0 > 3 && met.1 > 2, "{met:?}");
}

#[test]
fn one_direction_closes_an_edge_that_the_other_cannot_show() {
    // The list of followers is hidden, that of the other end is not.
    let hidden = (18..SIZE).find(|index| {
        let is_hidden = WORLDS[0].nature(*index) == Nature::HidesFollowers;
        is_hidden && WORLDS[0].followers(*index).len() > 5
    });
    let hidden = hidden.unwrap();
    let others = WORLDS[0].followers(hidden).iter().map(|other| *other as usize);
    let others: Vec<usize> = others.filter(|other| is_open(&WORLDS[0], *other)).collect();
    let people = std::iter::once(hidden).chain(others);
    let told = history(&WORLDS, &plan(people, &["followers", "following"]), 2);
    let id = WORLDS[0].user_id(hidden).to_string();
    let of_hidden = |line: &&&str| fields(line).0.last() == Some(&id.as_str());
    assert!(starting(&told, "follow").iter().filter(of_hidden).count() > 3);
    let alone = history(&WORLDS, &plan([hidden], &["followers"]), 2);
    assert!(starting(&alone, "follow").is_empty());
}

#[test]
fn more_readings_before_closing_mean_fewer_departures() {
    let people = || (2..SIZE).filter(|index| is_open(&WORLDS[0], *index)).take(40);
    let departed = |close_after| {
        let told = history(&WORLDS, &plan(people(), &["followers"]), close_after);
        starting(&told, "event departed").len()
    };
    let counts = [1, 2, 5].map(departed);
    assert!(counts[0] > counts[1] && counts[1] > counts[2], "{counts:?}");
}
