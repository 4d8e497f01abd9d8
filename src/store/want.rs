//! Placing wants: a harvest wants lists; each is already fresh, already under way, settled without a request, or queued.
//!
//! One statement a step for any number of wants, because a page can show dozens of users.

mod start;

use std::collections::HashMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::due::Until;
use crate::store::further::{self, Bought};
use crate::store::harvests::Harvest;
use crate::store::renew::Renewal;
use crate::store::{Connection, Result, StoreError, due, holds, json_ids, plan, sharing, stretches};
use crate::variant::Variant;
use crate::verdict::Verdict;

use start::start;

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
    /// Whether it ended in this round of the harvest, before its seed was held and returned.
    was_held: bool,
    /// Whether the harvest's interval for its kind is over.
    is_due: bool,
    /// How it is read again, if that is why it is read.
    pub renewal: Option<Renewal>,
    /// Why pages of it that were bought are bought again, if they are.
    again: Option<&'static str>,
}

/// Places wants and returns those that already show something.
pub(crate) async fn place(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    wants: &[Want],
    now: Timestamp,
) -> Result<Vec<Shown>> {
    let listed = register(db, policy, harvest, wants, now).await?;
    let retired = holds::retired(db).await?;
    let capped = listed.iter().filter(|list| list.verdict == Some(Verdict::Capped));
    let bought = further::bought(db, capped.map(|list| list.list_id)).await?;
    let open = listed.iter().filter(|list| list.open_sweep.is_some());
    let progress = sharing::progress(db, open.map(|list| list.list_id)).await?;
    let mut shown = Vec::new();
    let mut new = Vec::new();
    let mut joined = Vec::new();
    let mut read_on = Vec::new();
    for list in listed {
        let recent = list
            .ended_at
            .is_some_and(|ended_at| ended_at >= harvest.fresh_after);
        // A profile comes before what hangs from it; any other list that is due is read again like those that were read
        // by this harvest.
        let fresh = recent
            && !(list.kind == Kind::Profile && list.is_due)
            && match list.verdict {
                Some(Verdict::Cancelled | Verdict::Failed) => list.was_held,
                Some(Verdict::Capped) => !bought.get(&list.list_id).is_some_and(|bought| {
                    bought.is_less_than(policy, list.named(), harvest.limits.get(&list.kind), &retired)
                }),
                _ => true,
            };
        // What is due is read anew, as is what was read before the round of the harvest.
        let bought = bought.get(&list.list_id).filter(|_| recent && !list.is_due);
        let again = bought.and_then(Bought::again);
        let goes_on = recent && !fresh && list.open_sweep.is_none();
        let renewal = if goes_on && due::ends_at_the_known(list.kind, list.variant) {
            go_on(db, policy, harvest, &list, now).await?
        } else {
            None
        };
        match (list.open_sweep, list.last_sweep) {
            // A parked list waits for a person: nobody waits for it meanwhile. Nor for one that has shown enough.
            (Some(sweep), _) => {
                let limit = harvest.limits.get(&list.kind);
                let progress = progress.get(&list.list_id);
                if !list.parked && !progress.is_some_and(|progress| progress.meets(limit)) {
                    joined.push(list.list_id);
                }
                shown.push(list.shown(sweep, false));
            }
            (None, Some(sweep)) if fresh => shown.push(list.shown(sweep, true)),
            (None, Some(sweep)) if renewal.is_some() => {
                shown.push(list.shown(sweep, false));
                new.push(Listed { renewal, ..list });
            }
            (None, Some(sweep))
                if bought.is_some_and(|bought| {
                    bought.next_page(policy, list.named(), &retired, now).is_some()
                }) =>
            {
                shown.push(list.shown(sweep, false));
                read_on.push((list.list_id, list.depth, list.kind.rank()));
                joined.push(list.list_id);
            }
            _ => new.push(Listed { again, ..list }),
        }
    }
    further::read_on(db, harvest, &read_on, now).await?;
    set_open(db, harvest, &joined).await?;
    plan::wanted_by(db, policy, harvest.id, &joined).await?;
    let ended: Vec<i64> = shown
        .iter()
        .filter(|list| list.ended)
        .map(|list| list.list_id)
        .collect();
    due::set(db, policy, &ended).await?;
    shown.extend(start(db, policy, harvest, new, now).await?);
    Ok(shown)
}

/// Reads lists again. One that is not due, and is wanted only because the limit of another harvest ended it, is read on.
pub(crate) async fn read_again(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    lists: Vec<Listed>,
    now: Timestamp,
) -> Result<()> {
    let retired = holds::retired(db).await?;
    let bought = further::bought(db, lists.iter().map(|list| list.list_id)).await?;
    let mut anew = Vec::new();
    let mut read_on = Vec::new();
    for list in lists {
        let joins = list.renewal.is_some_and(|renewal| renewal.joins);
        let bought = bought.get(&list.list_id).filter(|_| !list.is_due && !joins);
        let next_page = bought.and_then(|bought| bought.next_page(policy, list.named(), &retired, now));
        if next_page.is_some() {
            read_on.push((list.list_id, list.depth, list.kind.rank()));
        } else {
            let again = bought.and_then(Bought::again);
            anew.push(Listed { again, ..list });
        }
    }
    further::read_on(db, harvest, &read_on, now).await?;
    let open: Vec<i64> = read_on.iter().map(|list| list.0).collect();
    set_open(db, harvest, &open).await?;
    start(db, policy, harvest, anew, now).await?;
    Ok(())
}

/// A list of posts of which a part is known is read on from there. One that is not in the order of time has no such part.
async fn go_on(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    list: &Listed,
    now: Timestamp,
) -> Result<Option<Renewal>> {
    let known = stretches::whole(db, list.list_id, &policy.refresh, now).await?;
    Ok(known.map(|base_sweep| Renewal {
        since: harvest.counters_since(list.kind, now),
        joins: true,
        base_sweep: Some(base_sweep),
        units: None,
        counter: None,
    }))
}

impl Listed {
    fn named(&self) -> (Kind, &str, Variant) {
        (self.kind, &self.target, self.variant)
    }

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
async fn register(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    wants: &[Want],
    now: Timestamp,
) -> Result<Vec<Listed>> {
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
    let mut listed = stand(db, policy, harvest, &depths, now).await?;
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
    policy: &Policy,
    harvest: &Harvest,
    depths: &HashMap<i64, i64>,
    now: Timestamp,
) -> Result<Vec<Listed>> {
    const STATE: &str = "
        select
            l.id, l.kind, l.target, l.open_sweep, l.last_sweep, l.verdict,
            -- What was read on is as old as its first part.
            coalesce(s.first_ended_at, l.ended_at),
            exists (
                select 1 from tasks as t where t.state = 'parked' and (t.list_id = l.id or t.id = m.task_id)
            ),
            l.params,
            exists (select 1 from held_lists as g where g.harvest_id = $2 and g.list_id = l.id and g.round = $3),
            exists (
                select 1
                from harvest_refresh as r
                where r.harvest_id = $2 and r.kind = l.kind
                    and max(l.ended_at, coalesce(l.checked_at, 0)) + coalesce(r.interval_ms * (1 - $6), l.auto_ms, $4) <= $5
            )
        from lists as l
        left join sweeps as s on s.id = l.last_sweep
        left join batch_members as m on m.list_id = l.id
        where l.id in (select value from json_each($1))
        order by l.id";
    let ids = json_ids(depths.keys().copied());
    let until = Until::command(now.max(harvest.due_until));
    let mut listed = Vec::with_capacity(depths.len());
    for row in sqlx::query(STATE)
        .bind(ids)
        .bind(harvest.id)
        .bind(harvest.round)
        .bind(due::longest(policy))
        .bind(until.at)
        .bind(until.early)
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
            variant: variant_of(row.get(8))?,
            was_held: row.get(9),
            is_due: row.get(10),
            renewal: None,
            again: None,
        });
    }
    Ok(listed)
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
