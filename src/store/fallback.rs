//! Lists that an endpoint showed only in part: whether the next one of the route reads on, and what that comes to.
//!
//! A walk that ends as truncated moves its task to the first page of the next endpoint. Whether that is asked is decided
//! when the task's turn comes, by what lists before it brought: the first few are tried, the others wait for them.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::policy::{CHOSEN, Policy, ReadsOn, Step};
use crate::route::{self, Judged, Short, Try, TryState};
use crate::store::claim::Task;
use crate::store::sweeps::{self, Sweep};
use crate::store::{Connection, Result, ending};
use crate::verdict::Verdict;
use crate::walk::Standing;

/// How many of the newest fallbacks are looked at...
pub(crate) const NEWEST: i64 = 20;
/// ...and how old they may be: the upstream changes, so what was no use is tried again after a month.
pub(crate) const NOT_OLDER_MS: i64 = 30 * 86_400_000;
/// A fallback that nothing was asked for so long lies still. So long a list waits at most before it is judged again.
pub(crate) const STILL_AFTER_MS: i64 = 60_000;

/// What a list waits for that may be read on.
const WAITS: &str = "waits for what the lists before it bring by this endpoint";

/// Moves a walk that ended as truncated to the next endpoint of the route, if that may bring more; says whether it did.
pub(crate) async fn read_on(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    sweep: &Sweep,
    standing: &Standing,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let decided = match &policy.reads_on {
        ReadsOn::Always(kinds) if kinds.contains(&task.kind) => true,
        ReadsOn::Measured(_) if CHOSEN.contains(&task.kind) => false,
        ReadsOn::Always(_) | ReadsOn::Measured(_) => return Ok(false),
    };
    let Some(step) = sweeps::next_step(db, policy, task).await? else {
        return Ok(false);
    };
    if let ReadsOn::Measured(least) = policy.reads_on
        && (!promises(step, standing, least) || came_of(db, task.sweep_id).await?.is_some())
    {
        return Ok(false);
    }
    note(db, task, sweep, step, reason, decided, now).await?;
    sweeps::move_on(db, task, step, "another endpoint showed only part").await?;
    Ok(true)
}

/// Whether the rest of a list may be worth its price. A list that the harvest limits is not meant to be whole, and without a
/// counter nobody knows what is missing.
fn promises(step: &Step, standing: &Standing, least: f64) -> bool {
    let is_limited = standing.max_items.is_some() || standing.max_pages.is_some();
    let counters = [standing.counter_before, standing.counter_after];
    let Some(counter) = counters.into_iter().flatten().min().filter(|_| !is_limited) else {
        return false;
    };
    let short = Short {
        counter,
        covered: standing.covered,
    };
    route::is_worth_reading_on(step, short, least)
}

async fn note(
    db: &mut Connection,
    task: &Task,
    sweep: &Sweep,
    step: &Step,
    reason: &str,
    decided: bool,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        insert into fallbacks (
            sweep_id, kind, endpoint, from_endpoint, reason, decided, began_at, items_before, units_before
        )
        select id, $2, $3, $4, $5, $6, $7, $8, units
        from sweeps
        where id = $1
        on conflict (sweep_id) do update set
            endpoint = excluded.endpoint,
            from_endpoint = excluded.from_endpoint,
            reason = excluded.reason,
            began_at = excluded.began_at,
            items_before = excluded.items_before,
            units_before = excluded.units_before";
    sqlx::query(SQL)
        .bind(task.sweep_id)
        .bind(task.kind.name())
        .bind(&step.endpoint)
        .bind(&task.endpoint)
        .bind(reason)
        .bind(decided)
        .bind(now)
        .bind(sweep.distinct_items)
        .execute(db)
        .await?;
    Ok(())
}

/// Why the list of a sweep that was read on would have ended as truncated; none for any other sweep.
pub(crate) async fn came_of(db: &mut Connection, sweep_id: i64) -> Result<Option<String>> {
    const SQL: &str = "
        select reason
        from fallbacks
        where sweep_id = $1";
    Ok(sqlx::query_scalar(SQL).bind(sweep_id).fetch_optional(db).await?)
}

/// Whether the request for a task may be made, as far as this goes. If not, the task waits, or its list has ended.
pub(crate) async fn may_ask(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    now: Timestamp,
) -> Result<bool> {
    const DECIDE: &str = "
        update fallbacks
        set decided = 1
        where sweep_id = $1";
    const WAIT: &str = "
        update tasks
        set state = 'waiting', not_before = $2, reason = $3
        where id = $1";
    // What was read on has begun another walk, and nothing of it was asked yet.
    if task.walk == 0 || task.page_no > 0 {
        return Ok(true);
    }
    let Some(undecided) = undecided(db, task.sweep_id).await? else {
        return Ok(true);
    };
    match judge(db, policy, task, now).await? {
        Judged::GoesOn => {
            sqlx::query(DECIDE).bind(task.sweep_id).execute(db).await?;
            Ok(true)
        }
        Judged::Waits => {
            let done = sqlx::query(WAIT)
                .bind(task.id)
                .bind(now.saturating_add(STILL_AFTER_MS))
                .bind(WAITS)
                .execute(db)
                .await?;
            sweeps::one(done.rows_affected())?;
            Ok(false)
        }
        Judged::Ends => {
            undecided.take_back(db, task).await?;
            ending::end(db, policy, task, Verdict::Truncated, &undecided.reason, None, now).await?;
            Ok(false)
        }
    }
}

/// A list that may be read on.
struct Undecided {
    from_endpoint: String,
    reason: String,
}

async fn undecided(db: &mut Connection, sweep_id: i64) -> Result<Option<Undecided>> {
    const SQL: &str = "
        select from_endpoint, reason
        from fallbacks
        where sweep_id = $1 and decided = 0";
    let row = sqlx::query(SQL).bind(sweep_id).fetch_optional(db).await?;
    Ok(row.map(|row| Undecided {
        from_endpoint: row.get(0),
        reason: row.get(1),
    }))
}

impl Undecided {
    /// The next endpoint is not asked: the sweep is as the one before left it.
    async fn take_back(&self, db: &mut Connection, task: &Task) -> Result<()> {
        const SWEEP: &str = "
            update sweeps
            set endpoint = $2,
                asked_before = nullif(trim(substr(asked_before, 1, length(asked_before) - length($2))), '')
            where id = $1";
        const NOTE: &str = "
            delete from fallbacks
            where sweep_id = $1";
        sqlx::query(SWEEP)
            .bind(task.sweep_id)
            .bind(&self.from_endpoint)
            .execute(&mut *db)
            .await?;
        sqlx::query(NOTE).bind(task.sweep_id).execute(db).await?;
        Ok(())
    }
}

async fn judge(db: &mut Connection, policy: &Policy, task: &Task, now: Timestamp) -> Result<Judged> {
    const TRIES: &str = "
        select
            s.distinct_items - f.items_before,
            s.units - f.units_before,
            s.ended_at is not null,
            t.state <> 'parked' and t.served_at > $4
        from fallbacks as f
        join sweeps as s on s.id = f.sweep_id
        left join tasks as t on t.sweep_id = s.id
        where f.kind = $1 and f.endpoint = $2 and f.decided = 1 and f.began_at > $3 and s.verdict is not 'cancelled'
        order by f.sweep_id desc
        limit $5";
    // A person who has turned the rule off or named the kind meanwhile has decided.
    let ReadsOn::Measured(least) = policy.reads_on else {
        return Ok(Judged::GoesOn);
    };
    let tries: Vec<Try> = sqlx::query(TRIES)
        .bind(task.kind.name())
        .bind(&task.endpoint)
        .bind(now - NOT_OLDER_MS)
        .bind(now - STILL_AFTER_MS)
        .bind(NEWEST)
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| Try {
            new_rows: row.get(0),
            units: row.get(1),
            state: match (row.get(2), row.get::<Option<bool>, _>(3)) {
                (true, _) => TryState::Ended,
                (false, Some(true)) => TryState::UnderWay,
                (false, _) => TryState::Still,
            },
        })
        .collect();
    let page_size = policy.step(&task.endpoint).map_or(1, |step| step.page_size);
    Ok(route::judge(&tries, page_size, least))
}

/// After an answer to a list that is read on, those that wait for it look again, if it has decided anything.
pub(crate) async fn tell_waiting(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    now: Timestamp,
) -> Result<()> {
    const WAITING: &str = "
        select exists (
            select 1
            from fallbacks
            where kind = $1 and endpoint = $2 and decided = 0
        )";
    const READY: &str = "
        update tasks
        set state = 'ready', not_before = null, reason = null
        where state = 'waiting' and sweep_id in (
            select sweep_id
            from fallbacks
            where kind = $1 and endpoint = $2 and decided = 0
        )";
    if task.walk == 0 {
        return Ok(());
    }
    let is_awaited: bool = sqlx::query_scalar(WAITING)
        .bind(task.kind.name())
        .bind(&task.endpoint)
        .fetch_one(&mut *db)
        .await?;
    if is_awaited && judge(db, policy, task, now).await? != Judged::Waits {
        sqlx::query(READY)
            .bind(task.kind.name())
            .bind(&task.endpoint)
            .execute(db)
            .await?;
    }
    Ok(())
}

/// The end of a sweep that was read on: if the next endpoint brought no end of the list, the list is truncated as it was
/// before.
pub(crate) fn verdict_after(verdict: Verdict, reason: &str, before: &str) -> (Verdict, String) {
    match verdict {
        Verdict::Retired | Verdict::Hidden | Verdict::Gone | Verdict::Failed => {
            let reason = format!("{before}; and of the next endpoint: {reason}");
            (Verdict::Truncated, reason)
        }
        _ => (verdict, reason.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        Standing {
            counter_before: Some(1_000),
            counter_after: Some(990),
            covered: 50,
            ..Standing::default()
        }
    }

    fn promises(standing: &Standing) -> bool {
        let step = Step {
            endpoint: "/next".into(),
            units: 2,
            forced_units: None,
            page_size: 50,
            paged: true,
            amount: None,
            variants: &[],
        };
        super::promises(&step, standing, 1.0)
    }

    #[test]
    fn only_a_list_that_is_meant_to_be_whole_and_has_a_counter_is_read_on() {
        assert!(promises(&standing()));
        let limited = Standing {
            max_pages: Some(5),
            ..standing()
        };
        assert!(!promises(&limited));
        let unknown = Standing {
            counter_before: None,
            counter_after: None,
            ..standing()
        };
        assert!(!promises(&unknown));
        let shrunk = Standing {
            counter_after: Some(60),
            ..standing()
        };
        assert!(!promises(&shrunk), "the lower counter decides");
    }

    #[test]
    fn an_endpoint_that_brings_no_end_leaves_the_list_truncated() {
        for (verdict, expected) in [
            (Verdict::Complete, Verdict::Complete),
            (Verdict::Truncated, Verdict::Truncated),
            (Verdict::Private, Verdict::Private),
            (Verdict::Cancelled, Verdict::Cancelled),
            (Verdict::Looped, Verdict::Looped),
            (Verdict::Retired, Verdict::Truncated),
            (Verdict::Hidden, Verdict::Truncated),
            (Verdict::Gone, Verdict::Truncated),
            (Verdict::Failed, Verdict::Truncated),
        ] {
            assert_eq!(verdict_after(verdict, "now", "before").0, expected, "{verdict}");
        }
        assert_eq!(
            verdict_after(Verdict::Retired, "410", "only part").1,
            "only part; and of the next endpoint: 410"
        );
    }
}
