//! How many a closing sweep did not show, by a counter that was read at another moment than the list.
//!
//! Members whom the list hides = the counter - those shown who were members when it was read. Whoever came after that stands
//! for somebody hidden: a list that was cut by as many as came since looks whole. So the counter is read shortly before the
//! list where that is possible, and whoever was first shown on a page that is much younger than it does not count.

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::history::closing::Ended;
use crate::store::owner::Reading;
use crate::store::{Connection, Result};

/// How far a counter and what it is compared with may lie apart as if they had been read together.
pub(crate) const TOGETHER_MS: i64 = 3_600_000;

/// The counter that a sweep is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Measure {
    counter: i64,
    /// When it was read.
    at: Timestamp,
    /// Whether that was about when the list was.
    timely: bool,
}

/// The counter that says how short a sweep is whose first page came at `first`; none if none does. One that was read when
/// the list had long been begun counts nobody who left meanwhile, and the list may have shown him.
fn measure(readings: [Option<Reading>; 2], first: Timestamp) -> Option<Measure> {
    let read = readings.into_iter().flatten();
    let usable = read.filter(|reading| reading.at - first <= TOGETHER_MS);
    let timely = usable.clone().filter(|reading| first - reading.at <= TOGETHER_MS);
    least(timely, true).or_else(|| least(usable, false))
}

/// The lower counter, as of the earlier reading: a list that shrank meanwhile is not short.
fn least(readings: impl Iterator<Item = Reading> + Clone, timely: bool) -> Option<Measure> {
    Some(Measure {
        counter: readings.clone().map(|reading| reading.counter).min()?,
        at: readings.map(|reading| reading.at).min()?,
        timely,
    })
}

/// Notes that a sweep closes, and how short it is. If no counter says so, it does not close.
pub(super) async fn note(db: &mut Connection, ended: Ended<'_>) -> Result<bool> {
    // What was not asked, because its counter is 0, is as it was when that was read, not when it was wanted.
    const SWEEP: &str = "
        select
            counter_before, counter_before_at, counter_after, counter_after_at, covered,
            coalesce((select min(answered_at) from pages where sweep_id = $1), started_at)
        from sweeps
        where id = $1";
    const CLOSES: &str = "
        update sweeps
        set closes = 1, short_by = max(0, $2), short_at_most = max(0, $3), counted_at = $4, timely = $5
        where id = $1";
    const CLOSES_NOT: &str = "
        update sweeps
        set closes = 0, short_by = null, short_at_most = null, counted_at = null, timely = 0
        where id = $1";
    type Row = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, i64, i64);
    let (before, before_at, after, after_at, covered, first): Row = sqlx::query_as(SWEEP)
        .bind(ended.sweep_id)
        .fetch_one(&mut *db)
        .await?;
    let reading = |counter: Option<i64>, at: Option<Timestamp>| {
        Some(Reading {
            counter: counter?,
            at: at?,
        })
    };
    let readings = [reading(before, before_at), reading(after, after_at)];
    let Some(measure) = measure(readings, first) else {
        sqlx::query(CLOSES_NOT).bind(ended.sweep_id).execute(db).await?;
        return Ok(false);
    };
    let short_by = measure.counter - covered;
    let newcomers = newcomers(db, ended, measure.at).await?;
    sqlx::query(CLOSES)
        .bind(ended.sweep_id)
        .bind(short_by)
        .bind(short_by + newcomers)
        .bind(measure.at)
        .bind(measure.timely)
        .execute(db)
        .await?;
    Ok(true)
}

/// How many the sweep was the first of its list to show, or the first since they had left, on pages that came long after the
/// counter was read, and that nothing had shown before that.
async fn newcomers(db: &mut Connection, ended: Ended<'_>, read_at: Timestamp) -> Result<i64> {
    const PLACES: &str = "
        select
            coalesce(sum(new_entries) filter (where answered_at <= $2), 0),
            coalesce(sum(new_entries) filter (where answered_at > $2), 0)
        from pages
        where sweep_id = $1";
    // The list of the other end may have shown somebody first who came since.
    const FOLLOWERS: &str = "
        select count(*)
        from follow_edges
        where followee_id = $1 and followers_sweep = $2 and followers_position >= $3
            and (
                coalesce(since_sweep, first_sweep) = $2
                or coalesce(followers_before, 0) < coalesce(since_sweep, first_sweep)
                    and coalesce((
                        select o.ended_at
                        from sweeps as o
                        where o.id = coalesce(since_sweep, first_sweep)
                    ), $5 + 1) > $5
            )";
    const FOLLOWING: &str = "
        select count(*)
        from follow_edges
        where follower_id = $1 and following_sweep = $2 and following_position >= $3
            and (
                coalesce(since_sweep, first_sweep) = $2
                or coalesce(following_before, 0) < coalesce(since_sweep, first_sweep)
                    and coalesce((
                        select o.ended_at
                        from sweeps as o
                        where o.id = coalesce(since_sweep, first_sweep)
                    ), $5 + 1) > $5
            )";
    // A post says itself whether it was there when the counter was read, unless it was kept off its list before.
    const POSTS: &str = "
        select count(*)
        from user_media as p
        left join media as m on m.id = p.media_id
        where p.list = $4 and p.user_id = $1 and p.sweep_id = $2 and p.position >= $3
            and (
                p.first_sweep = $2
                or exists (
                    select 1
                    from user_media_changes as c
                    where c.list = $4 and c.user_id = $1 and c.media_id = p.media_id and c.sweep_id = $2
                        and c.event = 'returned'
                )
            )
            and coalesce(m.taken_at, 0) not between (
                select coalesce(max(b.started_at), $5)
                from sweeps as b
                where b.list_id = $6 and b.closes = 1 and b.id < $2
            ) and $5";
    let (in_time, late): (i64, i64) = sqlx::query_as(PLACES)
        .bind(ended.sweep_id)
        .bind(read_at + TOGETHER_MS)
        .fetch_one(&mut *db)
        .await?;
    if late == 0 {
        return Ok(0);
    }
    let sql = match ended.kind {
        Kind::Followers => FOLLOWERS,
        Kind::Following => FOLLOWING,
        _ => POSTS,
    };
    Ok(sqlx::query_scalar(sql)
        .bind(ended.target.parse::<i64>().unwrap_or_default())
        .bind(ended.sweep_id)
        .bind(in_time)
        .bind(ended.kind.name())
        .bind(read_at)
        .bind(ended.list_id)
        .fetch_one(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Timestamp = 3_600_000;

    /// The measure of a list that was begun at hour 100, by counters that were read at these hours.
    fn at_hours(before: Option<(i64, i64)>, after: Option<(i64, i64)>) -> Option<(i64, i64, bool)> {
        let reading = |(counter, hour): (i64, i64)| Reading {
            counter,
            at: hour * HOUR,
        };
        let measure = measure([before.map(reading), after.map(reading)], 100 * HOUR)?;
        Some((measure.counter, measure.at / HOUR, measure.timely))
    }

    #[test]
    fn the_counter_that_was_read_with_the_list_decides() {
        for (before, after, expected) in [
            (Some((50, 100)), Some((48, 100)), Some((48, 100, true))),
            (Some((50, 99)), Some((52, 101)), Some((50, 99, true))),
            (Some((50, 98)), Some((52, 100)), Some((52, 100, true))),
            (Some((50, 100)), Some((40, 102)), Some((50, 100, true))),
            (Some((50, 20)), None, Some((50, 20, false))),
            (Some((50, 20)), Some((60, 200)), Some((50, 20, false))),
            (None, Some((60, 200)), None),
            (None, None, None),
        ] {
            assert_eq!(at_hours(before, after), expected, "{before:?} {after:?}");
        }
    }
}
