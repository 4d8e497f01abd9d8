-- Every stretch of time in which somebody followed somebody, with what is known of its bounds.
drop view follow_spells;
create view follow_spells as
with spells as (
    select
        e.follower_id,
        e.followee_id,
        coalesce(e.since_sweep, e.first_sweep) as since_sweep,
        coalesce(e.since_sweep, e.first_sweep) <> e.first_sweep as again,
        -- An import has a higher number than the sweeps that were bought before it, and may show what is older; a sweep that
        -- a limit had ended and that was read on has a lower one than those made meanwhile. Which of two sightings is the
        -- last is a matter of their times.
        iif(
            e.followers_sweep is null or e.following_sweep is null,
            coalesce(e.followers_sweep, e.following_sweep),
            (
                select seen.id
                from (
                    select
                        s.id,
                        case
                            when s.imported > 0 then s.ended_at
                            when s.first_ended_at is null then s.started_at
                            else (
                                select iif(min(p.answered_at) > s.first_ended_at, min(p.answered_at), s.started_at)
                                from (
                                    select answered_at, sum(new_entries) over (order by id) as shown
                                    from pages
                                    where sweep_id = s.id
                                ) as p
                                where p.shown > iif(s.id = e.followers_sweep, e.followers_position, e.following_position)
                            )
                        end as at
                    from sweeps as s
                    where s.id in (e.followers_sweep, e.following_sweep)
                ) as seen
                order by seen.at desc, seen.id desc
                limit 1
            )
        ) as last_sweep,
        e.missed_sweep,
        e.gone_sweep
    from follow_edges as e
    union all
    select
        p.follower_id,
        p.followee_id,
        p.since_sweep,
        p.since_sweep <> (
            select e.first_sweep
            from follow_edges as e
            where e.follower_id = p.follower_id and e.followee_id = p.followee_id
        ),
        p.last_sweep,
        p.missed_sweep,
        p.gone_sweep
    from follow_past as p
), bounded as (
    select
        spell.follower_id,
        spell.followee_id,
        -- A sweep that did not show the edge says that it began later, unless it may have been more short than the one that
        -- did: later than its counter was read, where that was long before it. What another endpoint keeps back has nothing
        -- to do with what this one does.
        nullif(max(
            coalesce((
                select max(iif(c.timely, c.started_at, min(c.started_at, c.counted_at)))
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'followers' and l.target = cast(spell.followee_id as text) and l.params = ''
                    and c.closes = 1
                    and c.ended_at <= since.started_at
                    and (
                        spell.again
                        or c.short_at_most = 0
                        or c.short_at_most <= iif(
                            since.closes and since.timely and since.list_id = l.id and since.endpoint = c.endpoint
                                and not exists (
                                    select 1 from pages as g where g.sweep_id = since.id and g.endpoint <> c.endpoint
                                ),
                            since.short_by,
                            0
                        )
                    )
            ), 0),
            coalesce((
                select max(iif(c.timely, c.started_at, min(c.started_at, c.counted_at)))
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'following' and l.target = cast(spell.follower_id as text) and l.params = ''
                    and c.closes = 1
                    and c.ended_at <= since.started_at
                    and (
                        spell.again
                        or c.short_at_most = 0
                        or c.short_at_most <= iif(
                            since.closes and since.timely and since.list_id = l.id and since.endpoint = c.endpoint
                                and not exists (
                                    select 1 from pages as g where g.sweep_id = since.id and g.endpoint <> c.endpoint
                                ),
                            since.short_by,
                            0
                        )
                    )
            ), 0)
        ), 0) as since_after,
        -- While it is being read, its newest page may have been the first to show the edge.
        coalesce(
            since.ended_at,
            (select max(p.answered_at) from pages as p where p.sweep_id = since.id),
            since.started_at
        ) as since_by,
        last.started_at as until_after,
        coalesce(last.ended_at, last.started_at) as last_seen_at,
        coalesce(missed.ended_at, gone.ended_at) as until_by,
        gone.ended_at as gone_at,
        case
            when spell.gone_sweep is not null then 'gone'
            when exists (
                select 1
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'followers' and l.target = cast(spell.followee_id as text) and l.params = ''
                    and c.closes = 1
                    and c.started_at >= last.ended_at
                    and (c.id > spell.last_sweep or last.imported > 0)
            ) or exists (
                select 1
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'following' and l.target = cast(spell.follower_id as text) and l.params = ''
                    and c.closes = 1
                    and c.started_at >= last.ended_at
                    and (c.id > spell.last_sweep or last.imported > 0)
            ) then 'missed'
            else 'open'
        end as until_known,
        spell.since_sweep,
        spell.last_sweep,
        spell.missed_sweep,
        spell.gone_sweep
    from spells as spell
    join sweeps as since on since.id = spell.since_sweep
    left join sweeps as last on last.id = spell.last_sweep
    left join sweeps as missed on missed.id = spell.missed_sweep
    left join sweeps as gone on gone.id = spell.gone_sweep
)
select
    follower_id,
    followee_id,
    since_after,
    since_by,
    iif(since_after is null, 'seen', 'appeared') as since_known,
    until_after,
    last_seen_at,
    until_by,
    until_known,
    gone_at,
    since_sweep,
    last_sweep,
    missed_sweep,
    gone_sweep
from bounded;
