//! The only door to atomics: the real ones, or loom's when the crate is built for the models (`--cfg evacmap_loom`).
//!
//! Nothing else in the crate names `core::sync::atomic` or loom. There is no fence and no `SeqCst` to import: every
//! ordering in the crate is an acquire, a release, both, or relaxed, which is what loom and ThreadSanitizer check fully.

pub(crate) use imp::*;

#[cfg(not(evacmap_loom))]
mod imp {
    pub(crate) use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
    pub(crate) use core::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, AtomicU64, AtomicUsize};
}

#[cfg(evacmap_loom)]
mod imp {
    use loom::sync::atomic;

    pub(crate) use atomic::{AtomicU64, AtomicUsize};
    pub(crate) use core::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release};

    /// loom's `AtomicPtr` with the one method it lacks.
    pub(crate) struct AtomicPtr<T>(atomic::AtomicPtr<T>);

    impl<T> AtomicPtr<T> {
        pub(crate) fn new(pointer: *mut T) -> Self {
            AtomicPtr(atomic::AtomicPtr::new(pointer))
        }

        pub(crate) fn load(&self, order: Ordering) -> *mut T {
            self.0.load(order)
        }

        pub(crate) fn store(&self, pointer: *mut T, order: Ordering) {
            self.0.store(pointer, order)
        }

        pub(crate) fn compare_exchange(
            &self,
            current: *mut T,
            new: *mut T,
            success: Ordering,
            failure: Ordering,
        ) -> Result<*mut T, *mut T> {
            self.0.compare_exchange(current, new, success, failure)
        }

        /// A read-modify-write like the real one: the loop ends with the first exchange that nobody disturbed.
        pub(crate) fn fetch_or(&self, bits: usize, order: Ordering) -> *mut T {
            let mut seen = self.0.load(Acquire);
            loop {
                let wanted = seen.map_addr(|address| address | bits);
                match self.0.compare_exchange(seen, wanted, order, Acquire) {
                    Ok(previous) => return previous,
                    Err(now) => seen = now,
                }
            }
        }
    }
}
