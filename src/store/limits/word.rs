//! Which of two words on a limit holds: the configuration's, or a command's.

/// What a command said of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// The limit; none for no limit.
    pub units: Option<i64>,
    /// What was configured when it was said.
    pub over: Option<i64>,
}

/// The limit that holds.
///
/// A command goes before the configuration in whose sight it was given. Once the configuration says something else,
/// nobody has weighed the two against each other, and the lower holds: so no limit is ever raised but by somebody who
/// saw what stood there. Whoever sees that the configuration has moved keeps the lower as what the command said
/// ([`budgets`](crate::store::budgets)), for a configuration that comes back was not weighed either.
pub fn holds(configured: Option<i64>, command: Option<Command>) -> Option<i64> {
    match command {
        None => configured,
        Some(command) if command.over == configured => command.units,
        Some(command) => lower(command.units, configured),
    }
}

fn lower(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(units: Option<i64>, over: Option<i64>) -> Command {
        Command { units, over }
    }

    #[test]
    fn a_command_goes_before_the_configuration_that_it_was_given_over() {
        assert_eq!(holds(Some(100), None), Some(100));
        assert_eq!(holds(Some(100), Some(said(Some(5_000), Some(100)))), Some(5_000));
        assert_eq!(holds(Some(100), Some(said(Some(50), Some(100)))), Some(50));
        assert_eq!(holds(Some(100), Some(said(None, Some(100)))), None);
        assert_eq!(holds(None, Some(said(Some(50), None))), Some(50));
    }

    #[test]
    fn after_a_change_of_the_configuration_the_lower_holds() {
        for configured in [Some(10), Some(200), None] {
            for units in [Some(50), Some(5_000), None] {
                let found = holds(configured, Some(said(units, Some(100))));
                let lowest = [configured, units].into_iter().flatten().min();
                assert_eq!(found, lowest, "{configured:?} {units:?}");
            }
        }
    }
}
