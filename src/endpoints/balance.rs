//! `GET /sys/balance`: the units left and the requests a second that the plan allows. Free.
//!
//! `amount` does not move with use; `requests` does.

use crate::endpoint::{Balance, Cost, Endpoint, Options, Parse, ParseError};
use crate::read::body::{self, wrong_shape};
use crate::read::fields::Fields;
use crate::read::notes::Notes;
use crate::target::Target;

/// The endpoint.
pub static ENDPOINT: Endpoint = Endpoint {
    path: "/sys/balance",
    kind: None,
    query,
    cursor: None,
    cursor_source: "none: one answer",
    page_size: 1,
    cost: Cost::Call(0),
    variants: &[],
    replaced_by: None,
    parse: Parse::Balance(parse),
};

fn query(_target: &Target, _options: &Options) -> Vec<(&'static str, String)> {
    Vec::new()
}

fn parse(bytes: &[u8]) -> Result<Balance, ParseError> {
    let notes = Notes::default();
    body::document(bytes, &notes, |json| {
        let body = body::object(json)?;
        let fields = Fields::new(&body, "balance", &notes);
        let units_left = fields
            .count("requests")
            .ok_or_else(|| wrong_shape("`requests` is no count"))?;
        let rate = fields
            .real("rate", f64::MIN_POSITIVE..=f64::MAX)
            .ok_or_else(|| wrong_shape("`rate` is no positive number"))?;
        Ok(Balance { units_left, rate })
    })
}
