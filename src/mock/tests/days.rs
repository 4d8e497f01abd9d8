//! A world that changes: each day is the one before it with a few changes, and all that it says agrees on every day.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::harvest::{KINDS, assert_as_expected};
use crate::mock::World;
use crate::mock::days::LAST_DAY;
use crate::mock::oracle::{Plan, expect};
use crate::mock::people::Nature;
use crate::mock::posts::PostKey;

const SEED: u64 = 5;
const SIZE: usize = 300;

fn worlds(days: std::ops::RangeInclusive<u32>) -> Vec<World> {
    days.map(|day| World::at(SEED, SIZE, day)).collect()
}

/// Whether a stranger can read all of somebody's lists.
pub(super) fn is_open(world: &World, index: usize) -> bool {
    matches!(world.nature(index), Nature::Ordinary | Nature::Renamed)
}

fn posts(world: &World) -> HashSet<PostKey> {
    (0..SIZE).flat_map(|index| world.own_posts(index)).collect()
}

/// Which days differ from the one before, of the living who are public on both, as `what` shows somebody.
fn changes<T: PartialEq>(worlds: &[World], what: impl Fn(&World, usize) -> T) -> usize {
    let changed = |pair: &[World]| {
        let both = |index: &usize| pair[0].is_there(*index) && pair[1].is_there(*index);
        let people = (0..SIZE).filter(both);
        people
            .filter(|index| what(&pair[0], *index) != what(&pair[1], *index))
            .count()
    };
    worlds.windows(2).map(changed).sum()
}

/// A checksum (FNV-1a).
fn sum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn day_0_is_the_world_as_it_was_made() {
    let world = World::new(SEED, SIZE);
    assert_eq!(world.day(), 0);
    let search = vec!["search:mara feld".to_owned()];
    let mut plan = Plan::of([world.seeds(12), search].concat(), &KINDS);
    // No other endpoint reads on where one shows only a part.
    plan.routes.followers.truncate(1);
    let expected = expect(&world, &plan);
    // What a world of this seed and size said before it had any days; a list that is hidden is asked for twice at a unit.
    assert_eq!(
        (expected.units, sum(&expected.rows)),
        (300, 13_802_489_129_564_120_659)
    );
}

#[test]
fn a_day_is_the_same_however_often_it_is_made() {
    let (one, other) = (World::at(SEED, SIZE, 12), World::at(SEED, SIZE, 12));
    let plan = Plan::of(one.seeds(30), &KINDS);
    assert_eq!(expect(&one, &plan), expect(&other, &plan));
    assert_eq!(World::at(SEED, 40, u32::MAX).day(), LAST_DAY);
}

#[test]
fn everything_that_can_change_does_within_a_month() {
    let worlds = worlds(0..=30);
    let person = |what: fn(&World, usize) -> String| changes(&worlds, what);
    let names = person(|world, index| world.person(index).username);
    let full_names = person(|world, index| world.person(index).full_name);
    let biographies = person(|world, index| world.person(index).biography);
    let closings = changes(&worlds, |world, index| world.person(index).is_private);
    let counters = changes(&worlds, |world, index| {
        let counters = world.counters(index);
        (counters.followers, counters.following, counters.posts)
    });
    let deleted = (0..SIZE)
        .filter(|index| worlds[0].is_there(*index) && !worlds[30].is_there(*index))
        .count();
    assert!(
        names > 20 && full_names > 20 && biographies > 50,
        "{names}, {full_names}, {biographies}"
    );
    assert!(closings > 20 && deleted > 5, "{closings}, {deleted}");
    assert!(counters > 1_000, "{counters}");
    let (before, after) = (posts(&worlds[0]), posts(&worlds[30]));
    let (new, gone) = (
        after.difference(&before).count(),
        before.difference(&after).count(),
    );
    assert!(new > 200 && gone > 50, "{new} new posts, {gone} gone");
    let kept = || before.intersection(&after);
    let captions = kept()
        .filter(|key| worlds[0].post(**key).caption != worlds[30].post(**key).caption)
        .count();
    let liked = kept()
        .filter(|key| worlds[0].post(**key).likes != worlds[30].post(**key).likes)
        .count();
    let commented = kept()
        .filter(|key| worlds[0].post(**key).comments < worlds[30].post(**key).comments)
        .count();
    assert!(
        captions > 50 && liked > 500 && commented > 100,
        "{captions}, {liked}, {commented}"
    );
}

#[test]
fn a_day_differs_little_from_the_one_before() {
    let worlds = worlds(10..=14);
    for pair in worlds.windows(2) {
        let (before, after) = (posts(&pair[0]), posts(&pair[1]));
        assert!(before.intersection(&after).count() * 100 > before.len() * 97);
        let kept = (0..SIZE).map(|index| {
            let now: HashSet<&u32> = pair[1].followers(index).iter().collect();
            let kept = pair[0]
                .followers(index)
                .iter()
                .filter(|other| now.contains(other));
            (kept.count(), pair[0].followers(index).len())
        });
        let (kept, all) = kept.fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1));
        assert!(kept * 100 > all * 95, "{kept} of {all}");
    }
}

#[test]
fn new_posts_stand_behind_the_pinned_ones_and_before_the_rest() {
    let (before, after) = (World::at(SEED, SIZE, 9), World::at(SEED, SIZE, 10));
    let mut new = 0;
    for index in 0..SIZE {
        let old = before.posts_of(index);
        let posts = after.posts_of(index);
        let pins = posts
            .iter()
            .take_while(|key| key.owner == index && after.is_pinned(**key));
        let rest = &posts[pins.count()..];
        // What a coauthor's account hid for a while comes back at its old place.
        let own: Vec<bool> = rest
            .iter()
            .filter(|key| key.owner == index)
            .map(|key| old.contains(key))
            .collect();
        assert!(own.is_sorted(), "a new post stands behind an old one");
        new += own.iter().filter(|is_old| !**is_old).count();
    }
    assert!(new > 10, "{new}");
}

#[test]
fn what_is_counted_is_what_the_lists_hold_on_every_day() {
    for world in worlds(0..=30).iter().step_by(6) {
        let mut ids = HashMap::new();
        for index in (0..SIZE).filter(|index| world.is_there(*index)) {
            let people = [world.followers(index), world.following(index)].concat();
            assert!(people.iter().all(|other| world.is_there(*other as usize)));
            let counters = world.counters(index);
            assert_eq!(counters.clips, world.clips_of(index, true).len());
            assert_eq!(world.find_username(&world.person(index).username), Some(index));
            assert_eq!(world.find_id(world.user_id(index)), Some(index));
            for key in world.posts_of(index) {
                let post = world.post(key);
                assert_eq!(*ids.entry(post.id).or_insert(key), key, "two posts share an id");
                assert_eq!(world.find_post(post.id), Some(key));
                let distinct: BTreeSet<usize> = world.likers_of_post(key).into_iter().collect();
                assert!(distinct.len() as u64 == post.likes.unsigned_abs().min(77));
                for place in world.comment_order(key, false) {
                    let comment = world.remark(key, place, 0);
                    assert!(world.is_there(comment.author));
                    assert_eq!(world.find_comment_anywhere(comment.id), Some((key, place)));
                }
            }
        }
    }
}

#[test]
fn what_is_deleted_is_nowhere() {
    let (before, after) = (World::new(SEED, SIZE), World::at(SEED, SIZE, 30));
    let gone = |index: &usize| before.is_there(*index) && !after.is_there(*index);
    for index in (0..SIZE).filter(gone) {
        assert_eq!(after.find_id(after.user_id(index)), None);
        assert_eq!(after.find_username(&after.person(index).username), None);
        assert!(after.own_posts(index).is_empty() && after.followers(index).is_empty());
        for key in before.own_posts(index) {
            assert_eq!(after.find_post(before.post(key).id), None);
        }
    }
    for key in posts(&before).difference(&posts(&after)) {
        assert_eq!(after.find_post(before.post(*key).id), None);
    }
    for index in (0..SIZE).filter(|index| before.nature(*index) == Nature::Ordinary) {
        let (old, new) = (before.person(index).username, after.person(index).username);
        assert!(old == new || after.find_username(&old).is_none());
    }
}

#[tokio::test]
async fn a_harvest_of_a_later_day_is_as_the_oracle_says() {
    let world = Arc::new(World::at(SEED, SIZE, 17));
    let seeds = [world.seeds(40), world.queries(3)].concat();
    assert_as_expected(&world, &Plan::of(seeds, &KINDS)).await;
}

#[tokio::test]
async fn users_found_on_a_later_day_are_as_the_oracle_says() {
    let world = Arc::new(World::at(7, 120, 30));
    let plan = Plan {
        depth: 2,
        expand: [
            "followers",
            "commenters",
            "likers",
            "tagged",
            "reposted",
            "coauthors",
        ]
        .map(str::to_owned)
        .to_vec(),
        users: Some(40),
        ..Plan::of(world.seeds(14), &KINDS)
    };
    assert_as_expected(&world, &plan).await;
}
