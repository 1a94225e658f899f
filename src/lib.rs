//! A concurrent hash map without locks. It grows, shrinks and clears itself in small steps.
//!
//! `evacmap` is the map of Go's runtime before version 1.24, made safe for many writers at once.
//! One table of small buckets holds the entries. A resize adds a second table, and each writer
//! moves a few buckets into it. Old tables and removed entries are freed by epochs, once no reader
//! can see them any more.
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
//! # Which map to take
//!
//! - Keys and values that are numbers, ids, flags, or small pairs of these, 64 bits each at most:
//!   [`CopyMap`]. They stand in the table, reads return copies, and there are no guards.
//! - A set of such keys: [`CopySet`].
//! - Strings, vectors, `Arc`s, large values, or references to values that stay: [`HashMap`], and
//!   [`HashSet`] for sets.
//!
//! # Guarantees
//!
//! Each has a test behind it. [`docs::verification`] lists all the tests, models and commands.
//!
//! - **Reads are wait-free.** A look-up searches at most two tables and one chain of buckets, even
//!   while the map is resized. It takes no lock, does no work for others and never starts again. It
//!   writes nothing but, for its guard, the thread's own record in the collector.
//!   (`loom-tests/tests/protocol.rs::read_through_growth`)
//! - **Writes are lock-free.** A thread that stops at any point stops nobody else. The others carry
//!   on, and complete the resize that it was helping with. (`tests/threads/stopped.rs`)
//! - **Resizes are incremental.** Growing, shrinking, rebuilding and clearing are shared out among
//!   the writes, group by group. No operation stops the world. (`tests/alone/shrinking.rs`)
//! - **Moving entries runs none of your code**: no `Hash`, no `Eq`, no `Clone`.
//!   (`tests/sweeps/panics.rs`)
//! - **Every operation on one key takes effect at one moment** between its call and its return,
//!   whatever resize is running. So does `clear`. (`cargo xtask lin`,
//!   `loom-tests/tests/protocol.rs::clear_against_insert_into_room`)
//! - **An iteration** returns a key that is present throughout exactly once, and no key twice.
//!   (`tests/behaviour/iterators.rs::every_key_once_at_every_step_of_a_resize`)
//! - **`len` is exact** when nobody writes. (`tests/behaviour/model.rs`)
//! - **References** stay valid as long as the guard under which they were obtained, whatever
//!   happens to the map. (`tests/threads/stress.rs::what_a_guard_has_seen_stays`)
//! - **Closures may use the same map**, or any other, in any way: no closure runs under a lock. A
//!   closure that may run more than once says so by its type, `Fn` or `FnMut`.
//!   (`tests/sweeps/reentrancy.rs`)
//! - **A panic** in `Hash`, `Eq`, `Clone`, `Drop` or a closure leaves the map valid and usable.
//!   (`tests/sweeps/panics.rs`)
//! - **A bad hash** costs time. An `Eq` or `Hash` that lies gives wrong answers. Neither is
//!   undefined behaviour. (`tests/behaviour/hostile.rs`)
//! - **Dropping the map** drops every entry that was ever put in and not yet dropped, before the
//!   drop returns. The `Drop` of a key or value runs only where the map is borrowed, never in the
//!   collector. So keys and values need not be `'static`, and may borrow.
//!   (`tests/behaviour/types.rs::dropping_the_map_drops_everything_before_it_returns`)
//!
//! # What it costs
//!
//! Of a [`HashMap`]; [`CopyMap`] has a table of its own.
//!
//! | what | costs |
//! |---|---|
//! | an entry | an allocation of its own |
//! | a look-up | two cache lines, the bucket and the entry; nothing shared is written |
//! | a write | one locked instruction on the slot, in a map at rest; an overwritten or removed entry goes into the thread's own bag |
//! | a pin | a few plain instructions on Linux, else a fence or a locked instruction: [`pinning`] tells which |
//! | an [`OwnedGuard`] | two locked instructions to make it and one to drop it, on words that all of them share |
//! | each 64th removal or replacement of a thread | a batch is handed on, which takes a handful of locked instructions on words of the whole process, and up to two batches are dropped |
//! | a removed entry | stays until no guard that could see it is held any more: a guard that is held for long keeps garbage in memory, that of all maps |
//!
//! All maps of a process share one collector, which nothing else uses. [`docs::performance`] has
//! the exact table, and the comparison with other maps.
//!
//! # When not to use it
//!
//! - For one thread, for few writes, or for several keys that must change together:
//!   `std::collections::HashMap`, in a `Mutex` or `RwLock` if need be. It is smaller and simpler,
//!   and values change in place.
//! - For values that change in place under a lock, or must be dropped at the moment when they are
//!   removed: dashmap or scc.
//! - For many small entries where memory counts, a [`HashMap`]: each entry is an allocation there,
//!   and a map that has just grown uses a quarter of its table's capacity. A [`CopyMap`] keeps
//!   entries in the table, as dashmap does.
//! - For a map that is read all the time and hardly ever written: an `Arc` of a map behind
//!   arc-swap. It also gives snapshots.
//! - For order, eviction, persistence or `no_std`: something else.
//!
//! The alternatives, as we see them:
//!
//! - **papaya** is the nearest. It uses open addressing. Its reads are as cheap, each map has its
//!   own collector, and it has been in use for longer. Writers may wait for each other during a
//!   resize.
//! - **dashmap** is hashbrown in shards, each behind a lock. It is dense and gives `&mut` access. A
//!   reference that is held blocks other threads, and may deadlock its own.
//! - **scc** locks buckets, resizes incrementally, and has asynchronous methods that wait.
//! - **flurry** is Java's `ConcurrentHashMap`.
//!
//! [`docs::migration`] has the method names side by side. [`docs::limitations`] lists what this map
//! cannot do.
//!
//! # Where things are
//!
//! | item | what it is |
//! |---|---|
//! | [`HashMap`] | the map; every operation takes a [`Guard`] |
//! | [`HashMapRef`] | the map with a guard inside, from [`HashMap::pin`]: the everyday form |
//! | [`HashSet`], [`HashSetRef`] | the same for sets |
//! | [`CopyMap`], [`CopySet`] | maps and sets of small copies, without guards |
//! | [`Bits`] | what goes into those |
//! | [`Entry`] | one key's place: look once, then decide |
//! | [`Take`] | a value of which there is to be one owner: whoever takes it first |
//! | [`Guard`] | keeps what was read valid; one guard serves any number of maps |
//! | [`OwnedGuard`] | a guard that belongs to no thread, for tasks |
//! | [`pinning`], [`Pinning`] | what a pin costs in this process |
//! | [`docs`] | pages: questions, limitations, migration, performance, watching a map; the design, its memory model and its verification |
//!
//! | feature | what it adds |
//! |---|---|
//! | `serde` | maps and sets can be serialised and deserialised |
//! | `rayon` | parallel iterators over maps and sets, and from them |
//! | `expiring` | `expiring::ExpiringMap`: a map whose entries have deadlines |
//! | `metrics` | `Stats::publish`: a map's figures for Prometheus and the like; see [`docs::watching`] |
//! | `tracing` | events for the start and the end of each resize; in debug builds, a warning of guards that are held for long |
//!
//! None is on by default.
//!
//! The sources stand in floors. Each uses what is below it, and nothing above:
//!
//! | in `src/` | what it is |
//! |---|---|
//! | `integrations/`, `docs/` | the optional features; the pages |
//! | `expiring/` | the map with deadlines, on top of the map |
//! | `map/`, `set/`, `copy/`, `take.rs`, `error.rs` | the public types |
//! | `engine/` | what operations do: look up, assign, delete, resize, iterate. Start with its `mod.rs` |
//! | `table/` | arrays, buckets, overflow; how a table is made and given back |
//! | `layout/` | what a slot holds, and each step that its word can take |
//! | `garbage/` | entries on their way out; a thread's share of a map |
//! | `memory/` | guards, the collector behind them, the allocator |
//! | `observe/` | counters, events, stops for tests, seeded faults |
//! | `sync.rs`, `sizes.rs` | the only door to atomics; the constants |

#![warn(missing_docs)]

pub mod copy;
pub mod docs;
mod engine;
mod error;
#[cfg(feature = "expiring")]
pub mod expiring;
mod garbage;
mod integrations;
mod layout;
mod map;
mod memory;
mod observe;
pub mod set;
mod sizes;
mod sync;
mod table;
#[cfg(not(evacmap_stub))]
mod take;

pub use copy::{CopyCompute, CopyMap, CopyMapBuilder, CopySet};
pub use error::{
    CompareExchangeError, CompareRemoveError, OccupiedError, TryReserveError, Violation,
};
pub use hashbrown::{DefaultHashBuilder, Equivalent};
#[cfg(feature = "rayon")]
pub use integrations::rayon as parallel;
pub use layout::bits::Bits;
pub use map::{
    Compute, Entry, ExtractIf, HashMap, HashMapBuilder, HashMapRef, IntoIter, Iter, IterMut, Keys,
    Modified, OccupiedEntry, Operation, Progress, ShrinkPolicy, Stats, VacantEntry, Values,
    ValuesMut,
};
#[doc(hidden)]
#[cfg(feature = "_hooks")]
pub use memory::hooks as memory_hooks;
pub use memory::{Guard, OwnedGuard, Pinning, pin, pinning};
#[doc(hidden)]
pub use observe::{counters as work, hooks};
pub use set::{HashSet, HashSetRef};
#[cfg(not(evacmap_stub))]
pub use take::Take;
