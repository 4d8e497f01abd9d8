//! The bill before the crawl: what a plan foresees against what the harvest then costs, what it buys itself, and what an
//! approval allows.

mod accuracy;
mod again;
mod approvals;
mod not_found;
