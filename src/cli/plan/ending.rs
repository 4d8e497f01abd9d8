//! How a plan's own purchase ended, and what is said of the profiles that it left.

use crate::cli::output::count;
use crate::engine::Stop;
use crate::store::holds::Reason;

/// Why the purchase ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All of them were asked for.
    #[default]
    Asked,
    /// No limit leaves room for the next one.
    Limit,
    /// The other gleaner, which sends for this one, may send nothing.
    Held(Reason),
    /// No other gleaner took the next one up.
    GivenUp,
    /// A person asked to stop.
    Person,
    /// What the engine of this command stopped at.
    Stopped(Stop),
}

impl Ending {
    /// How the engine of this command ended.
    pub(super) const fn of(stop: Stop) -> Self {
        match stop {
            Stop::Finished | Stop::Asked => Self::Asked,
            Stop::Budget => Self::Limit,
            stop => Self::Stopped(stop),
        }
    }

    /// Whether as much was bought as there is to buy: what a person approves rests on it.
    pub(super) const fn is_at_its_end(self) -> bool {
        matches!(self, Self::Asked | Self::Limit | Self::Stopped(Stop::Held))
    }

    /// One word for it, for scripts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Limit => "limit",
            Self::Held(_) => "held",
            Self::GivenUp => "given_up",
            Self::Person => "stopped",
            Self::Stopped(stop) => stop.name(),
        }
    }

    /// What is said of so many profiles that were left.
    pub(super) fn sentence(self, left: i64) -> String {
        let profiles = count(left, "profile", "profiles");
        match self {
            Self::Asked => format!(
                "{profiles} brought no answer that can be used: `gleaner tasks --state parked` shows parked ones."
            ),
            Self::Limit => format!("No limit left room for {profiles}."),
            Self::Held(reason) => format!(
                "{profiles} were not bought: another gleaner works on this file, and nothing is sent ({}); `gleaner status` \
                 says why.",
                reason.name()
            ),
            Self::GivenUp => format!(
                "{profiles} were not bought: the other gleaner on this file took none of them up, and this command gave up \
                 waiting; `gleaner status` says what that one does."
            ),
            Self::Person => format!("{profiles} were not bought, because the plan was stopped."),
            Self::Stopped(stop) => format!("{profiles} were not bought. {}", stop.sentence()),
        }
    }
}
