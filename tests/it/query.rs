//! The ready-made questions: hand-computed answers on nine people, the lists that they rest on, and the page of recipes.

mod about_history;
mod about_lists;
mod about_people;
mod about_posts;
pub(crate) mod people;
mod plans;
mod recipes;
mod refusals;
