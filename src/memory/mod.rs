//! Memory: blocks from the allocator and back, and the collector behind every guard.
//!
//! Nothing of tables or entries is known here.

mod alive;
mod alloc;
// The models of the map have a stand-in for the collector; the models of the reclaimer
// (`crossbeam_loom`) have the collector itself.
#[cfg(not(evacmap_stub))]
mod collector;
mod guard;
mod number;
#[cfg(not(evacmap_stub))]
mod pin;
mod pinning;
mod prefetch;
#[cfg(evacmap_stub)]
mod stub;

pub(crate) use alive::Alive;
pub(crate) use alloc::{allocate, deallocate, free, free_bare};
pub use guard::{Guard, OwnedGuard, pin};
pub(crate) use number::{Number, UNTOLD};
pub use pinning::Pinning;
pub(crate) use prefetch::prefetch;

#[cfg(not(evacmap_stub))]
pub(crate) use collector::clock;
#[cfg(not(evacmap_stub))]
pub(crate) use pin::Pin;
#[cfg(not(evacmap_stub))]
pub use pin::pinning;
#[cfg(evacmap_stub)]
pub(crate) use stub::Pin;
#[cfg(evacmap_stub)]
pub use stub::pinning;

/// The collector's own steps, for the crate's tests and models.
#[cfg(all(feature = "_hooks", not(evacmap_stub)))]
pub mod hooks {
    pub use super::collector::clock::testing::*;
    pub use super::collector::testing::*;
}

/// The stand-in's own steps, for the models.
#[cfg(all(feature = "_hooks", evacmap_stub))]
pub mod hooks {
    pub use super::stub::testing::*;
}
