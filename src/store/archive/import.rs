//! Imports.

/// `sweeps.imported` of an import that only adds what is missing.
pub(crate) const ADDS: i64 = 2;
