-- Where seeds come from, and what became of those that no source has any more.

-- Nothing of a held seed is sent; its row stays, and it goes on where it stopped when it is taken up again.
alter table seeds add column held_at integer;
alter table seeds add column held_reason text;
-- The round in which it was last opened: one that was opened in this round is not opened again.
alter table seeds add column opened_round integer not null default 0;

update seeds
set user_id = cast(value as integer)
where value not glob '*[^0-9]*';

create index seeds_by_user on seeds (user_id);

-- A source is `argument` (named in a command, never read again), `config`, `seed_select` or `file:PATH`. A seed that
-- loses its last source is held.
create table seed_sources (
    harvest_id integer not null references harvests (id),
    value text not null,
    source text not null,
    since integer not null,
    primary key (harvest_id, value, source)
) without rowid;

-- Lines of sources that are no seeds, as they were when they were last read.
create table seed_rejects (
    harvest_id integer not null references harvests (id),
    source text not null,
    line integer not null,              -- of the file, the row of the answer, or which argument; from 1
    text text not null,                 -- its beginning
    reason text not null,
    rejected_at integer not null,
    primary key (harvest_id, source, line, text)
) without rowid;
