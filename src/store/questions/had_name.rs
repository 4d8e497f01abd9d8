//! Who has or had a name.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Otherwise, Parameter, Takes};

pub(crate) const QUESTION: Question = Question {
    name: "had_name",
    about: "who has or had the name NAME, and when",
    parameters: &[NAME, LIMIT],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const NAME: Parameter = Parameter {
    name: "name",
    about: "the name",
    takes: Takes::Words,
    otherwise: Otherwise::Refused,
};

const STATEMENT: &str = "
    select
        n.user_id,
        u.username as username_now,
        datetime(n.since_at / 1000, 'unixepoch') as since_utc,
        datetime(n.last_seen_at / 1000, 'unixepoch') as last_seen_utc,
        datetime(n.until_at / 1000, 'unixepoch') as until_utc
    from usernames as n
    join users as u on u.id = n.user_id
    where n.username = lower(ltrim(:name, '@'))
    order by n.until_at is not null, n.until_at desc, n.user_id
    limit :limit";
