//! The known stretches of lists of posts, so that reading one again ends where it meets what is known.

mod rows;
mod wanted;

use std::collections::HashMap;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::endpoint::{Next, Page};
use crate::policy::Policy;
use crate::refresh::Rules;
use crate::store::claim::Task;
use crate::store::due;
use crate::store::owner::Owner;
use crate::store::sweeps::{self, Sweep};
use crate::store::{Connection, Result};
use crate::stretch::{self, Mark, Read, Step, Stretch};
use crate::verdict::Verdict;
use rows::{ends_within, forget, of_list, put};
use wanted::{Seen, Wanted, wanted};

/// What a page of a list of posts means beside what the page itself says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing: the walk goes on as the page says.
    Nothing,
    /// What is known in all, where the walk has joined what was known before.
    Covers(i64),
    /// The next page to ask for is the one where what is known ends.
    Jump(String),
    /// The cursor of an earlier walk led astray: the walk starts again.
    Astray,
    /// All is known: the walk is over.
    All {
        verdict: Verdict,
        reason: String,
        covered: i64,
    },
}

/// The oldest sweep whose sightings still stand for a list, if it need not be read whole.
pub(crate) async fn whole(
    db: &mut Connection,
    list_id: i64,
    rules: &Rules,
    now: Timestamp,
) -> Result<Option<i64>> {
    // The newest stretch is the one that a walk meets first.
    const SQL: &str = "
        select min(since_sweep), (
            select n.read_at from list_stretches as n where n.list_id = $1 order by n.newest_at desc, n.sweep_id desc limit 1
        )
        from list_stretches
        where list_id = $1";
    let row = sqlx::query(SQL).bind(list_id).fetch_one(db).await?;
    let since: Option<i64> = row.get(0);
    let age = now - row.get::<Option<Timestamp>, _>(1).unwrap_or_default();
    let most = i64::try_from(rules.whole_every.as_millis()).unwrap_or(i64::MAX);
    Ok(since.filter(|_| age < most))
}

/// Adds a page to the stretches of its list and says what that means for the walk. Where what is known is all that the payer
/// wants, but not all that others want who wait for the list, one of them pays from there on.
pub(crate) async fn after_page(
    db: &mut Connection,
    policy: &Policy,
    task: &mut Task,
    sweep: &Sweep,
    owner: &Owner,
    (page, now): (&Page, Timestamp),
) -> Result<Known> {
    let is_of_use = due::ends_at_the_known(task.kind, task.variant) && !sweep.unordered;
    if !is_of_use || page.next == Next::Missing {
        return Ok(Known::Nothing);
    }
    let (own, others) = of_list(db, task).await?;
    let marks = marks(page);
    let asked = task.clone();
    let mut read = Read {
        marks: marks.as_deref().unwrap_or_default(),
        ended: page.next == Next::End,
        endpoint: &asked.endpoint,
        cursor: asked.cursor.as_deref(),
        sweep: task.sweep_id,
        started_at: started_at(db, task.sweep_id).await?,
        joins: sweep.renews,
        jumps: !sweep.restarted,
    };
    if marks.is_none() {
        return unordered(db, task).await;
    }
    let seen = Seen {
        own: own.as_ref(),
        others: &others,
        read: &read,
    };
    let (wanted, rest) = wanted(db, policy, task, seen, now).await?;
    let mut outcome = stretch::after_page(own.clone(), &rest, &read);
    if outcome.step == Step::Known
        && let Some(joined) = &outcome.own
        && joined.reaches_end
        && !fits(db, task, joined, owner).await?
    {
        // Something came or went out of sight: the list is read whole.
        give_up_joining(db, task).await?;
        read.joins = false;
        outcome = stretch::after_page(own, &rest, &read);
    }
    if outcome.step == Step::Unordered {
        return unordered(db, task).await;
    }
    let mut own = outcome.own;
    if read.ended
        && let Some(own) = &mut own
    {
        own.surplus = surplus(db, task, own, owner).await?;
    }
    for place in &outcome.absorbed {
        forget(db, task.list_id, others[*place].0).await?;
    }
    let Some(own) = own else {
        return Ok(Known::Nothing);
    };
    put(db, task, &own).await?;
    if read.ended || outcome.step == Step::Known {
        rest_on(db, task.sweep_id, Some(own.since_sweep)).await?;
    }
    meaning(db, task, &own, outcome.step, read.ended, wanted).await
}

async fn meaning(
    db: &mut Connection,
    task: &Task,
    own: &Stretch,
    step: Step,
    ended: bool,
    wanted: Wanted,
) -> Result<Known> {
    let joined = own.since_sweep < task.sweep_id;
    Ok(match step {
        Step::Jump(cursor) => Known::Jump(cursor),
        Step::Astray => Known::Astray,
        Step::Known => {
            let covered = count(db, task, own, None).await?;
            let (verdict, reason) = if own.reaches_end {
                (
                    Verdict::Complete,
                    format!("joined what is known: {covered} in all"),
                )
            } else {
                (
                    Verdict::Capped,
                    format!("joined what is known within the limit: {covered} in all"),
                )
            };
            Known::All {
                verdict,
                reason,
                covered,
            }
        }
        Step::GoOn if joined && (ended || wanted.items.is_some()) => {
            let covered = count(db, task, own, None).await?;
            match wanted.items {
                Some(items) if !ended && covered >= items => {
                    ends_within(db, task, wanted.limits).await?;
                    Known::All {
                        verdict: Verdict::Capped,
                        reason: format!("limit of the harvest: {covered} in all"),
                        covered,
                    }
                }
                _ if ended => Known::Covers(covered),
                _ => Known::Nothing,
            }
        }
        Step::GoOn | Step::Unordered => Known::Nothing,
    })
}

/// A walk is over. Where it did not come to the end of a whole list, its stretch does not reach the end; and where it read
/// within a limit without joining, nothing older is kept beside it.
pub(crate) async fn walk_ended(
    db: &mut Connection,
    task: &Task,
    sweep: &Sweep,
    verdict: Verdict,
) -> Result<()> {
    const SHORT: &str = "
        update list_stretches
        set reaches_end = 0, surplus = null
        where list_id = $1 and sweep_id = $2 and walk = $3";
    const OLDER: &str = "
        delete from list_stretches
        where list_id = $1 and (sweep_id <> $2 or walk <> $3)";
    if !due::ends_at_the_known(task.kind, task.variant) || verdict == Verdict::Complete {
        return Ok(());
    }
    if verdict == Verdict::Capped {
        let limits = sweeps::limits(db, task).await?;
        ends_within(db, task, limits).await?;
    }
    let mut statements = vec![SHORT];
    if verdict == Verdict::Capped && !sweep.renews {
        statements.push(OLDER);
    }
    for statement in statements {
        sqlx::query(statement)
            .bind(task.list_id)
            .bind(task.sweep_id)
            .bind(task.walk)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Whether the walk of a task goes on from the cursor of an earlier one and has not yet met what is known.
pub(crate) async fn has_jumped(db: &mut Connection, task: &Task) -> Result<bool> {
    const SQL: &str = "
        select exists (
            select 1 from list_stretches where list_id = $1 and sweep_id = $2 and walk = $3 and jumped = 1
        )";
    Ok(sqlx::query_scalar(SQL)
        .bind(task.list_id)
        .bind(task.sweep_id)
        .bind(task.walk)
        .fetch_one(db)
        .await?)
}

/// The posts of a page in their order, without those that are pinned; none if one has no time.
fn marks(page: &Page) -> Option<Vec<Mark>> {
    let times: HashMap<i64, i64> = page
        .rows
        .media
        .iter()
        .filter_map(|media| Some((media.id.0, *media.taken_at.value()?)))
        .collect();
    page.entries
        .iter()
        .filter(|entry| !entry.pinned)
        .map(|entry| {
            Some(Mark {
                taken_at: *times.get(&entry.id)?,
                id: entry.id,
            })
        })
        .collect()
}

/// Whether what is known still fits the counter, if that was read since: as many posts more or less as when the list was
/// read to its end. Posts that are younger than the counter do not count.
async fn fits(db: &mut Connection, task: &Task, joined: &Stretch, owner: &Owner) -> Result<bool> {
    let (Some(surplus), Some(counter), Some(read_at)) = (joined.surplus, owner.counter, owner.read_at) else {
        return Ok(true);
    };
    Ok(count(db, task, joined, Some(read_at)).await? - counter == surplus)
}

async fn surplus(db: &mut Connection, task: &Task, own: &Stretch, owner: &Owner) -> Result<Option<i64>> {
    let (Some(counter), Some(read_at)) = (owner.counter, owner.read_at) else {
        return Ok(None);
    };
    Ok(Some(count(db, task, own, Some(read_at)).await? - counter))
}

/// How many posts are known that were made until a time.
async fn count(db: &mut Connection, task: &Task, own: &Stretch, until: Option<Timestamp>) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from user_media as m
        left join media as p on p.id = m.media_id
        where m.list = $1 and m.user_id = $2 and m.sweep_id between $3 and $4
            and ($5 is null or coalesce(p.taken_at, 0) <= $5)";
    Ok(sqlx::query_scalar(SQL)
        .bind(task.kind.name())
        .bind(owner_of(task))
        .bind(own.since_sweep)
        .bind(task.sweep_id)
        .bind(until)
        .fetch_one(db)
        .await?)
}

fn owner_of(task: &Task) -> i64 {
    task.target.parse().unwrap_or_default()
}

async fn started_at(db: &mut Connection, sweep_id: i64) -> Result<Timestamp> {
    const SQL: &str = "
        select started_at
        from sweeps
        where id = $1";
    Ok(sqlx::query_scalar(SQL).bind(sweep_id).fetch_one(db).await?)
}

/// From a list that is not in the order of time nothing is concluded.
async fn unordered(db: &mut Connection, task: &Task) -> Result<Known> {
    const SQL: &str = "
        delete from list_stretches
        where list_id = $1";
    const UNORDERED: &str = "
        update sweeps
        set unordered = 1
        where id = $1";
    sqlx::query(SQL).bind(task.list_id).execute(&mut *db).await?;
    sqlx::query(UNORDERED)
        .bind(task.sweep_id)
        .execute(&mut *db)
        .await?;
    give_up_joining(db, task).await?;
    Ok(Known::Nothing)
}

/// The walk reads on to the end.
async fn give_up_joining(db: &mut Connection, task: &Task) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set renews = 0
        where id = $1";
    sqlx::query(SQL).bind(task.sweep_id).execute(&mut *db).await?;
    rest_on(db, task.sweep_id, None).await
}

/// Notes on which older sweeps a sweep rests.
async fn rest_on(db: &mut Connection, sweep_id: i64, base: Option<i64>) -> Result<()> {
    const SQL: &str = "
        update sweeps
        set base_sweep = $2
        where id = $1";
    sqlx::query(SQL).bind(sweep_id).bind(base).execute(db).await?;
    Ok(())
}
