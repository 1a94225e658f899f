//! What a pin costs in this process.

/// What a pin of a thread is, in this process; from [`pinning`](crate::pinning).
///
/// The choice is made once, when the first thread pins, and holds for the life of the process. It
/// changes how long a pin takes, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pinning {
    /// A pin is two plain stores. A thread stays known to the collector between its operations.
    /// Whoever waits for it while it does nothing takes that back, with the system call
    /// `membarrier` in the place of a fence in each pin. On Linux.
    Leased,
    /// Each pin that is not within another one executes a fence, or a locked instruction. Where
    /// there is no `membarrier`: on other systems, on old kernels, in a sandbox that refuses it,
    /// and under Miri.
    Ordinary,
}
