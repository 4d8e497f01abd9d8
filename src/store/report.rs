//! Reports: what became of a request, applied to the queue, the ledger and the tables in one transaction.

mod holding;

use std::time::Duration;

use crate::billing::Settlement;
use crate::clock::Timestamp;
use crate::endpoint::{Next, Page};
use crate::kind::Kind;
use crate::policy::{MAX_UNUSABLE, Policy};
use crate::store::claim::Task;
use crate::store::holds::{self, Hold};
use crate::store::leads::Leading;
use crate::store::owner::Reading;
use crate::store::records::History;
use crate::store::shown::New;
use crate::store::stretches::Known;
use crate::store::sweeps::{self, Sweep};
use crate::store::{
    Connection, Result, batch_page, batches, ending, fallback, follow_up, further, ledger, owner, pages,
    plan, records, shown, stretches, yields,
};
use crate::verdict::Verdict;
use crate::walk::{self, Standing, Step};

/// A request that has an outcome.
#[derive(Debug)]
pub struct Finished {
    /// The task as it was claimed.
    pub task: Task,
    /// The reservation.
    pub ledger_id: i64,
    /// What is billed.
    pub settlement: Settlement,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// When the answer came, or the attempt ended.
    pub answered_at: Timestamp,
    /// The body of a paid answer, or the beginning of the one that parks the task.
    pub body: Vec<u8>,
    /// What it means.
    pub report: Report,
}

/// What an outcome means to the queue.
#[derive(Debug)]
pub enum Report {
    /// A page.
    Page(Box<Page>),
    /// A paid answer that is no page: asked again after the wait, parked when it happens again and again.
    Unusable {
        /// How long to wait.
        wait: Duration,
        /// What it was.
        reason: String,
    },
    /// 404.
    NotFound,
    /// 403: the upstream does not show a private account's lists.
    Private,
    /// 410.
    Retired,
    /// 400: the arguments, or the cursor, are refused.
    BadRequest {
        /// What the upstream said.
        reason: String,
    },
    /// The connection ended before an answer, as one that was kept too long does: asked again at once.
    Reset {
        /// What happened.
        reason: String,
    },
    /// No page this time: asked again after the wait.
    Again {
        /// How long to wait.
        wait: Duration,
        /// Whether it counts as a failed attempt.
        counted: bool,
        /// What happened.
        reason: String,
    },
    /// The same page would fail again and again: a person must look.
    Park {
        /// Why.
        reason: String,
    },
    /// Nothing may be sent for a while, or until a person acts; the task itself is as it was.
    Held(Hold),
}

/// What applying a report did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The report was used.
    Used,
    /// The task had been claimed again, cancelled or ended meanwhile: the report was dropped, its units are kept.
    Fenced,
}

/// Applies a report.
pub async fn apply(
    db: &mut Connection,
    policy: &Policy,
    finished: &Finished,
    now: Timestamp,
) -> Result<Applied> {
    let task = &finished.task;
    let fenced = !pass_fence(db, task).await?;
    let again = sweeps::walk_reason(db, task.sweep_id).await?;
    let reason = ledger_reason(&finished.report).or(again.as_deref());
    ledger::settle(
        db,
        finished.ledger_id,
        finished.settlement,
        fenced,
        finished.status,
        reason,
        finished.answered_at,
    )
    .await?;
    match &finished.report {
        Report::Held(hold) => holds::put(db, hold).await?,
        // Somebody answers: what was held because nobody did, or because the front refused us, goes on.
        _ if finished.status.is_some() => holds::lift_troubles(db, finished.ledger_id).await?,
        _ => {}
    }
    holding::overcharged(db, finished, now).await?;
    if fenced {
        return Ok(Applied::Fenced);
    }
    match &finished.report {
        Report::Page(page) => page_came(db, policy, finished, page, now).await?,
        Report::Unusable { wait, reason } => {
            pages::record_unusable(db, finished, reason, policy.keep_bodies).await?;
            let parks = sweeps::count_unusable(db, task.id).await? >= MAX_UNUSABLE;
            if parks {
                sweeps::park(db, policy, task, reason, &finished.body, now).await?;
            } else {
                sweeps::wait(db, task.id, now, *wait, reason).await?;
            }
        }
        Report::NotFound => not_found(db, policy, task, now).await?,
        Report::Private if batches::halve(db, task, now).await? => {}
        Report::Private => {
            let reason = "the upstream answers 403: a private account, or a list hidden by its owner";
            ending::end(db, policy, task, Verdict::Private, reason, None, now).await?;
        }
        Report::Retired => {
            holding::retired(db, &task.endpoint, now).await?;
            sweeps::next_route(db, policy, task, now).await?;
        }
        Report::BadRequest { reason } => bad_request(db, policy, finished, reason, now).await?,
        Report::Reset { reason } => {
            sweeps::count_reset(db, task.id).await?;
            sweeps::wait(db, task.id, now, Duration::ZERO, reason).await?;
        }
        Report::Again {
            wait,
            counted,
            reason,
        } => {
            let attempts = sweeps::count_attempt(db, task.id, *counted).await?;
            if *counted && attempts >= policy.retry.max_attempts {
                let reason = format!("{reason}; {attempts} attempts at this page failed");
                sweeps::park(db, policy, task, &reason, &finished.body, now).await?;
            } else {
                sweeps::wait(db, task.id, now, *wait, reason).await?;
            }
        }
        Report::Park { reason } => {
            sweeps::park(db, policy, task, reason, &finished.body, now).await?;
        }
        Report::Held(hold) => sweeps::wait(db, task.id, now, Duration::ZERO, &hold.detail).await?,
    }
    fallback::tell_waiting(db, policy, task, now).await?;
    Ok(Applied::Used)
}

/// The update of the task runs first: only a report of the newest claim, for the page it was for, may change anything.
async fn pass_fence(db: &mut Connection, task: &Task) -> Result<bool> {
    const SQL: &str = "
        update tasks
        set ledger_id = null, deaths = 0, lone_deaths = 0, suspect = 0
        where id = $1 and epoch = $2 and page_no = $3 and sweep_id = $4 and state = 'leased'";
    // The sweep is part of the fence, because the number of a task that is gone may be given to a younger one.
    let done = sqlx::query(SQL)
        .bind(task.id)
        .bind(task.epoch)
        .bind(task.page_no)
        .bind(task.sweep_id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Why a request brought no page, for the ledger: each exception to "no page is bought twice" is a row with its reason.
fn ledger_reason(report: &Report) -> Option<&str> {
    match report {
        Report::Page(page) if page.next == Next::Missing => Some("incomplete page"),
        Report::Page(_) => None,
        Report::Unusable { reason, .. }
        | Report::BadRequest { reason }
        | Report::Reset { reason }
        | Report::Again { reason, .. }
        | Report::Park { reason } => Some(reason),
        Report::NotFound => Some("not found"),
        Report::Private => Some("private"),
        Report::Retired => Some("retired"),
        Report::Held(hold) => Some(hold.reason.name()),
    }
}

async fn page_came(
    db: &mut Connection,
    policy: &Policy,
    finished: &Finished,
    page: &Page,
    now: Timestamp,
) -> Result<()> {
    let task = &finished.task;
    let page_id = pages::record(db, finished, page, policy.keep_bodies).await?;
    let rows = &page.rows;
    records::write_all(db, rows, page_id, finished.answered_at, History::All).await?;
    if task.kind == Kind::Usertags {
        return tags_came(db, policy, finished, page, page_id, now).await;
    }
    let sweep = sweeps::load(db, task.sweep_id).await?;
    let new = shown::show(db, task, &sweep, page).await?;
    pages::set_new_entries(db, page_id, new.entries).await?;
    yields::count_page(db, finished, &sweep, page.entries.len(), new).await?;
    let cursor_seen = match &page.next {
        Next::Cursor(cursor) => pages::cursor_seen(db, task, cursor).await?,
        Next::End | Next::Missing => false,
    };
    let sweep = sweeps::count_page(db, task, page, &new).await?;
    let list = Leading {
        list_id: task.list_id,
        kind: task.kind,
        target: &task.target,
        depth: 0,
    };
    let items = shown::items_of_page(task.kind, page);
    follow_up::page_shown(db, policy, &list, &items, now).await?;
    if task.kind == Kind::Profile
        && task.target.starts_with('@')
        && let Some(user_id) = items.first()
    {
        follow_up::name_resolved(db, policy, task.list_id, &task.target, *user_id, now).await?;
    }
    let owner = owner::owner(db, task.kind, &task.target, sweep.fresh_after).await?;
    let on_page = page.counter.map(|counter| Reading {
        counter,
        at: finished.answered_at,
    });
    let read_after = on_page.or(owner.reading());
    let step = policy.step(&task.endpoint);
    let mut covered = sweep.covered;
    let mut task = task.clone();
    let known = stretches::after_page(db, policy, &mut task, &sweep, &owner, (page, now)).await?;
    let task = &task;
    let (max_items, max_pages) = sweeps::limits(db, task).await?;
    match known {
        Known::Nothing => {}
        Known::Covers(all) => {
            covered = all;
            sweeps::set_covered(db, task.sweep_id, all).await?;
        }
        Known::Jump(cursor) => return sweeps::go_on(db, task, &cursor).await,
        Known::Astray => return sweeps::restart(db, task, sweeps::ASTRAY).await,
        Known::All {
            verdict,
            reason,
            covered,
        } => {
            sweeps::set_covered(db, task.sweep_id, covered).await?;
            return ending::end(db, policy, task, verdict, &reason, read_after, now).await;
        }
    }
    let standing = Standing {
        pages: task.page_no + 1,
        page_size: step.map_or(1, |step| step.page_size),
        walk_items: sweep.walk_items,
        counter_before: sweep.counter_before,
        counter_after: read_after.map(|reading| reading.counter),
        covered,
        distinct_items: sweep.distinct_items,
        barren: sweep.barren,
        limited: sweep.limited,
        asks: sweep.asks,
        cursor_seen,
        max_items,
        max_pages,
        only_page: matches!(task.kind, Kind::MediaLikers | Kind::CommentLikers)
            && step.is_some_and(|step| !step.paged),
        asked_for: step.and_then(|step| step.amount),
    };
    let next = walk::after_page(&policy.ends, &standing, &page.next);
    let next = further::at_limit(db, policy, task, &standing, (next, &page.next), now).await?;
    if let Step::End(verdict, _) = &next {
        stretches::walk_ended(db, task, &sweep, *verdict).await?;
        if !(*verdict == Verdict::Capped && standing.is_at_our_limit()) {
            yields::count_walk(db, task, &sweep, *verdict, now).await?;
        }
    }
    match (next, &page.next) {
        (Step::GoOn, Next::Cursor(cursor)) => sweeps::go_on(db, task, cursor).await,
        (Step::GoOn | Step::Again, _) => sweeps::ask_again(db, task).await,
        (Step::End(Verdict::Truncated, reason), _)
            if fallback::read_on(db, policy, task, &sweep, &standing, &reason, now).await? =>
        {
            Ok(())
        }
        (Step::End(verdict, reason), _) => {
            let verdict = fallback::of_walk(db, task, verdict, &standing).await?;
            ending::end(db, policy, task, verdict, &reason, read_after, now).await
        }
    }
}

/// A page of tags is all there is to the lists of its posts.
async fn tags_came(
    db: &mut Connection,
    policy: &Policy,
    finished: &Finished,
    page: &Page,
    page_id: i64,
    now: Timestamp,
) -> Result<()> {
    let entries = i64::try_from(page.entries.len()).unwrap_or(i64::MAX);
    pages::set_new_entries(db, page_id, entries).await?;
    let sweep = sweeps::load(db, finished.task.sweep_id).await?;
    let new = New::plain(page.entries.len());
    yields::count_page(db, finished, &sweep, page.entries.len(), new).await?;
    batch_page::end_all(db, policy, finished, page, now).await
}

/// Two 404s settle it: deleted, hidden and empty answer alike, so one proves nothing.
async fn not_found(db: &mut Connection, policy: &Policy, task: &Task, now: Timestamp) -> Result<()> {
    let sweep = sweeps::load(db, task.sweep_id).await?;
    if !sweep.not_found {
        sweeps::set_not_found(db, task.sweep_id).await?;
        let asks_once = plan::is_alone(db, task).await?;
        if task.page_no == 0 && !asks_once && sweeps::next_step(db, policy, task).await?.is_some() {
            return sweeps::next_route(db, policy, task, now).await;
        }
        return sweeps::wait(
            db,
            task.id,
            now,
            if asks_once {
                plan::NOT_NOW
            } else {
                policy.retry.not_found_again
            },
            "not found; asked once more",
        )
        .await;
    }
    if batches::halve(db, task, now).await? {
        return Ok(());
    }
    if stretches::has_jumped(db, task).await? {
        return sweeps::restart(db, task, sweeps::ASTRAY).await;
    }
    if task.page_no > 0 {
        yields::count_walk(db, task, &sweep, Verdict::Failed, now).await?;
        let reason = format!(
            "page {} answers 404, twice; the rows before it are kept",
            task.page_no
        );
        return ending::end(db, policy, task, Verdict::Failed, &reason, None, now).await;
    }
    let (verdict, reason) = settled_404(db, task, &sweep).await?;
    ending::end(db, policy, task, verdict, reason, None, now).await
}

async fn settled_404(db: &mut Connection, task: &Task, sweep: &Sweep) -> Result<(Verdict, &'static str)> {
    let owner = owner::owner(db, task.kind, &task.target, sweep.fresh_after).await?;
    let has_items = owner.counter.is_some_and(|counter| counter > 0);
    Ok(match task.kind {
        Kind::Profile => (Verdict::Gone, "not found, twice"),
        _ if has_items && !owner.gone => (Verdict::Hidden, "not found, twice, though its counter is above 0"),
        Kind::Comments | Kind::Replies | Kind::MediaLikers | Kind::CommentLikers | Kind::Search => (
            Verdict::Complete,
            "not found, twice; no counter says that there is anything",
        ),
        Kind::Usertags => (Verdict::Hidden, "not found, twice"),
        Kind::Clips | Kind::Reposts if owner.alive => {
            (Verdict::Hidden, "not found, twice, though the account lives")
        }
        _ => (Verdict::Gone, "not found, twice"),
    })
}

/// A refused cursor restarts the walk once a sweep; refused arguments are for a person to look at.
async fn bad_request(
    db: &mut Connection,
    policy: &Policy,
    finished: &Finished,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let task = &finished.task;
    if batches::halve(db, task, now).await? {
        return Ok(());
    }
    if task.cursor.is_none() {
        let reason = format!("the upstream refuses the request: {reason}");
        sweeps::park(db, policy, task, &reason, &finished.body, now).await?;
        return Ok(());
    }
    let sweep = sweeps::load(db, task.sweep_id).await?;
    if sweep.restarted {
        yields::count_walk(db, task, &sweep, Verdict::Failed, now).await?;
        let reason = format!(
            "the cursor of page {} is refused, also after a restart: {reason}",
            task.page_no
        );
        return ending::end(db, policy, task, Verdict::Failed, &reason, None, now).await;
    }
    sweeps::restart(db, task, sweeps::REFUSED).await
}
