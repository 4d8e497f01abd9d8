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
    select kind, target, page_no as page, times_paid, units, units_paid_again, what_came
    from paid_twice
    where :harvest is null or sweep_id in (select p.sweep_id from payments as p where p.harvest_id = :harvest)
    order by units_paid_again desc, sweep_id, page_no
    limit :limit";
