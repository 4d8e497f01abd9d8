//! The rows that a page becomes, as plain Rust: no I/O, no SQL, no JSON.
//!
//! A row here is an *observation*: what one answer said of a user, a media item or a comment. An answer may say
//! nothing of a column, clear it, or give it a value; [`Field`] keeps the three apart, and merging observations into
//! the tables is the business of the store.

mod field;
mod id;
mod record;
mod rows;

pub use field::{Cell, Field};
pub use id::{CommentId, MediaId, UserId};
pub use record::{Comment, Media, Record, User};
pub use rows::{Coauthor, MediaChild, Repost, Rows, Usertag};
