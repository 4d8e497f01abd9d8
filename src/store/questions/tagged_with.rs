//! Who is tagged in the same posts as a user, whoever made the posts.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, user};

pub(crate) const QUESTION: Question = Question {
    name: "tagged_with",
    about: "who is tagged together with USER, and in how many posts",
    parameters: &[user("user", "who is tagged"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "tags, and every post that was not collected",
};

const STATEMENT: &str = "
    select
        u.id as user_id,
        u.username,
        u.full_name,
        count(distinct b.media_id) as posts
    from usertags as a
    join usertags as b on b.media_id = a.media_id and b.user_id <> a.user_id
    join users as u on u.id = b.user_id
    where a.user_id = :user
    group by u.id
    order by posts desc, u.id
    limit :limit";

/// The tags of these posts where somebody asked for them, and the lists of their owners' posts.
const RESTS_ON: &str = "
    select l.kind, l.target
    from usertags as a
    cross join lists as l on l.kind = 'usertags' and l.target = cast(a.media_id as text)
    where a.user_id = :user
    union all
    select l.kind, l.target
    from usertags as a
    join media as m on m.id = a.media_id
    join lists as l on l.kind in ('medias', 'clips') and l.target = cast(m.owner_id as text)
    where a.user_id = :user";
