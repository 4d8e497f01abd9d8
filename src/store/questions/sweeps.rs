//! Every list with the verdict of its newest sweep; those that are not complete first.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "sweeps",
    about: "every list with its verdict, those that are not complete first",
    parameters: &[
        only("kind", Takes::Kind, "only lists of this kind"),
        only("verdict", Takes::Verdict, "only lists that ended so"),
        LIMIT,
    ],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    select
        c.kind,
        c.target,
        c.username,
        coalesce(c.verdict, 'open') as verdict,
        c.reason,
        c.distinct_items,
        c.counter,
        c.coverage_percent,
        c.pages,
        c.units,
        datetime(c.ended_at / 1000, 'unixepoch') as ended_utc
    from completeness as c
    where (:kind is null or c.kind = :kind)
        and (:verdict is null or coalesce(c.verdict, 'open') = :verdict)
    order by c.verdict is 'complete', c.kind, length(c.target), c.target, c.params
    limit :limit";
