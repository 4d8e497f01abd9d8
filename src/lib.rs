//! Gleaner harvests Instagram data through HikerAPI's endpoints into relational tables.
//!
//! Its users pay for every request. So it never buys a page twice, never exceeds the approved budget, never loses a
//! row, and says of every list whether it is complete.
//!
//! # The way of the data
//!
//! ```text
//! config + seeds -> store::harvests -> queue (table) -> engine::dispatch -> engine::worker -> client -> upstream
//!                        ^                                                      |
//!                        |                                               endpoint.parse (pure)
//!                        +-- store::follow_up <-- store::report <-- engine::writer <-+
//!                                                      |
//!                                                  the tables -> sql, status, dump
//! ```
//!
//! A harvest wants lists ([`store::harvests`]); a list that must be read gets a sweep and a task, or shares the task of a
//! batch. The dispatcher takes slots from the rate gate, claims that many tasks with their units reserved, and starts a
//! worker for each. The worker sends exactly one request, reads the answer, and reports it to the one writer, which
//! commits rows, page, cursor, units and the task's next state in one transaction. What a page shows may be wanted in its
//! turn.
//!
//! # Invariants
//!
//! Each is an absence, so no single place in the code shows it:
//!
//! 1. Rows, cursor and units of a page commit together. A stop at any instant loses at most requests in flight.
//! 2. No transaction is open across a request or a wait for a channel.
//! 3. Only the writer changes harvested tables while an engine runs, and each change to a task says
//!    `where id = ? and epoch = ? and page_no = ?` first and must change one row.
//! 4. A request needs a [`permit::Permit`], and only a claim makes one, in the transaction that reserves its units.
//! 5. `parse` is pure: the same body gives the same page. Time and randomness are parameters; only [`clock`] reads the
//!    clocks, only [`config`] reads the environment.
//! 6. The newest answer wins column by column, by the time it came, never by the time it was committed: any order of
//!    commits, any number of workers, ends in the same tables.
//! 7. Only sweeps that are complete by a counter and rejected nothing close follow edges, and only those that several of
//!    them in a row miss.
//! 8. Ids never go through floating point.
//! 9. The key is in memory, in its source and in one header to one origin. It is in no table, log, error or URL.
//! 10. Private accounts stay private: `force` is sent only where a person allowed it for a harvest and an answer said that
//!     the account is public, and each use leaves a row.
//!
//! # The map, in reading order

pub mod clock;
pub mod kind;
pub mod model;
pub mod refresh;
pub mod target;
pub mod variant;
pub mod verdict;
pub mod way;

pub mod endpoint;
pub mod endpoints;
pub mod read;

pub mod backoff;
pub mod billing;
pub mod client;
pub mod permit;
pub mod rate_gate;
pub mod secret;

pub mod estimate;
pub mod policy;
pub mod route;
pub mod store;
pub mod stretch;
pub mod walk;

pub mod plan;

pub mod engine;

pub mod cli;
pub mod config;
pub mod seeds;
pub mod setup;
pub mod why;

pub mod mock;
