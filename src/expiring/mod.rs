//! A map whose entries have deadlines: for sessions, caches, rate limits.
//!
//! ```
//! use std::time::Duration;
//!
//! use evacmap::expiring::ExpiringMap;
//!
//! let tokens = ExpiringMap::new(Duration::from_secs(60));
//! tokens.pin().insert("ada", 42);
//! tokens.pin().insert_with_ttl("bob", 43, Duration::from_secs(5));
//! assert_eq!(tokens.pin().get("ada"), Some(&42));
//! ```
//!
//! # What holds
//!
//! - **An entry past its deadline is absent**, for every operation and every thread, whether it has
//!   been swept or not: for look-ups, iteration, [`len_exact`](ExpiringMap::len_exact),
//!   [`get_or_insert_with`](ExpiringMap::get_or_insert_with). It does not come back, whatever the
//!   clock does. (`tests/expiring/model.rs`, `tests/expiring/threads.rs`)
//! - **No operation sweeps more than a constant.** Each write does up to 16 steps of what is due,
//!   also if a million entries fall due in one tick. (`tests/expiring/bounds.rs`)
//! - **Nobody waits for anybody.** A thread that stops while it sweeps has at most one entry with
//!   it. The others go on.
//! - **No thread in the background is needed.** Writes sweep. A map that is only read can have a
//!   [`Sweeper`], or a timer that calls [`sweep`](ExpiringMap::sweep).
//! - **What has been replaced or removed leaves a name in the wheel**, of 16 bytes, until it comes
//!   up. There are at most about four times as many names as entries and a constant, about 32 000
//!   names or 0.5 MB, however often a key is replaced. (`tests/expiring/bounds.rs`)
//! - **The listener** is told of each entry that leaves, and why. It may use the map. If it panics,
//!   the panic goes no further. (`tests/expiring/listeners.rs`)
//!
//! # Deadlines
//!
//! | what | an entry's deadline |
//! |---|---|
//! | [`time_to_live`](ExpiringMapBuilder::time_to_live) | so long after it was put in |
//! | [`insert_with_ttl`](ExpiringMap::insert_with_ttl), [`insert_until`](ExpiringMap::insert_until) | of its own |
//! | [`time_to_idle`](ExpiringMapBuilder::time_to_idle) | so long after its last hit, and not beyond the other |
//! | [`touch`](ExpiringMap::touch), [`update`](ExpiringMap::update) | as if it were put in now, for as long as it was |
//! | [`expire_now`](ExpiringMap::expire_now), a time to live of zero, a deadline in the past | now |
//! | [`Duration::MAX`](core::time::Duration::MAX) | never |
//!
//! # What it costs
//!
//! Beside what the operation of a [`HashMap`](crate::HashMap) costs:
//!
//! | what | costs |
//! |---|---|
//! | an entry | 32 bytes for its deadline and its number, and 17 in the wheel |
//! | a look-up | a reading of the clock; a count of the thread's own |
//! | a hit, with a time to idle | a locked instruction on the entry, once in a tick |
//! | an insert | a reading of the clock; four locked instructions to number and file it |
//! | a write while something is due | up to 8 steps of the wheel and 8 of a scrub; in each, one entry is removed or filed again |
//! | an entry that expires | it comes up four times at most, once for each level of the wheel that its deadline is away |
//! | the wheel | 4 KiB, and a block of 512 bytes for each slot in use |
//!
//! # How it works
//!
//! `src/expiring/wheel/mod.rs` has the wheel. Its names are of 64 bits and live in atomics, so the
//! feature needs a platform that has them.
//!
//! A deadline is a word in the entry. It dies with one compare-and-swap, by the first thread that
//! looks after its time. That makes a death one event: no reader sees an entry that another has
//! seen dead.

mod build;
mod clock;
mod held;
#[cfg(feature = "_hooks")]
#[doc(hidden)]
pub mod hooks;
mod iter;
mod listener;
mod map;
mod pinned;
mod read;
mod remove;
mod stats;
mod sweep;
mod sweeper;
mod tally;
mod traits;
mod wheel;
mod write;

pub use build::ExpiringMapBuilder;
pub use clock::{Clock, ManualClock};
pub use iter::Iter;
pub use listener::Cause;
pub use map::ExpiringMap;
pub use pinned::ExpiringMapRef;
pub use stats::ExpiringStats;
pub use sweep::Sweep;
pub use sweeper::Sweeper;
