//! The public map: hashing, guards and names over the engine. No `unsafe` but the passing on of one
//! promise, and no ordering.
//!
//! The type is in `hash_map.rs`; its methods are in `build`, `read`, `many`, `write`, `update`,
//! `remove`, `resize` and `exclusive`, and its traits in `traits`. Beside them are what the methods
//! hand out: the map with a guard inside, entries, iterators, figures. This file only names them.

mod build;
mod compute;
mod entry;
mod exclusive;
mod extract_if;
mod hash_map;
mod into_iter;
mod iter;
mod iter_mut;
mod many;
mod pinned;
mod read;
mod remove;
mod resize;
mod stats;
mod traits;
mod update;
mod write;

pub use build::{HashMapBuilder, ShrinkPolicy};
pub use compute::{Compute, Operation};
pub use entry::{Entry, Modified, OccupiedEntry, VacantEntry};
pub use extract_if::ExtractIf;
pub use hash_map::HashMap;
pub use into_iter::IntoIter;
pub use iter::{Iter, Keys, Values};
pub use iter_mut::{IterMut, ValuesMut};
pub use pinned::HashMapRef;
pub use stats::{Progress, Stats};
