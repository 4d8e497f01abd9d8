//! Posts by their likes. A post whose owner hides the count has none and is left out.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "most_liked",
    about: "the posts with the most likes, of USER or of everybody",
    parameters: &[only("user", Takes::User, "whose posts; else everybody's"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "posts that these lists do not show",
};

const STATEMENT: &str = "
    with posts as (
        select id
        from media
        where owner_id = :user
        union all
        select id
        from media
        where :user is null
    )
    select
        m.id as media_id,
        m.code,
        u.username as owner,
        m.like_count,
        m.comment_count,
        m.play_count,
        datetime(m.taken_at / 1000, 'unixepoch') as taken_utc
    from posts as p
    join media as m on m.id = p.id
    left join users as u on u.id = m.owner_id
    where m.like_count is not null
    order by m.like_count desc, m.id
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
