-- Times are 1000 and 2000; sweeps 1..9 belong to lists 1..9.
insert into users (id, username, full_name, follower_count, gone_at, first_seen_at, last_seen_at, stamps) values
    (1, 'ann', 'Ann', 500, null, 1000, 1000, ''),
    (2, 'ben', 'Ben', 1200, null, 1000, 1000, ''),
    (3, 'cat', 'Cat', 300, null, 1000, 1000, ''),
    (4, 'dan', 'Dan', 300, null, 1000, 1000, ''),
    (5, 'eve', 'Eve', null, null, 1000, 1000, ''),
    (6, 'fay', 'Fay', 10, null, 1000, 1000, ''),
    (7, 'gus', 'Gus', 7000, 2000, 1000, 1000, ''),
    (8, 'hal', 'Hal', 9000, null, 1000, 1000, ''),
    (9, 'ivy', 'Ivy', null, null, 1000, 1000, '');

insert into harvests (
    id, name, collect, depth, expand, limits, weight, one_shot, round, fresh_after, open_depth, users_added, created_at,
    round_started_at
) values
    (1, 'brands', '[]', 1, '[]', '{}', 1, 1, 1, 0, 1, 0, 1000, 1000),
    (2, 'other', '[]', 1, '[]', '{}', 1, 1, 1, 0, 1, 0, 1000, 1000);

insert into seeds (harvest_id, value, position, user_id, added_at) values
    (1, '@ann', 0, 1, 1000), (1, '2', 1, null, 1000), (1, '@catherine', 2, 3, 1000);

-- Dan was found, so he is no seed.
insert into targets (harvest_id, user_id, depth, rank, round, opened_at) values
    (1, 1, 1, 0, 1, 1000), (1, 2, 1, 1, 1, 1000), (1, 3, 1, 2, 1, 1000), (1, 4, 2, 0, 1, 1000);

insert into lists (id, kind, target, generation, last_sweep, verdict, ended_at) values
    (1, 'followers', '1', 1, 1, 'complete', 2000),
    (2, 'following', '1', 1, 2, 'complete', 2000),
    (3, 'followers', '2', 1, 3, 'truncated', 2000),
    (4, 'following', '2', 1, 4, 'complete', 2000),
    (5, 'medias', '1', 1, 5, 'complete', 2000),
    (6, 'comments', '11', 1, 6, 'complete', 2000),
    (7, 'replies', '11/101', 1, 7, 'complete', 2000),
    (8, 'reposts', '1', 1, 8, 'capped', 2000),
    (9, 'search', 'cat''s food', 1, 9, 'complete', 2000),
    (10, 'profile', '1', 1, 10, 'complete', 2000),
    (11, 'usertags', '11', 1, 11, 'hidden', 2000);
insert into sweeps (
    id, list_id, harvest_id, generation, started_at, ended_at, verdict, reason, counter_after, distinct_items, covered
) values
    (1, 1, 1, 1, 1000, 2000, 'complete', 'its end', 5, 5, 5),
    (2, 2, 1, 1, 1000, 2000, 'complete', 'its end', 4, 4, 4),
    (3, 3, 1, 1, 1000, 2000, 'truncated', 'only 3 of 1200', 1200, 3, 3),
    (4, 4, 1, 1, 1000, 2000, 'complete', 'its end', 2, 2, 2),
    (5, 5, 1, 1, 1000, 2000, 'complete', 'its end', 3, 3, 3),
    (6, 6, 1, 1, 1000, 2000, 'complete', 'its end', 5, 4, 5),
    (7, 7, 1, 1, 1000, 2000, 'complete', 'its end', 1, 1, 1),
    (8, 8, 1, 1, 1000, 2000, 'capped', 'its limit', null, 3, 3),
    (9, 9, 1, 1, 1000, 2000, 'complete', 'its end', null, 3, 3),
    (10, 10, 1, 1, 1000, 2000, 'complete', 'shown', null, 1, 1),
    (11, 11, 1, 1, 1000, 2000, 'hidden', 'not shown', null, 0, 0);

insert into follow_edges (follower_id, followee_id, first_sweep, gone_sweep) values
    (3, 1, 1, null), (4, 1, 1, null), (5, 1, 1, null), (6, 1, 1, null), (7, 1, 1, null), (9, 1, 1, 1),
    (1, 2, 2, null), (1, 3, 2, null), (1, 4, 2, null), (1, 8, 2, null), (1, 7, 2, 2),
    (4, 2, 3, null), (5, 2, 3, null), (9, 2, 3, 3),
    (2, 3, 4, null), (2, 8, 4, null),
    (3, 8, 4, null);

-- Ann's posts are 11, 12 and 13, of which 13 hides its likes; 21 is ben's, 31 and 32 are cat's.
insert into media (id, code, owner_id, caption, taken_at, like_count, comment_count, play_count, first_seen_at, last_seen_at, stamps)
values
    (11, 'A', 1, 'one', 1767225600000, 50, 5, null, 1000, 1000, ''),
    (12, 'B', 1, 'two', 1767225600000, 30, 1, 70, 1000, 1000, ''),
    (13, 'C', 1, null, null, null, 3, null, 1000, 1000, ''),
    (21, 'D', 2, 'ben''s', null, 80, 0, null, 1000, 1000, ''),
    (31, 'E', 3, 'food', null, 80, null, null, 1000, 1000, ''),
    (32, 'F', 3, null, null, null, null, null, 1000, 1000, '');
insert into user_media (list, user_id, media_id, position, pinned, sweep_id, first_sweep) values
    ('medias', 1, 11, 0, 0, 5, 5), ('medias', 1, 12, 1, 0, 5, 5), ('medias', 1, 13, 2, 0, 5, 5),
    ('clips', 1, 12, 0, 0, 5, 5);

-- 104 is ann's own.
insert into comments (id, media_id, user_id, parent_id, like_count, first_seen_at, last_seen_at, stamps) values
    (101, 11, 4, null, 2, 1000, 1000, ''),
    (102, 11, 4, null, null, 1000, 1000, ''),
    (103, 11, 5, null, 1, 1000, 1000, ''),
    (104, 11, 1, null, 9, 1000, 1000, ''),
    (105, 11, 5, 101, 0, 1000, 1000, ''),
    (106, 12, 4, null, 3, 1000, 1000, ''),
    (107, 21, 6, null, 3, 1000, 1000, '');

insert into reposts (user_id, media_id, reposted_at, stamp, first_seen_at, last_seen_at) values
    (1, 31, 1767225600000, 0, 1000, 1000), (1, 32, 1767312000000, 0, 1000, 1000), (1, 21, null, 0, 1000, 1000),
    (2, 11, null, 0, 1000, 1000);

insert into usertags (media_id, user_id, child_position, stamp, first_seen_at, last_seen_at) values
    (11, 4, -1, 0, 1000, 1000), (11, 5, -1, 0, 1000, 1000), (11, 6, -1, 0, 1000, 1000),
    (12, 4, -1, 0, 1000, 1000), (12, 5, -1, 0, 1000, 1000),
    (21, 4, 0, 0, 1000, 1000), (21, 4, 1, 0, 1000, 1000), (21, 6, 0, 0, 1000, 1000), (21, 6, 1, 0, 1000, 1000);

insert into search_hits (query, kind, target_id, best_position, sweep_id, position, first_sweep) values
    ('cat''s food', 'user', 3, 0, 9, 0, 9), ('cat''s food', 'user', 8, 1, 9, 1, 9), ('cat''s food', 'media', 31, 0, 9, 0, 9);
