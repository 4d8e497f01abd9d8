//! What lists lead to: a seed's profile to its lists, posts to their comments, follow lists to new targets.
//!
//! Everything here is idempotent: a want that was placed in this round of its harvest is not placed again, so the same
//! follow-up may be asked for by each page, by a list that another harvest paid for, and by a changed harvest.

use sqlx::Row as _;

use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::policy::Policy;
use crate::store::due::Until;
use crate::store::harvests::{self, Harvest};
use crate::store::leads::Leading;
use crate::store::want::{self, Shown, Want};
use crate::store::{Connection, Result, candidates, leads, renew, targets};

/// Once so few lists are open, what is due is looked for.
const FEW: i64 = 25;

/// Opens the seeds of a harvest that are neither held nor opened in this round. A name is looked up once: from then on the
/// seed is that user, whoever has the name.
pub(crate) async fn open_seeds(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "
        select value, position, user_id
        from seeds
        where harvest_id = $1 and held_at is null and opened_round < $2
        order by position";
    const OPENED: &str = "
        update seeds
        set opened_round = $2
        where harvest_id = $1 and held_at is null and opened_round < $2";
    let mut wants = Vec::new();
    let mut users = Vec::new();
    for row in sqlx::query(SQL)
        .bind(harvest.id)
        .bind(harvest.round)
        .fetch_all(&mut *db)
        .await?
    {
        let value: String = row.get(0);
        let user_id = value.parse().ok().or_else(|| row.get::<Option<i64>, _>(2));
        match (user_id, value.strip_prefix("search:")) {
            (Some(id), _) => users.push((id, row.get(1))),
            (None, Some(words)) => wants.push(Want::new(harvest, Kind::Search, &words, 1)),
            (None, None) => wants.push(Want::new(harvest, Kind::Profile, &value, 1)),
        }
    }
    sqlx::query(OPENED)
        .bind(harvest.id)
        .bind(harvest.round)
        .execute(&mut *db)
        .await?;
    wants.extend(targets::open_targets(db, harvest, &users, 1, now).await?);
    place_all(db, policy, harvest, wants, now).await
}

/// Looks at everything that a harvest has seen in this round, for a harvest that now wants more of it.
pub(crate) async fn look_again(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    now: Timestamp,
) -> Result<()> {
    const TARGETS: &str = "
        select user_id, depth
        from targets
        where harvest_id = $1
        order by depth, rank";
    const LISTS: &str = "
        select l.kind, l.target, h.depth, coalesce(l.open_sweep, l.last_sweep), l.open_sweep is null, l.id, l.params
        from harvest_lists as h
        join lists as l on l.id = h.list_id
        where h.harvest_id = $1 and h.round = $2 and coalesce(l.open_sweep, l.last_sweep) is not null
        order by l.id";
    let mut wants = Vec::new();
    for row in sqlx::query(TARGETS).bind(harvest.id).fetch_all(&mut *db).await? {
        wants.extend(targets::wants_of_target(harvest, row.get(0), row.get(1)));
    }
    for row in sqlx::query(LISTS)
        .bind(harvest.id)
        .bind(harvest.round)
        .fetch_all(&mut *db)
        .await?
    {
        let shown = Shown {
            kind: want::kind_of(row.get(0))?,
            target: row.get(1),
            depth: row.get(2),
            sweep: row.get(3),
            ended: row.get(4),
            list_id: row.get(5),
            variant: want::variant_of(row.get(6))?,
        };
        wants.extend(leads::children(db, harvest, &shown, now).await?);
    }
    place_all(db, policy, harvest, wants, now).await
}

/// A list ended: its harvests have one less open, and a profile opens its user's lists, unless a person cancelled it.
pub(crate) async fn list_ended(
    db: &mut Connection,
    policy: &Policy,
    shown: &Shown,
    opens_lists: bool,
    now: Timestamp,
) -> Result<()> {
    let closed = close_for_all(db, shown.list_id).await?;
    if shown.kind == Kind::Profile {
        for (harvest, depth) in harvests_wanting(db, shown.list_id).await? {
            let shown = Shown {
                depth,
                ..shown.clone()
            };
            let wants = if opens_lists {
                leads::children(db, &harvest, &shown, now).await?
            } else {
                leads::candidate_ended(db, &harvest, &shown, now).await?
            };
            place_all(db, policy, &harvest, wants, now).await?;
        }
    }
    for harvest_id in closed {
        settle(db, policy, harvest_id, now).await?;
    }
    Ok(())
}

/// A list was parked: its harvests go on without it.
pub(crate) async fn list_parked(
    db: &mut Connection,
    policy: &Policy,
    list_id: i64,
    now: Timestamp,
) -> Result<()> {
    const PROFILE: &str = "
        select cast(target as integer)
        from lists
        where id = $1 and kind = 'profile' and target not like '@%'";
    let profile: Option<i64> = sqlx::query_scalar(PROFILE)
        .bind(list_id)
        .fetch_optional(&mut *db)
        .await?;
    if let Some(user) = profile {
        candidates::profile_parked(db, user).await?;
    }
    for harvest_id in close_for_all(db, list_id).await? {
        settle(db, policy, harvest_id, now).await?;
    }
    Ok(())
}

/// A parked list goes on: its harvests wait for it again.
pub(crate) async fn list_unparked(db: &mut Connection, list_id: i64) -> Result<()> {
    const OPEN: &str = "
        update harvest_lists
        set open = 1
        where list_id = $1 and round = (select h.round from harvests as h where h.id = harvest_id)";
    const HARVESTS: &str = "
        update harvests
        set finished_at = null
        where id in (select harvest_id from harvest_lists where list_id = $1 and open = 1)";
    sqlx::query(OPEN).bind(list_id).execute(&mut *db).await?;
    sqlx::query(HARVESTS).bind(list_id).execute(&mut *db).await?;
    Ok(())
}

/// A page of a list showed these items: each harvest that wants the list takes what it wants of them.
pub(crate) async fn page_shown(
    db: &mut Connection,
    policy: &Policy,
    list: &Leading<'_>,
    items: &[i64],
    now: Timestamp,
) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    for (harvest, depth) in harvests_wanting(db, list.list_id).await? {
        let list = Leading { depth, ..*list };
        let wants = leads::led_to(db, &harvest, &list, items, now).await?;
        place_all(db, policy, &harvest, wants, now).await?;
    }
    Ok(())
}

/// A name turned out to be a user: the seed's harvests open the user, whose profile this answer was.
pub(crate) async fn name_resolved(
    db: &mut Connection,
    policy: &Policy,
    list_id: i64,
    name: &str,
    user_id: i64,
    now: Timestamp,
) -> Result<()> {
    const SEEDS: &str = "
        update seeds
        set user_id = $2
        where value = $1 and user_id is null";
    // The user's own profile list ends with the answer, unless it is being read anyway.
    const LIST: &str = "
        insert into lists (kind, target, generation)
        values ('profile', $1, 0)
        on conflict (kind, target, params) do nothing";
    const SWEEP: &str = "
        insert into sweeps (
            list_id, harvest_id, generation, started_at, ended_at, verdict, reason, distinct_items, covered
        )
        select p.id, s.harvest_id, p.generation + 1, $3, $3, 'complete', 'shown by ' || $4, 1, 1
        from lists as n
        join sweeps as s on s.id = coalesce(n.open_sweep, n.last_sweep)
        join lists as p on p.kind = 'profile' and p.target = $1 and p.params = '' and p.open_sweep is null
        where n.id = $2
        returning id";
    const ENDED: &str = "
        update lists
        set generation = generation + 1, last_sweep = $2, verdict = 'complete', ended_at = $3
        where kind = 'profile' and target = $1 and params = ''";
    let target = user_id.to_string();
    sqlx::query(SEEDS)
        .bind(name)
        .bind(user_id)
        .execute(&mut *db)
        .await?;
    sqlx::query(LIST).bind(&target).execute(&mut *db).await?;
    let sweep: Option<i64> = sqlx::query_scalar(SWEEP)
        .bind(&target)
        .bind(list_id)
        .bind(now)
        .bind(name)
        .fetch_optional(&mut *db)
        .await?;
    if let Some(sweep) = sweep {
        sqlx::query(ENDED)
            .bind(&target)
            .bind(sweep)
            .bind(now)
            .execute(&mut *db)
            .await?;
    }
    for (harvest, _) in harvests_wanting(db, list_id).await? {
        let wants = targets::open_named(db, &harvest, name, user_id, now).await?;
        place_all(db, policy, &harvest, wants, now).await?;
    }
    Ok(())
}

/// Opens the next depth of a harvest where it is due, and notes when nothing is open any more.
pub(crate) async fn settle(db: &mut Connection, policy: &Policy, id: i64, now: Timestamp) -> Result<()> {
    const OPEN: &str = "
        select min(depth)
        from harvest_lists
        where harvest_id = $1 and open = 1";
    const FEW_OPEN: &str = "
        select count(*) <= $2
        from (select 1 from harvest_lists where harvest_id = $1 and open = 1 limit $2 + 1)";
    const FINISHED: &str = "
        update harvests
        set finished_at = $2
        where id = $1 and finished_at is null";
    loop {
        let harvest = harvests::load(db, id).await?;
        let lowest_open: Option<i64> = sqlx::query_scalar(OPEN).bind(id).fetch_one(&mut *db).await?;
        let deeper = harvest.users_limit.is_some() && harvest.open_depth < harvest.depth;
        if deeper && lowest_open.is_none_or(|depth| depth > harvest.open_depth) {
            match targets::open_next_depth(db, &harvest, now).await? {
                targets::Next::Opened(wants) | targets::Next::Asks(wants) => {
                    place_all(db, policy, &harvest, wants, now).await?;
                    continue;
                }
                targets::Next::Waits => {}
            }
        }
        // What is due does not wait for a list that is read over several days.
        let few: bool = sqlx::query_scalar(FEW_OPEN)
            .bind(id)
            .bind(FEW)
            .fetch_one(&mut *db)
            .await?;
        if few
            && !harvest.intervals.is_empty()
            && renew::renew(db, policy, id, Until::command(harvest.due_until), now).await? > 0
        {
            continue;
        }
        if lowest_open.is_none() {
            sqlx::query(FINISHED).bind(id).bind(now).execute(&mut *db).await?;
        }
        return Ok(());
    }
}

/// Places wants, then what the lists lead to that already show something, and so on.
async fn place_all(
    db: &mut Connection,
    policy: &Policy,
    harvest: &Harvest,
    mut wants: Vec<Want>,
    now: Timestamp,
) -> Result<()> {
    while !wants.is_empty() {
        let shown = want::place(db, policy, harvest, &wants, now).await?;
        wants = Vec::new();
        for shown in &shown {
            wants.extend(leads::children(db, harvest, shown, now).await?);
        }
    }
    Ok(())
}

async fn harvests_wanting(db: &mut Connection, list_id: i64) -> Result<Vec<(Harvest, i64)>> {
    const SQL: &str = "
        select w.harvest_id, w.depth
        from harvest_lists as w
        join harvests as h on h.id = w.harvest_id and h.round = w.round
        where w.list_id = $1
        order by w.harvest_id";
    let rows = sqlx::query(SQL).bind(list_id).fetch_all(&mut *db).await?;
    let mut wanting = Vec::with_capacity(rows.len());
    for row in rows {
        wanting.push((harvests::load(db, row.get(0)).await?, row.get(1)));
    }
    Ok(wanting)
}

/// Nobody waits for a list any more; returns who did.
async fn close_for_all(db: &mut Connection, list_id: i64) -> Result<Vec<i64>> {
    const SQL: &str = "
        update harvest_lists
        set open = 0
        where list_id = $1 and open = 1
        returning harvest_id";
    Ok(sqlx::query_scalar(SQL).bind(list_id).fetch_all(db).await?)
}
