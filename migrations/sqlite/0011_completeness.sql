-- What endpoints were measured to give, and how complete each list is.

-- Running sums of what each endpoint gave, kept with every page: by kind, by the size of the list (the number of digits of
-- its counter, 0 where it has none), by UTC day.
create table endpoint_yields (
    endpoint text not null,
    kind text not null,
    size integer not null,
    day text not null,
    requests integer not null default 0,    -- that left, answered or lost
    units integer not null default 0,
    pages integer not null default 0,       -- requests that brought a page
    items integer not null default 0,       -- entries of these pages
    new_items integer not null default 0,   -- of these, those that their sweep had not shown before
    took_ms integer not null default 0,     -- from the reservation to the answer, of all pages
    clean integer not null default 0,       -- walks that ended cleanly and near the counter
    truncated integer not null default 0,   -- walks that showed only part: cut, looped, or failed in the middle
    walk_pages integer not null default 0,  -- pages of the walks that ended so or so
    walk_items integer not null default 0,  -- what these walks showed, known to the sweep or not
    part real not null default 0,           -- the part of the list that each of these walks showed, added up
    last_answer_at integer,
    primary key (endpoint, kind, size, day)
) without rowid;

-- How many pages came within so many milliseconds; two steps for each power of two.
create table endpoint_latencies (
    endpoint text not null,
    kind text not null,
    within_ms integer not null,
    pages integer not null,
    primary key (endpoint, kind, within_ms)
) without rowid;

insert into endpoint_yields (endpoint, kind, size, day, requests, units, pages, items, new_items, took_ms, last_answer_at)
select
    g.endpoint,
    l.kind,
    coalesce(length(s.counter_before), 0),
    g.day,
    count(*),
    sum(g.units),
    sum(p.pages is not null),
    sum(coalesce(p.items, 0)),
    sum(coalesce(p.new_items, 0)),
    sum(case when p.pages is not null then max(g.answered_at - g.reserved_at, 0) else 0 end),
    max(g.answered_at)
from ledger as g
join sweeps as s on s.id = g.sweep_id
join lists as l on l.id = s.list_id
left join (
    select ledger_id, count(*) as pages, sum(entries) as items, sum(new_entries) as new_items
    from pages
    where error is null
    group by ledger_id
) as p on p.ledger_id = g.id
where g.state in ('settled', 'lost', 'fenced') and s.imported = 0
group by 1, 2, 3, 4;

insert into endpoint_yields (endpoint, kind, size, day, clean, truncated, walk_pages, walk_items, part)
select
    s.endpoint,
    l.kind,
    coalesce(length(s.counter_before), 0),
    strftime('%Y-%m-%d', s.ended_at / 1000, 'unixepoch'),
    sum(s.verdict = 'complete'),
    sum(s.verdict <> 'complete'),
    sum(s.pages),
    sum(s.walk_items),
    sum(case
        when s.verdict = 'complete' then 1.0
        when s.counter_before > 0 then min(1.0 * s.covered / s.counter_before, 1.0)
        else 0.0
    end)
from sweeps as s
join lists as l on l.id = s.list_id
where (
        s.verdict in ('complete', 'truncated', 'looped')
        or (s.verdict = 'failed' and s.pages > 1)
        or (s.verdict = 'capped' and s.reason like 'page cap of %')
    )
    and s.walk = 0 and s.pages > 0 and s.endpoint is not null
    and l.kind <> 'usertags' and s.imported = 0
group by 1, 2, 3, 4
on conflict (endpoint, kind, size, day) do update set
    clean = excluded.clean,
    truncated = excluded.truncated,
    walk_pages = excluded.walk_pages,
    walk_items = excluded.walk_items,
    part = excluded.part;

insert into endpoint_latencies (endpoint, kind, within_ms, pages)
with recursive powers (power) as (
    select 1
    union all
    select 2 * power from powers where power < 131072
), steps (within_ms) as (
    select power from powers
    union
    select 3 * power / 2 from powers
), taken as (
    select p.endpoint, l.kind, max(g.answered_at - g.reserved_at, 0) as ms
    from pages as p
    join ledger as g on g.id = p.ledger_id
    join sweeps as s on s.id = p.sweep_id
    join lists as l on l.id = s.list_id
    where p.error is null and g.answered_at is not null and s.imported = 0
)
select endpoint, kind, coalesce((select min(within_ms) from steps where within_ms >= ms), 196608) as step, count(*)
from taken
group by endpoint, kind, step;

drop view endpoint_health;
create view endpoint_health as
with sums as (
    select
        endpoint,
        kind,
        sum(requests) as requests,
        sum(pages) as pages,
        sum(items) as items,
        sum(units) as units,
        max(last_answer_at) as last_answer_at,
        sum(new_items) as new_items,
        sum(clean) as clean,
        sum(truncated) as truncated
    from endpoint_yields
    group by endpoint, kind
), places as (
    select
        endpoint,
        kind,
        within_ms,
        sum(pages) over (partition by endpoint, kind order by within_ms) as up_to,
        sum(pages) over (partition by endpoint, kind) as many
    from endpoint_latencies
), middles as (
    select endpoint, kind, min(within_ms) as median_ms
    from places
    where 2 * up_to >= many
    group by endpoint, kind
)
select
    s.endpoint,
    s.requests,
    s.pages,
    round(100.0 * s.pages / nullif(s.requests, 0), 1) as good_percent,
    m.median_ms,
    s.items,
    round(1.0 * s.items / nullif(s.pages, 0), 1) as items_a_page,
    s.units,
    round(1.0 * s.items / nullif(s.units, 0), 1) as items_a_unit,
    s.last_answer_at,
    s.kind,
    s.new_items,
    round(1.0 * s.units / nullif(s.new_items, 0), 3) as units_a_new_item,
    s.clean,
    s.truncated,
    round(100.0 * s.truncated / nullif(s.clean + s.truncated, 0), 1) as truncated_percent,
    h.since as retired_at
from sums as s
left join middles as m on m.endpoint = s.endpoint and m.kind = s.kind
left join holds as h on h.scope = 'endpoint:' || s.endpoint and h.reason = 'retired';

-- Elements that repeat an entry which the sweep had shown, on the same page or on another.
alter table sweeps add column duplicates integer not null default 0;
-- Of its items, those that the sweep before it with items showed too, and those that any sweep before it did; null for
-- sweeps that began before this was counted.
alter table sweeps add column recaptured integer;
alter table sweeps add column known_before integer;
-- The endpoints that were asked before the present one, with blanks between.
alter table sweeps add column asked_before text;

update sweeps
set asked_before = (
    select group_concat(p.endpoint, ' ')
    from (select distinct endpoint from pages where sweep_id = sweeps.id) as p
    where p.endpoint <> sweeps.endpoint
)
where walk > 0;

-- Lists that an endpoint showed only in part, and that the next one of their route was to read on.
create table fallbacks (
    sweep_id integer primary key references sweeps (id),
    kind text not null,
    endpoint text not null,             -- the next one
    from_endpoint text not null,        -- the one that showed only part
    reason text not null,               -- why the list would end as truncated
    decided integer not null,           -- 0 while it waits for what others before it bring, then 1
    began_at integer not null,
    items_before integer not null,      -- what the sweep had shown before
    units_before integer not null       -- and paid
);
create index fallbacks_of_endpoint on fallbacks (kind, endpoint, decided, sweep_id);

-- How long lists are that were never shown whole, by what several sweeps showed of them.
create table sweep_estimates (
    sweep_id integer primary key references sweeps (id),    -- the newest sweep that it rests on
    method text not null check (method in ('chapman', 'schnabel')),
    sweeps integer not null,            -- on how many it rests
    seen integer not null,              -- different items that these showed
    estimate real not null,             -- how many there are
    low real not null,                  -- with a probability of 95 % at least so many
    high real                           -- and at most so many; null: no bound
);

drop view completeness;
create view completeness as
with newest as (
    select
        l.kind,
        l.target,
        l.params,
        l.verdict,
        l.ended_at,
        s.id as sweep_id,
        s.reason,
        s.distinct_items,
        s.covered,
        s.counter_after,
        min(coalesce(s.counter_before, s.counter_after), coalesce(s.counter_after, s.counter_before)) as expected,
        s.pages,
        s.units,
        s.duplicates,
        s.rejected,
        coalesce(s.asked_before || ' ', '') || s.endpoint as endpoints
    from lists as l
    left join sweeps as s on s.id = l.last_sweep
)
select
    n.kind,
    n.target,
    u.username,
    n.verdict,
    n.reason,
    n.distinct_items,
    n.covered,
    n.counter_after as counter,
    round(100.0 * n.covered / nullif(n.expected, 0), 1) as coverage_percent,
    n.pages,
    n.units,
    n.ended_at,
    n.params,
    n.expected,
    max(n.expected - n.covered, 0) as missing,
    n.duplicates,
    n.rejected,
    n.endpoints,
    n.sweep_id
from newest as n
left join users as u
    on u.id = cast(n.target as integer)
    and n.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts');

-- How much is missing of lists whose newest sweep ended as truncated.
create view missing_estimates as
select
    c.kind,
    c.target,
    c.username,
    c.params,
    e.method,
    e.sweeps,
    e.seen,
    round(e.estimate) as estimate,
    round(e.low) as low,
    round(e.high) as high,
    max(round(e.estimate) - e.seen, 0) as missing,
    c.expected,
    'nobody joined or left meanwhile; every item had the same chance in every sweep' as assumptions,
    e.sweep_id
from completeness as c
join sweep_estimates as e on e.sweep_id = c.sweep_id;

-- Who is on a follow list, of lists that were read whole: nobody of a list that is not complete is here.
create view everyone as
select 'followers' as list, l.target + 0 as user_id, e.follower_id as other_id, s.ended_at as as_of, s.id as sweep_id
from lists as l
join sweeps as s on s.id = l.last_sweep
join follow_edges as e on e.followee_id = l.target + 0 and e.followers_sweep = s.id
where l.kind = 'followers' and l.verdict = 'complete'
union all
select 'following', l.target + 0, e.followee_id, s.ended_at, s.id
from lists as l
join sweeps as s on s.id = l.last_sweep
join follow_edges as e on e.follower_id = l.target + 0 and e.following_sweep = s.id
where l.kind = 'following' and l.verdict = 'complete';
