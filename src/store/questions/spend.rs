//! What each endpoint cost and brought. A page is paid again where a page of the same number of the same sweep was paid
//! before.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "spend",
    about: "what each endpoint cost, the rows it brought for a unit, and what was paid again",
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
            endpoint,
            units,
            state,
            row_number() over (partition by sweep_id, page_no, units > 0 order by id) as time
        from ledger
        where state not in ('reserved', 'released') and (:harvest is null or harvest_id = :harvest)
    ), costs as (
        select
            endpoint,
            count(*) as requests,
            sum(units) as units,
            sum(case when state = 'lost' then units else 0 end) as units_lost,
            sum(case when time > 1 then units else 0 end) as units_paid_again
        from paid
        group by endpoint
    ), shown as (
        select p.endpoint, count(p.elements) as pages, sum(p.new_entries) as new_rows
        from pages as p
        join sweeps as s on s.id = p.sweep_id
        where :harvest is null or s.harvest_id = :harvest
        group by p.endpoint
    )
    select
        c.endpoint,
        c.requests,
        c.units,
        coalesce(s.pages, 0) as pages,
        coalesce(s.new_rows, 0) as new_rows,
        round(1.0 * coalesce(s.new_rows, 0) / nullif(c.units, 0), 1) as rows_per_unit,
        c.units_lost,
        c.units_paid_again
    from costs as c
    left join shown as s on s.endpoint = c.endpoint
    order by c.units desc, c.endpoint
    limit :limit";
