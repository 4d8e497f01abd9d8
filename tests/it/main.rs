//! The tests that go through the real path: one binary, one file a subject.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests; the lint knows only functions marked as such"
)]

mod harness;
mod invariants;
mod program;
mod shifted;
mod stage;

mod archive;
mod budget;
mod cli;
mod client;
mod config;
mod days;
mod history;
mod kills;
mod parse;
mod plan;
mod query;
mod refresh;
mod rules;
mod secrets;
mod tidy;
mod world;
