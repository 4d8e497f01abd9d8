//! The bill of single lists that are read again.

use super::*;
use crate::store::plan::{Again, Place, Told};

/// A list of the first seed that is due, last read in three pages for three units.
fn due(kind: Kind, change: impl Fn(&mut Again)) -> Again {
    let mut again = Again {
        seed: Some(0),
        depth: 1,
        kind,
        counter: Some(120),
        last: (3, 3),
        is_clean: true,
        joins: false,
        changes: 0.0,
        told: None,
        changed: 0.0,
    };
    change(&mut again);
    again
}

/// What is expected where this list alone is read again: requests.
fn read_again(again: Again) -> i64 {
    let mut seed = somebody("1", 120, 120);
    for kind in [Kind::Followers, Kind::Medias] {
        seed.lists.insert(kind, ListState::Done);
    }
    let kinds = [Kind::Followers, Kind::Medias, Kind::Comments, Kind::CommentLikers];
    let mut case = Case::of(&kinds, vec![seed]);
    case.known.again = vec![again];
    let forecast = case.foresee();
    let counted = forecast.again[0];
    assert_eq!((counted.kind, counted.lists), (again.kind, 1));
    case.of_kind(again.kind).0
}

#[test]
fn a_list_that_is_due_costs_what_is_not_known_of_it() {
    assert_eq!(read_again(due(Kind::Profile, |_| ())), 1);
    assert_eq!(
        read_again(due(Kind::Profile, |again| again.is_clean = false)),
        2,
        "a 404 is asked twice"
    );
    assert_eq!(read_again(due(Kind::Followers, |_| ())), 5);
    assert_eq!(
        read_again(due(Kind::Followers, |again| again.is_clean = false)),
        3,
        "as the last time"
    );
    assert_eq!(read_again(due(Kind::Medias, |_| ())), 10);
    let joined = |changes| {
        due(Kind::Medias, move |again| {
            again.joins = true;
            again.changes = changes;
        })
    };
    assert_eq!(read_again(joined(0.0)), 1);
    assert_eq!(read_again(joined(11.0)), 1, "less than a page of news");
    assert_eq!(read_again(joined(25.0)), 3, "two pages of news");
}

#[test]
fn a_counter_that_comes_with_its_post_spares_what_has_not_changed() {
    let below = |above, joins| {
        due(Kind::Comments, move |again| {
            again.told = Some(Told::Posts(Place {
                kind: Kind::Medias,
                above,
                joins,
                new: 0.0,
            }));
        })
    };
    let whole = read_again(due(Kind::Comments, |_| ()));
    assert!(whole > 1, "{whole}");
    assert_eq!(read_again(below(11, true)), 0, "on the page that is read again");
    assert_eq!(read_again(below(12, true)), whole, "below it");
    assert_eq!(read_again(below(12, false)), 0, "all pages are read again");
}

#[test]
fn a_list_of_comments_that_is_read_tells_what_has_changed_below_it() {
    let place = |above| Place {
        kind: Kind::Medias,
        above,
        joins: true,
        new: 0.0,
    };
    let below = |posts, list_changed, changed| {
        let again = due(Kind::CommentLikers, move |again| {
            again.told = Some(Told::Comments {
                posts,
                changed: list_changed,
            });
            again.changed = changed;
        });
        read_again(again)
    };
    let whole = read_again(due(Kind::CommentLikers, |_| ()));
    assert!(whole > 1, "{whole}");
    assert_eq!(
        below(Some(place(11)), 1.0, 0.0),
        0,
        "its list is read, and spares it"
    );
    assert_eq!(
        below(Some(place(11)), 1.0, 1.0),
        whole,
        "its list is read, and has it read"
    );
    assert_eq!(
        below(Some(place(11)), 0.0, 0.0),
        whole,
        "its list is spared, and tells nothing"
    );
    assert_eq!(
        below(Some(place(12)), 0.0, 0.0),
        0,
        "its list is read for its age"
    );
    assert_eq!(
        below(None, 0.0, 0.0),
        0,
        "so is that of a post on no list that is due"
    );
}
