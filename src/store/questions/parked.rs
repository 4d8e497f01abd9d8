//! Tasks that wait for a person.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "parked",
    about: "the tasks that wait for a person, and why",
    parameters: &[
        only("harvest", Takes::Harvest, "of this harvest; else of all"),
        LIMIT,
    ],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    select
        t.id as task,
        t.kind,
        t.target,
        u.username,
        t.endpoint,
        t.page_no as page,
        h.name as harvest,
        t.reason,
        'gleaner tasks show ' || t.id as look
    from tasks as t
    join harvests as h on h.id = t.harvest_id
    left join users as u
        on u.id = cast(t.target as integer)
        and t.kind in ('profile', 'followers', 'following', 'medias', 'clips', 'reposts')
    where t.state = 'parked' and (:harvest is null or t.harvest_id = :harvest)
    order by t.id
    limit :limit";
