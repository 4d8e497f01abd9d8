-- When the counters were read by which a sweep says what is missing from its list.

-- Whoever came after its counter was read stands for somebody whom the list did not show: a sweep that rests on a counter
-- of days before would hide that it was cut.
alter table sweeps add column counter_before_at integer;    -- when it was read; null: in no round of its own
alter table sweeps add column counter_after_at integer;
alter table sweeps add column counted_at integer;           -- when the counter was read that `short_by` rests on
alter table sweeps add column timely integer not null default 0;
alter table sweeps add column short_at_most integer;        -- with whoever may have come since it was read
-- Of older sweeps it was not kept: as if all had been read when they began.
update sweeps
set counter_before_at = iif(counter_before is null, null, started_at),
    counter_after_at = iif(counter_before is null, started_at, null)
where coalesce(counter_before, counter_after) is not null and imported = 0;
update sweeps
set counted_at = started_at, timely = 1, short_at_most = short_by
where closes = 1;

-- The sweeps that say what is missing from a list: complete by a counter, whole, and with nothing set aside.
drop view closing_sweeps;
create view closing_sweeps as
select
    s.id as sweep_id,
    l.kind,
    l.target,
    s.list_id,
    s.started_at,
    s.ended_at,
    s.distinct_items,
    s.short_by,
    s.short_at_most,
    s.counted_at
from sweeps as s
join lists as l on l.id = s.list_id
where s.closes = 1;

-- Every stretch of time in which somebody followed somebody, with what is known of its bounds.
drop view follow_spells;
create view follow_spells as
with spells as (
    select
        e.follower_id,
        e.followee_id,
        coalesce(e.since_sweep, e.first_sweep) as since_sweep,
        coalesce(e.since_sweep, e.first_sweep) <> e.first_sweep as again,
        -- An import has a higher number than the sweeps that were bought before it, and may show what is older: which of
        -- two sightings is the last is a matter of their times.
        iif(
            e.followers_sweep is null or e.following_sweep is null,
            coalesce(e.followers_sweep, e.following_sweep),
            (
                select s.id
                from sweeps as s
                where s.id in (e.followers_sweep, e.following_sweep)
                order by iif(s.imported > 0, s.ended_at, s.started_at) desc, s.id desc
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
        -- did: later than its counter was read, where that was long before it.
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
                        or c.short_at_most
                            <= iif(since.closes and since.timely and since.list_id = l.id, since.short_by, 0)
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
                        or c.short_at_most
                            <= iif(since.closes and since.timely and since.list_id = l.id, since.short_by, 0)
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
