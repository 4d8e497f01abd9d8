-- After how long a harvest reads lists of a kind again; without an interval the changes seen so far decide.
create table harvest_refresh (
    harvest_id integer not null references harvests (id),
    kind text not null,
    interval_ms integer,
    primary key (harvest_id, kind)
) without rowid;

insert into harvest_refresh (harvest_id, kind, interval_ms)
select h.id, k.value, h.refresh_ms
from harvests as h
join json_each(h.collect) as k
where h.refresh_ms is not null;

-- Lists that were due at this time are read again.
alter table harvests add column due_until integer not null default 0;

-- What the readings of a list have shown so far, as JSON: changes, and the days between; older readings count less.
alter table lists add column seen text;
alter table lists add column change_rate real;          -- changes a day, by what was seen
alter table lists add column auto_ms integer;           -- after how long `auto` reads it again
alter table lists add column checked_at integer;        -- when its owner's counter last said that nothing had changed
create index lists_due on lists (due_at) where due_at is not null;

update lists
set due_at = (
    select min(lists.ended_at + r.interval_ms)
    from harvest_lists as w
    join harvests as h on h.id = w.harvest_id and h.round = w.round
    join harvest_refresh as r on r.harvest_id = h.id and r.kind = lists.kind
    where w.list_id = lists.id
)
where ended_at is not null and open_sweep is null;

-- A sweep that reads a list again: counters that were read before `fresh_after` do not count for it.
alter table sweeps add column fresh_after integer;
alter table sweeps add column renews integer not null default 0;    -- 1 if it ends where it meets what is known
alter table sweeps add column unordered integer not null default 0; -- 1 if its posts are not in the order of time
alter table sweeps add column base_sweep integer;       -- the oldest sweep whose sightings stand for this one as well
alter table sweeps add column expected_units real;      -- what reading it again was expected to cost
alter table sweeps add column changes integer;          -- what it changed of what was known

-- What is read again, what is due first, and by what measure.
create view refresh_queue as
select
    h.name as harvest,
    l.kind,
    l.target,
    u.username,
    l.due_at,
    l.verdict,
    l.ended_at,
    l.change_rate as changes_a_day,
    r.interval_ms is null as auto
from harvest_lists as w
join harvests as h on h.id = w.harvest_id and h.round = w.round
join lists as l on l.id = w.list_id
join harvest_refresh as r on r.harvest_id = h.id and r.kind = l.kind
left join users as u
    on u.id = cast(l.target as integer)
    and l.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts')
where l.due_at is not null;

-- The parts of a list of posts that are known without a hole, as spans of time: a walk reads from the newest post down,
-- and whatever lies between its first post and its last is known. Spans that touch become one.
create table list_stretches (
    list_id integer not null references lists (id),
    sweep_id integer not null references sweeps (id),   -- the newest sweep that read at it
    walk integer not null,
    newest_at integer not null,         -- unix seconds
    newest_id integer not null,
    oldest_at integer not null,
    oldest_id integer not null,
    walked_to integer not null,         -- where the walk stands: no page may show a younger post after it
    reaches_end integer not null,       -- 1 if there is nothing older
    since_sweep integer not null,       -- the oldest sweep whose sightings it rests on
    read_at integer not null,           -- when the oldest of them began
    surplus integer,                    -- posts more than the counter said when it was read to the end
    endpoint text not null,
    resume text,                        -- the cursor that asked for the page with its oldest post
    jumped integer not null default 0,  -- 1 until the page after a jump to `resume` has shown that nothing is missing
    primary key (list_id, sweep_id, walk)
) without rowid;
