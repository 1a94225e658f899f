//! The public map. It adds hashing, guards and names to the engine. It has no orderings, and its
//! few `unsafe` blocks only pass on what the engine's functions ask for.
//!
//! `hash_map.rs` has the type. Its methods are in `build`, `read`, `many`, `write`, `update`,
//! `by_ref`, `remove`, `resize` and `exclusive`, and its traits in `traits`. The other files have
//! what the methods return: the map with a guard inside (its traits in `ref_traits`), entries,
//! iterators, figures. This file only names them all. No file beside it imports it; they import
//! each other by name.

mod build;
mod by_ref;
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
mod ref_traits;
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
pub(crate) use traits::TRUSTED_HINT;
