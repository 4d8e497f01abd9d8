//! The archive: every body that was paid for, how it is stored, and what can be made of it again without a request.
//!
//! - How bodies are stored: `encoding` (pure), `bodies`, `dictionaries`, `packing`, `retention`, `status`.
//! - What they are good for: `source` (where a row comes from), `reparse` with `replay`, `difference` and `measured`.
//! - Bodies that were bought elsewhere: `import`, with `import_verdict`.

pub(crate) mod bodies;
pub mod dictionaries;
pub mod difference;
pub(crate) mod encoding;
pub mod import;
pub(crate) mod import_verdict;
pub(crate) mod measured;
pub mod packing;
pub mod reparse;
pub mod replay;
pub mod retention;
pub mod source;
pub mod status;
