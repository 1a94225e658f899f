//! Entries on their way out, and each thread's share of a map.
//!
//! # How an entry ends
//!
//! ```text
//!  linked --(replace, kill, discard)--> in this thread's bag
//!         --(the bag is full, flush)--> a batch, with the number of the clock
//!         --(the clock has moved twice: every guard of that time is gone)--> ripe
//!         --(a later write or flush of the map)--> dropped; its memory is used again
//! ```
//!
//! The map owns its garbage. Each thread has a record in the map ([`record`]) with its share of the
//! map's length, its bag, and its spare memory. A full bag becomes a batch, which gets the number
//! of the clock ([`pending`]) and is registered in that record. Operations on the map drop the
//! entries of ripe batches, and use their memory again. Mostly that is the thread that retired
//! them, when its next bag is full.
//!
//! So a retire is a push, and no pin ever runs a `Drop` of a key or value. The number of retired
//! entries is known. Dropping the map drops every entry that was ever put in, on the spot, and
//! waits for nobody: every reference that the map gave out borrows the map, so no guard that was
//! used with this map can be alive.
//!
//! The collector touches no key and no value, and knows of no batch. That is what makes it sound
//! for them to be short-lived. A map can be leaked, or kept alive by its own garbage; nothing of it
//! is dropped then. Whoever operates on the map has borrowed it, and so knows that what keys and
//! values borrow is alive.
//!
//! # Who may touch a record
//!
//! | field of `Local` | read by | written by |
//! |---|---|---|
//! | `era`, `count`, `retired`, `freed`, `spare` | anybody | its thread, with plain stores |
//! | `owned` (bag, sealed batches, spare memory) | its thread | its thread; the map's drop |
//! | `pending` (batches, by their links) | whoever has set `reaping` | the same |
//!
//! User code (a key's or value's `Drop`) runs inside a retire and a flush, and may use this very
//! map: no borrow of `owned` or `pending` is held across it. The allocator is called within such a
//! borrow: a global allocator must not use a map.

// The models of the map have a stand-in for the records, and no large tables.
#[cfg(not(evacmap_stub))]
mod batch;
#[cfg(not(evacmap_stub))]
mod pending;
#[cfg(not(evacmap_stub))]
mod queue;
#[cfg(not(evacmap_stub))]
mod record;
#[cfg(not(evacmap_stub))]
mod records;
#[cfg(not(evacmap_stub))]
mod spare;
#[cfg(evacmap_stub)]
mod stub;

#[cfg(not(evacmap_stub))]
pub(crate) use pending::Pending;
#[cfg(not(evacmap_stub))]
pub(crate) use records::{LocalRef, Locals};
#[cfg(evacmap_stub)]
pub(crate) use stub::{LocalRef, Locals};
