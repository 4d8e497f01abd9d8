//! Starting sweeps: settled at once where nothing needs to be bought, otherwise with a task.

use std::collections::HashMap;

use sqlx::Row as _;

use super::{Listed, Shown, set_open};
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::harvests::Harvest;
use crate::store::owner;
use crate::store::renew::Renewal;
use crate::store::{Connection, Result, batches, choice, due, holds, json_ids, sweeps, unsent};
use crate::verdict::Verdict;

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
            counter_before_at, fresh_after, renews, base_sweep, expected_units, ended_page, walk_reason, reads_again
        )
        select
            l.id, $2, l.generation + 1, sweep.value ->> 1, $3,
            case when sweep.value ->> 2 is null then null else $3 end,
            sweep.value ->> 2, sweep.value ->> 3, sweep.value ->> 4, sweep.value ->> 4,
            sweep.value ->> 8, sweep.value ->> 6, coalesce(sweep.value ->> '$[5].joins', 0), sweep.value ->> '$[5].base_sweep',
            sweep.value ->> '$[5].units',
            case when sweep.value ->> 2 is not null then (select coalesce(max(id), 0) from pages) end,
            sweep.value ->> 7,
            case
                when sweep.value ->> 7 is not null
                then (select coalesce(b.reads_again, b.id) from sweeps as b where b.id = l.last_sweep)
            end
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
    add_tasks(db, harvest, &tasks, now).await?;
    let shut = [Verdict::Gone, Verdict::Private].map(Verdict::name);
    let shut: Vec<i64> = plans
        .iter()
        .filter(|plan| plan.2.is_some_and(|verdict| shut.contains(&verdict)))
        .map(|plan| plan.0)
        .collect();
    due::rarer(db, policy, &shut).await?;
    let settled: Vec<i64> = shown.iter().map(|list: &Shown| list.list_id).collect();
    due::set(db, policy, &settled).await?;
    set_open(db, harvest, &opened).await?;
    batches::add(db, harvest.id, &together, now).await?;
    Ok(shown)
}

/// Adds the tasks of sweeps: sweep, depth, rank of the kind.
async fn add_tasks(
    db: &mut Connection,
    harvest: &Harvest,
    tasks: &[(i64, i64, i64)],
    now: Timestamp,
) -> Result<()> {
    const TASKS: &str = "
        insert into tasks (
            sweep_id, list_id, harvest_id, kind, kind_rank, target, depth, endpoint, state, created_at
        )
        select s.id, l.id, $2, l.kind, task.value ->> 2, l.target, task.value ->> 1, s.endpoint, 'ready', $3
        from json_each($1) as task
        join sweeps as s on s.id = task.value ->> 0
        join lists as l on l.id = s.list_id
        order by task.key";
    if tasks.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_string(tasks).unwrap_or_else(|_| "[]".into());
    sqlx::query(TASKS)
        .bind(json)
        .bind(harvest.id)
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

/// How a sweep starts: list, endpoint of its walk, verdict and reason where nothing is bought, counter, how it is read again,
/// since when a counter counts, why its pages are bought again, when the counter was read; a counter that is carried over only
/// says whether a list is cut.
type Plan<'a> = (
    i64,
    Option<&'a str>,
    Option<&'static str>,
    Option<&'static str>,
    Option<i64>,
    Option<Renewal>,
    Timestamp,
    Option<&'static str>,
    Option<Timestamp>,
);

async fn plan<'a>(
    db: &mut Connection,
    policy: &'a Policy,
    harvest: &Harvest,
    lists: &[Listed],
    now: Timestamp,
) -> Result<Vec<Plan<'a>>> {
    let since = |list: &Listed| {
        let first = || harvest.counters_since(list.kind, now);
        list.renewal.map_or_else(first, |renewal| renewal.since)
    };
    let asked: Vec<(i64, Kind, &str, Timestamp)> = lists
        .iter()
        .map(|list| (list.list_id, list.kind, list.target.as_str(), since(list)))
        .collect();
    let owners = owner::owners(db, &asked).await?;
    let retired = holds::retired(db).await?;
    let kinds = lists.iter().map(|list| list.kind);
    let renews = lists.iter().any(|list| list.renewal.is_some());
    let choice = choice::load(db, policy, harvest, kinds, renews, now).await?;
    let mut plans = Vec::with_capacity(lists.len());
    for list in lists {
        let owner = owners.get(&list.list_id).copied().unwrap_or_default();
        let counter = owner.counter.or(list.renewal.and_then(|renewal| renewal.counter));
        let named = (list.kind, list.target.as_str(), list.variant);
        let step = choice.first(policy, named, counter, &retired);
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
            counter,
            list.renewal,
            since(list),
            list.again.filter(|_| settled.is_none()),
            owner.reading().map(|reading| reading.at),
        ));
    }
    Ok(plans)
}
