//! The tests that go through the real path: one binary, one file a subject.

mod harness;
mod invariants;
mod stage;

mod client;
mod config;
mod parse;
mod rules;
mod tidy;
mod world;
