//! Candidates: found users whom the harvest's filter looks at before they become targets.
//!
//! What short forms have shown decides where it can; otherwise the candidate's profile is bought. With a limit of users
//! the candidates are taken in waves of as many as there are places left, so that no profile is bought for a place that
//! somebody before has taken.

use std::collections::HashSet;

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::store::harvests::{Filter, Harvest};
use crate::store::judge::{Judged, Known, judge};
use crate::store::targets;
use crate::store::want::Want;
use crate::store::{Connection, Result, found, json_ids};

/// Takes users that a page showed, where no limit of users makes an order: who passes becomes a target.
pub(crate) async fn take_as_shown(
    db: &mut Connection,
    harvest: &Harvest,
    users: &[i64],
    depth: i64,
    now: Timestamp,
) -> Result<Vec<Want>> {
    // Whoever was looked at already comes again where this is a shorter way to them, and keeps the verdict.
    const NEW: &str = "
        select
            shown.value,
            case
                when exists (select 1 from targets as t where t.harvest_id = $2 and t.user_id = shown.value) then 'passed'
                else (select c.verdict from candidates as c where c.harvest_id = $2 and c.user_id = shown.value)
            end
        from json_each($1) as shown
        where not exists (
                select 1 from targets as t where t.harvest_id = $2 and t.user_id = shown.value and t.depth <= $3
            )
            and not exists (
                select 1 from candidates as c where c.harvest_id = $2 and c.user_id = shown.value and c.depth <= $3
            )
        order by shown.key";
    if harvest.filter == Filter::default() {
        return targets::open_targets(db, harvest, &targets::unranked(users), depth, now).await;
    }
    let new: Vec<(i64, Option<String>)> = sqlx::query_as(NEW)
        .bind(json_ids(users.iter().copied()))
        .bind(harvest.id)
        .bind(depth)
        .fetch_all(&mut *db)
        .await?;
    let open = |verdict: &Option<String>| !matches!(verdict.as_deref(), Some("passed" | "failed"));
    let unjudged: Vec<i64> = new
        .iter()
        .filter(|(_, verdict)| open(verdict))
        .map(|(user, _)| *user)
        .collect();
    let judged = judge_all(db, harvest, &unjudged).await?;
    note(db, harvest, &judged, depth).await?;
    let mut wants = asks(harvest, &judged, depth);
    let pass_now: HashSet<i64> = judged
        .iter()
        .filter(|(_, judged)| *judged == Judged::Passed)
        .map(|(user, _)| *user)
        .collect();
    let taken: Vec<i64> = new
        .iter()
        .filter(|(user, verdict)| verdict.as_deref() == Some("passed") || pass_now.contains(user))
        .map(|(user, _)| *user)
        .collect();
    let taken = targets::unranked(&taken);
    wants.extend(targets::open_targets(db, harvest, &taken, depth, now).await?);
    Ok(wants)
}

/// So many found users are put in order and looked at at first.
const FIRST_LOOK: i64 = 100;

/// What the next step towards a depth is, where there is a limit of users.
#[derive(Debug)]
pub(crate) enum Wave {
    /// Profiles to buy; when all have ended the next wave follows.
    Asks(Vec<Want>),
    /// Profiles of this wave are still to come.
    Waits,
    /// Nobody is left, or no place: these become the targets, in this order.
    Ends(Vec<i64>),
}

/// Takes waves of candidates for the depth below `harvest.open_depth` until one needs profiles or all is decided.
pub(crate) async fn next_wave(db: &mut Connection, harvest: &Harvest, places: i64) -> Result<Wave> {
    const STATE: &str = "
        select
            coalesce(sum(verdict = 'waiting'), 0),
            coalesce(sum(verdict = 'passed'), 0)
        from candidates as c
        where harvest_id = $1 and round = $2 and depth = $3
            and not exists (select 1 from targets as t where t.harvest_id = $1 and t.user_id = c.user_id)";
    // A place may have been filled meanwhile by somebody whose profile was parked before.
    const PASSED: &str = "
        select user_id
        from candidates as c
        where harvest_id = $1 and round = $2 and depth = $3 and verdict = 'passed'
            and not exists (select 1 from targets as t where t.harvest_id = $1 and t.user_id = c.user_id)
        order by place
        limit $4";
    let depth = harvest.open_depth + 1;
    judge_the_stuck(db, harvest, depth).await?;
    // Each look puts everybody found in order, so the next one takes more of them at once.
    let mut at_once = places.max(FIRST_LOOK);
    loop {
        let row = sqlx::query(STATE)
            .bind(harvest.id)
            .bind(harvest.round)
            .bind(depth)
            .fetch_one(&mut *db)
            .await?;
        let (waiting, passed): (i64, i64) = (row.get(0), row.get(1));
        if waiting > 0 {
            return Ok(Wave::Waits);
        }
        let left = (places - passed).max(0);
        let next = if left > 0 {
            found::in_order(db, harvest, harvest.open_depth, at_once).await?
        } else {
            Vec::new()
        };
        if next.is_empty() {
            let passed = sqlx::query_scalar(PASSED)
                .bind(harvest.id)
                .bind(harvest.round)
                .bind(depth)
                .bind(places)
                .fetch_all(&mut *db)
                .await?;
            return Ok(Wave::Ends(passed));
        }
        let mut judged = judge_all(db, harvest, &next).await?;
        judged.truncate(filling(&judged, left));
        note(db, harvest, &judged, depth).await?;
        let wants = asks(harvest, &judged, depth);
        if !wants.is_empty() {
            return Ok(Wave::Asks(wants));
        }
        at_once = at_once.saturating_mul(4);
    }
}

/// How many users from the first on fill so many places, if all whose profiles are asked for pass.
fn filling(judged: &[(i64, Judged)], places: i64) -> usize {
    let mut left = places;
    for (at, (_, judged)) in judged.iter().enumerate() {
        if left == 0 {
            return at;
        }
        left -= i64::from(matches!(judged, Judged::Passed | Judged::Unknown));
    }
    judged.len()
}

/// Candidates whose profile nobody reads any more, because it was parked or given up before they were candidates, are
/// judged by what is known: nobody waits for a person.
async fn judge_the_stuck(db: &mut Connection, harvest: &Harvest, depth: i64) -> Result<()> {
    const STUCK: &str = "
        select user_id
        from candidates as c
        where harvest_id = $1 and round = $2 and depth = $3 and verdict = 'waiting'
            and not exists (
                select 1
                from lists as l
                join harvest_lists as w on w.list_id = l.id and w.harvest_id = $1 and w.open = 1
                where l.kind = 'profile' and l.target = cast(c.user_id as text)
            )
        order by place";
    let stuck: Vec<i64> = sqlx::query_scalar(STUCK)
        .bind(harvest.id)
        .bind(harvest.round)
        .bind(depth)
        .fetch_all(&mut *db)
        .await?;
    for (user, known) in known(db, &stuck).await? {
        write(db, harvest, user, judge(&harvest.filter, known, true)).await?;
    }
    Ok(())
}

async fn judge_all(db: &mut Connection, harvest: &Harvest, users: &[i64]) -> Result<Vec<(i64, Judged)>> {
    Ok(known(db, users)
        .await?
        .into_iter()
        .map(|(user, known)| (user, judge(&harvest.filter, known, false)))
        .collect())
}

/// The profiles that must be bought.
fn asks(harvest: &Harvest, judged: &[(i64, Judged)], depth: i64) -> Vec<Want> {
    judged
        .iter()
        .filter(|(_, judged)| *judged == Judged::Unknown)
        .map(|(user, _)| Want::new(harvest, Kind::Profile, user, depth))
        .collect()
}

/// Writes down who was looked at, and what came of it.
async fn note(db: &mut Connection, harvest: &Harvest, judged: &[(i64, Judged)], depth: i64) -> Result<()> {
    const ADD: &str = "
        insert into candidates (harvest_id, user_id, depth, place, round, verdict, reason, bought)
        select
            $2, judged.value ->> 0, $3,
            (select coalesce(max(place) + 1, 0) from candidates where harvest_id = $2) + judged.key,
            $4, judged.value ->> 1, judged.value ->> 2, judged.value ->> 1 = 'waiting'
        from json_each($1) as judged
        where true
        on conflict (harvest_id, user_id) do update set
            depth = excluded.depth,
            place = excluded.place,
            round = excluded.round,
            verdict = excluded.verdict,
            reason = excluded.reason,
            bought = excluded.bought";
    let rows: Vec<(i64, &str, Option<&str>)> = judged
        .iter()
        .map(|(user, judged)| (*user, judged.word(), judged.reason()))
        .collect();
    sqlx::query(ADD)
        .bind(serde_json::to_string(&rows).unwrap_or_else(|_| "[]".into()))
        .bind(harvest.id)
        .bind(depth)
        .bind(harvest.round)
        .execute(db)
        .await?;
    Ok(())
}

/// Writes down what came of looking at somebody again.
async fn write(db: &mut Connection, harvest: &Harvest, user: i64, judged: Judged) -> Result<()> {
    const SQL: &str = "
        update candidates
        set verdict = $3, reason = $4
        where harvest_id = $1 and user_id = $2";
    sqlx::query(SQL)
        .bind(harvest.id)
        .bind(user)
        .bind(judged.word())
        .bind(judged.reason())
        .execute(db)
        .await?;
    Ok(())
}

/// A candidate's profile list has ended, well or not: the candidate is judged by what is known now. Where the candidate's
/// depth has opened already (its profile had been parked), who passes becomes a target at once.
pub(crate) async fn profile_ended(
    db: &mut Connection,
    harvest: &Harvest,
    user: i64,
    now: Timestamp,
) -> Result<Vec<Want>> {
    const OPEN: &str = "
        select depth
        from candidates
        where harvest_id = $1 and user_id = $2 and round = $3 and bought = 1 and verdict <> 'passed'";
    const PLACES: &str = "
        update harvests
        set users_added = users_added + 1
        where id = $1 and users_added < users_limit";
    let depth: Option<i64> = sqlx::query_scalar(OPEN)
        .bind(harvest.id)
        .bind(user)
        .bind(harvest.round)
        .fetch_optional(&mut *db)
        .await?;
    let Some(depth) = depth else {
        return Ok(Vec::new());
    };
    let known = known(db, &[user]).await?;
    let known = known.first().map(|(_, known)| *known).unwrap_or_default();
    let judged = judge(&harvest.filter, known, true);
    write(db, harvest, user, judged).await?;
    let is_due = if harvest.users_limit.is_none() {
        true
    } else {
        harvest.open_depth >= depth
            && judged == Judged::Passed
            && sqlx::query(PLACES)
                .bind(harvest.id)
                .execute(&mut *db)
                .await?
                .rows_affected()
                == 1
    };
    if judged == Judged::Passed && is_due {
        return targets::open_targets(db, harvest, &targets::unranked(&[user]), depth, now).await;
    }
    Ok(Vec::new())
}

/// The profile of a user is parked: whoever waits for it goes on without.
pub(crate) async fn profile_parked(db: &mut Connection, user: i64) -> Result<()> {
    const SQL: &str = "
        update candidates
        set verdict = 'failed', reason = 'its profile is parked'
        where user_id = $1 and verdict = 'waiting'";
    sqlx::query(SQL).bind(user).execute(db).await?;
    Ok(())
}

/// A new round looks at everybody anew.
pub(crate) async fn forget(db: &mut Connection, harvest_id: i64) -> Result<()> {
    const SQL: &str = "
        delete from candidates
        where harvest_id = $1";
    sqlx::query(SQL).bind(harvest_id).execute(db).await?;
    Ok(())
}

/// What is known of users, in their order.
async fn known(db: &mut Connection, users: &[i64]) -> Result<Vec<(i64, Known)>> {
    const SQL: &str = "
        select shown.value, u.is_private, u.is_verified, u.follower_count, u.profiled_at is not null, u.gone_at is not null
        from json_each($1) as shown
        left join users as u on u.id = shown.value
        order by shown.key";
    let rows = sqlx::query(SQL)
        .bind(json_ids(users.iter().copied()))
        .fetch_all(db)
        .await?;
    Ok(rows
        .iter()
        .map(|row| {
            let known = Known {
                private: row.get(1),
                verified: row.get(2),
                followers: row.get(3),
                profiled: row.get(4),
                gone: row.get(5),
            };
            (row.get(0), known)
        })
        .collect())
}
