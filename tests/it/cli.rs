//! The command line through the real binary: every command, its exit codes, and the shape of its JSON.

mod approving;
mod archive;
mod budget;
mod doctor;
mod documents;
mod endpoints;
mod harvesting;
mod init;
mod later_days;
mod pages;
mod planning;
mod purchases;
mod querying;
mod readme;
mod refusals;
mod seeds;
pub(crate) mod shell;
mod watching;
