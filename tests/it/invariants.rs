//! What is true of every file whenever no engine runs on it, whatever happened before.

use crate::harness::Run;

/// Claims, and the statements that find what speaks against them.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "the running sums are the ledger's",
        "with spent as (
            select 'all' as scope, state, reserved, units from ledger
            union all
            select 'day:' || day, state, reserved, units from ledger
            union all
            select 'harvest:' || harvest_id, state, reserved, units from ledger
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
    ),
    (
        "nothing is in flight",
        "select 'ledger', id from ledger where state = 'reserved'
        union all
        select 'task', id from tasks where state = 'leased' or ledger_id is not null",
    ),
    (
        "no harvest has spent more than its limit, but for overcharges",
        "select h.name, s.settled, s.lost
        from harvests as h
        join spend as s on s.scope = 'harvest:' || h.id
        where s.settled + s.lost > h.max_units and not exists (select 1 from overcharges)",
    ),
    (
        "no page is bought twice without a reason",
        "select sweep_id, endpoint, walk, page_no
        from ledger
        where state = 'settled' and units > 0 and reason is null
        group by 1, 2, 3, 4
        having count(*) > 1",
    ),
    (
        "every page has its body and its paid request",
        "select p.id, l.state
        from pages as p
        left join page_bodies as b on b.page_id = p.id
        left join ledger as l on l.id = p.ledger_id
        where b.page_id is null or l.state is not 'settled'",
    ),
    (
        "the pages of a walk have no gap",
        "select sweep_id, walk
        from pages
        where error is null
        group by sweep_id, walk
        having min(page_no) <> 0 or max(page_no) + 1 <> count(distinct page_no)",
    ),
    (
        "a sweep counts its pages and its units",
        "select s.id, s.pages, s.units
        from sweeps as s
        where s.pages <> (select count(*) from pages as p where p.sweep_id = s.id and p.error is null)
            or s.units <> (select coalesce(sum(l.units), 0) from ledger as l where l.sweep_id = s.id)",
    ),
    (
        "a sweep counts the edges that it showed last",
        "select s.id, l.kind, s.distinct_items
        from lists as l
        join sweeps as s on s.id = coalesce(l.open_sweep, l.last_sweep)
        where (l.kind = 'followers' and s.distinct_items <> (
                select count(*) from follow_edges where followee_id = cast(l.target as integer) and followers_sweep = s.id
            ))
            or (l.kind = 'following' and s.distinct_items <> (
                select count(*) from follow_edges where follower_id = cast(l.target as integer) and following_sweep = s.id
            ))",
    ),
    (
        "every open list has its task, and every task its open list",
        "select 'list', l.id
        from lists as l
        left join tasks as t on t.sweep_id = l.open_sweep and t.list_id = l.id
        left join batch_members as m on m.sweep_id = l.open_sweep and m.list_id = l.id
        where l.open_sweep is not null and t.id is null and m.list_id is null
        union all
        select 'task', t.id
        from tasks as t
        left join lists as l on l.id = t.list_id and l.open_sweep = t.sweep_id
        where l.id is null",
    ),
    (
        "a sweep is open or has a verdict, and the newest verdict is the list's",
        "select 'sweep', s.id
        from sweeps as s
        join lists as l on l.id = s.list_id
        where (s.ended_at is null) <> (s.verdict is null) or (s.ended_at is null) <> (l.open_sweep is s.id)
        union all
        select 'list', l.id
        from lists as l
        join sweeps as s on s.id = l.last_sweep
        where s.verdict is not l.verdict",
    ),
    (
        "a task is ready, waits for a time, or is parked for a reason",
        "select id, state
        from tasks
        where not (
            state = 'ready'
            or (state = 'waiting' and not_before is not null)
            or (state = 'parked' and reason is not null)
        )",
    ),
    (
        "a harvest waits only for lists that go on",
        "select 'harvest', w.harvest_id, w.list_id
        from harvest_lists as w
        where w.open = 1
            and not exists (select 1 from tasks as t where t.list_id = w.list_id and t.state <> 'parked')
            and not exists (
                select 1
                from batch_members as m
                left join tasks as t on t.id = m.task_id
                where m.list_id = w.list_id and t.state is not 'parked'
            )",
    ),
    (
        "a harvest is finished if and only if nothing of it is open",
        "select h.name, h.finished_at
        from harvests as h
        where (h.finished_at is null)
            <> exists (select 1 from harvest_lists as w where w.harvest_id = h.id and w.open = 1)",
    ),
    (
        "only a complete sweep that counts as such closes an edge, and says so",
        "select e.follower_id, e.followee_id
        from follow_edges as e
        join sweeps as s on s.id = e.gone_sweep
        left join follow_changes as c
            on c.follower_id = e.follower_id and c.followee_id = e.followee_id and c.sweep_id = s.id
            and c.event = 'departed'
        where s.closes = 0 or s.verdict <> 'complete' or c.event is null",
    ),
    (
        "every user that was met has a row",
        "select id
        from (
            select follower_id as id from follow_edges
            union select followee_id from follow_edges
            union select owner_id from media where owner_id is not null
            union select user_id from comments where user_id is not null
        )
        where id not in (select id from users)",
    ),
];

impl Run {
    /// Asserts what is true of every file on which no engine runs.
    pub(crate) async fn check_invariants(&self) {
        for (claim, statement) in INVARIANTS {
            let against = self.lines(statement).await;
            assert!(against.is_empty(), "{claim}, but: {against:?}");
        }
    }
}
