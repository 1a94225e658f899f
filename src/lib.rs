//! A concurrent hash map without locks, that grows, shrinks and clears itself in small steps.
//!
//! `evacmap` is Go's former runtime map made safe for any number of threads: a table of small
//! buckets, a second table while it is resized, and a cursor that hands out the buckets which
//! writers move across, a few each. Old tables and removed entries are freed by epochs, once every
//! reader has left.
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
//! Each with a test behind it; [`docs::verification`] has all of them, and the commands.
//!
//! - **Reads** never wait, never retry and write nothing shared but the thread's own epoch, also
//!   during a resize. (`loom-tests/tests/protocol.rs::read_through_growth`)
//! - **Writes** are lock-free: a thread that is stopped at any point stops nobody else, and a
//!   resize goes on without it. (`tests/stopped.rs`)
//! - **Every operation takes effect at one moment** between its call and its return. (`cargo xtask
//!   lin`)
//! - **Closures** never run under a lock, so any closure may use the same map, or any other, in any
//!   way; and may panic. (`tests/sweep_reentrancy.rs`, `tests/sweep_panics.rs`)
//! - **No operation stops the world**: growing, shrinking, rebuilding and clearing are shared out
//!   among the writes. (`tests/shrink_by_itself.rs`)
//! - **References** stay valid as long as the guard under which they were obtained, whatever
//!   happens to the map. (`tests/stress.rs::what_a_guard_has_seen_stays`)
//! - **Dropping** the map drops every entry that was ever put in and not yet dropped, before it
//!   returns. Keys and values need not be `'static`: a `Drop` of one runs only where the map is
//!   borrowed, never in the collector.
//!   (`tests/types.rs::dropping_the_map_drops_everything_before_it_returns`)
//!
//! # What it costs
//!
//! Besides hashing and comparing, in a map at rest. Cache lines are those that differ from key to
//! key; the map's and the table's headers are two more, which all threads read and only resizes
//! write.
//!
//! | | allocations | cache lines | locked instructions |
//! |---|---|---|---|
//! | the first pin of a thread; one within another | none | the thread's own | one (x86-64), elsewhere a fence; none |
//! | a look-up that finds its key | none | the bucket, the entry | none |
//! | one that does not | none | the bucket | none |
//! | inserting a new key | the entry, unless the thread has spare memory | the bucket, the entry | one |
//! | replacing, `update` | as inserting | the bucket, both entries | one |
//! | removing | none | the bucket, the entry | one |
//! | a write that changes nothing (`try_insert` of what is there, …) | none | as a look-up | none |
//! | `len` | none | one or two for each thread that has written | none, but for the pin |
//!
//! Chains that overflow add a line, and writes touch the thread's own slot in the map. Every 64th
//! removal or replacement of a thread hands a batch to the collector, and drops the entries of one
//! or two that have become free. While a resize is under way, a look-up may touch two lines more,
//! and every other write of a thread moves the entries of some buckets (4 when growing, 8 when
//! shrinking), for two locked instructions an entry and a few a bucket. Every 128th pin of a thread
//! has the collector go on. An iteration allocates one small buffer. [`docs::performance`] says how
//! long all that takes.
//!
//! # When not to use it
//!
//! - One thread, or few writes, or several keys that have to change together:
//!   `std::collections::HashMap`, in a `Mutex` or `RwLock` if need be. Smaller, simpler, and values
//!   change in place.
//! - Values that are changed in place under a lock, or have to be dropped at once when they are
//!   removed: dashmap, scc.
//! - Many small entries where memory counts: each is an allocation here, and after a growth a
//!   quarter of the table's capacity is used. Maps with their entries in the table (dashmap) are
//!   denser.
//! - Read always and written hardly ever: an `Arc` of a map behind arc-swap. That also gives
//!   snapshots.
//! - Order, eviction, persistence, `no_std`: something else.
//!
//! The alternatives, as we see them: **papaya** is the nearest; open addressing, reads as cheap, a
//! collector for each map, checked under Miri, and in use for longer; writers may wait for each
//! other during a resize. **dashmap** is hashbrown in shards, each behind a lock: dense, with
//! `&mut` access; a reference that is held blocks, and may deadlock. **scc** locks buckets, resizes
//! incrementally, and has asynchronous methods that wait. **flurry** is Java's `ConcurrentHashMap`.
//! In thread-nanoseconds per operation, by two threads on two cores, `u64` to `u64`, from the run
//! in [`docs::performance`]; less is better:
//!
//! | | evacmap | papaya | dashmap | scc | flurry |
//! |---|--:|--:|--:|--:|--:|
//! | look-ups under one guard, 10 thousand entries | 6 | 8 | 30 | 19 | 20 |
//! | the same, a million | 67 | 59 | 60 | 79 | 187 |
//! | inserting a million into an empty map | 100 | 121 | 91 | 66 | 735 |
//! | inserting and removing at 10 thousand | 47 | 294 | 46 | 23 | 106 |
//! | changing values in place, or by a new entry, at 10 thousand | 45 | 569 | 38 | 21 | 89 |
//!
//! [`docs::migration`] has the method names side by side, [`docs::limitations`] all that this map
//! cannot do.
//!
//! # Where things are
//!
//! | item | what it is |
//! |---|---|
//! | [`HashMap`] | the map; every operation takes a [`Guard`] |
//! | [`HashMapRef`] | the map with a guard inside, from [`HashMap::pin`]: the everyday form |
//! | [`HashSet`], [`HashSetRef`] | the same for sets |
//! | [`Entry`] | one key's place: look once, then decide |
//! | [`Guard`] | keeps what was read valid; one serves any number of maps |
//! | [`OwnedGuard`] | a guard that belongs to no thread, for tasks |
//! | [`docs`] | pages: questions, limitations, migration, performance, watching a map; the design, its memory model and its verification |
//!
//! | feature | what it adds |
//! |---|---|
//! | `serde` | maps and sets can be serialised |
//! | `rayon` | parallel iterators over maps and sets, and from them |
//! | `metrics` | `Stats::publish`: a map's figures for Prometheus and the like; see [`docs::watching`] |
//! | `tracing` | events for the start and the end of each resize; in debug builds, a warning of guards that are held for long |
//!
//! None is on by default.
//!
//! The engine is in `src/raw/` (start with its `mod.rs`), memory in `src/reclaim/`, the public
//! types in `src/map/`.

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
mod memory;
#[cfg(feature = "rayon")]
pub mod parallel;
#[cfg(feature = "metrics")]
mod publish;
mod raw;
mod reclaim;
#[cfg(feature = "serde")]
mod serialize;
pub mod set;
mod stats;
mod sync;
mod trace;
#[doc(hidden)]
pub mod work;

pub use entry::{Entry, Modified, OccupiedEntry, VacantEntry};
pub use error::{
    CompareExchangeError, CompareRemoveError, OccupiedError, TryReserveError, Violation,
};
pub use extract_if::ExtractIf;
pub use guard::{Guard, OwnedGuard, pin};
pub use hashbrown::{DefaultHashBuilder, Equivalent};
pub use into_iter::IntoIter;
pub use iter::{Iter, Keys, Values};
pub use iter_mut::{IterMut, ValuesMut};
pub use map::{Compute, HashMap, HashMapBuilder, Operation, ShrinkPolicy};
pub use map_ref::HashMapRef;
#[cfg(all(feature = "_hooks", any(not(evacmap_loom), crossbeam_loom)))]
#[doc(hidden)]
pub use memory::hooks as memory_hooks;
pub use memory::{Pinning, pinning};
pub use set::{HashSet, HashSetRef};
pub use stats::{Progress, Stats};
