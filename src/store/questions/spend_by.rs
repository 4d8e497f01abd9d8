//! What was paid for each endpoint, harvest, user, kind of list, day or run.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Otherwise, Parameter, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "spend_by",
    about: "what each user, harvest, kind, endpoint, day or run cost",
    parameters: &[
        Parameter {
            name: "by",
            about: "what is counted together",
            takes: Takes::OneOf(&["user", "harvest", "kind", "endpoint", "day", "run"]),
            otherwise: Otherwise::Is("user"),
        },
        only("harvest", Takes::Harvest, "of this harvest; else of all"),
        LIMIT,
    ],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    select
        case :by
            when 'user' then coalesce('@' || u.username, p.user_id, 'nobody')
            when 'harvest' then p.harvest
            when 'kind' then p.kind
            when 'endpoint' then p.endpoint
            when 'day' then p.day
            else coalesce(p.run_id, 'older')
        end as what,
        count(*) as requests,
        sum(p.units) as units,
        round(100.0 * sum(p.units) / nullif(sum(sum(p.units)) over (), 0), 1) as percent,
        sum(p.new_rows) as new_rows,
        round(1.0 * sum(p.new_rows) / nullif(sum(p.units), 0), 1) as rows_per_unit,
        sum(case when p.state = 'lost' then p.units else 0 end) as units_lost,
        sum(case when p.again then p.units else 0 end) as units_paid_again
    from payments as p
    left join users as u on u.id = p.user_id
    where :harvest is null or p.harvest_id = :harvest
    group by what
    order by case when :by in ('day', 'run') then what end desc, units desc, what
    limit :limit";
