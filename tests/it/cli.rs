//! The command line through the real binary: every command, its exit codes, and the shape of its JSON.

mod harvesting;
mod readme;
mod refusals;
mod shell;
mod watching;
