//! What the queries of `search:` seeds found.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "hits",
    about: "what searches found, best places first",
    parameters: &[
        only(
            "words",
            Takes::Words,
            "the words of the search; else of every search",
        ),
        LIMIT,
    ],
    statement: STATEMENT,
    rests_on: Some(RESTS_ON),
    may_miss: "hits of these searches",
};

const STATEMENT: &str = "
    select
        h.query,
        h.best_position as place,
        h.kind,
        h.target_id,
        coalesce(u.username, m.code) as name,
        coalesce(u.full_name, substr(m.caption, 1, 60)) as text
    from search_hits as h
    left join users as u on u.id = h.target_id and h.kind = 'user'
    left join media as m on m.id = h.target_id and h.kind = 'media'
    where :words is null or h.query = :words
    order by h.query, h.best_position, h.kind desc, h.target_id
    limit :limit";

const RESTS_ON: &str = "
    select 'search', :words
    where :words is not null
    union all
    select kind, target
    from lists
    where kind = 'search' and :words is null";
