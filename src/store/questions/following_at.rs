//! Whom a user followed at a moment, as far as complete sweeps show.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, at, user};

pub(crate) const QUESTION: Question = Question {
    name: "following_at",
    about: "whom USER followed at TIME, and how sure that is",
    parameters: &[user("user", "who follows"), at("the moment"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "accounts followed at that time that no list has shown",
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
    join users as u on u.id = s.followee_id
    where s.follower_id = :user
        and (s.since_by <= :at or s.since_after < :at)
        and (s.until_by is null or s.until_by > :at)
    order by how in ('arriving', 'leaving'), s.since_by, u.id
    limit :limit";

const RESTS_ON: &str = "
    select 'following', :user";
