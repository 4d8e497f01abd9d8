//! How an attempt to read a list ended.

/// The verdict of a sweep; it stays with the list until the next sweep ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// All that the upstream has was shown.
    Complete,
    /// The upstream shows only part.
    Truncated,
    /// Our own limit ended the walk.
    Capped,
    /// The walk went in circles, or showed nothing new for several pages.
    Looped,
    /// The upstream does not show the list although it exists.
    Hidden,
    /// The account is private.
    Private,
    /// The thing itself is gone.
    Gone,
    /// The upstream retired every endpoint of the route.
    Retired,
    /// A person cancelled it.
    Cancelled,
    /// It could not be read to its end; what was bought is kept.
    Failed,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 10] = [
        Self::Complete,
        Self::Truncated,
        Self::Capped,
        Self::Looped,
        Self::Hidden,
        Self::Private,
        Self::Gone,
        Self::Retired,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The word for it in tables and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Truncated => "truncated",
            Self::Capped => "capped",
            Self::Looped => "looped",
            Self::Hidden => "hidden",
            Self::Private => "private",
            Self::Gone => "gone",
            Self::Retired => "retired",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The verdict of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}
