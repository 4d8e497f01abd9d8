//! Lists that an endpoint showed only in part: whether the next one of the route reads on, and what that comes to.
//!
//! A walk that ends as truncated moves its task to the first page of the next endpoint. Whether that is asked is decided
//! when the task's turn comes, by what lists before it brought: the first few are tried, the others wait for them.

mod next;
mod waiting;

use std::time::Duration;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::{CHOSEN, Policy, ReadsOn, Step};
use crate::route::Judged;
use crate::store::claim::Task;
use crate::store::sweeps::{self, Sweep};
use crate::store::{Connection, Result, ending, tasks};
use crate::verdict::Verdict;
use crate::walk::Standing;
use next::Rest;

pub(crate) use waiting::{NEWEST, NOT_OLDER_MS, STILL_AFTER_MS, tell_waiting};

/// How many lists that are not read on end within one claim: it holds the write lock, and what was bought must be reported.
pub(crate) const ENDS_AT_A_TIME: usize = 20;

/// Why a list is read on.
const ONLY_PART: &str = "another endpoint showed only part";
/// What a list waits for that may be read on.
const WAITS: &str = "waits for what the lists before it bring by this endpoint";
/// What a list waits for that is not.
const ENDS: &str = "is not read on; others end before it";

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
    let next = match &policy.reads_on {
        // Who always goes on waits where the next endpoint is held.
        ReadsOn::Always(kinds) if kinds.contains(&task.kind) => sweeps::next_step(db, policy, task).await?,
        ReadsOn::Measured(_)
            if CHOSEN.contains(&task.kind) && came_of(db, task.sweep_id).await?.is_none() =>
        {
            let left = sweeps::steps_left(db, policy, task).await?;
            Rest::after(standing).first(db, policy, left).await?
        }
        ReadsOn::Always(_) | ReadsOn::Measured(_) => None,
    };
    let Some(step) = next else {
        return Ok(false);
    };
    let decided = matches!(policy.reads_on, ReadsOn::Always(_));
    note(db, task, sweep, step, reason, decided, now).await?;
    keep_counter(db, task.sweep_id, standing.counter_after).await?;
    sweeps::move_on(db, task, step, ONLY_PART).await?;
    Ok(true)
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
            units_before = excluded.units_before,
            items_after = null,
            units_after = null";
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

/// What the walk was judged by, for a list that ends without another page.
async fn keep_counter(db: &mut Connection, sweep_id: i64, counter_after: Option<i64>) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set counter_after = coalesce($2, counter_after)
        where id = $1";
    sqlx::query(SQL)
        .bind(sweep_id)
        .bind(counter_after)
        .execute(db)
        .await?;
    Ok(())
}

/// A sweep has moved on from one endpoint to another. Where its list only may be read on, the other one is to be judged;
/// where the one read it on, what the other brings is not its doing.
pub(crate) async fn follow(db: &mut Connection, sweep_id: i64, from: &str, to: &str) -> Result<()> {
    const UNDECIDED: &str = "
        update fallbacks
        set endpoint = $2
        where sweep_id = $1 and decided = 0";
    const DECIDED: &str = "
        update fallbacks
        set items_after = s.distinct_items, units_after = s.units
        from sweeps as s
        where s.id = $1 and fallbacks.sweep_id = $1 and decided = 1 and fallbacks.endpoint = $2 and items_after is null";
    sqlx::query(UNDECIDED)
        .bind(sweep_id)
        .bind(to)
        .execute(&mut *db)
        .await?;
    sqlx::query(DECIDED).bind(sweep_id).bind(from).execute(db).await?;
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

/// The list of a sweep ends: why it would have ended as truncated, if it was read on or was to be. What only may have been
/// read on was not, so its sweep is as the endpoint before left it.
pub(crate) async fn over(db: &mut Connection, task: &Task) -> Result<Option<String>> {
    if task.walk == 0 {
        return Ok(None);
    }
    if let Some(undecided) = undecided(db, task.sweep_id).await? {
        undecided.take_back(db, task).await?;
        return Ok(Some(undecided.reason));
    }
    came_of(db, task.sweep_id).await
}

/// Lists that only may be read on by one of these endpoints (a JSON array), which are held until a person looks, go on to the
/// one after it, or end as they would have ended. Those of a kind that always goes on wait.
pub(crate) async fn end_held(
    db: &mut Connection,
    policy: &Policy,
    held: &str,
    ends_left: &mut usize,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        select t.id, f.reason
        from fallbacks as f
        cross join tasks as t on t.sweep_id = f.sweep_id
        where f.kind in (select value from json_each($1))
            and f.endpoint in (select value from json_each($2))
            and f.decided = 0
            and t.state in ('ready', 'waiting')
        order by t.id
        limit $3";
    if held == "[]" {
        return Ok(());
    }
    let waits = |kind: &Kind| matches!(&policy.reads_on, ReadsOn::Always(kinds) if kinds.contains(kind));
    let kinds: Vec<&str> = CHOSEN
        .iter()
        .filter(|kind| !waits(kind))
        .map(|kind| kind.name())
        .collect();
    // One more than may end says that the next claim has something to do.
    let lists: Vec<(i64, String)> = sqlx::query_as(SQL)
        .bind(serde_json::to_string(&kinds).unwrap_or_else(|_| "[]".into()))
        .bind(held)
        .bind(i64::try_from(*ends_left + 1).unwrap_or(i64::MAX))
        .fetch_all(&mut *db)
        .await?;
    for (id, reason) in lists {
        if *ends_left == 0 {
            return sweeps::wait(db, id, now, Duration::from_millis(1), ENDS).await;
        }
        *ends_left -= 1;
        let task = tasks::load(db, id).await?;
        give_up(db, policy, &task, &reason, now).await?;
    }
    Ok(())
}

/// A list is not read on by the endpoint that was to: it is the turn of the one after it, or the list ends.
async fn give_up(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let left = sweeps::steps_left(db, policy, task).await?;
    let after = policy
        .route(task.kind, &task.target)
        .iter()
        .skip_while(|step| step.endpoint != task.endpoint)
        .filter(|step| left.contains(step))
        .collect();
    if let Some(step) = Rest::of(db, task).await?.first(db, policy, after).await? {
        return sweeps::move_on(db, task, step, ONLY_PART).await;
    }
    ending::end(db, policy, task, Verdict::Truncated, reason, None, now).await
}

/// Whether the request for a task may be made, as far as this goes. If not, the task waits, or its list has ended.
///
/// `able` are the harvests that may spend; `ends_left` says how many lists may end yet within this claim.
pub(crate) async fn may_ask(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    able: &[i64],
    ends_left: &mut usize,
    now: Timestamp,
) -> Result<bool> {
    const DECIDE: &str = "
        update fallbacks
        set decided = 1
        where sweep_id = $1";
    // What was read on has begun another walk, and nothing of it was asked yet.
    if task.walk == 0 || task.page_no > 0 {
        return Ok(true);
    }
    let Some(undecided) = undecided(db, task.sweep_id).await? else {
        return Ok(true);
    };
    match waiting::judge(db, policy, task, Some(able), now).await? {
        Judged::GoesOn => {
            sqlx::query(DECIDE).bind(task.sweep_id).execute(db).await?;
            Ok(true)
        }
        Judged::Waits => {
            waiting::all_wait(db, task, now.saturating_add(waiting::WAIT_MS), WAITS).await?;
            Ok(false)
        }
        Judged::Ends if *ends_left == 0 => {
            waiting::all_wait(db, task, now.saturating_add(waiting::WAIT_MS), ENDS).await?;
            waiting::soon(db, task, ENDS_AT_A_TIME + 1, now.saturating_add(1)).await?;
            Ok(false)
        }
        Judged::Ends => {
            *ends_left -= 1;
            give_up(db, policy, task, &undecided.reason, now).await?;
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
        // The last walk that asked for anything is the last one.
        const SWEEP: &str = "
            update sweeps
            set endpoint = $2,
                asked_before = nullif(trim(substr(asked_before, 1, length(asked_before) - length($2))), ''),
                walk = asked.walk,
                walk_reason = (
                    select g.reason
                    from ledger as g
                    where g.sweep_id = $1 and g.walk = asked.walk and asked.walk > 0 and g.reason like 'read %from page 0%'
                    limit 1
                )
            from (select coalesce(max(walk), 0) as walk from ledger where sweep_id = $1) as asked
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

/// What the end of a walk is: in a sweep that was read on, more pages than the list can have are as much a loop as pages that
/// show nothing new.
pub(crate) async fn of_walk(
    db: &mut Connection,
    task: &Task,
    verdict: Verdict,
    standing: &Standing,
) -> Result<Verdict> {
    let is_page_cap = verdict == Verdict::Capped && !standing.is_at_our_limit();
    if is_page_cap && came_of(db, task.sweep_id).await?.is_some() {
        return Ok(Verdict::Looped);
    }
    Ok(verdict)
}

/// The end of a sweep that was read on: if the next endpoint brought no end of the list, the list is truncated as it was
/// before.
pub(crate) fn verdict_after(verdict: Verdict, reason: &str, before: &str) -> (Verdict, String) {
    match verdict {
        Verdict::Retired
        | Verdict::Hidden
        | Verdict::Gone
        | Verdict::Failed
        | Verdict::Private
        | Verdict::Looped => {
            let reason = format!("{before}; and of the next endpoint: {reason}");
            (Verdict::Truncated, reason)
        }
        _ => (verdict, reason.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_that_brings_no_end_leaves_the_list_truncated() {
        for (verdict, expected) in [
            (Verdict::Complete, Verdict::Complete),
            (Verdict::Truncated, Verdict::Truncated),
            (Verdict::Private, Verdict::Truncated),
            (Verdict::Cancelled, Verdict::Cancelled),
            (Verdict::Looped, Verdict::Truncated),
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
