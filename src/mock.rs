//! A simulated upstream: a deterministic world of accounts, posts and comments that answers HikerAPI's endpoints in
//! their real shapes, bills, limits the rate and misbehaves on request, and an oracle that says what a perfect harvest
//! of it must find and cost.
//!
//! It knows nothing of the rest of the program: no parser, model or table is shared, so that a mistake in one of them
//! cannot hide in both.

mod answers;
mod bodies;
mod calendar;
mod cursors;
mod days;
mod desk;
mod draw;
mod endpoints;
mod faults;
mod graph;
mod http;
mod likes;
mod mischief;
pub mod oracle;
mod outcomes;
mod pages;
mod people;
mod phrases;
mod posts;
mod questions;
mod reposts;
mod responses;
mod searches;
mod settings;
mod tags;
mod threads;
mod upstream;
mod world;

pub use desk::Arrival;
pub use faults::{FaultKind, Faults, Script};
pub use settings::{PriceStyle, Settings};
pub use upstream::Upstream;
pub use world::World;

#[cfg(test)]
mod tests;
