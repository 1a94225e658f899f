//! Entries on their way out, and each thread's share of a map.
//!
//! # How an entry ends
//!
//! ```text
//!  linked --(replace, kill, discard)--> in this thread's bag
//!         --(the bag is full, flush)--> a batch, PENDING with the collector
//!         --(every guard of that time is gone)--> RIPE
//!         --(a later write or flush of the map)--> dropped; its memory is used again
//! ```
//!
//! The map owns its garbage. Each thread has a record in the map ([`local`]) with its share of the
//! map's length, its bag, and its spare memory. A full bag becomes a batch. It is registered in that
//! record, and handed to the collector as one deferred closure, which does nothing but mark it
//! ripe. Operations on the map drop the entries and use their memory again. Mostly that is the
//! thread that retired them, when its next bag is full.
//!
//! So a retire is a push, and no pin ever runs a `Drop` of a key or value. The number of retired
//! entries is known. Dropping the map drops every entry that was ever put in, on the spot, and
//! waits for nobody: every reference that the map gave out borrows the map, so no guard that was
//! used with this map can be alive.
//!
//! No closure touches a key or a value. That is what makes it sound for them to be short-lived. A
//! map can be leaked, or kept alive by its own garbage. Then the collector runs on when what they
//! borrow has ended, and must not drop them. Whoever operates on the map has borrowed it, and so
//! knows that they are alive.
//!
//! # Who may touch a record
//!
//! | field of `Local` | read by | written by |
//! |---|---|---|
//! | `era`, `count`, `retired`, `freed`, `spare` | anybody | its thread, with plain stores |
//! | `owned` (bag, sealed batches, spare memory) | its thread | its thread; the map's drop |
//! | `pending` (batches, by their links) | whoever has set `reaping` | the same |
//! | a node's state | the collector, whoever has its list | the same ([`pending`]) |
//!
//! User code (a key's or value's `Drop`) runs inside a retire and a flush, and may use this very
//! map: no borrow of `owned` or `pending` is held across it. The allocator is called within such a
//! borrow: a global allocator must not use a map.

// The models of the map have a stand-in for the records, and no large tables.
#[cfg(not(evacmap_stub))]
mod batch;
#[cfg(not(evacmap_stub))]
mod local;
#[cfg(not(evacmap_stub))]
mod locals;
#[cfg(evacmap_stub)]
mod model;
#[cfg(not(evacmap_stub))]
mod pending;
#[cfg(not(evacmap_stub))]
mod queue;
#[cfg(not(evacmap_stub))]
mod ripeness;
#[cfg(not(evacmap_stub))]
mod spare;

#[cfg(not(evacmap_stub))]
pub(crate) use locals::{LocalRef, Locals};
#[cfg(evacmap_stub)]
pub(crate) use model::{LocalRef, Locals};
#[cfg(not(evacmap_stub))]
pub(crate) use pending::Pending;
