//! Lists that were never shown whole, and how much of them is missing by what their sweeps had in common.

use crate::store::questions::Question;
use crate::store::questions::parameter::{LIMIT, Takes, only};

pub(crate) const QUESTION: Question = Question {
    name: "missing",
    about: "how much is missing of lists that are shown only in part, estimated by several sweeps",
    parameters: &[only("kind", Takes::Kind, "only lists of this kind"), LIMIT],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    select
        e.kind,
        e.target,
        e.username,
        e.seen,
        e.estimate,
        e.low,
        e.high,
        e.missing,
        e.missing_by,
        e.expected,
        e.method,
        e.sweeps
    from missing_estimates as e
    where :kind is null or e.kind = :kind
    order by e.missing desc, e.kind, length(e.target), e.target, e.params
    limit :limit";
