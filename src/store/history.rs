//! What changed over time: who left a list, which posts are gone, and what a column held before.
//!
//! - `closing`: which sweeps say what is missing from their list, and since when it is.
//! - `counted`: how short of its counter such a sweep is.
//! - `posts`: posts that go from their lists and come back. Follow edges are in `edges`, beside what shows them.
//! - `former`: the former values of a column, whatever the order in which answers are stored; pure. `log` keeps them.

pub(crate) mod closing;
pub(crate) mod counted;
pub(crate) mod former;
pub(crate) mod log;
pub(crate) mod posts;
