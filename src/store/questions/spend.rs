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
    select
        endpoint,
        count(*) as requests,
        sum(units) as units,
        sum(pages) as pages,
        sum(new_rows) as new_rows,
        round(1.0 * sum(new_rows) / nullif(sum(units), 0), 1) as rows_per_unit,
        sum(case when state = 'lost' then units else 0 end) as units_lost,
        sum(case when again then units else 0 end) as units_paid_again
    from payments
    where :harvest is null or harvest_id = :harvest
    group by endpoint
    order by units desc, endpoint
    limit :limit";
