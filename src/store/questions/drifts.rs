//! Units that the account lost and the ledger knows nothing of.

use crate::store::questions::Question;
use crate::store::questions::parameter::LIMIT;

pub(crate) const QUESTION: Question = Question {
    name: "drifts",
    about: "units that the account lost and this file knows nothing of, and between when",
    parameters: &[LIMIT],
    statement: STATEMENT,
    rests_on: None,
    may_miss: "",
};

const STATEMENT: &str = "
    select
        datetime(from_at / 1000, 'unixepoch') as from_utc,
        datetime(to_at / 1000, 'unixepoch') as to_utc,
        seen as account_lost,
        expected_least as ledger_says_at_least,
        expected_most as ledger_says_at_most,
        difference as unknown_units
    from drifts
    order by id desc
    limit :limit";
