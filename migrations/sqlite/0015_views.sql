-- Who is on a follow list, of lists that were read whole: nobody of a list that is not complete is here. A sweep that is
-- under way moves each edge to itself, page by page; those that were known before it still stand.
drop view everyone;
create view everyone as
select 'followers' as list, l.target + 0 as user_id, e.follower_id as other_id, s.ended_at as as_of, s.id as sweep_id
from lists as l
join sweeps as s on s.id = l.last_sweep
join follow_edges as e
    on e.followee_id = l.target + 0
    and (
        e.followers_sweep = s.id
        or (e.followers_sweep = l.open_sweep and coalesce(e.since_sweep, e.first_sweep) <= s.id)
    )
where l.kind = 'followers' and l.verdict = 'complete'
union all
select 'following', l.target + 0, e.followee_id, s.ended_at, s.id
from lists as l
join sweeps as s on s.id = l.last_sweep
join follow_edges as e
    on e.follower_id = l.target + 0
    and (
        e.following_sweep = s.id
        or (e.following_sweep = l.open_sweep and coalesce(e.since_sweep, e.first_sweep) <= s.id)
    )
where l.kind = 'following' and l.verdict = 'complete';
