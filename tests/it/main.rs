//! The tests that go through the real path: one binary, one file a subject.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

mod harness;
mod invariants;
mod program;
mod stage;

mod archive;
mod cli;
mod client;
mod config;
mod kills;
mod parse;
mod query;
mod rules;
mod secrets;
mod tidy;
mod world;
