//! Elements of pages that could not become rows; the body of the page is kept in page_bodies.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "rejected",
    about: "the elements that could not become rows, with their page and the reason",
    parameters: &[only("kind", Takes::Kind, "only of lists of this kind"), LIMIT],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    select
        l.kind,
        l.target,
        p.endpoint,
        p.page_no as page,
        r.position,
        r.reason,
        substr(r.element, 1, 80) as element,
        r.page_id
    from rejects as r
    join pages as p on p.id = r.page_id
    join sweeps as s on s.id = p.sweep_id
    join lists as l on l.id = s.list_id
    where :kind is null or l.kind = :kind
    order by r.page_id desc, r.position
    limit :limit";
