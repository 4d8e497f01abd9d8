//! Who began to follow a user: only those whom an earlier complete sweep did not show.

use crate::store::questions::Question;
use crate::store::questions::parameter::{FROM, LIMIT, TO, user};

pub(crate) const QUESTION: Question = Question {
    name: "new_followers",
    about: "who began to follow USER between two times, by complete sweeps",
    parameters: &[user("user", "whose followers"), FROM, TO, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "new followers whom no list has shown, or of whom no earlier complete list says that they are new",
};

const STATEMENT: &str = "
    select
        u.id as user_id,
        u.username,
        datetime(s.since_after / 1000, 'unixepoch') as since_after_utc,
        datetime(s.since_by / 1000, 'unixepoch') as since_by_utc,
        :from is null or s.since_after >= :from as surely,
        s.until_known <> 'gone' as follows_still
    from follow_spells as s
    join users as u on u.id = s.follower_id
    where s.followee_id = :user
        and s.since_known = 'appeared'
        and (:from is null or s.since_by > :from)
        and (:to is null or s.since_by <= :to)
    order by s.since_by, u.id
    limit :limit";

const RESTS_ON: &str = "
    select 'followers', :user";
