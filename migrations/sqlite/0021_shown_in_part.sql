-- What the endpoint brought that read a list on, where the list has gone on to yet another one: what that brings is not its
-- doing. Null while it is the last one.
alter table fallbacks add column items_after integer;   -- what the sweep had shown then
alter table fallbacks add column units_after integer;   -- and paid

-- The sweep that had shown an edge before the one that last did: while a list is read again, it says who was on the list.
alter table follow_edges add column followers_before integer;
alter table follow_edges add column following_before integer;

update follow_edges
set followers_before = l.last_sweep
from lists as l
where l.kind = 'followers' and l.verdict = 'complete'
    and follow_edges.followee_id = l.target + 0
    and followers_sweep = l.open_sweep
    and coalesce(since_sweep, first_sweep) <= l.last_sweep;

update follow_edges
set following_before = l.last_sweep
from lists as l
where l.kind = 'following' and l.verdict = 'complete'
    and follow_edges.follower_id = l.target + 0
    and following_sweep = l.open_sweep
    and coalesce(since_sweep, first_sweep) <= l.last_sweep;

-- Who is on a follow list, of lists that were read whole: nobody of a list that is not complete is here. A sweep that is
-- under way moves each edge to itself, page by page; those that the complete sweep had shown still stand.
drop view everyone;
create view everyone as
select 'followers' as list, l.target + 0 as user_id, e.follower_id as other_id, s.ended_at as as_of, s.id as sweep_id
from lists as l
join sweeps as s on s.id = l.last_sweep
join follow_edges as e
    on e.followee_id = l.target + 0
    and (e.followers_sweep = s.id or (e.followers_sweep = l.open_sweep and e.followers_before = s.id))
where l.kind = 'followers' and l.verdict = 'complete'
union all
select 'following', l.target + 0, e.followee_id, s.ended_at, s.id
from lists as l
join sweeps as s on s.id = l.last_sweep
join follow_edges as e
    on e.follower_id = l.target + 0
    and (e.following_sweep = s.id or (e.following_sweep = l.open_sweep and e.following_before = s.id))
where l.kind = 'following' and l.verdict = 'complete';

-- How much is missing of lists whose newest sweep ended as truncated. An estimate below the counter says that the sweeps
-- showed the same part again, so the counter holds. Of comments the counter counts the replies, too, and the estimate does not.
drop view missing_estimates;
create view missing_estimates as
with compared as (
    select
        c.kind,
        c.target,
        c.username,
        c.params,
        c.expected,
        e.method,
        e.sweeps,
        e.seen,
        e.estimate,
        e.low,
        e.high,
        e.sweep_id,
        c.kind <> 'comments' and round(e.estimate) < coalesce(c.expected, 0) as is_counted
    from completeness as c
    join sweep_estimates as e on e.sweep_id = c.sweep_id
)
select
    kind,
    target,
    username,
    params,
    method,
    sweeps,
    seen,
    round(estimate) as estimate,
    round(low) as low,
    round(high) as high,
    max(round(iif(is_counted, expected, estimate)) - seen, 0) as missing,
    expected,
    iif(
        is_counted,
        'the sweeps showed the same part again, so the counter holds',
        'nobody joined or left meanwhile; every item had the same chance in every sweep'
    ) as assumptions,
    sweep_id,
    iif(is_counted, 'counter', 'estimate') as missing_by
from compared;
