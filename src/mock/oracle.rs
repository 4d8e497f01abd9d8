//! What a perfect harvest of a world finds and costs, worked out without a single request.

mod columns;
mod dump;
mod harvest;
mod plan;
mod rows;
mod tables;

pub use harvest::expect;
pub use plan::{Expected, Plan, Routes};
