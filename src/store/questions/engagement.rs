//! Likes and comments an average post gets, against the followers. The posts are those that the user's own lists show,
//! coauthored ones included; a hidden count is left out of its average.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "engagement",
    about: "posts, average likes and comments, and their rate against the followers, per user",
    parameters: &[
        only(
            "user",
            Takes::User,
            "of this user; else of everybody whose posts were listed",
        ),
        LIMIT,
    ],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "posts, which shifts the averages",
};

const STATEMENT: &str = "
    with posts as (
        select user_id, media_id
        from user_media
        where list in ('medias', 'clips') and user_id = :user
        union
        select user_id, media_id
        from user_media
        where :user is null
    ), averages as (
        select p.user_id, count(*) as posts, avg(m.like_count) as likes, avg(m.comment_count) as comments
        from posts as p
        join media as m on m.id = p.media_id
        group by p.user_id
    )
    select
        u.id as user_id,
        u.username,
        u.follower_count as followers,
        a.posts,
        round(a.likes, 1) as average_likes,
        round(a.comments, 1) as average_comments,
        round(100.0 * (a.likes + coalesce(a.comments, 0)) / nullif(u.follower_count, 0), 2) as engagement_percent
    from averages as a
    join users as u on u.id = a.user_id
    order by engagement_percent desc, u.id
    limit :limit";

/// Of everybody: the lists of posts that there are.
const RESTS_ON: &str = "
    select 'medias', :user
    where :user is not null
    union all
    select kind, target
    from lists
    where kind = 'clips' and target = cast(:user as text)
    union all
    select kind, target
    from lists
    where kind in ('medias', 'clips') and :user is null";
