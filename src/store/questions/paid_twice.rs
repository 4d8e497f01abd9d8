//! Pages that were paid for more than once, with what the ledger says of each attempt.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "paid_twice",
    about: "the pages that were paid for more than once, and why",
    parameters: &[
        only("harvest", Takes::Harvest, "of this harvest; else of all"),
        LIMIT,
    ],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    with paid as (
        select
            id,
            sweep_id,
            page_no,
            endpoint,
            target,
            units,
            row_number() over (partition by sweep_id, page_no order by id) as time,
            coalesce(reason, case state when 'fenced' then 'answered too late to be used' end) as reason
        from ledger
        where units > 0 and (:harvest is null or harvest_id = :harvest)
    )
    select
        l.kind,
        p.target,
        p.page_no as page,
        count(*) as times_paid,
        sum(p.units) as units,
        sum(case when p.time > 1 then p.units else 0 end) as units_paid_again,
        group_concat(p.endpoint || coalesce(': ' || p.reason, ''), ', then ' order by p.id) as what_came
    from paid as p
    join sweeps as s on s.id = p.sweep_id
    join lists as l on l.id = s.list_id
    group by p.sweep_id, p.page_no
    having count(*) > 1
    order by units_paid_again desc, min(p.id)
    limit :limit";
