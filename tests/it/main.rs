//! The tests that go through the real path: one binary, one file a subject.

mod harness;
mod program;

mod cli;
mod client;
mod config;
mod kills;
mod parse;
mod rate;
mod secrets;
mod tidy;
mod world;
