//! The collector: crossbeam-epoch's, one of our own, and what makes its pins cheap.
//!
//! | | |
//! |---|---|
//! | `records.rs` | what the records and the clock consist of |
//! | `world.rs` | the statics: the collector, the lists below, the clock |
//! | `lease.rs` | pins of threads, without a locked instruction; the argument for them |
//! | `barrier.rs` | the heavy half of the fence that they share: `membarrier` |
//! | `local.rs` | a thread's way to its record |
//! | `anchor.rs` | pins that belong to no thread |
//! | `clock.rs` | grace periods, counted; the proofs of what a number means |
//! | `participant.rs` | one of crossbeam's participants |
//! | `pin.rs` | what a guard holds: one of the two |
//!
//! The closures that are deferred to the collector never panic and run no user code. Nothing of it
//! is reachable for other users of crossbeam-epoch, so no closure of theirs runs in our pins, and
//! no pin of ours delays them.
//!
//! # What it means for garbage
//!
//! A thread that did one operation and now sleeps delays nobody for longer than until the next
//! revocation. That comes with each explicit flush, with each large table that is retired, and else
//! when the clock has stood still for some batches. A revocation costs one `membarrier`, some
//! tenths of a microsecond if no other thread of the process runs and up to some tens on a virtual
//! machine if one does; there is no more than one to 4096 retired entries, but for those of
//! explicit flushes and large tables.
//!
//! # After `fork`
//!
//! A child has one thread, and the records of all. Those of threads that were inside an operation
//! stay so for ever, so that perhaps nothing is ever freed in it; it neither waits nor frees too
//! early. Leases of threads that were idle are taken if `membarrier` succeeds, which then orders
//! all threads of the child. If it fails none is taken.

mod anchor;
mod barrier;
pub(crate) mod clock;
mod lease;
mod local;
mod participant;
mod pin;
mod records;
mod world;

pub(crate) use pin::{OwnedPin, Pin, ThreadPin};

use crate::memory::pinning::Pinning;

pub(super) fn pinning() -> Pinning {
    world::world().pinning()
}

/// For the crate's tests and models.
#[cfg(feature = "_hooks")]
pub mod testing {
    use super::barrier;
    use super::records::{Anchor, Lease};
    use super::world::world;
    use crate::sync::Relaxed;

    /// Takes the leases of all threads that are idle.
    pub fn revoke_idle() {
        Lease::revoke_idle(None);
    }

    /// How many heavy fences this process has asked for.
    pub fn barriers() -> usize {
        // ORDERING: Relaxed: a statistic.
        world().barriers.load(Relaxed)
    }

    /// Has heavy fences fail, as where the process is not registered.
    pub fn refuse_barriers(refused: bool) {
        barrier::refuse(refused);
    }

    /// How many anchors have ever been alive at the same time, about.
    pub fn anchors() -> usize {
        Anchor::made()
    }
}
