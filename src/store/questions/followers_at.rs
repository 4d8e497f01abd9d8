//! Who followed a user at a moment, as far as complete sweeps show.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, at, user};

pub(crate) const QUESTION: Question = Question {
    name: "followers_at",
    about: "who followed USER at TIME, and how sure that is",
    parameters: &[user("user", "whose followers"), at("the moment"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "followers of that time whom no list has shown",
};

const STATEMENT: &str = "
    select
        u.id as user_id,
        u.username,
        case
            when s.since_by > :at then 'arriving'
            when s.until_after >= :at then 'seen'
            when s.until_known = 'open' then 'still'
            else 'leaving'
        end as how,
        datetime(s.since_after / 1000, 'unixepoch') as since_after_utc,
        datetime(s.since_by / 1000, 'unixepoch') as since_by_utc,
        datetime(s.until_after / 1000, 'unixepoch') as until_after_utc,
        datetime(s.until_by / 1000, 'unixepoch') as until_by_utc
    from follow_spells as s
    join users as u on u.id = s.follower_id
    where s.followee_id = :user
        and (s.since_by <= :at or s.since_after < :at)
        and (s.until_by is null or s.until_by > :at)
    order by how in ('arriving', 'leaving'), s.since_by, u.id
    limit :limit";

const RESTS_ON: &str = "
    select 'followers', :user";
