//! The heavy half of the asymmetric pair of fences: one system call that has every thread of the
//! process execute a full fence, or be between two.
//!
//! `membarrier(PRIVATE_EXPEDITED)` promises, of each thread of this process, that there is a point
//! in its program order, between the call's entry and its return, where it executes a full fence
//! that is ordered with the caller's accesses on both sides. A thread that does not run has
//! executed one when it was taken off its processor. What a thread did before its point is visible
//! to the caller after the call; what the caller did before the call is visible to the thread after
//! its point. That is all that `lease.rs` uses.
//!
//! The process registers once. A call without a registration fails, which is the case of a child
//! after `fork` if the kernel does not hand the registration on; so the outcome of each call
//! counts, not the registration.

#[cfg(all(target_os = "linux", not(miri), not(evacmap_loom)))]
mod imp {
    const PRIVATE_EXPEDITED: libc::c_int = 1 << 3;
    const REGISTER_PRIVATE_EXPEDITED: libc::c_int = 1 << 4;

    fn membarrier(command: libc::c_int) -> bool {
        // SAFETY: the call takes two integers (a third is for other commands), and touches no
        // memory of the program.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }

    /// Whether the process may use the heavy half.
    pub(in super::super) fn register() -> bool {
        !cfg!(feature = "_ordinary_pins") && membarrier(REGISTER_PRIVATE_EXPEDITED)
    }

    /// `false` if nothing was executed.
    #[must_use]
    pub(in super::super) fn heavy_fence() -> bool {
        #[cfg(feature = "_hooks")]
        if super::refusal::refused() {
            return false;
        }
        membarrier(PRIVATE_EXPEDITED)
    }
}

#[cfg(not(any(all(target_os = "linux", not(miri)), evacmap_loom)))]
mod imp {
    pub(in super::super) fn register() -> bool {
        false
    }

    /// There is none: nothing is leased, so nothing is ever taken back.
    #[must_use]
    pub(in super::super) fn heavy_fence() -> bool {
        false
    }
}

#[cfg(evacmap_loom)]
mod imp {
    use crate::observe::faults::fault;

    pub(in super::super) fn register() -> bool {
        !cfg!(feature = "_ordinary_pins")
    }

    #[must_use]
    pub(in super::super) fn heavy_fence() -> bool {
        if !fault!("lease_no_heavy_fence") {
            crate::sync::heavy_fence();
        }
        true
    }
}

pub(super) use imp::{heavy_fence, register};

#[cfg(feature = "_hooks")]
pub(super) use refusal::refuse;

/// For tests: as in a process that is not registered.
#[cfg(feature = "_hooks")]
mod refusal {
    use crate::sync::{AtomicUsize, Relaxed, global};

    global! {
        static REFUSED: AtomicUsize = AtomicUsize::new(0);
    }

    pub(in super::super) fn refuse(refused: bool) {
        // ORDERING: Relaxed: tests order what they do by other means.
        REFUSED.store(usize::from(refused), Relaxed);
    }

    #[cfg_attr(
        not(all(target_os = "linux", not(miri), not(evacmap_loom))),
        expect(dead_code, reason = "there is nothing to refuse")
    )]
    pub(in super::super) fn refused() -> bool {
        // ORDERING: Relaxed, as just said.
        REFUSED.load(Relaxed) != 0
    }
}
