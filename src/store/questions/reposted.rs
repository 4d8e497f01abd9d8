//! Whose posts a user reposts.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, user};

pub(crate) const QUESTION: Question = Question {
    name: "reposted",
    about: "whose posts USER reposts most",
    parameters: &[user("user", "who reposts"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "reposts that this list does not show",
};

const STATEMENT: &str = "
    select
        m.owner_id as user_id,
        u.username,
        u.full_name,
        count(*) as reposts,
        datetime(max(r.reposted_at) / 1000, 'unixepoch') as last_utc
    from reposts as r
    join media as m on m.id = r.media_id
    left join users as u on u.id = m.owner_id
    where r.user_id = :user and m.owner_id is not null
    group by m.owner_id
    order by reposts desc, m.owner_id
    limit :limit";

const RESTS_ON: &str = "
    select 'reposts', :user";
