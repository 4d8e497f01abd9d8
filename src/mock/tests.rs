//! What the simulated upstream promises, seen over HTTP by a client that knows nothing of it.

mod client;
mod control;
mod days;
mod faults;
mod harvest;
mod history;
mod imports;
mod naive;
mod refusals;
mod shapes;
mod walks;
