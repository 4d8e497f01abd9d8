-- Lists that were under way, or had ended without an answer (`failed`, `cancelled`), when their seed was held: if it returns in
-- the same round, those that have failed or were cancelled are not bought again.
create table held_lists (
    harvest_id integer not null references harvests (id),
    list_id integer not null references lists (id),
    round integer not null,
    primary key (harvest_id, list_id)
) without rowid;

-- Who waits for a profile that is parked.
create index candidates_waiting on candidates (user_id) where verdict = 'waiting';
