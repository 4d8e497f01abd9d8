//! The right to send one billed request.
//!
//! A permit comes from the store, which makes it when the units are reserved, and the client sends nothing billed
//! without one: there is no request that the ledger does not know.

/// The right to send one request, whose units are reserved.
#[derive(Debug)]
#[must_use = "a permit that is not used leaves its units reserved"]
pub struct Permit {
    ledger_id: i64,
}

impl Permit {
    /// The permit of a row of the ledger. Only the store may call this, after the reservation is made.
    pub(crate) fn granted(ledger_id: i64) -> Self {
        Self { ledger_id }
    }

    /// The row of the ledger that holds the reservation, to be settled with the answer.
    pub fn ledger_id(&self) -> i64 {
        self.ledger_id
    }
}

#[cfg(test)]
mod tests {
    use super::Permit;

    #[test]
    fn a_permit_names_its_row_of_the_ledger() {
        assert_eq!(Permit::granted(7).ledger_id(), 7);
    }
}
