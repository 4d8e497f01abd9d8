//! The tests that go through the real path: one binary, one file a subject.

mod harness;

mod cli;
mod client;
mod config;
mod parse;
mod tidy;
mod world;
