//! The largest accounts: a look at every user that was met. Follower counts come from full profiles only, so the others
//! are left out.

use crate::store::questions::Question;
use crate::store::questions::parameter::{GONE, LIMIT, Parameter};

pub(crate) const QUESTION: Question = Question {
    name: "most_followed",
    about: "the accounts met that have the most followers",
    parameters: &[MET_GONE, LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "accounts whose profile was not read: their number of followers is not known",
};

const MET_GONE: Parameter = Parameter {
    about: "also accounts that are gone",
    ..GONE
};

const STATEMENT: &str = "
    select u.id as user_id, u.username, u.full_name, u.follower_count, u.is_verified, u.is_private
    from users as u
    where u.follower_count is not null and (u.gone_at is null or :gone)
    order by u.follower_count desc, u.id
    limit :limit";

const RESTS_ON: &str = "
    select kind, target
    from lists
    where kind = 'profile'";
