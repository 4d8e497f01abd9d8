//! The page of recipes tells of every question what it is, and its statements are those that are asked.
