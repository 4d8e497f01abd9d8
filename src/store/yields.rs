//! What each endpoint gave: running sums, kept in the transaction of every request, page and end of a walk, so that nobody
//! has to read the ledger to know. The routes are chosen by them, and the view `endpoint_health` shows them.

use crate::clock::Timestamp;
use crate::store::claim::Task;
use crate::store::ledger::day_of;
use crate::store::report::Finished;
use crate::store::shown::New;
use crate::store::sweeps::Sweep;
use crate::store::{Connection, Result};
use crate::verdict::Verdict;

/// How long pages may take, in milliseconds: two steps for each power of two, so that a median is known within a half.
const STEPS: &str = "[1,2,3,4,6,8,12,16,24,32,48,64,96,128,192,256,384,512,768,1024,1536,2048,3072,4096,6144,8192,12288,\
                     16384,24576,32768,49152,65536,98304,131072,196608]";

/// How large a list is for the sums: the digits of its counter, 0 where it has none.
pub(crate) fn size_of(counter: Option<i64>) -> i64 {
    counter.map_or(0, |counter| {
        i64::from(counter.max(0).checked_ilog10().unwrap_or(0)) + 1
    })
}

/// A request was answered or lost, or what was written of it is written anew: so many more requests and units.
pub(crate) async fn count_request(
    db: &mut Connection,
    ledger_id: i64,
    requests: i64,
    units: i64,
    answered_at: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        insert into endpoint_yields (endpoint, kind, size, day, requests, units, last_answer_at)
        select g.endpoint, l.kind, coalesce(length(s.counter_before), 0), g.day, $2, $3, $4
        from ledger as g
        join sweeps as s on s.id = g.sweep_id
        join lists as l on l.id = s.list_id
        where g.id = $1
        on conflict (endpoint, kind, size, day) do update set
            requests = requests + excluded.requests,
            units = units + excluded.units,
            last_answer_at = max(coalesce(last_answer_at, 0), excluded.last_answer_at)";
    sqlx::query(SQL)
        .bind(ledger_id)
        .bind(requests)
        .bind(units)
        .bind(answered_at)
        .execute(db)
        .await?;
    Ok(())
}

/// A request brought a page with so many items, some of them new to its sweep.
pub(crate) async fn count_page(
    db: &mut Connection,
    finished: &Finished,
    sweep: &Sweep,
    items: usize,
    new: New,
) -> Result<()> {
    const SUMS: &str = "
        insert into endpoint_yields (endpoint, kind, size, day, pages, items, new_items, took_ms)
        select g.endpoint, $2, $3, g.day, 1, $4, $5, max($6 - g.reserved_at, 0)
        from ledger as g
        where g.id = $1
        on conflict (endpoint, kind, size, day) do update set
            pages = pages + excluded.pages,
            items = items + excluded.items,
            new_items = new_items + excluded.new_items,
            took_ms = took_ms + excluded.took_ms";
    const TIME: &str = "
        insert into endpoint_latencies (endpoint, kind, within_ms, pages)
        select
            g.endpoint,
            $2,
            (
                select coalesce(min(step.value), 196608)
                from json_each($3) as step
                where step.value >= $4 - g.reserved_at
            ),
            1
        from ledger as g
        where g.id = $1
        on conflict (endpoint, kind, within_ms) do update set
            pages = pages + excluded.pages";
    let kind = finished.task.kind.name();
    sqlx::query(SUMS)
        .bind(finished.ledger_id)
        .bind(kind)
        .bind(size_of(sweep.counter_before))
        .bind(i64::try_from(items).unwrap_or(i64::MAX))
        .bind(new.entries)
        .bind(finished.answered_at)
        .execute(&mut *db)
        .await?;
    sqlx::query(TIME)
        .bind(finished.ledger_id)
        .bind(kind)
        .bind(STEPS)
        .bind(finished.answered_at)
        .execute(db)
        .await?;
    Ok(())
}

/// A walk of so many pages is over, by what the upstream showed: whole, or only in part. A loop and a page that fails in the
/// middle are as little worth as a list that is cut.
pub(crate) async fn count_walk(
    db: &mut Connection,
    task: &Task,
    sweep: &Sweep,
    pages: i64,
    verdict: Verdict,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        insert into endpoint_yields (
            endpoint, kind, size, day, clean, truncated, walk_pages, walk_items, part
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (endpoint, kind, size, day) do update set
            clean = clean + excluded.clean,
            truncated = truncated + excluded.truncated,
            walk_pages = walk_pages + excluded.walk_pages,
            walk_items = walk_items + excluded.walk_items,
            part = part + excluded.part";
    let is_whole = match verdict {
        Verdict::Complete => true,
        Verdict::Truncated | Verdict::Looped | Verdict::Capped => false,
        Verdict::Failed if task.page_no > 0 => false,
        _ => return Ok(()),
    };
    sqlx::query(SQL)
        .bind(&task.endpoint)
        .bind(task.kind.name())
        .bind(size_of(sweep.counter_before))
        .bind(day_of(now))
        .bind(is_whole)
        .bind(!is_whole)
        .bind(pages)
        .bind(sweep.walk_items)
        .bind(part(sweep, task.walk, is_whole))
        .execute(db)
        .await?;
    Ok(())
}

/// The part of the list that a walk showed. One that is not the first of its sweep may have become whole by what others
/// showed before it, so only what it showed itself counts, for as much of the counter as the sweep's items on average.
#[expect(clippy::cast_precision_loss, reason = "counters are far below 2^52")]
fn part(sweep: &Sweep, walk: i64, is_whole: bool) -> f64 {
    let shown = match (walk, is_whole) {
        (0, true) => return 1.0,
        (0, false) => sweep.covered as f64,
        (_, _) => sweep.walk_items as f64 * sweep.covered as f64 / sweep.distinct_items.max(1) as f64,
    };
    match sweep.counter_before {
        Some(counter) if counter > 0 => (shown / counter as f64).min(1.0),
        _ if is_whole => 1.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_list_is_the_number_of_digits_of_its_counter() {
        for (counter, size) in [
            (None, 0),
            (Some(0), 1),
            (Some(9), 1),
            (Some(10), 2),
            (Some(99), 2),
            (Some(1_000_000), 7),
        ] {
            assert_eq!(size_of(counter), size, "{counter:?}");
        }
    }

    #[test]
    fn a_later_walk_is_measured_by_what_it_showed_itself() {
        let sweep = Sweep {
            counter_before: Some(100),
            covered: 100,
            distinct_items: 100,
            walk_items: 40,
            ..Sweep::default()
        };
        for (walk, is_whole, expected) in [(0, true, 1.0), (0, false, 1.0), (1, true, 0.4), (1, false, 0.4)] {
            assert!(
                (part(&sweep, walk, is_whole) - expected).abs() < 1e-9,
                "{walk} {is_whole}"
            );
        }
        let unknown = Sweep {
            counter_before: None,
            ..sweep
        };
        assert!(part(&unknown, 0, false) < 1e-9);
        assert!(part(&unknown, 1, true) > 0.9);
    }

    #[test]
    fn what_a_later_walk_showed_is_measured_in_the_unit_of_the_counter() {
        // 20 comments with 80 replies, all of which a second walk showed again.
        let comments = Sweep {
            counter_before: Some(100),
            covered: 100,
            distinct_items: 20,
            walk_items: 20,
            ..Sweep::default()
        };
        assert!((part(&comments, 1, true) - 1.0).abs() < 1e-9);
    }
}
