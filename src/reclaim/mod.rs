//! Memory: the only place that allocates, retires or frees an entry, and the only one that retires a table.
//!
//! # How an entry ends
//!
//! ```text
//!  linked ──(replace, kill, discard)──▶ in this thread's bag ──(bag full, flush)──▶ batch, PENDING with the collector
//!         ──(every guard of that time is gone)──▶ key and value dropped ──▶ bare memory back to the thread that retired it
//! ```
//!
//! The map owns its garbage. Each thread has a slot in the map ([`Local`]) with its share of the map's length, its bag, and
//! its list of spare memory. A full bag becomes a [`Batch`](batch), registered in that slot and handed to crossbeam-epoch as one
//! deferred closure. So a retire is a push, the number of retired entries is known, and dropping the map drops every entry
//! that was ever put in, on the spot: no guard can be alive that was used with this map, since every reference that the
//! map gave out borrows the map. That is also why keys and values need not be `'static`.
//!
//! # Who may touch a slot
//!
//! | field of [`Local`] | read by | written by |
//! |---|---|---|
//! | `era`, `count`, `retired`, `spares` | anybody | its thread, with plain stores |
//! | `freed`, `returned`, `returned_batches` | anybody | whoever frees a batch that this thread retired |
//! | `owner` (bag, batches, spare memory) | its thread | its thread; `&mut` of the map when it is dropped |
//!
//! User code (a key's or value's `Drop`) runs inside [`Pin::new`], [`Pin::flush`] and so inside a retire, and may use this
//! very map: no borrow of `owner` is held across any of them.

mod draft;
pub(crate) use draft::Draft;

#[cfg(not(evacmap_loom))]
mod alive;
#[cfg(not(evacmap_loom))]
mod batch;
#[cfg(not(evacmap_loom))]
mod epoch;
#[cfg(not(evacmap_loom))]
mod heap;
#[cfg(not(evacmap_loom))]
mod local;
#[cfg(not(evacmap_loom))]
pub(crate) use {alive::Alive, epoch::Pin, heap::Heap, heap::LocalRef, heap::free_bare};

#[cfg(evacmap_loom)]
mod model;
#[cfg(evacmap_loom)]
pub(crate) use model::{Alive, Heap, LocalRef, Pin, free_bare};
