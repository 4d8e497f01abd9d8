//! Units in money, where the configuration says what one costs.

use super::output::count;
use crate::config::Config;

/// What a unit costs in the account's currency; none to speak of units alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price(pub(super) Option<f64>);

impl Price {
    /// `[budget] unit_price`.
    pub(super) fn of(config: &Config) -> Self {
        Self(config.budget.unit_price)
    }

    /// What so many units cost, as a number; none without a price.
    pub(super) fn amount(self, units: i64) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "an amount for people")]
        self.0.map(|price| price * units as f64)
    }

    /// What so many units cost, as text: `0.012`, `12.50`.
    pub(super) fn text(self, units: i64) -> Option<String> {
        self.amount(units).map(|amount| {
            if amount < 1.0 {
                format!("{amount:.4}")
            } else {
                format!("{amount:.2}")
            }
        })
    }

    /// `12 units`, and `12 units = 0.0120` with a price.
    pub(super) fn units(self, units: i64) -> String {
        let counted = count(units, "unit", "units");
        match self.text(units) {
            Some(money) => format!("{counted} = {money}"),
            None => counted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Price;

    #[test]
    fn money_stands_beside_units_only_with_a_price() {
        assert_eq!(Price(None).units(1), "1 unit");
        assert_eq!(Price(Some(0.001)).units(12), "12 units = 0.0120");
        assert_eq!(Price(Some(0.02)).units(1_234), "1,234 units = 24.68");
        assert_eq!(Price(None).text(5), None);
    }
}
