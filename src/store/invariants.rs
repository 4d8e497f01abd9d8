//! What is true of every file whatever happened before: claims, each with the statement that finds what speaks against it.
//!
//! Tests ask all of them after every harvest, `gleaner doctor` those that suit the moment.

use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::store::{Result, sql};

/// A claim about every file.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// What is true.
    pub claim: &'static str,
    /// Its rows speak against the claim.
    statement: &'static str,
    /// When it can be asked.
    holds: Holds,
    /// Whether asking reads whole tables of harvested rows, which takes long on a large file.
    reads_all_rows: bool,
}

/// When a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// Between any two commits.
    Always,
    /// While no engine works on the file.
    AtRest,
}

/// Which claims are asked.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Whether an engine works on the file: claims that hold only at rest are left out then.
    pub working: bool,
    /// Whether to ask also what reads every harvested row.
    pub all_rows: bool,
}

/// A claim that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The claim.
    pub claim: &'static str,
    /// How many rows speak against it.
    pub rows: i64,
    /// The first of them, their columns joined by blanks.
    pub examples: Vec<String>,
}

/// What asking came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many claims were asked.
    pub asked: usize,
    /// How many were left out because an engine works on the file.
    pub not_at_rest: usize,
    /// How many were left out because they read every row.
    pub too_long: usize,
    /// Those that do not hold.
    pub broken: Vec<Broken>,
}

/// How many rows are shown as examples.
const EXAMPLES: usize = 5;

/// Asks every claim within the scope.
pub async fn check(pool: &SqlitePool, scope: Scope) -> Result<Checked> {
    let mut checked = Checked::default();
    for invariant in ALL {
        if scope.working && invariant.holds == Holds::AtRest {
            checked.not_at_rest += 1;
        } else if invariant.reads_all_rows && !scope.all_rows {
            checked.too_long += 1;
        } else {
            checked.asked += 1;
            checked.broken.extend(ask(pool, invariant).await?);
        }
    }
    Ok(checked)
}

async fn ask(pool: &SqlitePool, invariant: &Invariant) -> Result<Option<Broken>> {
    // A few rows tell what is wrong; a file may hold millions.
    let counted = format!("select count(*) from ({})", invariant.statement);
    let rows: i64 = sqlx::query_scalar(AssertSqlSafe(counted)).fetch_one(pool).await?;
    if rows == 0 {
        return Ok(None);
    }
    let first = format!("select * from ({}) limit {EXAMPLES}", invariant.statement);
    let answer = sql::ask(pool, &first).await?;
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let examples = answer.rows.iter();
    let examples = examples.map(|row| row.iter().map(text).collect::<Vec<_>>().join(" "));
    Ok(Some(Broken {
        claim: invariant.claim,
        rows,
        examples: examples.collect(),
    }))
}

const ALL: &[Invariant] = &[
    Invariant {
        claim: "the running sums are the ledger's",
        statement: "with spent as (
            select 'all' as scope, state, reserved, units from ledger
            union all
            select 'day:' || day, state, reserved, units from ledger
            union all
            select 'harvest:' || harvest_id, state, reserved, units from ledger
            union all
            select 'run:' || run_id, state, reserved, units from ledger where run_id is not null
        ), sums as (
            select
                scope,
                sum(case when state in ('settled', 'fenced') then units else 0 end) as settled,
                sum(case when state = 'reserved' then reserved else 0 end) as reserved,
                sum(case when state = 'lost' then units else 0 end) as lost
            from spent
            group by scope
        )
        select a.scope, b.scope
        from sums as a
        full join spend as b on a.scope = b.scope
        where a.settled is not b.settled or a.reserved is not b.reserved or a.lost is not b.lost",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "what the endpoints gave is what the ledger and the pages say",
        statement: "with requests as (
            select g.endpoint, l.kind, count(*) as requests, sum(g.units) as units
            from ledger as g
            join sweeps as s on s.id = g.sweep_id
            join lists as l on l.id = s.list_id
            where g.state in ('settled', 'lost', 'fenced')
            group by g.endpoint, l.kind
        ), answers as (
            select p.endpoint, l.kind, count(*) as pages, sum(p.entries) as items, sum(p.new_entries) as new_items
            from pages as p
            join sweeps as s on s.id = p.sweep_id
            join lists as l on l.id = s.list_id
            where p.error is null
            group by p.endpoint, l.kind
        ), sums as (
            select
                endpoint, kind, sum(requests) as requests, sum(units) as units, sum(pages) as pages, sum(items) as items,
                sum(new_items) as new_items
            from endpoint_yields
            group by endpoint, kind
        )
        select coalesce(r.endpoint, y.endpoint), r.requests, y.requests, r.units, y.units, a.pages, y.pages
        from requests as r
        left join answers as a on a.endpoint = r.endpoint and a.kind = r.kind
        full join sums as y on y.endpoint = r.endpoint and y.kind = r.kind
        where r.requests is not y.requests or r.units is not y.units or coalesce(a.pages, 0) is not y.pages
            or coalesce(a.items, 0) is not y.items or coalesce(a.new_items, 0) is not y.new_items",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "nothing is in flight",
        statement: "select 'ledger', id from ledger where state = 'reserved'
        union all
        select 'task', id from tasks where state = 'leased' or ledger_id is not null",
        holds: Holds::AtRest,
        reads_all_rows: false,
    },
    Invariant {
        claim: "nothing was bought beyond a limit since it was set, but for overcharges",
        statement: "with newest as (
            select id, started_at
            from runs
            order by id desc
            limit 1
        )
        select c.scope, c.to_units, c.spent, s.settled, s.lost
        from budget_changes as c
        left join newest as r on c.scope = 'run'
        join spend as s on s.scope = case c.scope when 'run' then 'run:' || r.id else c.scope end
        where c.id = (select max(l.id) from budget_changes as l where l.scope = c.scope)
            and s.settled + s.lost > max(c.to_units, case when c.at < r.started_at then 0 else c.spent end)
            and not exists (select 1 from overcharges)",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "no page is bought twice without a reason",
        statement: "select sweep_id, endpoint, walk, page_no
        from ledger
        where state = 'settled' and units > 0 and reason is null
        group by 1, 2, 3, 4
        having count(*) > 1",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "every page has its paid request, and its body unless it was dropped",
        statement: "select p.id, l.state
        from pages as p
        left join page_bodies as b on b.page_id = p.id
        left join ledger as l on l.id = p.ledger_id
        where (b.page_id is null and p.body_dropped_at is null) or l.state is not 'settled'",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "the pages of a walk have no gap",
        statement: "select sweep_id, walk
        from pages
        where error is null
        group by sweep_id, walk
        having min(page_no) <> 0 or max(page_no) + 1 <> count(distinct page_no)",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a sweep counts its pages and its units",
        statement: "select s.id, s.pages, s.units
        from sweeps as s
        where s.pages <> (select count(*) from pages as p where p.sweep_id = s.id and p.error is null)
            or s.units <> (select coalesce(sum(l.units), 0) from ledger as l where l.sweep_id = s.id)",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a sweep counts the edges that it showed last",
        statement: "select s.id, l.kind, s.distinct_items
        from lists as l
        join sweeps as s on s.id = coalesce(l.open_sweep, l.last_sweep)
        where (l.kind = 'followers' and s.distinct_items <> (
                select count(*) from follow_edges where followee_id = cast(l.target as integer) and followers_sweep = s.id
            ))
            or (l.kind = 'following' and s.distinct_items <> (
                select count(*) from follow_edges where follower_id = cast(l.target as integer) and following_sweep = s.id
            ))",
        holds: Holds::Always,
        reads_all_rows: true,
    },
    Invariant {
        claim: "every open list has its task, and every task its open list",
        statement: "select 'list', l.id
        from lists as l
        left join tasks as t on t.sweep_id = l.open_sweep and t.list_id = l.id
        left join batch_members as m on m.sweep_id = l.open_sweep and m.list_id = l.id
        where l.open_sweep is not null and t.id is null and m.list_id is null
        union all
        select 'task', t.id
        from tasks as t
        left join lists as l on l.id = t.list_id and l.open_sweep = t.sweep_id
        where l.id is null",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a sweep is open or has a verdict, and the newest verdict is the list's",
        statement: "select 'sweep', s.id
        from sweeps as s
        join lists as l on l.id = s.list_id
        where (s.ended_at is null) <> (s.verdict is null) or (s.ended_at is null) <> (l.open_sweep is s.id)
        union all
        select 'list', l.id
        from lists as l
        join sweeps as s on s.id = l.last_sweep
        where s.verdict is not l.verdict",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a task is ready, waits for a time, or is parked for a reason",
        statement: "select id, state
        from tasks
        where not (
            state = 'ready'
            or (state = 'waiting' and not_before is not null)
            or (state = 'parked' and reason is not null)
        )",
        holds: Holds::AtRest,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a harvest waits only for lists that go on",
        statement: "select 'harvest', w.harvest_id, w.list_id
        from harvest_lists as w
        where w.open = 1
            and not exists (select 1 from tasks as t where t.list_id = w.list_id and t.state <> 'parked')
            and not exists (
                select 1
                from batch_members as m
                left join tasks as t on t.id = m.task_id
                where m.list_id = w.list_id and t.state is not 'parked'
            )",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a list that waits for its batch is open, and its batch has a task or is still to be made",
        statement: "select m.list_id, m.task_id
        from batch_members as m
        left join lists as l on l.id = m.list_id and l.open_sweep = m.sweep_id
        left join tasks as t on t.id = m.task_id and t.kind = 'usertags'
        where l.id is null or (m.task_id is not null and t.id is null)",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "a harvest is finished if and only if nothing of it is open",
        statement: "select h.name, h.finished_at
        from harvests as h
        where (h.finished_at is null)
            <> exists (select 1 from harvest_lists as w where w.harvest_id = h.id and w.open = 1)",
        holds: Holds::Always,
        reads_all_rows: false,
    },
    Invariant {
        claim: "only a complete sweep that counts as such closes an edge, and says so",
        statement: "select e.follower_id, e.followee_id
        from follow_edges as e
        join sweeps as s on s.id = e.gone_sweep
        left join follow_changes as c
            on c.follower_id = e.follower_id and c.followee_id = e.followee_id and c.sweep_id = s.id
            and c.event = 'departed'
        where s.closes = 0 or s.verdict <> 'complete' or c.event is null",
        holds: Holds::Always,
        reads_all_rows: true,
    },
    Invariant {
        claim: "only a complete sweep that counts as such takes a post away, and says so",
        statement: "select p.list, p.user_id, p.media_id
        from user_media as p
        join sweeps as s on s.id = p.gone_sweep
        left join user_media_changes as c
            on c.list = p.list and c.user_id = p.user_id and c.media_id = p.media_id and c.sweep_id = s.id
            and c.event = 'departed'
        where s.closes = 0 or s.verdict <> 'complete' or c.event is null or p.missed_sweep is null",
        holds: Holds::Always,
        reads_all_rows: true,
    },
    Invariant {
        claim: "every user that was met has a row",
        statement: "select id
        from (
            select follower_id as id from follow_edges
            union select followee_id from follow_edges
            union select owner_id from media where owner_id is not null
            union select user_id from comments where user_id is not null
            union select user_id from media_likes
            union select user_id from comment_likes
            union select user_id from usertags
            union select user_id from coauthors
            union select user_id from reposts
            union select target_id from search_hits where kind = 'user'
        )
        where id not in (select id from users)",
        holds: Holds::Always,
        reads_all_rows: true,
    },
];
