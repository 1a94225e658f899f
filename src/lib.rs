//! A concurrent hash map without locks, that grows, shrinks and clears itself in small steps.
//!
//! `evacmap` is Go's former runtime map made safe for any number of threads: a table of small buckets, a second table while
//! it is resized, and a cursor that hands out the buckets which writers move across, a few each. Old tables and removed
//! entries are freed by epochs, once every reader has left.
//!
//! ```
//! use evacmap::HashMap;
//!
//! let visits = HashMap::new();
//! std::thread::scope(|scope| {
//!     for _ in 0..4 {
//!         scope.spawn(|| {
//!             let visits = visits.pin();
//!             for page in ["home", "about", "home"] {
//!                 visits.update_or_insert(page, |n| n + 1, 1);
//!             }
//!         });
//!     }
//! });
//! assert_eq!(visits.pin().get("home"), Some(&8));
//! ```
//!
//! # Guarantees
//!
//! - **Reads** never wait, never retry and write nothing shared but the thread's own epoch, also during a resize.
//! - **Writes** are lock-free: a thread that is stopped at any point stops nobody else, and a resize goes on without it.
//! - **Closures** never run under a lock, so any closure may use the same map, or any other, in any way.
//! - **No operation stops the world**: growing, shrinking, rebuilding and clearing are shared out among the writes.
//! - **References** stay valid as long as the guard under which they were obtained, whatever happens to the map.
//! - **Dropping** the map drops every entry that was ever put in and not yet dropped, before it returns. Keys and values need
//!   not be `'static`: a `Drop` of one runs only where the map is borrowed, never in the collector.
//!
//! # Where things are
//!
//! | item | what it is |
//! |---|---|
//! | [`HashMap`] | the map; every operation takes a [`Guard`] |
//! | [`HashMapRef`] | the map with a guard inside, from [`HashMap::pin`]: the everyday form |
//! | [`HashSet`], [`HashSetRef`] | the same for sets |
//! | [`Guard`] | keeps what was read valid; one serves any number of maps |
//! | [`OwnedGuard`] | a guard that belongs to no thread, for tasks |
//! | [`docs`] | how the map works and why it is correct |
//!
//! Two optional features: `serde` (maps and sets can be serialised), and `rayon` (parallel iterators over them and from them).
//!
//! The engine is in `src/raw/` (start with its `mod.rs`), memory in `src/reclaim/`, the public types in `src/map/`.

#![warn(missing_docs)]

pub mod docs;
mod entry;
mod error;
mod extract_if;
mod fault;
mod guard;
#[doc(hidden)]
pub mod hooks;
mod into_iter;
mod iter;
mod iter_mut;
mod map;
mod map_ref;
#[cfg(feature = "rayon")]
pub mod parallel;
mod raw;
mod reclaim;
#[cfg(feature = "serde")]
mod serialize;
pub mod set;
mod stats;
mod sync;

pub use entry::{Entry, Modified, OccupiedEntry, VacantEntry};
pub use error::{CompareExchangeError, CompareRemoveError, OccupiedError, TryReserveError, Violation};
pub use extract_if::ExtractIf;
pub use guard::{Guard, OwnedGuard, pin};
pub use hashbrown::{DefaultHashBuilder, Equivalent};
pub use into_iter::IntoIter;
pub use iter::{Iter, Keys, Values};
pub use iter_mut::{IterMut, ValuesMut};
pub use map::{Compute, HashMap, HashMapBuilder, Operation, ShrinkPolicy};
pub use map_ref::HashMapRef;
pub use set::{HashSet, HashSetRef};
pub use stats::{Progress, Stats};
