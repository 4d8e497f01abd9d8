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

/// What an endpoint had to show of a list is over: whole, or only in part. A loop and a page that fails in the middle are as
/// little worth as a list that is cut. All that was paid for it counts, whether or not it brought a page, and of what came
/// each item once.
pub(crate) async fn count_walk(
    db: &mut Connection,
    task: &Task,
    sweep: &Sweep,
    verdict: Verdict,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        insert into endpoint_yields (
            endpoint, kind, size, day, clean, truncated, walk_pages, walk_items, part
        )
        select $1, $2, $3, $4, $5, $6, count(*), $7, $8
        from ledger
        where sweep_id = $9 and endpoint = $1 and units > 0
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
        .bind(shown(sweep))
        .bind(part(sweep, is_whole))
        .bind(task.sweep_id)
        .execute(db)
        .await?;
    Ok(())
}

/// How many different items of a sweep its present endpoint showed. Of those that others had shown before it, it cannot have
/// shown more than there are, however often it repeats them.
fn shown(sweep: &Sweep) -> i64 {
    if sweep.asked_before.is_empty() {
        return sweep.distinct_items;
    }
    let new = sweep.distinct_items - sweep.walk_floor;
    new + (sweep.walk_items - new).clamp(0, sweep.walk_floor)
}

/// The part of the list that the present endpoint of a sweep showed. A list may have become whole by what others showed
/// before it, so only what it showed itself counts, for as much of the counter as the sweep's items on average.
#[expect(clippy::cast_precision_loss, reason = "counters are far below 2^52")]
fn part(sweep: &Sweep, is_whole: bool) -> f64 {
    if is_whole && sweep.asked_before.is_empty() {
        return 1.0;
    }
    let covered = shown(sweep) as f64 * sweep.covered as f64 / sweep.distinct_items.max(1) as f64;
    match sweep.counter_before {
        Some(counter) if counter > 0 => (covered / counter as f64).min(1.0),
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

    /// After an endpoint that showed so many items of 100, another one with entries on its pages that made them so many.
    fn second(before: i64, entries: i64, distinct: i64) -> Sweep {
        Sweep {
            counter_before: Some(100),
            covered: 100,
            distinct_items: distinct,
            walk_items: entries,
            walk_floor: before,
            asked_before: vec!["/first".into()],
            ..Sweep::default()
        }
    }

    #[test]
    fn an_endpoint_is_measured_by_the_different_items_that_it_showed_itself() {
        for (before, entries, distinct, expected) in [
            (60, 40, 100, 40),
            (60, 100, 100, 100),
            (60, 500, 100, 100),
            (60, 50, 60, 50),
            (60, 500, 60, 60),
        ] {
            let sweep = second(before, entries, distinct);
            assert_eq!(shown(&sweep), expected, "{before} {entries} {distinct}");
        }
        let alone = Sweep {
            asked_before: Vec::new(),
            ..second(60, 500, 100)
        };
        assert_eq!(shown(&alone), 100, "it showed all of it, in two walks");
    }

    #[test]
    fn the_part_of_a_list_is_what_an_endpoint_showed_of_the_counter() {
        let near = |part: f64, expected: f64| (part - expected).abs() < 1e-9;
        let sweep = second(60, 40, 100);
        assert!(near(part(&sweep, true), 0.4));
        assert!(near(part(&sweep, false), 0.4));
        let alone = Sweep {
            asked_before: Vec::new(),
            ..sweep.clone()
        };
        assert!(near(part(&alone, true), 1.0));
        let unknown = Sweep {
            counter_before: None,
            ..sweep
        };
        assert!(near(part(&unknown, false), 0.0));
        assert!(near(part(&unknown, true), 1.0));
        // 20 comments with 80 replies, all of which a second endpoint showed again.
        assert!(near(part(&second(20, 20, 20), true), 1.0));
    }
}
