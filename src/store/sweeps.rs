//! Sweeps and their tasks: the steps that a report makes them take.

use std::time::Duration;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::endpoint::Page;
use crate::kind::Kind;
use crate::policy::{Policy, Step};
use crate::store::archive::encoding;
use crate::store::claim::Task;
use crate::store::harvests::{self, Harvest, Limit};
use crate::store::shown::New;
use crate::store::{Connection, Result, StoreError, batches, ending, fallback, follow_up, holds};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// A sweep as it stands.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Sweep {
    pub counter_before: Option<i64>,
    /// When that was read; none if it is carried over from an earlier sweep.
    pub counter_before_at: Option<Timestamp>,
    pub distinct_items: i64,
    pub covered: i64,
    pub rejected: i64,
    pub barren: i64,
    pub limited: bool,
    pub not_found: bool,
    pub restarted: bool,
    /// Times the page that is asked for was incomplete.
    pub asks: i64,
    /// Counters that were read before do not count.
    pub fresh_after: Timestamp,
    /// Whether it ends where it meets what is known.
    pub renews: bool,
    /// Whether it rests on no earlier sweep.
    pub whole: bool,
    /// Whether its posts are not in the order of time.
    pub unordered: bool,
    /// Items shown in this walk, new or not, each as often as it was.
    pub walk_items: i64,
    /// Items shown before this walk.
    pub walk_floor: i64,
    /// The newest sweep of the list before this one that showed anything.
    pub before: Option<i64>,
    /// The endpoints that were asked before the present one.
    pub asked_before: Vec<String>,
}

pub(crate) async fn load(db: &mut Connection, id: i64) -> Result<Sweep> {
    const SQL: &str = "
        select
            s.counter_before, s.distinct_items, s.covered, s.rejected, s.barren, s.limited, s.not_found, s.restarted,
            coalesce(t.asks, 0), coalesce(s.fresh_after, h.fresh_after), s.renews, coalesce(s.base_sweep, s.id) = s.id, s.unordered, s.walk_items,
            (
                select max(b.id)
                from sweeps as b
                where b.list_id = s.list_id and b.id < s.id and b.distinct_items > 0 and b.imported <> 2
            ),
            coalesce(s.asked_before, ''), s.walk_floor, s.counter_before_at
        from sweeps as s
        join harvests as h on h.id = s.harvest_id
        left join tasks as t on t.sweep_id = s.id
        where s.id = $1";
    let row = sqlx::query(SQL).bind(id).fetch_one(db).await?;
    Ok(Sweep {
        counter_before: row.get(0),
        counter_before_at: row.get(17),
        distinct_items: row.get(1),
        covered: row.get(2),
        rejected: row.get(3),
        barren: row.get(4),
        limited: row.get(5),
        not_found: row.get(6),
        restarted: row.get(7),
        asks: row.get(8),
        fresh_after: row.get(9),
        renews: row.get(10),
        whole: row.get(11),
        unordered: row.get(12),
        walk_items: row.get(13),
        before: row.get(14),
        asked_before: row
            .get::<&str, _>(15)
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        walk_floor: row.get(16),
    })
}

/// Why the pages of a sweep's walk are bought again, or by another endpoint, if they are.
pub(crate) async fn walk_reason(db: &mut Connection, sweep_id: i64) -> Result<Option<String>> {
    const SQL: &str = "
        select walk_reason
        from sweeps
        where id = $1";
    Ok(sqlx::query_scalar(SQL).bind(sweep_id).fetch_one(db).await?)
}

/// Our own limits on the list, by the harvest that pays: items, pages.
pub(crate) async fn limits(db: &mut Connection, task: &Task) -> Result<(Option<i64>, Option<i64>)> {
    Ok(limits_of(&harvests::load(db, task.harvest_id).await?, task.kind))
}

/// The limits of a harvest on lists of a kind: items, pages.
pub(crate) fn limits_of(harvest: &Harvest, kind: Kind) -> (Option<i64>, Option<i64>) {
    match harvest.limits.get(&kind) {
        None => (None, None),
        Some(Limit::Items(items)) => (Some(*items), None),
        Some(Limit::Pages(pages)) => (None, Some(*pages)),
    }
}

/// Counts a page in and returns the sweep with it.
pub(crate) async fn count_page(db: &mut Connection, task: &Task, page: &Page, new: &New) -> Result<Sweep> {
    const SQL: &str = "
        update sweeps
        set
            pages = pages + 1,
            distinct_items = distinct_items + $2,
            covered = covered + $3,
            rejected = rejected + $4,
            -- A walk that started again shows what is known until it is past where the one before it ended. A page that
            -- shows nothing at all brings it no nearer.
            -- A page that is asked again because it was incomplete shows what it showed before.
            barren = case
                when $2 > 0 or ($7 > 0 and walk_items < walk_floor) then 0
                when (select asks from tasks where sweep_id = sweeps.id) > 0 then barren
                else barren + 1
            end,
            walk_items = walk_items + $7,
            limited = max(limited, $5),
            not_found = 0,
            endpoint = $6,
            duplicates = duplicates + $8,
            -- A sweep that began before these were counted would get a part of its number.
            recaptured = case when pages = 0 or recaptured is not null then coalesce(recaptured, 0) + $9 end,
            known_before = case when pages = 0 or known_before is not null then coalesce(known_before, 0) + $10 end
        where id = $1";
    let entries = i64::try_from(page.entries.len()).unwrap_or(i64::MAX);
    sqlx::query(SQL)
        .bind(task.sweep_id)
        .bind(new.entries)
        .bind(new.covered)
        .bind(i64::try_from(page.rejects.len()).unwrap_or(i64::MAX))
        .bind(page.limited)
        .bind(&task.endpoint)
        .bind(entries)
        .bind(i64::try_from(page.duplicates).unwrap_or(i64::MAX) + entries - new.entries)
        .bind(new.recaptured)
        .bind(new.known_before)
        .execute(&mut *db)
        .await?;
    load(db, task.sweep_id).await
}

/// Notes the first 404. It is an answer: what failed before it is not held against the second question.
pub(crate) async fn set_not_found(db: &mut Connection, sweep_id: i64) -> Result<()> {
    const SWEEP: &str = "
        update sweeps
        set not_found = 1
        where id = $1";
    const TASK: &str = "
        update tasks
        set attempts = 0, unusable = 0, resets = 0
        where sweep_id = $1";
    sqlx::query(SWEEP).bind(sweep_id).execute(&mut *db).await?;
    sqlx::query(TASK).bind(sweep_id).execute(db).await?;
    Ok(())
}

/// The next page is ready to be asked for.
pub(crate) async fn go_on(db: &mut Connection, task: &Task, cursor: &str) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = 'ready', page_no = page_no + 1, cursor = $2, attempts = 0, unusable = 0, asks = 0, resets = 0, reason = null
        where id = $1";
    one(sqlx::query(SQL)
        .bind(task.id)
        .bind(cursor)
        .execute(db)
        .await?
        .rows_affected())
}

/// The same page is ready to be asked for again, because it was incomplete.
pub(crate) async fn ask_again(db: &mut Connection, task: &Task) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = 'ready', attempts = 0, unusable = 0, asks = asks + 1, reason = 'incomplete page'
        where id = $1";
    one(sqlx::query(SQL).bind(task.id).execute(db).await?.rows_affected())
}

/// The task waits; a wait of zero leaves it ready.
pub(crate) async fn wait(
    db: &mut Connection,
    task_id: i64,
    now: Timestamp,
    wait: Duration,
    reason: &str,
) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = case when $2 > $3 then 'waiting' else 'ready' end,
            not_before = case when $2 > $3 then $2 end,
            reason = $4
        where id = $1";
    let until = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
    one(sqlx::query(SQL)
        .bind(task_id)
        .bind(until)
        .bind(now)
        .bind(reason)
        .execute(db)
        .await?
        .rows_affected())
}

/// Counts a failed attempt at the page, if it counts; returns how many there are.
pub(crate) async fn count_attempt(db: &mut Connection, task_id: i64, counted: bool) -> Result<i64> {
    const SQL: &str = "
        update tasks
        set attempts = attempts + $2
        where id = $1
        returning attempts";
    Ok(sqlx::query_scalar(SQL)
        .bind(task_id)
        .bind(counted)
        .fetch_one(db)
        .await?)
}

/// Counts a connection that ended before an answer.
pub(crate) async fn count_reset(db: &mut Connection, task_id: i64) -> Result<()> {
    const SQL: &str = "
        update tasks
        set resets = resets + 1
        where id = $1";
    sqlx::query(SQL).bind(task_id).execute(db).await?;
    Ok(())
}

/// Counts a paid answer that was no page; returns how many there are.
pub(crate) async fn count_unusable(db: &mut Connection, task_id: i64) -> Result<i64> {
    const SQL: &str = "
        update tasks
        set unusable = unusable + 1
        where id = $1
        returning unusable";
    Ok(sqlx::query_scalar(SQL).bind(task_id).fetch_one(db).await?)
}

/// Why the next endpoint of a route reads a list, where the one before did not.
pub(crate) const NOTHING: &str = "the one before brought nothing";
/// Why a walk starts again whose cursor is refused.
pub(crate) const REFUSED: &str = "read again from page 0: a cursor was refused";
/// Why a walk starts again that was to go on where an earlier one had ended.
pub(crate) const ASTRAY: &str = "read again from page 0: the cursor of an earlier walk leads elsewhere";

/// What the items of a list that are known stand for in its counter.
pub(crate) async fn set_covered(db: &mut Connection, sweep_id: i64, covered: i64) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set covered = $2
        where id = $1";
    sqlx::query(SQL).bind(sweep_id).bind(covered).execute(db).await?;
    Ok(())
}

/// The walk starts again from page 0, for a reason that its pages carry in the ledger.
pub(crate) async fn restart(db: &mut Connection, task: &Task, reason: &str) -> Result<()> {
    const SWEEP: &str = "
        update sweeps
        set walk = walk + 1, walk_reason = $2, restarted = 1, barren = 0,
            walk_items = 0, walk_floor = distinct_items
        where id = $1";
    sqlx::query(SWEEP)
        .bind(task.sweep_id)
        .bind(reason)
        .execute(&mut *db)
        .await?;
    from_page_0(db, task, &task.endpoint).await
}

/// The next endpoint of the route starts at page 0 in the same sweep; without one the list is `retired`.
pub(crate) async fn next_route(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    now: Timestamp,
) -> Result<()> {
    let mut next = next_step(db, policy, task).await?;
    // An endpoint before this one only said 404, and that is asked twice.
    if next.is_none() && load(db, task.sweep_id).await?.not_found {
        let retired = holds::retired(db).await?;
        next = policy.next_step(task.kind, &task.target, task.variant, None, &retired);
    }
    let Some(step) = next else {
        let reason = nowhere_left(task.variant);
        return ending::end(db, policy, task, Verdict::Retired, reason, None, now).await;
    };
    move_on(db, task, step, NOTHING).await
}

/// The first endpoint of the route that this sweep has not asked yet.
pub(crate) async fn next_step<'policy>(
    db: &mut Connection,
    policy: &'policy Policy,
    task: &Task,
) -> Result<Option<&'policy Step>> {
    Ok(steps_left(db, policy, task).await?.into_iter().next())
}

/// The endpoints of the route that this sweep has not asked yet.
pub(crate) async fn steps_left<'policy>(
    db: &mut Connection,
    policy: &'policy Policy,
    task: &Task,
) -> Result<Vec<&'policy Step>> {
    let retired = holds::retired(&mut *db).await?;
    let asked = load(db, task.sweep_id).await?.asked_before;
    let usable = policy.usable(task.kind, &task.target, task.variant, &retired);
    Ok(usable
        .filter(|step| step.endpoint != task.endpoint && !asked.contains(&step.endpoint))
        .collect())
}

/// The walk begins again with another endpoint of the route.
pub(crate) async fn move_on(db: &mut Connection, task: &Task, step: &Step, why: &str) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set walk = walk + 1, walk_reason = $3, endpoint = $2, limited = 0, barren = 0, walk_items = 0,
            walk_floor = distinct_items,
            asked_before = case
                when exists (select 1 from ledger as g where g.sweep_id = sweeps.id and g.endpoint = $4)
                    then coalesce(asked_before || ' ', '') || $4
                else asked_before
            end
        where id = $1";
    sqlx::query(SQL)
        .bind(task.sweep_id)
        .bind(&step.endpoint)
        .bind(format!(
            "read from page 0 by the next endpoint of the route: {why}"
        ))
        .bind(&task.endpoint)
        .execute(&mut *db)
        .await?;
    fallback::follow(db, task.sweep_id, &task.endpoint, &step.endpoint).await?;
    from_page_0(db, task, &step.endpoint).await
}

/// Why a list whose route has no endpoint for it ends as `retired`.
pub(crate) fn nowhere_left(variant: Variant) -> &'static str {
    if variant == Variant::Plain {
        "every endpoint of the route is retired"
    } else {
        "no endpoint of the route that is left shows this variant of the list"
    }
}

async fn from_page_0(db: &mut Connection, task: &Task, endpoint: &str) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = 'ready', endpoint = $2, page_no = 0, cursor = null, attempts = 0, unusable = 0, asks = 0,
            resets = 0, not_before = null, reason = null
        where id = $1";
    one(sqlx::query(SQL)
        .bind(task.id)
        .bind(endpoint)
        .execute(db)
        .await?
        .rows_affected())
}

/// What became of a task that a person should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parked {
    /// It waits for a person or a newer version.
    Waits,
    /// Its list had all but ended before, so it has.
    Ended,
}

/// The task waits for a person or a newer version.
pub(crate) async fn park(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    reason: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Parked> {
    const SQL: &str = "
        update tasks
        set state = 'parked', reason = $2, parked_body = $3, not_before = null, ledger_id = null
        where id = $1";
    if task.walk > 0 && fallback::came_of(db, task.sweep_id).await?.is_some() {
        // The list would have ended without the endpoint that is in trouble, so nobody has to look.
        ending::end(db, policy, task, Verdict::Failed, reason, None, now).await?;
        return Ok(Parked::Ended);
    }
    let body = if body.is_empty() {
        None
    } else {
        Some(encoding::compress(body, None, encoding::LEVEL))
    };
    let done = sqlx::query(SQL)
        .bind(task.id)
        .bind(reason)
        .bind(body)
        .execute(&mut *db)
        .await?;
    one(done.rows_affected())?;
    for member in batches::members(db, task).await? {
        follow_up::list_parked(db, policy, member.list_id, now).await?;
    }
    Ok(Parked::Waits)
}

pub(crate) fn one(rows: u64) -> Result<()> {
    if rows == 1 {
        return Ok(());
    }
    Err(StoreError::RowCount {
        what: "task",
        expected: 1,
        got: rows,
    })
}
