//! Ready-made questions to the tables.

/// What the demo asks of what it harvested: a question and its statement.
pub const DEMO: [(&str, &str); 3] = [
    (
        "Whom do the harvested accounts follow most?",
        "select u.username, u.full_name, count(*) as followed_by
         from follows as f
         join targets as t on t.user_id = f.follower_id
         join users as u on u.id = f.followee_id
         group by u.id
         order by followed_by desc, u.id
         limit 5",
    ),
    (
        "Which posts are talked about most, and by how many people?",
        "select u.username, m.code, count(c.id) as comments, count(distinct c.user_id) as people
         from media as m
         join comments as c on c.media_id = m.id
         join users as u on u.id = m.owner_id
         group by m.id
         order by comments desc, m.id
         limit 5",
    ),
    (
        "Which lists are not complete, and why?",
        "select kind, verdict, count(*) as lists, max(reason) as \"why (the last of them)\"
         from completeness
         where verdict <> 'complete'
         group by kind, verdict
         order by kind, verdict",
    ),
];
