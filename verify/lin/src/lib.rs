//! Linearizability of the map, tested: many short windows, in which a few threads act on few keys
//! while the table is resized, are recorded and checked.
//!
//! | module | what it does |
//! |---|---|
//! | [`session`] | runs windows: threads, plans, resizes |
//! | [`action`] | what a thread may do, and how it is recorded; `on_key` has the operations on one key |
//! | [`history`] | the records, and the specification of one key |
//! | [`checker`] | decides whether a history is linearizable |
//! | [`window`] | checks what was recorded in one window |
//!
//! What is checked, besides the operations on single keys:
//!
//! - **`iter`** returns no key twice; each value it returns was current at some moment of the call
//!   that returned it; each key that it does not return was absent at some moment of the iteration.
//!   So it is a read of every key, each in an interval of its own, and is checked as such. A key
//!   that is present throughout is returned once, and one that is absent throughout is not: both
//!   follow.
//! - **`retain`** is atomic for each key, not for all: for every key, an event of its own within
//!   the whole call.
//! - **`extract_if`** removes each entry that it returns at some moment of the call that returned
//!   it; if it came to its end, the condition did not hold for any other key at some moment of the
//!   whole.
//! - **`get_many`** is a read of every key, each at some moment of the call.
//! - **`entry`** and what is done through it is one operation, recorded as the one that it comes
//!   to: a comparison with what was seen, an insertion if the key was absent, an update.
//! - **`OwnedGuard`**: what was found under it reads the same until it is dropped, whatever else
//!   its thread does meanwhile, with that guard.
//! - **`clear`** is atomic for all keys. A window with a `clear` is checked as a whole, with one
//!   state for all keys.
//! - **`len`** is exact at rest. Beside writers it counts what its own thread has done and may miss
//!   what others do.
//!
//! # What it notices
//!
//! Of the faults of `src/observe/faults.rs`, seeded by `cargo xtask lin --fault NAME`, on two
//! processors of x86-64, within 100,000 windows:
//!
//! | fault | noticed by |
//! |---|---|
//! | `two_scans` | an iteration that returns a key twice, after 50,000 windows |
//! | `flag_early`, `remove_empties` | tens of violations in the first session |
//! | `promote_early`, `iterator_restarts` | violations in the first session |
//! | `no_freeze_of_end` | a violation, after 30,000 windows |
//! | `count_before_link` | `len` at rest, in the first session |
//! | `frozen_empty_ignored` | a writer that never ends |
//! | `helper_stores`, `flag_ignored`, `retire_table_twice` | violations, a panic or an abort, in the first session |
//! | `no_freeze`, `retire_before_unlink`, `clear_retires_twice` | a crash |
//!
//! Not noticed: `half_set_ignored` and `table_freed_at_once`, which read what was freed a moment
//! before; `root_before_guard`, whose window is a few instructions; `no_sweep`, for which a thread
//! has to stop for good; `stale_tag_bits`, which takes larger tables; and the relaxed orderings,
//! which make no difference on this processor. `cargo xtask teeth` tells what notices those.

pub mod action;
pub mod checker;
mod gate;
mod hasher;
pub mod history;
mod on_key;
pub mod pauses;
pub mod session;
pub mod window;

pub use hasher::{MODES, Mode};
