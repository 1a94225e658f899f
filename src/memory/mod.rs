//! Memory: blocks from the allocator and back, and the collector behind every guard.
//!
//! Nothing of tables or entries is known here.

mod alive;
mod alloc;
#[cfg(not(evacmap_stub))]
mod epoch;
mod guard;
mod prefetch;
// The models of the map have a stand-in for the collector; the models of the reclaimer
// (`crossbeam_loom`) have the real one.
#[cfg(evacmap_stub)]
mod stub;

pub(crate) use alive::Alive;
pub(crate) use alloc::{allocate, deallocate, free, free_bare};
pub use guard::{Guard, OwnedGuard, pin};
pub(crate) use prefetch::prefetch;

#[cfg(not(evacmap_stub))]
pub(crate) use epoch::Pin;
#[cfg(evacmap_stub)]
pub(crate) use stub::Pin;
