//! What a perfect harvest of a world finds and costs, worked out without a single request.

mod candidates;
mod columns;
mod dump;
mod filters;
mod harvest;
mod history;
mod lists;
mod plan;
mod posts;
mod profiles;
mod remarks;
mod rows;
mod tables;
mod till;

pub use harvest::expect;
pub use history::history;
pub use plan::{Expected, Filter, Plan, Routes};
