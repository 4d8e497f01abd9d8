//! From the bytes of an answer to rows: pure functions, shared by all endpoints.
//!
//! Bytes become a `json::Json` tree once (`body`), odd things met on the way are collected (`notes`), columns are
//! read with their types checked (`fields`), lists are read so that every element is an entry, a duplicate or a
//! reject (`list`), and cursors are kept byte for byte (`cursor`). Nothing here knows of the network or of tables.

pub mod report;

pub(crate) mod body;
pub(crate) mod comment;
pub(crate) mod cursor;
pub(crate) mod fields;
pub(crate) mod follows;
pub(crate) mod grid;
pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod likers;
pub(crate) mod list;
pub(crate) mod media;
pub(crate) mod merge;
pub(crate) mod notes;
pub(crate) mod once;
pub(crate) mod opened;
pub(crate) mod posts;
pub(crate) mod profile;
pub(crate) mod stream;
pub(crate) mod user;
pub(crate) mod usertag;
