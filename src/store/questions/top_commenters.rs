//! Who comments most on a user's posts. The user's own comments and answers do not count.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, user};

pub(crate) const QUESTION: Question = Question {
    name: "top_commenters",
    about: "who writes the most comments and replies under USER's posts",
    parameters: &[user("user", "whose posts"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "posts, comments and replies",
};

const STATEMENT: &str = "
    select
        u.id as user_id,
        u.username,
        count(*) as comments,
        count(distinct c.media_id) as posts,
        sum(c.parent_id is not null) as replies,
        sum(c.like_count) as likes
    from media as m
    join comments as c on c.media_id = m.id
    join users as u on u.id = c.user_id
    where m.owner_id = :user and c.user_id <> :user
    group by u.id
    order by comments desc, posts desc, u.id
    limit :limit";

/// The lists of posts, the comments of each post, and the replies where somebody asked for them.
const RESTS_ON: &str = "
    select 'medias', :user
    union all
    select kind, target
    from lists
    where kind = 'clips' and target = cast(:user as text)
    union all
    select 'comments', m.id
    from media as m
    where m.owner_id = :user
    union all
    select l.kind, l.target
    from media as m
    join lists as l on l.kind = 'replies' and l.target > m.id || '/' and l.target < m.id || '0'
    where m.owner_id = :user";
