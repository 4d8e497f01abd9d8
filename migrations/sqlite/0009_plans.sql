-- What a person approved for a harvest, or set as its limit: the newest row of a harvest is its limit of units.
create table approvals (
    id integer primary key,
    harvest_id integer not null references harvests (id),
    at integer not null,
    reason text not null,               -- `plan`, `--max-units` or `config`: how it was given
    units integer not null,             -- the most that the harvest may spend, in all its runs
    spent integer not null,             -- what it had spent by then
    low integer,                        -- what the plan said that it would still cost; none where none was made
    expected integer,
    high integer
);
create index approvals_by_harvest on approvals (harvest_id, id);
