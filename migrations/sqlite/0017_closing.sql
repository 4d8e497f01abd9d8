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
    counter_after_at = iif(counter_after is null, null, started_at)
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
