//! The end of a walk: its verdict goes to its list, or to each list of its batch, and what they lead to opens.

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::batches::{self, Member};
use crate::store::claim::Task;
use crate::store::history::closing::{self, Ended, Outcome};
use crate::store::leads::Leading;
use crate::store::owner::Reading;
use crate::store::sweeps::{load, one};
use crate::store::want::Shown;
use crate::store::{Connection, Result, due, estimates, fallback, follow_up};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// The walk is over: its verdict goes to its list, or to all lists of its batch, and its task goes.
pub(crate) async fn end(
    db: &mut Connection,
    policy: &Policy,
    task: &Task,
    verdict: Verdict,
    reason: &str,
    read_after: Option<Reading>,
    now: Timestamp,
) -> Result<()> {
    let (verdict, reason) = match fallback::over(db, task).await? {
        None => (verdict, reason.to_owned()),
        Some(before) => fallback::verdict_after(verdict, reason, &before),
    };
    let ends: Vec<Ending> = batches::members(db, task)
        .await?
        .iter()
        .map(|member| Ending::of(task, member))
        .collect();
    remove(db, task).await?;
    for ending in &ends {
        end_list(db, policy, ending, verdict, &reason, read_after, now).await?;
    }
    Ok(())
}

/// A task that has ended is gone.
pub(crate) async fn remove(db: &mut Connection, task: &Task) -> Result<()> {
    const SQL: &str = "
        delete from tasks
        where id = $1";
    one(sqlx::query(SQL).bind(task.id).execute(db).await?.rows_affected())
}

/// A list whose sweep is over.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub list_id: i64,
    pub sweep_id: i64,
    pub kind: Kind,
    pub target: String,
    pub variant: Variant,
}

impl Ending {
    /// The list of a task, or one of its batch.
    pub(crate) fn of(task: &Task, member: &Member) -> Self {
        let target = if task.kind == Kind::Usertags {
            member.media_id.to_string()
        } else {
            task.target.clone()
        };
        Self {
            list_id: member.list_id,
            sweep_id: member.sweep_id,
            kind: task.kind,
            target,
            variant: task.variant,
        }
    }
}

/// Tags that the post's own body showed lead on as well, whoever asks first and whatever came of the list.
async fn tags_lead_on(db: &mut Connection, policy: &Policy, ending: &Ending, now: Timestamp) -> Result<()> {
    let list = Leading {
        list_id: ending.list_id,
        kind: ending.kind,
        target: &ending.target,
        depth: 1,
    };
    let post: Vec<i64> = ending.target.parse().into_iter().collect();
    follow_up::page_shown(db, policy, &list, &post, now).await
}

/// A sweep is over: its verdict goes to the list, and what the list leads to opens.
pub(crate) async fn end_list(
    db: &mut Connection,
    policy: &Policy,
    ending: &Ending,
    verdict: Verdict,
    reason: &str,
    read_after: Option<Reading>,
    now: Timestamp,
) -> Result<()> {
    const SWEEP: &str = "
        update sweeps
        set ended_at = $2, verdict = $3, reason = $4, counter_after = coalesce($5, counter_after, counter_before),
            counter_after_at = coalesce($6, counter_after_at),
            ended_page = (select coalesce(max(id), 0) from pages)
        where id = $1";
    const LIST: &str = "
        update lists
        set open_sweep = null, last_sweep = $2, verdict = $3, ended_at = $4, due_at = null
        where id = $1";
    let sweep = load(db, ending.sweep_id).await?;
    let outcome = Outcome {
        kind: ending.kind,
        variant: ending.variant,
        verdict,
        counted: sweep.counter_before_at.is_some() || read_after.is_some(),
        rejected: sweep.rejected,
        whole: sweep.whole,
    };
    sqlx::query(SWEEP)
        .bind(ending.sweep_id)
        .bind(now)
        .bind(verdict.name())
        .bind(reason)
        .bind(read_after.map(|reading| reading.counter))
        .bind(read_after.map(|reading| reading.at))
        .execute(&mut *db)
        .await?;
    sqlx::query(LIST)
        .bind(ending.list_id)
        .bind(ending.sweep_id)
        .bind(verdict.name())
        .bind(now)
        .execute(&mut *db)
        .await?;
    if verdict == Verdict::Truncated {
        estimates::note(db, ending.list_id, ending.sweep_id).await?;
    }
    if ending.kind == Kind::Usertags {
        batches::leave(db, ending.list_id).await?;
        tags_lead_on(db, policy, ending, now).await?;
    }
    if outcome.closes() {
        let ended = Ended {
            kind: ending.kind,
            target: &ending.target,
            list_id: ending.list_id,
            sweep_id: ending.sweep_id,
        };
        closing::close(db, ended, policy.ends.close_after).await?;
    }
    if ending.kind == Kind::Profile
        && verdict == Verdict::Gone
        && let Ok(user_id) = ending.target.parse::<i64>()
    {
        mark_gone(db, user_id, now).await?;
    }
    due::learn(db, policy, ending, verdict, now).await?;
    let shown = Shown {
        list_id: ending.list_id,
        kind: ending.kind,
        target: ending.target.clone(),
        variant: ending.variant,
        depth: 1,
        sweep: ending.sweep_id,
        ended: true,
    };
    follow_up::list_ended(db, policy, &shown, verdict != Verdict::Cancelled, now).await
}

/// An account is gone since a sweep of its profile said so.
pub(crate) async fn mark_gone(db: &mut Connection, user_id: i64, at: Timestamp) -> Result<()> {
    const SQL: &str = "
        insert into users (id, gone_at, first_seen_at, last_seen_at, stamps)
        values ($1, $2, $2, $2, '')
        on conflict (id) do update set
            gone_at = coalesce(gone_at, excluded.gone_at)";
    sqlx::query(SQL).bind(user_id).bind(at).execute(db).await?;
    Ok(())
}
