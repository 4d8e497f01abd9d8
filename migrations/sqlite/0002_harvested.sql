-- What the upstream showed. Ids are the upstream's own; times are unix milliseconds UTC.
--
-- `stamps` says which answer each column comes from, so that the newest answer wins column by column whatever the
-- order of commits: `stamp:mask` pairs, where a stamp is answered_at * 2^20 + page id modulo 2^20, and bit n of the
-- hexadecimal mask is the table's nth merged column. The columns' order is therefore part of the format: new ones are
-- added at the end.

create table users (
    id integer primary key,
    username text,
    full_name text,
    biography text,
    bio_links text,
    is_private integer,
    is_verified integer,
    is_business integer,
    account_type integer,
    category text,
    pronouns text,
    city_name text,
    external_url text,
    follower_count integer,
    following_count integer,
    media_count integer,
    total_clips_count integer,
    fbid_v2 integer,
    latest_reel_media_at integer,
    is_memorialized integer,
    is_coppa_enforced integer,
    is_regulated_c18 integer,
    profile_pic_url text,
    profiled_at integer,                -- when a full object last described the user
    gone_at integer,
    first_seen_at integer not null,
    last_seen_at integer not null,
    stamps text not null
);
create index users_by_username on users (username);

create table media (
    id integer primary key,
    code text,
    owner_id integer,
    media_type integer,
    product_type text,
    caption text,
    taken_at integer,
    like_count integer,
    comment_count integer,
    play_count integer,
    view_count integer,
    reshare_count integer,
    repost_count integer,
    save_count integer,
    like_and_view_counts_disabled integer,
    comments_disabled integer,
    is_paid_partnership integer,
    accessibility_caption text,
    has_audio integer,
    carousel_count integer,
    location_id integer,
    location_name text,
    lat real,
    lng real,
    width integer,
    height integer,
    duration_s real,
    url text,
    profiled_at integer,                -- when a full object last described the item
    gone_at integer,
    first_seen_at integer not null,
    last_seen_at integer not null,
    stamps text not null
);
create index media_by_owner on media (owner_id, taken_at);

create table comments (
    id integer primary key,
    media_id integer,
    user_id integer,
    parent_id integer,
    text text,
    created_at integer,
    like_count integer,
    reply_count integer,
    is_covered integer,
    gif text,
    profiled_at integer,
    gone_at integer,
    first_seen_at integer not null,
    last_seen_at integer not null,
    stamps text not null,
    sweep_id integer,                   -- the sweep of its own list that last showed it
    position integer                    -- its place in that sweep
);
create index comments_by_media on comments (media_id, parent_id);
create index comments_by_user on comments (user_id);
create index comments_by_parent on comments (parent_id) where parent_id is not null;

-- What a changed column held before, as a JSON object, and until which answer.
create table user_history (
    id integer not null,
    observed_at integer not null,
    changed text not null,
    primary key (id, observed_at)
) without rowid;
create table media_history (
    id integer not null,
    observed_at integer not null,
    changed text not null,
    primary key (id, observed_at)
) without rowid;

-- Carousel items.
create table media_children (
    media_id integer not null,
    position integer not null,
    id integer not null,
    media_type integer,
    width integer,
    height integer,
    url text,
    stamp integer not null,
    first_seen_at integer not null,
    last_seen_at integer not null,
    primary key (media_id, position)
) without rowid;

create table coauthors (
    media_id integer not null,
    user_id integer not null,
    first_seen_at integer not null,
    last_seen_at integer not null,
    primary key (media_id, user_id)
) without rowid;
create index coauthors_by_user on coauthors (user_id);

-- Whose list shows which media item: `list` is `medias` or `clips`.
create table user_media (
    list text not null,
    user_id integer not null,
    media_id integer not null,
    position integer not null,          -- its place in the sweep that last showed it
    pinned integer not null,
    sweep_id integer not null,
    first_sweep integer not null,
    primary key (list, user_id, media_id)
) without rowid;
create index user_media_by_media on user_media (media_id);

-- One row an edge; each direction carries the sweep that last showed it there.
create table follow_edges (
    follower_id integer not null,
    followee_id integer not null,
    followers_sweep integer,            -- a sweep of the followee's followers
    followers_position integer,
    following_sweep integer,            -- a sweep of the follower's following
    following_position integer,
    first_sweep integer not null,
    gone_sweep integer,                 -- the sweep that closed it
    primary key (follower_id, followee_id)
) without rowid;
create index follow_edges_by_followee on follow_edges (followee_id, follower_id);

-- Departures and returns; first appearances are in the edges themselves.
create table follow_changes (
    follower_id integer not null,
    followee_id integer not null,
    sweep_id integer not null,
    event text not null check (event in ('departed', 'returned')),
    primary key (follower_id, followee_id, sweep_id, event)
) without rowid;
