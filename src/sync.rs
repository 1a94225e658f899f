//! The only door to atomics: the real ones, or loom's when the crate is built for the models
//! (`--cfg evacmap_loom`).
//!
//! Nothing else in the crate names `core::sync::atomic` or loom. There is no `SeqCst` to import:
//! every ordering in the crate is an acquire, a release, both, or relaxed, which is what loom and
//! ThreadSanitizer check fully. The one fence is [`light_fence`], for leases alone
//! (`src/memory/collector/lease.rs`).

#[cfg(evacmap_loom)]
mod modelled;
mod pair;
#[cfg(evacmap_loom)]
pub(crate) use modelled::*;
pub(crate) use pair::AtomicPair;
#[cfg(not(evacmap_loom))]
pub(crate) use real::*;

#[cfg(not(evacmap_loom))]
mod real {
    #[cfg(feature = "expiring")]
    pub(crate) use core::sync::atomic::AtomicU64;
    pub(crate) use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
    pub(crate) use core::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, AtomicUsize};
    pub(crate) use std::thread_local;
    pub(crate) use thread_local::ThreadLocal;

    /// The cheap half of an asymmetric pair: keeps the compiler from moving accesses across, and
    /// leaves the processor to whoever executes the heavy half, which is a system call
    /// (`src/memory/collector/barrier.rs`). Two light ones order nothing between them.
    #[inline(always)]
    pub(crate) fn light_fence() {
        core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
    }

    /// A static of things that loom has to make anew in each execution of a model.
    #[cfg_attr(not(feature = "_hooks"), allow(unused_macros))]
    macro_rules! global {
        ($(#[$about:meta])* static $name:ident: $type:ty = $value:expr;) => {
            $(#[$about])* static $name: $type = $value;
        };
    }
    #[cfg_attr(not(feature = "_hooks"), allow(unused_imports))]
    pub(crate) use global;

    /// The real one, with the interface of loom's.
    pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) const fn new(content: T) -> Self {
            UnsafeCell(core::cell::UnsafeCell::new(content))
        }

        #[inline(always)]
        pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }
}
