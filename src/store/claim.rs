//! Claims: which tasks may send next, with their units reserved in the same transaction.

mod dear;
mod hand_over;
mod suspects;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::permit::Permit;
use crate::policy::Policy;
use crate::store::holds::{self, Hold, Reason, Scope};
use crate::store::limits::{self, Refusal};
use crate::store::renew::{self, AtEnd};
use crate::store::want::{kind_of, variant_of};
use crate::store::{Connection, Result, batches, fallback, force, ledger, sharing, sweeps};
use crate::variant::Variant;
use dear::Dear;
use hand_over::hand_over;
use suspects::suspects;

/// A task as it was claimed: what to ask, and the numbers that fence its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The task.
    pub id: i64,
    /// The sweep that it walks for.
    pub sweep_id: i64,
    /// The list that is read.
    pub list_id: i64,
    /// Who pays.
    pub harvest_id: i64,
    /// What the list holds.
    pub kind: Kind,
    /// The text form of the list's owner.
    pub target: String,
    /// The path of the endpoint to ask.
    pub endpoint: String,
    /// The page to ask for, from 0.
    pub page_no: i64,
    /// The cursor to send, byte for byte.
    pub cursor: Option<String>,
    /// The walk within the sweep.
    pub walk: i64,
    /// This claim's number.
    pub epoch: i64,
    /// Failed attempts at this page so far.
    pub attempts: i64,
    /// Whether this page was asked for before.
    pub retry: bool,
    /// Connections that ended before an answer to this page.
    pub resets: i64,
    /// The variant of the list.
    pub variant: Variant,
    /// Whether the upstream skips its check of the account's privacy.
    pub force: bool,
    /// What the request is reserved at.
    pub units: i64,
}

/// The right to send one request for a task.
#[derive(Debug)]
pub struct Claim {
    /// The task.
    pub task: Task,
    /// The right to send, with the number of its ledger row.
    pub permit: Permit,
}

/// What a round of claiming found.
#[derive(Debug, Default)]
pub struct Claimed {
    /// What may be sent.
    pub claims: Vec<Claim>,
    /// Why nothing could be claimed, where more than time is needed.
    pub idle: Option<Idle>,
    /// Which limit keeps a ready task from being claimed, where nothing could be claimed.
    pub refusal: Option<Refusal>,
    /// When the next waiting task is due or the next hold is looked at, where nothing was ready.
    pub next_due: Option<Timestamp>,
}

/// Why nothing could be claimed, although no task only waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// The one harvest that was asked for has nothing left to do.
    Finished,
    /// The account is known to be out of funds.
    NoFunds,
    /// A limit keeps every ready task from being claimed.
    OverBudget,
    /// Ready tasks are left whose endpoint is held until a person looks.
    Held,
}

/// Whom to claim for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Every harvest.
    All,
    /// One harvest: a one-shot.
    Harvest(i64),
}

/// Claims up to `at_most` tasks and reserves their units.
///
/// The order: the harvest with the least units spent for its weight; then depth, kind, and the list served longest ago.
/// A harvest that cannot go on gives way to the next, so that none can idle the gate.
pub async fn claim(
    db: &mut Connection,
    policy: &Policy,
    for_whom: For,
    at_most: usize,
    now: Timestamp,
) -> Result<Claimed> {
    let mut claimed = Claimed::default();
    if let For::Harvest(id) = for_whom
        && is_finished(db, id).await?
    {
        match renew::at_end(db, policy, id, now).await? {
            AtEnd::Started => {}
            AtEnd::Nothing => {
                claimed.idle = Some(Idle::Finished);
                return Ok(claimed);
            }
            AtEnd::Refused(refusal) => {
                claimed.idle = Some(Idle::OverBudget);
                claimed.refusal = Some(refusal);
                return Ok(claimed);
            }
        }
    }
    wake(db, now).await?;
    let (over, holds): (Vec<Hold>, Vec<Hold>) = holds::all(&mut *db)
        .await?
        .into_iter()
        .partition(|hold| hold.until.is_some_and(|until| until <= now));
    if holds.iter().any(|hold| hold.scope == Scope::All) {
        claimed.idle = holds
            .iter()
            .any(|hold| hold.reason == Reason::NoFunds)
            .then_some(Idle::NoFunds);
        claimed.next_due = holds.iter().filter_map(|hold| hold.until).min();
        return Ok(claimed);
    }
    let suspects = suspects(db).await?;
    if suspects.in_flight > 0 {
        return Ok(claimed);
    }
    // After a hold that ended by itself one request probes; the hold is lifted when it is answered.
    let probe = over.into_iter().find(|hold| hold.scope == Scope::All);
    let at_most = if probe.is_some() { at_most.min(1) } else { at_most };
    let retired = holds::retired(db).await?;
    let mut round = Round {
        policy,
        now,
        held_endpoints: held_endpoints(&holds, &retired),
        retired,
        able: harvests_in_order(db, for_whom).await?,
        refusal: None,
        ends_left: fallback::ENDS_AT_A_TIME,
        fits_later: false,
    };
    round
        .able
        .retain(|id| !holds.iter().any(|hold| hold.scope == Scope::Harvest(*id)));
    fallback::end_held(db, policy, &round.held_endpoints, &mut round.ends_left, now).await?;
    // Before the first turn: a last batch waits for nothing but its own harvest.
    batches::make_last(db, policy, &round.able, now).await?;
    if suspects.ready > 0 {
        claimed.claims = round.claim(db, true, 1).await?;
    }
    if claimed.claims.is_empty() {
        claimed.claims = round.claim(db, false, at_most).await?;
    }
    let may_change = claimed.claims.is_empty();
    let is_released = may_change && sharing::release(db, policy, &round.able, now).await?;
    if may_change && (hand_over(db, &round.able).await? || is_released) {
        claimed.claims = round.claim(db, false, at_most).await?;
    }
    if claimed.claims.is_empty() {
        claimed.next_due = next_due(db).await?;
        claimed.refusal = round.refusal;
        claimed.idle = if claimed.refusal.is_some() {
            (!round.fits_later).then_some(Idle::OverBudget)
        } else if claimed.next_due.is_none() && any_held(db, &round.able, &round.held_endpoints).await? {
            Some(Idle::Held)
        } else {
            None
        };
    } else if let Some(mut hold) = probe {
        let wait = i64::try_from(policy.probe_every.as_millis()).unwrap_or(i64::MAX);
        hold.until = Some(now.saturating_add(wait));
        holds::put(db, &hold).await?;
    }
    Ok(claimed)
}

/// What one round of claiming works with.
struct Round<'a> {
    policy: &'a Policy,
    now: Timestamp,
    retired: Vec<String>,
    /// A JSON array of paths.
    held_endpoints: String,
    /// The harvests that may spend, in the order of their turns; one leaves where its limits leave room for nothing that is
    /// ready.
    able: Vec<i64>,
    refusal: Option<Refusal>,
    /// How many lists that are not read on may end yet.
    ends_left: usize,
    /// Whether something waits for its time for which a limit that was met leaves room.
    fits_later: bool,
}

impl Round<'_> {
    async fn claim(
        &mut self,
        db: &mut Connection,
        suspects_only: bool,
        at_most: usize,
    ) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for harvest_id in self.able.clone() {
            let (mut dear, mut is_short) = (Dear::nothing(), false);
            while claims.len() < at_most {
                let Some(mut task) =
                    first_ready(db, harvest_id, suspects_only, &self.held_endpoints, &dear).await?
                else {
                    // What is no suspect may fit yet.
                    if is_short && !suspects_only {
                        self.fits_later |= dear::fits_later(db, harvest_id, &dear).await?;
                        self.able.retain(|id| *id != harvest_id);
                    }
                    break;
                };
                if self.moves_on(&task) {
                    sweeps::next_route(db, self.policy, &task, self.now).await?;
                    continue;
                }
                // What a request costs first: whether a list waits for another one depends on whether that may be paid.
                force::price(db, self.policy, &mut task).await?;
                let (able, ends) = (&self.able, &mut self.ends_left);
                if !fallback::may_ask(db, self.policy, &task, able, ends, self.now).await? {
                    continue;
                }
                let refusal = limits::refusal(db, self.policy, harvest_id, task.units, self.now).await?;
                if let Some(refusal) = refusal {
                    self.refusal = Some(refusal);
                    let left = limits::left(db, self.policy, harvest_id, self.now).await?;
                    let Some(more) = Dear::with_left(self.policy, left.unwrap_or(0), &self.retired) else {
                        self.able.retain(|id| *id != harvest_id);
                        break;
                    };
                    (dear, is_short) = (more, true);
                    continue;
                }
                task.epoch += 1;
                let ledger_id = ledger::reserve(db, &task, self.now).await?;
                force::note(db, &task, ledger_id, self.now).await?;
                lease(db, &task, ledger_id, self.now).await?;
                claims.push(Claim {
                    task,
                    permit: Permit::granted(ledger_id),
                });
            }
        }
        Ok(claims)
    }

    /// A task whose endpoint is retired moves on to another when its turn comes. So does one whose endpoint has left the
    /// route, if nothing was bought yet: in the middle of a walk it keeps its cursor.
    fn moves_on(&self, task: &Task) -> bool {
        let on_route = || self.policy.is_on_route(task.kind, &task.target, &task.endpoint);
        self.retired.contains(&task.endpoint) || (task.page_no == 0 && !on_route())
    }
}

fn held_endpoints(holds: &[Hold], retired: &[String]) -> String {
    let held: Vec<&str> = holds
        .iter()
        .filter_map(|hold| match &hold.scope {
            Scope::Endpoint(path) if !retired.contains(path) => Some(path.as_str()),
            Scope::Endpoint(_) | Scope::All | Scope::Harvest(_) => None,
        })
        .collect();
    serde_json::to_string(&held).unwrap_or_else(|_| "[]".into())
}

async fn any_held(db: &mut Connection, able: &[i64], held_endpoints: &str) -> Result<bool> {
    const SQL: &str = "
        select exists (
            select 1
            from tasks
            where state = 'ready'
                and harvest_id in (select value from json_each($1))
                and endpoint in (select value from json_each($2))
        )";
    if held_endpoints == "[]" {
        return Ok(false);
    }
    let able = crate::store::json_ids(able.iter().copied());
    Ok(sqlx::query_scalar(SQL)
        .bind(able)
        .bind(held_endpoints)
        .fetch_one(db)
        .await?)
}

async fn is_finished(db: &mut Connection, id: i64) -> Result<bool> {
    const SQL: &str = "
        select finished_at is not null
        from harvests
        where id = $1";
    Ok(sqlx::query_scalar(SQL).bind(id).fetch_one(db).await?)
}

/// Tasks whose wait is over are ready.
async fn wake(db: &mut Connection, now: Timestamp) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = 'ready', not_before = null
        where state = 'waiting' and not_before <= $1";
    sqlx::query(SQL).bind(now).execute(db).await?;
    Ok(())
}

async fn harvests_in_order(db: &mut Connection, for_whom: For) -> Result<Vec<i64>> {
    const SQL: &str = "
        select h.id
        from harvests as h
        left join spend as s on s.scope = 'harvest:' || h.id
        where $1 is null or h.id = $1
        order by coalesce(s.settled + s.reserved + s.lost, 0) / h.weight, h.id";
    let only = match for_whom {
        For::All => None,
        For::Harvest(id) => Some(id),
    };
    Ok(sqlx::query_scalar(SQL).bind(only).fetch_all(db).await?)
}

/// A list that nobody waits for, because a new round no longer wants it, is not bought; its walk goes on when somebody
/// wants it again.
async fn first_ready(
    db: &mut Connection,
    harvest_id: i64,
    suspects_only: bool,
    held_endpoints: &str,
    dear: &Dear,
) -> Result<Option<Task>> {
    const SQL: &str = "
        select
            t.id, t.sweep_id, t.list_id, t.kind, t.target, t.endpoint, t.page_no, t.cursor, s.walk, t.epoch, t.attempts,
            t.attempts + t.unusable + t.asks + t.deaths + t.resets > 0, t.resets, l.params
        from tasks as t
        join sweeps as s on s.id = t.sweep_id
        join lists as l on l.id = t.list_id
        where t.harvest_id = $1
            and t.state = 'ready'
            and (not $2 or t.suspect = 1)
            and t.endpoint not in (select value from json_each($3))
            and t.endpoint not in (select value from json_each($4))
            and (
                t.endpoint not in (select value from json_each($5))
                or exists (
                    select 1
                    from harvests as h
                    join users as u on u.id = cast(t.target as integer)
                    where h.id = $1 and h.force = 1 and u.is_private = 0
                )
            )
            and (
                exists (select 1 from harvest_lists as w where w.list_id = t.list_id and w.open = 1)
                or exists (
                    select 1
                    from batch_members as m
                    join harvest_lists as w on w.list_id = m.list_id and w.open = 1
                    where m.task_id = t.id
                )
            )
        order by t.depth, t.kind_rank, t.served_at, t.id
        limit 1";
    let row = sqlx::query(SQL)
        .bind(harvest_id)
        .bind(suspects_only)
        .bind(held_endpoints)
        .bind(&dear.always)
        .bind(&dear.unless_forced)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(Task {
            id: row.get(0),
            sweep_id: row.get(1),
            list_id: row.get(2),
            harvest_id,
            kind: kind_of(row.get(3))?,
            target: row.get(4),
            endpoint: row.get(5),
            page_no: row.get(6),
            cursor: row.get(7),
            walk: row.get(8),
            epoch: row.get(9),
            attempts: row.get(10),
            retry: row.get(11),
            resets: row.get(12),
            variant: variant_of(row.get(13))?,
            force: false,
            units: 1,
        })
    })
    .transpose()
}

async fn lease(db: &mut Connection, task: &Task, ledger_id: i64, now: Timestamp) -> Result<()> {
    const SQL: &str = "
        update tasks
        set state = 'leased', epoch = $2, ledger_id = $3, served_at = $4, deaths = deaths + 1, not_before = null,
            reason = null
        where id = $1 and state = 'ready'";
    sqlx::query(SQL)
        .bind(task.id)
        .bind(task.epoch)
        .bind(ledger_id)
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

async fn next_due(db: &mut Connection) -> Result<Option<Timestamp>> {
    const SQL: &str = "
        select min(not_before)
        from tasks
        where state = 'waiting'";
    Ok(sqlx::query_scalar(SQL).fetch_one(db).await?)
}
