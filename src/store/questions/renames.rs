//! Which accounts took another name.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "renames",
    about: "which accounts took another name, the newest first",
    parameters: &[only("user", Takes::User, "only of this account"), LIMIT],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "names that were taken and dropped between two answers",
};

const STATEMENT: &str = "
    select
        c.id as user_id,
        c.before as was,
        c.after as became,
        datetime(c.last_seen_at / 1000, 'unixepoch') as last_seen_utc,
        datetime(c.at / 1000, 'unixepoch') as renamed_by_utc
    from user_changes as c
    where c.column_name = 'username' and (:user is null or c.id = :user)
    order by c.at desc, c.id
    limit :limit";

const RESTS_ON: &str = "
    select l.kind, l.target
    from lists as l
    where l.kind = 'profile'
        and l.target not like '@%'
        and (:user is null or l.target = cast(:user as text))";
