//! Memory below the maps: when something that was unlinked can be seen no more.
//!
//! This layer knows nothing of tables and entries, and imports nothing of the crate but
//! `crate::sync`, the seeded faults and the hooks.

// The models of the map have a stand-in for the collector, the models of the reclaimer
// (`crossbeam_loom`) have the collector itself.
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
pub(crate) mod collector;

/// What a pin of a thread is, in this process; from [`pinning`].
///
/// The choice is made once, when the first thread pins, and holds for the life of the process. It
/// changes how long a pin takes, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pinning {
    /// A pin is two plain stores: a thread stays known to the collector between its operations, and
    /// whoever waits for it while it does nothing takes that back, with the system call
    /// `membarrier` in the place of a fence in each pin. On Linux.
    Leased,
    /// Each pin that is not within another one executes a fence, or a locked instruction. Where
    /// there is no `membarrier`: on other systems, on old kernels, in a sandbox that refuses it,
    /// and under Miri.
    Ordinary,
}

/// What a pin of a thread is, in this process.
///
/// ```
/// match evacmap::pinning() {
///     evacmap::Pinning::Leased => println!("pins are cheap"),
///     other => println!("pins cost a fence: {other:?}"),
/// }
/// ```
pub fn pinning() -> Pinning {
    #[cfg(any(not(evacmap_loom), crossbeam_loom))]
    return collector::pinning();
    #[cfg(all(evacmap_loom, not(crossbeam_loom)))]
    Pinning::Ordinary
}

/// Has the collector go on as far as it can, for whoever asks for that.
pub(crate) fn drive() {
    #[cfg(any(not(evacmap_loom), crossbeam_loom))]
    collector::clock::drive();
}

/// The collector's own steps, for the crate's tests and models.
#[cfg(all(feature = "_hooks", any(not(evacmap_loom), crossbeam_loom)))]
pub mod hooks {
    pub use super::collector::clock::testing::*;
    pub use super::collector::testing::*;
}
