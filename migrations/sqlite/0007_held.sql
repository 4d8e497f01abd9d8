-- Lists that ended without an answer (`failed`, `cancelled`) and that a harvest no longer waits for because their seed is
-- held: if the seed returns in the same round, they are not bought again.
create table held_lists (
    harvest_id integer not null references harvests (id),
    list_id integer not null references lists (id),
    round integer not null,
    primary key (harvest_id, list_id)
) without rowid;

-- Who waits for a profile that is parked.
create index candidates_waiting on candidates (user_id) where verdict = 'waiting';
