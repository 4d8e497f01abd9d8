//! Who ceased to follow a user: only those whom several complete sweeps in a row have missed.

use crate::store::questions::Question;
use crate::store::questions::parameter::{FROM, LIMIT, TO, user};

pub(crate) const QUESTION: Question = Question {
    name: "unfollows",
    about: "who ceased to follow USER between two times, by complete sweeps",
    parameters: &[user("user", "whose followers"), FROM, TO, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "whoever left after the last complete lists",
};

const STATEMENT: &str = "
    select
        u.id as user_id,
        u.username,
        datetime(s.since_by / 1000, 'unixepoch') as since_by_utc,
        datetime(s.until_after / 1000, 'unixepoch') as until_after_utc,
        datetime(s.until_by / 1000, 'unixepoch') as until_by_utc,
        :from is null or s.until_after >= :from as surely,
        u.gone_at is not null as account_gone
    from follow_spells as s
    join users as u on u.id = s.follower_id
    where s.followee_id = :user
        and s.until_known = 'gone'
        and (:from is null or s.until_by > :from)
        and (:to is null or s.until_by <= :to)
    order by s.until_by, u.id
    limit :limit";

const RESTS_ON: &str = "
    select 'followers', :user";
