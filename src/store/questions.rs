//! Ready-made questions to the tables.

/// What the demo asks of what it harvested: a question and its statement.
pub const DEMO: [(&str, &str); 3] = [
    (
        "Who is followed by most of the seeds?",
        "select u.username, u.full_name, count(*) as followed_by
         from follows as f
         join targets as t on t.user_id = f.follower_id and t.depth = 1
         join users as u on u.id = f.followee_id
         group by u.id
         order by followed_by desc, u.id
         limit 5",
    ),
    (
        "Which posts are talked about most?",
        "select u.username, m.code, m.like_count, count(c.id) as comments, count(distinct c.user_id) as people
         from media as m
         join comments as c on c.media_id = m.id
         join users as u on u.id = m.owner_id
         group by m.id
         order by comments desc, m.id
         limit 5",
    ),
    (
        "Which lists are not complete, and why?",
        "select kind, coalesce(username, target) as whose, verdict, distinct_items as items, counter
         from completeness
         where verdict <> 'complete'
         order by kind, target
         limit 8",
    ),
];
