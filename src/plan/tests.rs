//! The bill of single seeds, rule by rule.

mod again;

use std::collections::HashMap;

use super::*;
use crate::config::{Config, Harvest, Limit, OnTruncated};
use crate::route::{Try, TryState};
use crate::setup;
use crate::store::plan::{Counters, Left, ListState, Profile};
use crate::way::Way;

/// A public account with a profile.
fn somebody(text: &str, followers: i64, medias: i64) -> Seed {
    Seed {
        text: text.into(),
        user: text.parse().ok(),
        profile: Profile::Fresh,
        counters: Some(Counters {
            followers: Some(followers),
            following: Some(0),
            medias: Some(medias),
            clips: Some(0),
        }),
        private: Some(false),
        ..Seed::default()
    }
}

struct Case {
    known: Known,
    harvest: Harvest,
    config: Config,
    room: Option<i64>,
}

impl Case {
    fn of(collect: &[Kind], seeds: Vec<Seed>) -> Self {
        Self {
            known: Known {
                seeds,
                ..Known::default()
            },
            harvest: Harvest {
                collect: collect.to_vec(),
                ..Harvest::default()
            },
            config: Config::default(),
            room: None,
        }
    }

    fn foresee(&self) -> Forecast {
        let spec = setup::spec(&self.harvest, &[], true);
        foresee(&self.known, &spec, &setup::policy(&self.config, true), self.room)
    }

    /// What is expected of a kind: requests, units.
    fn of_kind(&self, kind: Kind) -> (i64, i64) {
        let forecast = self.foresee();
        let line = forecast
            .lines
            .iter()
            .find(|line| line.kind == kind && line.depth == 1);
        line.map_or((0, 0), |line| (line.requests.expected, line.units.expected))
    }
}

#[test]
fn nothing_is_foreseen_where_nothing_is_bought() {
    let whole = somebody("1", 51, 0);
    let followers = |seed: Seed| Case::of(&[Kind::Followers], vec![seed]).of_kind(Kind::Followers);
    assert_eq!(followers(whole.clone()), (3, 3));
    let shut = [
        Seed {
            private: Some(true),
            ..whole.clone()
        },
        Seed {
            gone: true,
            ..whole.clone()
        },
        Seed {
            repeated: true,
            ..whole.clone()
        },
        Seed {
            profile: Profile::AskedOnce,
            ..whole.clone()
        },
        Seed {
            lists: HashMap::from([(Kind::Followers, ListState::Done)]),
            ..whole.clone()
        },
        somebody("1", 0, 0),
    ];
    for seed in shut {
        assert_eq!(followers(seed.clone()), (0, 0), "{seed:?}");
    }
}

#[test]
fn a_list_that_is_half_read_costs_what_is_left_of_it() {
    let mut seed = somebody("1", 500, 0);
    seed.lists.insert(Kind::Followers, ListState::Open(18));
    let case = Case::of(&[Kind::Followers], vec![seed]);
    assert_eq!(case.of_kind(Kind::Followers), (2, 2));
}

#[test]
fn the_next_endpoint_is_reckoned_with_where_the_first_is_retired_and_force_makes_it_cheaper() {
    let mut case = Case::of(&[Kind::Followers], vec![somebody("1", 480, 0)]);
    case.known.retired = vec!["/g2/user/followers".into()];
    assert_eq!(case.of_kind(Kind::Followers), (10, 20));
    case.harvest.force = true;
    assert_eq!(case.of_kind(Kind::Followers), (10, 10));
    case.known.retired.push("/gql/user/followers/chunk".into());
    assert_eq!(case.of_kind(Kind::Followers), (0, 0));
    assert!(case.foresee().notes[0].contains("no endpoint of its route is left"));
}

#[test]
fn followers_of_the_famous_are_foreseen_in_part_and_whole_where_another_endpoint_follows() {
    let mut case = Case::of(&[Kind::Followers], vec![somebody("1", 250_000, 0)]);
    let forecast = case.foresee();
    let line = &forecast.lines[0];
    assert_eq!(
        line.units.expected,
        2 + 2 * 5_209,
        "where much is missing the next one reads on"
    );
    assert_eq!(
        (forecast.truncated[0].shows, forecast.truncated[0].counter),
        (50, 250_000)
    );
    case.config.routes.on_truncated = OnTruncated::Always(vec![Kind::Followers]);
    let (requests, units) = case.of_kind(Kind::Followers);
    assert_eq!((requests, units), (2 + 5_209, 2 + 2 * 5_209));
    case.config.routes.on_truncated = OnTruncated::Always(Vec::new());
    let forecast = case.foresee();
    let line = &forecast.lines[0];
    assert_eq!((line.units.expected, line.units.high), (2, 10_000));
}

const NEXT: &str = "/gql/user/followers/chunk";

/// Accounts whose followers are likely shown only in part, and what is foreseen of them: units.
fn famous(many: i64, change: impl Fn(&mut Known)) -> (i64, i64, i64) {
    let seeds = (1..=many).map(|id| somebody(&id.to_string(), 250_000, 0));
    let mut case = Case::of(&[Kind::Followers], seeds.collect());
    let paged = case
        .known
        .measured
        .paged
        .entry("/g2/user/followers".into())
        .or_default();
    // That the first endpoint shows 50 is sure: two pages for two units.
    paged.truncated = 5;
    paged.truncated_from = Some(100_000);
    paged.truncated_shows = Some(50);
    change(&mut case.known);
    let units = case.foresee().lines[0].units;
    (units.low, units.expected, units.high)
}

fn tries(all: &[(TryState, i64)]) -> impl Fn(&mut Known) {
    let tries: Vec<Try> = all
        .iter()
        .map(|(state, new_rows)| Try {
            new_rows: *new_rows,
            units: 2,
            state: *state,
        })
        .collect();
    move |known| {
        known
            .measured
            .tries
            .insert((Kind::Followers, NEXT.into()), tries.clone());
    }
}

#[test]
fn before_the_next_endpoint_is_known_three_lists_are_tried_and_all_may_follow() {
    // Five lists: two pages of each, a quarter less at least; a page for two units of three of them; and 5,209 pages at most.
    let whole = 5 * 2 * 5_209;
    let (low, expected, high) = famous(5, |_| ());
    assert_eq!((low, expected), (7 + 3 * 2, 10 + whole));
    assert!(high >= whole * 5 / 4, "{high}");
    let (low, expected, _) = famous(5, tries(&[(TryState::Ended, 0), (TryState::UnderWay, 0)]));
    assert_eq!((low, expected), (7 + 2, 10 + whole), "one experiment is left");
}

#[test]
fn what_was_read_on_for_nothing_is_not_foreseen_and_what_was_worth_it_is() {
    let ended = |new_rows| [(TryState::Ended, new_rows); 3];
    assert_eq!(famous(5, tries(&ended(0))), (7, 10, 13));
    let (low, expected, _) = famous(5, tries(&ended(50)));
    assert_eq!((low, expected), (7, 10 + 5 * 2 * 5_209));
}

#[test]
fn the_next_endpoint_is_foreseen_to_cut_lists_where_it_did() {
    let cut = |known: &mut Known| {
        let paged = known.measured.paged.entry(NEXT.into()).or_default();
        paged.truncated = 2;
        paged.truncated_from = Some(9_000);
        paged.truncated_shows = Some(96);
    };
    let (low, expected, high) = famous(1, cut);
    assert_eq!((low, expected), (1 + 2, 2 + 2 * 2), "two pages of it");
    assert!(high > 2 * 5_209, "{high}");
    let longer = |known: &mut Known| {
        cut(known);
        let paged = known.measured.paged.entry(NEXT.into()).or_default();
        paged.whole_up_to = Some(300_000);
    };
    assert_eq!(famous(1, longer).1, 2 + 2 * 5_209, "it showed a longer one whole");
}

#[test]
fn what_was_measured_of_cut_lists_goes_before_what_is_usual() {
    let seeds = vec![
        somebody("1", 2_000, 0),
        somebody("2", 900, 0),
        somebody("3", 100, 0),
    ];
    let mut case = Case::of(&[Kind::Followers], seeds);
    let paged = case
        .known
        .measured
        .paged
        .entry("/g2/user/followers".into())
        .or_default();
    paged.truncated = 5;
    paged.truncated_from = Some(800);
    paged.truncated_shows = Some(50);
    paged.whole_up_to = Some(1_000);
    case.config.routes.on_truncated = OnTruncated::Always(Vec::new());
    let forecast = case.foresee();
    let cut: Vec<&str> = forecast.truncated.iter().map(|cut| cut.seed.as_str()).collect();
    assert_eq!(
        cut,
        ["1"],
        "the second is no longer than one that was shown whole"
    );
    assert_eq!(forecast.lines[0].units.expected, 2 + 36 + 4);
}

#[test]
fn limits_of_a_list_bound_it_and_what_hangs_from_it() {
    let mut case = Case::of(&[Kind::Medias, Kind::Usertags], vec![somebody("1", 0, 1_000)]);
    assert_eq!(
        (case.of_kind(Kind::Medias), case.of_kind(Kind::Usertags)),
        ((84, 84), (100, 100))
    );
    case.harvest.limits.lists.insert(Kind::Medias, Limit::Pages(2));
    assert_eq!(
        (case.of_kind(Kind::Medias), case.of_kind(Kind::Usertags)),
        ((2, 2), (3, 3))
    );
}

#[test]
fn posts_that_are_listed_are_foreseen_by_their_own_counters() {
    let left = |kind, counter, lists| Left { kind, counter, lists };
    let mut seed = somebody("1", 0, 4);
    seed.lists.insert(Kind::Medias, ListState::Done);
    seed.posts = 4;
    seed.left = vec![
        left(Kind::Comments, Some(0), 1),
        left(Kind::Comments, Some(20), 2),
        left(Kind::Comments, Some(100), 1),
        left(Kind::MediaLikers, Some(0), 1),
        left(Kind::MediaLikers, None, 3),
        left(Kind::Replies, Some(16), 2),
    ];
    let case = Case::of(&[Kind::Replies, Kind::MediaLikers], vec![seed]);
    // Three in four of the counter stand in the list: 15 and 75.
    assert_eq!(case.of_kind(Kind::Comments), (7, 7));
    assert_eq!(case.of_kind(Kind::MediaLikers), (3, 3));
    // Two pages for each that is known, and 0.17 requests for each of the 105 comments to come.
    assert_eq!(case.of_kind(Kind::Replies), (22, 22));
}

#[test]
fn an_unknown_seed_has_a_wide_band_and_a_profile_to_buy() {
    let unknown = Seed {
        text: "@nobody".into(),
        ..Seed::default()
    };
    let case = Case::of(&[Kind::Followers], vec![unknown]);
    let forecast = case.foresee();
    assert_eq!(forecast.unknown, ["@nobody"]);
    let seed = &forecast.seeds[0];
    assert_eq!(
        (seed.units.low, seed.units.expected, seed.units.high),
        (1, 21, 101)
    );
}

#[test]
fn found_users_count_up_to_their_limit() {
    let mut case = Case::of(&[Kind::Profile], vec![somebody("1", 1_000, 0)]);
    case.harvest.depth = 2;
    case.harvest.expand = vec![Way::Followers];
    let found = |case: &Case| {
        let forecast = case.foresee();
        let line = forecast
            .lines
            .iter()
            .find(|line| line.depth == 2 && line.kind == Kind::Profile);
        line.map(|line| (line.units.low, line.units.expected, line.units.high))
    };
    assert_eq!(found(&case), Some((200, 800, 1_000)));
    assert!(!case.foresee().notes.is_empty());
    case.harvest.limits.users = Some(30);
    assert_eq!(found(&case), Some((30, 30, 30)));
    case.harvest.depth = 1;
    assert_eq!(found(&case), None);
}

#[test]
fn a_limit_reaches_profiles_then_a_page_of_each_list_in_turn() {
    let seeds = vec![somebody("1", 75, 12), somebody("2", 25, 12), somebody("3", 50, 0)];
    let mut case = Case::of(&[Kind::Followers, Kind::Medias, Kind::Usertags], seeds);
    let missed = |case: &mut Case, room| {
        case.room = Some(room);
        let unreached = case.foresee().unreached.into_iter();
        unreached
            .map(|missed| (missed.kind, missed.lists, missed.of))
            .collect::<Vec<_>>()
    };
    // Eight units for the lists of users, three for the tags of 24 posts.
    assert_eq!(missed(&mut case, 11), []);
    assert_eq!(missed(&mut case, 8), [(Kind::Usertags, 24, 24)]);
    assert_eq!(
        missed(&mut case, 7),
        [(Kind::Followers, 1, 3), (Kind::Usertags, 24, 24)]
    );
    // One of the second pages: the first seed's, which is not its last.
    assert_eq!(
        missed(&mut case, 6),
        [(Kind::Followers, 2, 3), (Kind::Usertags, 24, 24)]
    );
    assert_eq!(
        missed(&mut case, 0),
        [
            (Kind::Followers, 3, 3),
            (Kind::Medias, 2, 2),
            (Kind::Usertags, 24, 24)
        ]
    );
}
