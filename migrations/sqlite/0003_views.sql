-- The promised names that are computed.

create view follows as
select
    e.follower_id,
    e.followee_id,
    first.started_at as first_seen_at,
    max(coalesce(a.ended_at, a.started_at, 0), coalesce(b.ended_at, b.started_at, 0)) as last_seen_at,
    closing.ended_at as gone_at
from follow_edges as e
join sweeps as first on first.id = e.first_sweep
left join sweeps as a on a.id = e.followers_sweep
left join sweeps as b on b.id = e.following_sweep
left join sweeps as closing on closing.id = e.gone_sweep;

create view follow_events as
select e.follower_id, e.followee_id, 'appeared' as event, s.started_at as at, s.id as sweep_id
from follow_edges as e
join sweeps as s on s.id = e.first_sweep
union all
select c.follower_id, c.followee_id, c.event, coalesce(s.ended_at, s.started_at), c.sweep_id
from follow_changes as c
join sweeps as s on s.id = c.sweep_id;

-- Every list with its verdict and how much of it is there.
create view completeness as
select
    l.kind,
    l.target,
    u.username,
    l.verdict,
    s.reason,
    s.distinct_items,
    s.covered,
    s.counter_after as counter,
    round(100.0 * s.covered / nullif(s.counter_after, 0), 1) as coverage_percent,
    s.pages,
    s.units,
    l.ended_at
from lists as l
left join sweeps as s on s.id = l.last_sweep
left join users as u on u.id = cast(l.target as integer) and l.kind in ('profile', 'followers', 'following', 'medias');
