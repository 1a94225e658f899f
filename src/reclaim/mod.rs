//! Memory: the only place that allocates, retires or frees an entry, and the only one that retires
//! a table.
//!
//! # How an entry ends
//!
//! ```text
//!  linked --(replace, kill, discard)--> in this thread's bag --(bag full, flush)--> batch, PENDING with the collector
//!         --(every guard of that time is gone)--> RIPE --(a later write or flush of the map)--> dropped; its memory reused
//! ```
//!
//! The map owns its garbage. Each thread has a slot in the map ([`Local`](local::Local)) with its
//! share of the map's length, its bag, and its spare memory. A full bag becomes a
//! [`Batch`](batch::Batch), registered in that slot and handed to crossbeam-epoch as one deferred
//! closure, which does nothing but mark it ripe. The entries are dropped, and their memory reused,
//! by operations on the map itself: mostly by the thread that retired them, when its next bag is
//! full.
//!
//! So a retire is a push; no pin ever runs a `Drop` of a key or value; the number of retired
//! entries is known; and dropping the map drops every entry that was ever put in, on the spot,
//! without waiting for anybody: no guard can be alive that was used with this map, since every
//! reference that the map gave out borrows the map.
//!
//! That no closure touches a key or a value is what makes it sound for them to be short-lived. A
//! map can be leaked, or kept alive by its own garbage; then the collector runs on when what they
//! borrow has ended, and must not drop them. Whoever operates on the map has borrowed it, and so
//! knows that they are alive.
//!
//! Large tables end in the same way, each by itself, in the map's graveyard
//! (`src/reclaim/graveyard.rs`): the closure says that one is ripe, later writes give its memory
//! back in pieces. Small ones are freed by the closure.
//!
//! # Who may touch a slot
//!
//! | field of `Local` | read by | written by |
//! |---|---|---|
//! | `era`, `count`, `retired`, `freed`, `spare` | anybody | its thread, with plain stores |
//! | `owner` (bag, sealed batches, spare memory) | its thread | its thread; the map's drop |
//! | `pending` (batches, by their links) | whoever has set `reaping` | the same |
//! | a batch's `state` | the collector, whoever has set `reaping` | the same |
//! | a graveyard's `newest`, `bytes` | anybody | anybody |
//! | a grave's `state` | the collector, whoever has set `giving` | the same |
//! | `taken`, and a grave's `next` and `spent` | whoever has set `giving` | the same; before it is added, its maker |
//! | the table that is being prepared | whoever has made the word BUSY | the same |
//!
//! User code (a key's or value's `Drop`) runs inside a retire and a flush, and may use this very
//! map: no borrow of `owner` or `pending` is held across it. The allocator is called within such a
//! borrow: a global allocator must not use a map.

mod draft;
pub(crate) use draft::Draft;

mod alive;
mod memory;
pub(crate) use alive::Alive;
pub(crate) use memory::{deallocate, free, free_bare};

// The models of the map have a stand-in for the rest, the models of the reclaimer
// (`crossbeam_loom`) have the rest itself.
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod batch;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod epoch;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod graveyard;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod heap;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod local;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod preparation;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod queue;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod ripeness;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod spare;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
pub(crate) use {epoch::Participant, epoch::Pin, heap::Heap, heap::LocalRef};

#[cfg(all(feature = "tracing", not(evacmap_loom)))]
pub(crate) use local::swallow;

#[cfg(all(evacmap_loom, not(crossbeam_loom)))]
mod model;
#[cfg(all(evacmap_loom, not(crossbeam_loom)))]
pub(crate) use model::{Heap, LocalRef, Participant, Pin};
