//! Placing wants: a harvest wants lists; each is already fresh, already under way, settled without a request, or queued.
//!
//! One statement a step for any number of wants, because a page can show dozens of users.

use std::collections::HashMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::harvests::{Harvest, Limit};
use crate::store::owner;
use crate::store::renew::Renewal;
use crate::store::{Connection, Result, StoreError, batches, choice, due, holds, json_ids, sweeps, unsent};
use crate::variant::Variant;
use crate::verdict::Verdict;

/// A list that a harvest wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    pub kind: Kind,
    pub target: String,
    pub variant: Variant,
    pub depth: i64,
}

impl Want {
    /// A list of a harvest at a depth, in the variant that the harvest reads.
    pub(crate) fn new(harvest: &Harvest, kind: Kind, target: &dyn ToString, depth: i64) -> Self {
        Self {
            kind,
            target: target.to_string(),
            variant: harvest.variant(kind),
            depth,
        }
    }
}

/// A list that a harvest wanted and that already shows something: it ended, or another harvest has it under way.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub list_id: i64,
    pub kind: Kind,
    pub target: String,
    pub variant: Variant,
    pub depth: i64,
    /// The sweep whose rows count.
    pub sweep: i64,
    pub ended: bool,
}

/// A list as it stands, for one want.
pub(crate) struct Listed {
    pub list_id: i64,
    pub kind: Kind,
    pub target: String,
    variant: Variant,
    depth: i64,
    open_sweep: Option<i64>,
    last_sweep: Option<i64>,
    verdict: Option<Verdict>,
    ended_at: Option<Timestamp>,
    parked: bool,
    /// Pages and items of the newest sweep that ended, with what it joined.
    bought: (i64, i64),
    /// Whether it ended in this round of the harvest, before its seed was held and returned.
    was_held: bool,
    /// How it is read again, if that is why it is read.
    pub renewal: Option<Renewal>,
}

/// Places wants and returns those that already show something.
pub(crate) async fn place(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    wants: &[Want],
    now: Timestamp,
) -> Result<Vec<Shown>> {
    let listed = register(db, harvest, wants).await?;
    let retired = holds::retired(db).await?;
    let mut shown = Vec::new();
    let mut new = Vec::new();
    let mut joined = Vec::new();
    for list in listed {
        let recent = list
            .ended_at
            .is_some_and(|ended_at| ended_at >= harvest.fresh_after);
        let fresh = recent
            && match list.verdict {
                Some(Verdict::Cancelled | Verdict::Failed) => list.was_held,
                Some(Verdict::Capped) => !wants_more(policy, harvest, &list, &retired),
                _ => true,
            };
        match (list.open_sweep, list.last_sweep) {
            // A parked list waits for a person: nobody waits for it meanwhile.
            (Some(sweep), _) => {
                if !list.parked {
                    joined.push(list.list_id);
                }
                shown.push(list.shown(sweep, false));
            }
            (None, Some(sweep)) if fresh => shown.push(list.shown(sweep, true)),
            _ => new.push(list),
        }
    }
    set_open(db, harvest, &joined).await?;
    let ended: Vec<i64> = shown
        .iter()
        .filter(|list| list.ended)
        .map(|list| list.list_id)
        .collect();
    due::set(db, policy, &ended).await?;
    shown.extend(start(db, policy, harvest, new, now).await?);
    Ok(shown)
}

/// Whether a harvest wants more of a list than the limit of another one let be bought, and asking would show more: one
/// answer of so many items as the amount that was asked for is the same answer the next time.
fn wants_more(policy: &Policy, harvest: &Harvest, list: &Listed, retired: &[String]) -> bool {
    let step = policy.next_step(list.kind, &list.target, list.variant, None, retired);
    let page_size = step.map_or(1, |step| step.page_size.max(1));
    let amount = step.filter(|step| !step.paged).and_then(|step| step.amount);
    if amount.is_some_and(|amount| list.bought.1 >= amount) {
        return false;
    }
    match harvest.limits.get(&list.kind) {
        None => true,
        Some(Limit::Items(items)) => *items > list.bought.1,
        Some(Limit::Pages(pages)) => *pages > list.bought.0.max(list.bought.1 / page_size),
    }
}

impl Listed {
    fn shown(&self, sweep: i64, ended: bool) -> Shown {
        Shown {
            list_id: self.list_id,
            kind: self.kind,
            target: self.target.clone(),
            variant: self.variant,
            depth: self.depth,
            sweep,
            ended,
        }
    }
}

/// Makes the rows of `lists` and `harvest_lists`, and returns the lists that are new to this round of the harvest.
async fn register(db: &mut Connection, harvest: &Harvest, wants: &[Want]) -> Result<Vec<Listed>> {
    const LISTS: &str = "
        insert into lists (kind, target, params, generation)
        select want.value ->> 0, want.value ->> 1, want.value ->> 3, 0
        from json_each($1) as want
        where true
        on conflict (kind, target, params) do nothing";
    // A list that is wanted again in the same round is not touched, and so not returned; unless it turned out to be
    // nearer to the seeds, so that more may hang from it.
    const WANTED: &str = "
        insert into harvest_lists (harvest_id, list_id, depth, round, open)
        select $2, l.id, want.value ->> 2, $3, 0
        from json_each($1) as want
        join lists as l
            on l.kind = want.value ->> 0 and l.target = want.value ->> 1 and l.params = want.value ->> 3
        where true
        on conflict (harvest_id, list_id) do update set
            depth = excluded.depth,
            round = excluded.round
        where harvest_lists.round < excluded.round or harvest_lists.depth > excluded.depth
        returning list_id, depth";
    let json: Vec<(&str, &str, i64, String)> = wants
        .iter()
        .map(|want| {
            let params = want.variant.to_string();
            (want.kind.name(), want.target.as_str(), want.depth, params)
        })
        .collect();
    let json = serde_json::to_string(&json).unwrap_or_else(|_| "[]".into());
    sqlx::query(LISTS).bind(&json).execute(&mut *db).await?;
    let depths: HashMap<i64, i64> = sqlx::query(WANTED)
        .bind(&json)
        .bind(harvest.id)
        .bind(harvest.round)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let mut listed = stand(db, harvest, &depths).await?;
    // The order of the wants is the order of work among equals.
    let order: HashMap<(&str, &str), usize> = wants
        .iter()
        .enumerate()
        .map(|(at, want)| ((want.kind.name(), want.target.as_str()), at))
        .collect();
    listed.sort_by_key(|list| order.get(&(list.kind.name(), list.target.as_str())).copied());
    Ok(listed)
}

/// How lists stand that a harvest wants, by their numbers, with their depths; in the order of their numbers.
pub(crate) async fn stand(
    db: &mut Connection,
    harvest: &Harvest,
    depths: &HashMap<i64, i64>,
) -> Result<Vec<Listed>> {
    const STATE: &str = "
        select
            l.id, l.kind, l.target, l.open_sweep, l.last_sweep, l.verdict, l.ended_at,
            exists (
                select 1 from tasks as t where t.state = 'parked' and (t.list_id = l.id or t.id = m.task_id)
            ),
            coalesce(s.pages, 0),
            case when s.base_sweep < s.id then max(s.covered, s.distinct_items) else coalesce(s.distinct_items, 0) end,
            l.params,
            exists (select 1 from held_lists as g where g.harvest_id = $2 and g.list_id = l.id and g.round = $3)
        from lists as l
        left join sweeps as s on s.id = l.last_sweep
        left join batch_members as m on m.list_id = l.id
        where l.id in (select value from json_each($1))
        order by l.id";
    let ids = json_ids(depths.keys().copied());
    let mut listed = Vec::with_capacity(depths.len());
    for row in sqlx::query(STATE)
        .bind(ids)
        .bind(harvest.id)
        .bind(harvest.round)
        .fetch_all(&mut *db)
        .await?
    {
        let list_id: i64 = row.get(0);
        listed.push(Listed {
            list_id,
            kind: kind_of(row.get(1))?,
            target: row.get(2),
            depth: depths.get(&list_id).copied().unwrap_or(1),
            open_sweep: row.get(3),
            last_sweep: row.get(4),
            verdict: row.get::<Option<&str>, _>(5).and_then(Verdict::find),
            ended_at: row.get(6),
            parked: row.get(7),
            bought: (row.get(8), row.get(9)),
            variant: variant_of(row.get(10))?,
            was_held: row.get(11),
            renewal: None,
        });
    }
    Ok(listed)
}

/// Starts a sweep of each list: settled at once where nothing needs to be bought, otherwise with a task.
pub(crate) async fn start(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    lists: Vec<Listed>,
    now: Timestamp,
) -> Result<Vec<Shown>> {
    const SWEEPS: &str = "
        insert into sweeps (
            list_id, harvest_id, generation, endpoint, started_at, ended_at, verdict, reason, counter_before, counter_after,
            fresh_after, renews, base_sweep, expected_units, ended_page
        )
        select
            l.id, $2, l.generation + 1, sweep.value ->> 1, $3,
            case when sweep.value ->> 2 is null then null else $3 end,
            sweep.value ->> 2, sweep.value ->> 3, sweep.value ->> 4, sweep.value ->> 4,
            sweep.value ->> '$[5].since', coalesce(sweep.value ->> '$[5].joins', 0), sweep.value ->> '$[5].base_sweep',
            sweep.value ->> '$[5].units',
            case when sweep.value ->> 2 is not null then (select coalesce(max(id), 0) from pages) end
        from json_each($1) as sweep
        join lists as l on l.id = sweep.value ->> 0
        order by sweep.key
        returning id, list_id";
    const LISTS: &str = "
        update lists
        set
            generation = s.generation,
            open_sweep = case when s.verdict is null then s.id end,
            last_sweep = case when s.verdict is null then lists.last_sweep else s.id end,
            verdict = coalesce(s.verdict, lists.verdict),
            ended_at = case when s.verdict is null then lists.ended_at else $2 end
        from sweeps as s
        where s.list_id = lists.id and s.id in (select value from json_each($1))";
    const TASKS: &str = "
        insert into tasks (
            sweep_id, list_id, harvest_id, kind, kind_rank, target, depth, endpoint, state, created_at
        )
        select s.id, l.id, $2, l.kind, task.value ->> 2, l.target, task.value ->> 1, s.endpoint, 'ready', $3
        from json_each($1) as task
        join sweeps as s on s.id = task.value ->> 0
        join lists as l on l.id = s.list_id
        order by task.key";
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let plans = plan(db, policy, harvest, &lists, now).await?;
    let json = serde_json::to_string(&plans).unwrap_or_else(|_| "[]".into());
    let sweeps: HashMap<i64, i64> = sqlx::query(SWEEPS)
        .bind(json)
        .bind(harvest.id)
        .bind(now)
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.get(1), row.get(0)))
        .collect();
    sqlx::query(LISTS)
        .bind(json_ids(sweeps.values().copied()))
        .bind(now)
        .execute(&mut *db)
        .await?;
    let mut shown = Vec::new();
    let mut tasks = Vec::new();
    let mut together = Vec::new();
    let mut opened = Vec::new();
    let empty = plans
        .iter()
        .filter(|plan| plan.2 == Some(Verdict::Complete.name()))
        .map(|plan| plan.0)
        .collect();
    unsent::close_empty(db, policy, &lists, &empty, &sweeps).await?;
    for (list, plan) in lists.iter().zip(&plans) {
        let sweep = sweeps.get(&list.list_id).copied().unwrap_or_default();
        if plan.2.is_some() {
            shown.push(list.shown(sweep, true));
            continue;
        }
        opened.push(list.list_id);
        if list.kind == Kind::Usertags {
            together.push((list.list_id, sweep, list.depth));
        } else {
            tasks.push((sweep, list.depth, list.kind.rank()));
        }
    }
    if !tasks.is_empty() {
        let json = serde_json::to_string(&tasks).unwrap_or_else(|_| "[]".into());
        sqlx::query(TASKS)
            .bind(json)
            .bind(harvest.id)
            .bind(now)
            .execute(&mut *db)
            .await?;
    }
    let settled: Vec<i64> = shown.iter().map(|list: &Shown| list.list_id).collect();
    due::set(db, policy, &settled).await?;
    set_open(db, harvest, &opened).await?;
    batches::add(db, harvest.id, &together, now).await?;
    Ok(shown)
}

/// How a sweep starts: list, endpoint of its walk, verdict and reason where nothing is bought, counter, how it is read again.
type Plan<'a> = (
    i64,
    Option<&'a str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<i64>,
    Option<Renewal>,
);

async fn plan<'a>(
    db: &mut Connection,
    policy: &'a Policy,
    harvest: &Harvest,
    lists: &[Listed],
    now: Timestamp,
) -> Result<Vec<Plan<'a>>> {
    let fresh_after = |list: &Listed| list.renewal.map_or(harvest.fresh_after, |renewal| renewal.since);
    let asked: Vec<(i64, Kind, &str, Timestamp)> = lists
        .iter()
        .map(|list| (list.list_id, list.kind, list.target.as_str(), fresh_after(list)))
        .collect();
    let owners = owner::owners(db, &asked).await?;
    let retired = holds::retired(db).await?;
    let kinds = lists.iter().map(|list| list.kind);
    let today = lists.iter().any(|list| list.renewal.is_some()).then_some(now);
    let choice = choice::load(db, policy, harvest, kinds, today).await?;
    let mut plans = Vec::with_capacity(lists.len());
    for list in lists {
        let owner = owners.get(&list.list_id).copied().unwrap_or_default();
        let named = (list.kind, list.target.as_str(), list.variant);
        let step = choice.first(policy, named, owner.counter, &retired);
        let settled = unsent::verdict(owner).or_else(|| {
            step.is_none()
                .then(|| (Verdict::Retired, sweeps::nowhere_left(list.variant)))
        });
        plans.push((
            list.list_id,
            step.filter(|_| settled.is_none())
                .map(|step| step.endpoint.as_str()),
            settled.map(|(verdict, _)| verdict.name()),
            settled.map(|(_, reason)| reason),
            owner.counter.or(list.renewal.and_then(|renewal| renewal.counter)),
            list.renewal,
        ));
    }
    Ok(plans)
}

async fn set_open(db: &mut Connection, harvest: &Harvest, lists: &[i64]) -> Result<()> {
    const SQL: &str = "
        update harvest_lists
        set open = 1
        where harvest_id = $1 and list_id in (select value from json_each($2))";
    if lists.is_empty() {
        return Ok(());
    }
    sqlx::query(SQL)
        .bind(harvest.id)
        .bind(json_ids(lists.iter().copied()))
        .execute(&mut *db)
        .await?;
    reopen_harvest(db, harvest.id).await
}

async fn reopen_harvest(db: &mut Connection, id: i64) -> Result<()> {
    const SQL: &str = "
        update harvests
        set finished_at = null
        where id = $1 and finished_at is not null";
    sqlx::query(SQL).bind(id).execute(db).await?;
    Ok(())
}

pub(crate) fn variant_of(params: &str) -> Result<Variant> {
    Variant::find(params).ok_or_else(|| StoreError::Unknown {
        table: "lists",
        column: "params",
        value: params.into(),
    })
}

pub(crate) fn kind_of(name: &str) -> Result<Kind> {
    Kind::find(name).ok_or_else(|| StoreError::Unknown {
        table: "lists",
        column: "kind",
        value: name.into(),
    })
}
