-- What the other kinds show. As in the tables before, each row of a list carries the sweep that last showed it, and the
-- sweep that first did; sweeps have times.

create table media_likes (
    media_id integer not null,
    user_id integer not null,
    sweep_id integer not null,
    position integer not null,          -- its place in the sweep that last showed it
    first_sweep integer not null,
    primary key (media_id, user_id)
) without rowid;
create index media_likes_by_user on media_likes (user_id);

create table comment_likes (
    comment_id integer not null,
    user_id integer not null,
    sweep_id integer not null,
    position integer not null,
    first_sweep integer not null,
    primary key (comment_id, user_id)
) without rowid;
create index comment_likes_by_user on comment_likes (user_id);

-- Who is tagged in a post: `child_position` is the item of a carousel, -1 the post itself. Tags are seen in the bodies
-- of posts as well, so a row may have no sweep.
create table usertags (
    media_id integer not null,
    user_id integer not null,
    child_position integer not null,
    x real,                             -- from 0 at the left to 1 at the right
    y real,                             -- from 0 at the top to 1 at the bottom
    stamp integer not null,
    first_seen_at integer not null,
    last_seen_at integer not null,
    sweep_id integer,                   -- the sweep of the post's own list that last showed it
    primary key (media_id, user_id, child_position)
) without rowid;
create index usertags_by_user on usertags (user_id);

-- What a user reposted; time and text are those of the reposter's own note.
create table reposts (
    user_id integer not null,
    media_id integer not null,
    reposted_at integer,
    note text,
    stamp integer not null,
    first_seen_at integer not null,
    last_seen_at integer not null,
    sweep_id integer,
    position integer,
    primary key (user_id, media_id)
) without rowid;
create index reposts_by_media on reposts (media_id);

-- What a query finds: `kind` is user or media.
create table search_hits (
    query text not null,
    kind text not null check (kind in ('user', 'media')),
    target_id integer not null,
    best_position integer not null,     -- the best place in any sweep, from 0
    sweep_id integer not null,
    position integer not null,          -- its place in the sweep that last showed it
    first_sweep integer not null,
    primary key (query, kind, target_id)
) without rowid;

-- What the variants of lists show (lists with `params`): their items are rows of the tables above and before, whose own
-- sweep and position belong to the plain list.
create table list_items (
    list_id integer not null references lists (id),
    item_id integer not null,
    sweep_id integer not null,
    position integer not null,
    first_sweep integer not null,
    primary key (list_id, item_id)
) without rowid;

-- Lists that are asked for together, ten media a request: one task walks for all members of its batch.
create table batch_members (
    list_id integer primary key references lists (id),
    sweep_id integer not null references sweeps (id),
    harvest_id integer not null references harvests (id),   -- who pays
    media_id integer not null,
    depth integer not null,
    task_id integer                     -- none while the batch is not full
);
create index batch_members_by_task on batch_members (task_id);
create index batch_members_waiting on batch_members (harvest_id) where task_id is null;

-- Found users whom a filter looks at, in this round of the harvest.
create table candidates (
    harvest_id integer not null references harvests (id),
    user_id integer not null,
    depth integer not null,             -- at which they would be targets
    place integer not null,             -- the order in which they are taken
    round integer not null,
    verdict text not null check (verdict in ('waiting', 'passed', 'failed')),
    reason text,                        -- why not
    bought integer not null default 0,  -- 1 if the profile was wanted for the filter alone
    primary key (harvest_id, user_id)
) without rowid;

-- Each request that skipped the upstream's check of the account's privacy.
create table force_uses (
    ledger_id integer primary key references ledger (id),
    harvest_id integer not null references harvests (id),
    endpoint text not null,
    target text not null,
    at integer not null
);

alter table harvests add column filter text not null default '{}';      -- JSON object: who may become a target
alter table harvests add column min_likes integer;                      -- comments with fewer have no list of likers
alter table harvests add column force integer not null default 0;
alter table harvests add column sort_order text;                        -- of comments; none for the upstream's own
alter table harvests add column sort_by_views integer not null default 0;   -- of clips

-- The version that met the reason: a newer one looks again whether an endpoint is still retired.
alter table holds add column version text;

drop view completeness;
create view completeness as
select
    l.kind,
    l.target,
    u.username,
    l.verdict,
    s.reason,
    s.distinct_items,
    s.covered,
    s.counter_after as counter,
    round(100.0 * s.covered / nullif(s.counter_after, 0), 1) as coverage_percent,
    s.pages,
    s.units,
    l.ended_at,
    l.params
from lists as l
left join sweeps as s on s.id = l.last_sweep
left join users as u
    on u.id = cast(l.target as integer)
    and l.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts');
