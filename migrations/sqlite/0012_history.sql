-- What changed over time: spells of following, posts that go and come back, former values of columns.

-- How many the counter says that a sweep which closes did not show: accounts that a list never shows are counted all the
-- same, but as soon as more are missing than before, nobody can tell who left from who is only not shown.
alter table sweeps add column short_by integer;
update sweeps
set short_by = max(0, min(coalesce(counter_before, counter_after), counter_after) - covered)
where closes = 1;

-- The spell that lasts, or the last one: an edge that came back keeps the earlier ones in `follow_past`.
alter table follow_edges add column since_sweep integer;    -- the first to show it in this spell
alter table follow_edges add column missed_sweep integer;   -- the first complete one after its last sighting
create table follow_past (
    follower_id integer not null,
    followee_id integer not null,
    since_sweep integer not null,       -- the first to show it
    last_sweep integer,                 -- the last to show it
    missed_sweep integer,               -- the first complete one after that
    gone_sweep integer not null,        -- the one that closed it
    primary key (follower_id, followee_id, gone_sweep)
) without rowid;
create index follow_past_by_followee on follow_past (followee_id, follower_id);

insert into follow_past (follower_id, followee_id, since_sweep, gone_sweep)
select
    d.follower_id, d.followee_id,
    coalesce((
        select max(r.sweep_id)
        from follow_changes as r
        where r.follower_id = d.follower_id and r.followee_id = d.followee_id and r.event = 'returned'
            and r.sweep_id < d.sweep_id
    ), e.first_sweep),
    d.sweep_id
from follow_changes as d
join follow_edges as e on e.follower_id = d.follower_id and e.followee_id = d.followee_id
where d.event = 'departed' and e.gone_sweep is not d.sweep_id;
update follow_edges
set since_sweep = coalesce((
    select max(r.sweep_id)
    from follow_changes as r
    where r.follower_id = follow_edges.follower_id and r.followee_id = follow_edges.followee_id and r.event = 'returned'
), first_sweep);

-- A post that is not on its list any more.
alter table user_media add column missed_sweep integer;     -- the first complete sweep after its last sighting
alter table user_media add column gone_sweep integer;       -- the sweep that found it gone
-- Departures and returns; first appearances are in the rows themselves.
create table user_media_changes (
    list text not null,
    user_id integer not null,
    media_id integer not null,
    sweep_id integer not null,
    event text not null check (event in ('departed', 'returned')),
    primary key (list, user_id, media_id, sweep_id, event)
) without rowid;

-- What a column held before. Stamps are answered_at * 2^20 + page id modulo 2^20, as in `stamps`.
create table former_values (
    thing text not null check (thing in ('users', 'media', 'comments')),
    id integer not null,
    name text not null,                 -- the column
    until_stamp integer not null,       -- of the first answer that said something else
    last_stamp integer,                 -- of the last answer that said this value
    value blob,                         -- as the column holds it; null: it was empty
    primary key (thing, id, name, until_stamp)
) without rowid;
create index former_values_usernames on former_values (value) where thing = 'users' and name = 'username';

insert into former_values (thing, id, name, until_stamp, value)
select 'users', h.id, e.key, h.observed_at << 20, e.atom
from user_history as h, json_each(h.changed) as e
union all
select 'media', h.id, e.key, h.observed_at << 20, e.atom
from media_history as h, json_each(h.changed) as e;
drop table user_history;
drop table media_history;

create view user_history as
select id, until_stamp >> 20 as observed_at, json_group_object(name, value) as changed
from former_values
where thing = 'users'
group by id, until_stamp >> 20;
create view media_history as
select id, until_stamp >> 20 as observed_at, json_group_object(name, value) as changed
from former_values
where thing = 'media'
group by id, until_stamp >> 20;
create view comment_history as
select id, until_stamp >> 20 as observed_at, json_group_object(name, value) as changed
from former_values
where thing = 'comments'
group by id, until_stamp >> 20;

-- One line for each column that changed: from what, to what, and between which answers.
create view user_changes as
select id, column_name, before, after, last_seen_at, at
from (
    select
        f.id,
        f.name as column_name,
        f.value as before,
        case
            when n.until_stamp is not null then n.value
            when f.name = 'username' then u.username
            when f.name = 'full_name' then u.full_name
            when f.name = 'biography' then u.biography
            when f.name = 'external_url' then u.external_url
            when f.name = 'category' then u.category
            when f.name = 'is_private' then u.is_private
            when f.name = 'is_verified' then u.is_verified
            when f.name = 'follower_count' then u.follower_count
            when f.name = 'following_count' then u.following_count
            when f.name = 'media_count' then u.media_count
        end as after,
        f.last_stamp >> 20 as last_seen_at,
        f.until_stamp >> 20 as at
    from former_values as f
    join users as u on u.id = f.id
    left join former_values as n
        on n.thing = 'users' and n.id = f.id and n.name = f.name
        and n.until_stamp = (
            select min(o.until_stamp)
            from former_values as o
            where o.thing = 'users' and o.id = f.id and o.name = f.name and o.until_stamp > f.until_stamp
        )
    where f.thing = 'users'
)
-- A count that went and came back within a day has not changed.
where before is not after;
create view media_changes as
select id, column_name, before, after, last_seen_at, at
from (
    select
        f.id,
        f.name as column_name,
        f.value as before,
        case
            when n.until_stamp is not null then n.value
            when f.name = 'caption' then m.caption
            when f.name = 'like_count' then m.like_count
            when f.name = 'comment_count' then m.comment_count
            when f.name = 'play_count' then m.play_count
            when f.name = 'view_count' then m.view_count
            when f.name = 'reshare_count' then m.reshare_count
            when f.name = 'repost_count' then m.repost_count
            when f.name = 'save_count' then m.save_count
        end as after,
        f.last_stamp >> 20 as last_seen_at,
        f.until_stamp >> 20 as at
    from former_values as f
    join media as m on m.id = f.id
    left join former_values as n
        on n.thing = 'media' and n.id = f.id and n.name = f.name
        and n.until_stamp = (
            select min(o.until_stamp)
            from former_values as o
            where o.thing = 'media' and o.id = f.id and o.name = f.name and o.until_stamp > f.until_stamp
        )
    where f.thing = 'media'
)
-- A count that went and came back within a day has not changed.
where before is not after;
create view comment_changes as
select id, column_name, before, after, last_seen_at, at
from (
    select
        f.id,
        f.name as column_name,
        f.value as before,
        case
            when n.until_stamp is not null then n.value
            when f.name = 'text' then c.text
            when f.name = 'like_count' then c.like_count
            when f.name = 'reply_count' then c.reply_count
        end as after,
        f.last_stamp >> 20 as last_seen_at,
        f.until_stamp >> 20 as at
    from former_values as f
    join comments as c on c.id = f.id
    left join former_values as n
        on n.thing = 'comments' and n.id = f.id and n.name = f.name
        and n.until_stamp = (
            select min(o.until_stamp)
            from former_values as o
            where o.thing = 'comments' and o.id = f.id and o.name = f.name and o.until_stamp > f.until_stamp
        )
    where f.thing = 'comments'
)
-- A count that went and came back within a day has not changed.
where before is not after;

-- Who had which name when.
create view usernames as
select
    f.value as username,
    f.id as user_id,
    (
        select max(o.until_stamp) >> 20
        from former_values as o
        where o.thing = 'users' and o.id = f.id and o.name = 'username' and o.until_stamp < f.until_stamp
    ) as since_at,
    f.last_stamp >> 20 as last_seen_at,
    f.until_stamp >> 20 as until_at
from former_values as f
where f.thing = 'users' and f.name = 'username'
union all
select
    u.username,
    u.id,
    (
        select max(o.until_stamp) >> 20
        from former_values as o
        where o.thing = 'users' and o.id = u.id and o.name = 'username'
    ),
    u.last_seen_at,
    null
from users as u
where u.username is not null;

-- The sweeps that say what is missing from a list: complete by a counter, whole, and with nothing set aside.
create view closing_sweeps as
select
    s.id as sweep_id,
    l.kind,
    l.target,
    s.list_id,
    s.started_at,
    s.ended_at,
    s.distinct_items,
    s.short_by
from sweeps as s
join lists as l on l.id = s.list_id
where s.closes = 1;

-- Every stretch of time in which somebody followed somebody, with what is known of its bounds.
create view follow_spells as
with spells as (
    select
        e.follower_id,
        e.followee_id,
        coalesce(e.since_sweep, e.first_sweep) as since_sweep,
        coalesce(e.since_sweep, e.first_sweep) <> e.first_sweep as again,
        nullif(max(coalesce(e.followers_sweep, 0), coalesce(e.following_sweep, 0)), 0) as last_sweep,
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
        -- A sweep that did not show the edge says that it began later, unless it was more short than the one that did.
        nullif(max(
            coalesce((
                select max(c.started_at)
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'followers' and l.target = cast(spell.followee_id as text) and l.params = ''
                    and c.closes = 1
                    and c.ended_at <= since.started_at
                    and (spell.again or c.short_by <= iif(since.closes and since.list_id = l.id, since.short_by, 0))
            ), 0),
            coalesce((
                select max(c.started_at)
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'following' and l.target = cast(spell.follower_id as text) and l.params = ''
                    and c.closes = 1
                    and c.ended_at <= since.started_at
                    and (spell.again or c.short_by <= iif(since.closes and since.list_id = l.id, since.short_by, 0))
            ), 0)
        ), 0) as since_after,
        coalesce(since.ended_at, since.started_at) as since_by,
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
                    and c.id > spell.last_sweep
            ) or exists (
                select 1
                from lists as l
                join sweeps as c on c.list_id = l.id
                where l.kind = 'following' and l.target = cast(spell.follower_id as text) and l.params = ''
                    and c.closes = 1
                    and c.started_at >= last.ended_at
                    and c.id > spell.last_sweep
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

-- The posts on a list, with times.
create view listed_posts as
select
    p.list,
    p.user_id,
    p.media_id,
    p.position,
    p.pinned,
    first.started_at as first_seen_at,
    coalesce(last.ended_at, last.started_at) as last_seen_at,
    coalesce(missed.ended_at, gone.ended_at) as gone_by,
    gone.ended_at as gone_at
from user_media as p
join sweeps as first on first.id = p.first_sweep
left join sweeps as last on last.id = p.sweep_id
left join sweeps as missed on missed.id = p.missed_sweep
left join sweeps as gone on gone.id = p.gone_sweep;

create view post_events as
select p.list, p.user_id, p.media_id, 'appeared' as event, s.started_at as at, s.id as sweep_id
from user_media as p
join sweeps as s on s.id = p.first_sweep
union all
select c.list, c.user_id, c.media_id, c.event, coalesce(s.ended_at, s.started_at), c.sweep_id
from user_media_changes as c
join sweeps as s on s.id = c.sweep_id;
