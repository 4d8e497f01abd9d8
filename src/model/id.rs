//! Ids of the upstream: exact 64-bit integers, one type for each thing they name.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

id! {
    /// A user's `pk`: the same for ever, whatever the username.
    UserId
}
id! {
    /// A media item's `pk`: the part before the underscore of its `id`.
    MediaId
}
id! {
    /// A comment's `pk`.
    CommentId
}
