//! Variants of a list: parameters of the upstream that change what a list shows, or in which order.
//!
//! They are part of a list's identity: comments by popularity are another list than the comments of the same post by
//! time, with sweeps, a cursor and a verdict of its own.

use std::fmt;

use crate::kind::Kind;

/// Which form of a list is read. Its text form is the `params` column of the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// What the upstream shows without being told otherwise: comments by time, clips newest first.
    #[default]
    Plain,
    /// Comments, the most liked first: `sort_order=popular`.
    Popular,
    /// Clips, the most viewed first: `sort_by_views=true`.
    ByViews,
}

impl Variant {
    /// Every variant.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Popular, Self::ByViews];

    /// The parameter as it is sent: its name and its value; none for the plain list.
    pub const fn parameter(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Plain => None,
            Self::Popular => Some(("sort_order", "popular")),
            Self::ByViews => Some(("sort_by_views", "true")),
        }
    }

    /// Whether lists of that kind have this variant.
    pub const fn is_of(self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Plain, _) | (Self::Popular, Kind::Comments) | (Self::ByViews, Kind::Clips)
        )
    }

    /// Reads the text form.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.to_string() == text)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parameter() {
            None => Ok(()),
            Some((name, value)) => write!(formatter, "{name}={value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Variant;

    #[test]
    fn the_text_form_reads_back() {
        for variant in Variant::ALL {
            assert_eq!(Variant::find(&variant.to_string()), Some(variant));
        }
        assert_eq!(Variant::find("sort_order=recent"), None);
    }
}
