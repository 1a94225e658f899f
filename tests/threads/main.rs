//! Many threads on one map: what two of them may not both do, what none may lose, and what one that
//! is stopped may not hold up.

#[path = "../common/mod.rs"]
mod common;

mod entries;
mod races;
mod stopped;
mod stress;
