//! The only door to atomics: the real ones, or loom's when the crate is built for the models
//! (`--cfg evacmap_loom`).
//!
//! Nothing else in the crate names `core::sync::atomic` or loom. There is no fence and no `SeqCst`
//! to import: every ordering in the crate is an acquire, a release, both, or relaxed, which is what
//! loom and ThreadSanitizer check fully.

#[cfg(evacmap_loom)]
mod modelled;
#[cfg(evacmap_loom)]
pub(crate) use modelled::*;
#[cfg(not(evacmap_loom))]
pub(crate) use real::*;

#[cfg(not(evacmap_loom))]
mod real {
    pub(crate) use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
    pub(crate) use core::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, AtomicUsize};
    pub(crate) use std::thread_local;
    pub(crate) use thread_local::ThreadLocal;

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
