-- The crawl itself: who wanted what, when, for how many units, with what verdict. Times are unix milliseconds UTC.

-- One row for each time a daemon or a one-shot opened the file. A run without `ended_at` died.
create table runs (
    id integer primary key,
    pid integer not null,
    version text not null,
    started_at integer not null,
    ended_at integer
);

-- A named job. A round is one pass over its seeds; lists that ended before `fresh_after` are asked again.
create table harvests (
    id integer primary key,
    name text not null unique,
    collect text not null,              -- JSON array of kinds, what they hang from included
    depth integer not null,
    expand text not null,               -- JSON array of ways
    limits text not null,               -- JSON object: kind -> "N" items or "Np" pages
    max_units integer,
    users_limit integer,                -- users that expansion may add
    weight real not null,
    refresh_ms integer,
    one_shot integer not null,
    round integer not null,
    fresh_after integer not null,
    open_depth integer not null,        -- the deepest depth whose targets are open
    users_added integer not null,       -- users that expansion added in this round
    created_at integer not null,
    round_started_at integer not null,
    finished_at integer                 -- when the last list of this round ended or was parked
);

-- What a harvest starts from: an id, or @name.
create table seeds (
    harvest_id integer not null references harvests (id),
    value text not null,
    position integer not null,
    user_id integer,                    -- whom a name turned out to be
    added_at integer not null,
    primary key (harvest_id, value)
) without rowid;

create index seeds_by_value on seeds (value);

-- The users whose lists a harvest reads.
create table targets (
    harvest_id integer not null references harvests (id),
    user_id integer not null,
    depth integer not null,
    rank integer not null,              -- the order of opening; seeds first, in their order
    round integer not null,
    opened_at integer not null,
    primary key (harvest_id, user_id)
) without rowid;
create index targets_by_rank on targets (harvest_id, depth, rank);

-- (kind, target): one row for ever, whoever wants it.
create table lists (
    id integer primary key,
    kind text not null,
    target text not null,               -- user, @name, media, or media/comment
    params text not null default '',    -- parameters that change the list
    generation integer not null,
    open_sweep integer,                 -- the sweep under way
    last_sweep integer,                 -- the newest sweep that ended
    verdict text,                       -- of the newest sweep that ended
    ended_at integer,
    due_at integer,                     -- when the next generation starts, if a harvest refreshes it
    unique (kind, target, params)
);

-- Which harvest wants which list.
create table harvest_lists (
    harvest_id integer not null references harvests (id),
    list_id integer not null references lists (id),
    depth integer not null,
    round integer not null,
    open integer not null,              -- 1 while a sweep of the list is under way for this harvest
    primary key (harvest_id, list_id)
) without rowid;
create index harvest_lists_by_list on harvest_lists (list_id, harvest_id);
create index harvest_lists_open on harvest_lists (harvest_id, depth) where open = 1;

-- One attempt to read a list.
create table sweeps (
    id integer primary key,
    list_id integer not null references lists (id),
    harvest_id integer not null references harvests (id),   -- who pays
    generation integer not null,
    endpoint text,                      -- the endpoint of the walk; none if nothing was bought
    walk integer not null default 0,    -- +1 when the walk starts again from page 0
    walk_reason text,                   -- why it did; its pages carry the reason in the ledger
    started_at integer not null,
    ended_at integer,
    verdict text,
    reason text,                        -- why this verdict
    counter_before integer,             -- the size of the list as its owner's object says it
    counter_after integer,
    distinct_items integer not null default 0,
    covered integer not null default 0, -- what `distinct_items` stands for in the counter (comments count their replies)
    rejected integer not null default 0,
    pages integer not null default 0,
    units integer not null default 0,
    barren integer not null default 0,  -- pages in a row with nothing new
    walk_items integer not null default 0,  -- items shown in this walk, new or not
    walk_floor integer not null default 0,  -- items shown before this walk: until it has shown as many, nothing is barren
    limited integer not null default 0, -- a page said that the upstream shows only part
    not_found integer not null default 0,
    restarted integer not null default 0,
    closes integer not null default 0   -- 1 if what it did not show counts as missing
);
create index sweeps_by_list on sweeps (list_id, id);

-- The queue: one walk of one endpoint inside a sweep. A task is gone when it ends.
create table tasks (
    id integer primary key,
    sweep_id integer not null unique references sweeps (id),
    list_id integer not null references lists (id),
    harvest_id integer not null references harvests (id),
    kind text not null,
    kind_rank integer not null,
    target text not null,
    depth integer not null,
    endpoint text not null,
    page_no integer not null default 0,
    cursor text,
    state text not null check (state in ('ready', 'waiting', 'leased', 'parked')),
    not_before integer,                 -- waiting: until when
    reason text,                        -- why it waits or is parked
    attempts integer not null default 0,    -- failed attempts at this page
    unusable integer not null default 0,    -- paid answers to this page that were no page
    resets integer not null default 0,      -- connections that ended before an answer to this page
    asks integer not null default 0,        -- times this page was asked again because it was incomplete
    epoch integer not null default 0,       -- +1 at each claim; fences late commits
    deaths integer not null default 0,      -- claims since its last outcome
    lone_deaths integer not null default 0, -- of these, those in which it was the only request in flight
    suspect integer not null default 0,     -- was in flight at an unclean stop: runs alone
    ledger_id integer,                      -- the request in flight
    served_at integer not null default 0,
    created_at integer not null,
    parked_body blob                        -- the answer that parked it, zstd
);
create index tasks_to_claim on tasks (harvest_id, state, depth, kind_rank, served_at, id);
create index tasks_by_state on tasks (state, not_before);
create index tasks_by_list on tasks (list_id);
create index tasks_suspect on tasks (suspect) where suspect = 1;

-- One answer.
create table pages (
    id integer primary key,
    sweep_id integer not null references sweeps (id),
    ledger_id integer not null,
    endpoint text not null,
    walk integer not null,
    page_no integer not null,
    cursor text,
    cursor_hash integer,                -- of the cursor that asked for it; finds loops
    answered_at integer not null,
    elements integer,                   -- entries + duplicates + rejected; none if the body was no page
    entries integer,
    new_entries integer,                -- entries that the sweep had not shown before
    duplicates integer,
    rejected integer,
    next text,                          -- cursor, end or missing
    limited integer,
    notes text,                         -- what was odd, a JSON array
    error text,                         -- why the body was no page
    bytes integer not null
);
create index pages_by_sweep on pages (sweep_id, walk, page_no);
create index pages_by_cursor on pages (sweep_id, walk, cursor_hash);

-- Every body with status 200, zstd: fields that have no column yet are paid for too.
create table page_bodies (
    page_id integer primary key references pages (id),
    body blob not null
);

-- Elements of a page that could not become rows.
create table rejects (
    page_id integer not null references pages (id),
    position integer not null,
    reason text not null,
    element text not null,
    primary key (page_id, position)
) without rowid;

-- Every billed request from its reservation on.
create table ledger (
    id integer primary key,
    harvest_id integer not null references harvests (id),
    task_id integer not null,
    sweep_id integer not null,
    endpoint text not null,
    target text not null,
    page_no integer not null,
    walk integer not null,
    cursor_hash integer,
    epoch integer not null,
    retry integer not null,             -- 1 if this page was asked for before
    day text not null,                  -- the UTC day that it counts for
    state text not null check (state in ('reserved', 'settled', 'lost', 'released', 'fenced')),
    reserved integer not null,
    units integer not null default 0,
    reason text,                        -- what became of it, where it brought no page; or why it was paid again
    status integer,
    reserved_at integer not null,
    answered_at integer
);
create index ledger_open on ledger (state) where state = 'reserved';
create index ledger_by_sweep on ledger (sweep_id);
create index ledger_by_time on ledger (reserved_at);

-- Running sums of the ledger, for limits: scope is `all`, `day:2026-01-31` or `harvest:1`.
create table spend (
    scope text primary key,
    settled integer not null default 0,
    reserved integer not null default 0,
    lost integer not null default 0
) without rowid;

-- Bills above their reservation.
create table overcharges (
    ledger_id integer primary key references ledger (id),
    endpoint text not null,
    reserved integer not null,
    billed integer not null,
    at integer not null
);

-- Why nothing is sent: scope is `all`, `harvest:1` or `endpoint:/g2/user/followers`.
create table holds (
    scope text not null,
    reason text not null,
    detail text not null,
    since integer not null,
    until integer,
    primary key (scope, reason)
) without rowid;

-- What the upstream last said of the account.
create table balance (
    id integer primary key check (id = 1),
    units_left integer not null,
    rate real not null,
    answered_at integer not null
);
