//! Sweeps that a limit ended and that are read on when others with higher numbers have been made: what was shown when is a
//! matter of the pages, not of the numbers.

use std::time::Duration;

use gleaner::config::{Harvest, Limit};
use gleaner::kind::Kind;

use super::{DAY, Days};
use crate::archive::assert_same;
use crate::harness::harvest;

const HOUR: Duration = Duration::from_hours(1);

/// A list of somebody, as far as a limit goes.
fn list(name: &str, who: &str, kind: Kind, limit: Option<Limit>) -> Harvest {
    let mut wanted = Harvest {
        name: name.into(),
        ..harvest(&[who], &[kind])
    };
    wanted.limits.lists.extend(limit.map(|limit| (kind, limit)));
    wanted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_read_on_was_neither_the_first_nor_the_earlier_to_show_what_it_shows_then() {
    let mut days = Days::start().await;
    days.run.config.ends.close_after = 1;
    days.stage.person(1, &[10, 11, 12, 13, 14]);
    days.stage.person(14, &[]);
    let follows = |followees: &[i64]| {
        days.stage
            .change(14, |person| person.following = followees.to_vec());
    };
    follows(&[1]);
    days.after(HOUR, &list("first", "1", Kind::Followers, Some(Limit::Pages(1))))
        .await;
    let other = list("other", "14", Kind::Following, None);
    days.after(HOUR, &other).await;
    days.after(HOUR, &list("first", "1", Kind::Followers, None)).await;
    let spells = "
        select first.kind, since.kind, last.kind
        from follow_spells as e
        join follow_edges as row on row.follower_id = e.follower_id and row.followee_id = e.followee_id
        join sweeps as f on f.id = row.first_sweep
        join lists as first on first.id = f.list_id
        join sweeps as s on s.id = e.since_sweep
        join lists as since on since.id = s.list_id
        join sweeps as l on l.id = e.last_sweep
        join lists as last on last.id = l.list_id
        where e.follower_id = 14 and e.followee_id = 1
        order by s.id";
    assert_eq!(days.run.lines(spells).await, ["following following followers"]);
    // He leaves, and comes back.
    for followees in [[].as_slice(), &[1]] {
        follows(followees);
        days.clock.advance(2 * DAY);
        days.run.refresh(&other).await;
    }
    let spells = days.run.lines(spells).await;
    assert_eq!(
        spells,
        ["following following followers", "following following following"]
    );
    assert_same(&days.run.reparse().await.tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_before_a_limit_ended_a_list_was_over_then() {
    let mut days = Days::start().await;
    days.run.config.ends.close_after = 1;
    days.stage.person(1, &[10, 14]);
    days.stage.person(14, &[]);
    days.stage.change(14, |person| person.following = vec![1, 2, 3]);
    let followers = list("followers", "1", Kind::Followers, None);
    days.after(HOUR, &followers).await;
    days.after(HOUR, &list("other", "14", Kind::Following, Some(Limit::Pages(1))))
        .await;
    days.stage.change(1, |person| person.followers = vec![10]);
    days.run.refresh(&followers).await;
    let gone = "select follower_id from follows where followee_id = 1 and gone_at is not null";
    assert_eq!(days.run.lines(gone).await, ["14"]);
    days.after(HOUR, &list("other", "14", Kind::Following, None))
        .await;
    let read_on =
        "select count(*) from sweeps where first_ended_at is not null and ended_at > first_ended_at";
    assert_eq!(days.run.number(read_on).await, 1);
    assert_eq!(days.run.lines(gone).await, ["14"]);
    assert_same(&days.run.reparse().await.tables);
}
