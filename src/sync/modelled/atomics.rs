//! loom's atomics, with a switch for their loads.
//!
//! loom keeps one last access for each atomic, so a thread's own load hides an earlier load of
//! another thread, and with it the schedules that would change that one. It keeps every
//! read-modify-write. With `EVACMAP_LOADS=rmw` in the environment every load is one that changes
//! nothing, in the same build: those schedules are explored then. Every store is a swap then, since
//! loom would let such a load undo a store that it did not see.
//!
//! No load reads an old value then, so what only weak memory shows is found in the first mode
//! alone. Models run in both.

use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::with_exposed_provenance_mut;
use std::sync::LazyLock;

use loom::sync::atomic;

#[cfg_attr(evacmap_stub, allow(unused_imports))]
pub(crate) use core::sync::atomic::Ordering::Release;
pub(crate) use core::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed};

/// Whether loads and stores are read-modify-writes: read once, so the same in every execution.
pub(crate) fn loads_are_rmw() -> bool {
    static RMW: LazyLock<bool> = LazyLock::new(|| match std::env::var("EVACMAP_LOADS") {
        Ok(loads) if loads == "rmw" => true,
        Ok(loads) if loads != "plain" => panic!("EVACMAP_LOADS is plain or rmw, not {loads}"),
        _ => false,
    });
    *RMW
}

/// loom's atomic with a load and a store of our own, which may be a `fetch_or` of nothing and a
/// swap. All else is loom's.
macro_rules! atomic {
    ($name:ident, $content:ty, $nothing:literal) => {
        #[derive(Default)]
        pub(crate) struct $name(atomic::$name);

        impl $name {
            pub(crate) fn new(content: $content) -> Self {
                $name(atomic::$name::new(content))
            }

            #[allow(dead_code, reason = "the crate loads some kinds only")]
            pub(crate) fn load(&self, order: Ordering) -> $content {
                if loads_are_rmw() { self.0.fetch_or($nothing, order) } else { self.0.load(order) }
            }

            pub(crate) fn store(&self, content: $content, order: Ordering) {
                if loads_are_rmw() {
                    self.0.swap(content, order);
                } else {
                    self.0.store(content, order);
                }
            }
        }

        impl Deref for $name {
            type Target = atomic::$name;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    };
}

atomic!(AtomicUsize, usize, 0);
#[cfg(feature = "expiring")]
atomic!(AtomicU64, u64, 0);
#[cfg(crossbeam_loom)]
atomic!(AtomicIsize, isize, 0);
#[cfg(crossbeam_loom)]
atomic!(AtomicBool, bool, false);

/// loom's `AtomicPtr` has no `fetch_or`; its `AtomicUsize` has. In a model the provenance does not
/// matter.
pub(crate) struct AtomicPtr<T>(AtomicUsize, PhantomData<*mut T>);

// SAFETY: as the real one: a word, whatever it points to.
unsafe impl<T> Send for AtomicPtr<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for AtomicPtr<T> {}

impl<T> AtomicPtr<T> {
    pub(crate) fn new(pointer: *mut T) -> Self {
        AtomicPtr(AtomicUsize::new(pointer.expose_provenance()), PhantomData)
    }

    pub(crate) fn load(&self, order: Ordering) -> *mut T {
        with_exposed_provenance_mut(self.0.load(order))
    }

    pub(crate) fn store(&self, pointer: *mut T, order: Ordering) {
        self.0.store(pointer.expose_provenance(), order)
    }

    #[cfg(crossbeam_loom)]
    pub(crate) fn swap(&self, pointer: *mut T, order: Ordering) -> *mut T {
        with_exposed_provenance_mut(self.0.swap(pointer.expose_provenance(), order))
    }

    pub(crate) fn compare_exchange(
        &self,
        current: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        let exchanged =
            self.0.compare_exchange(current.addr(), new.expose_provenance(), success, failure);
        exchanged.map(with_exposed_provenance_mut).map_err(with_exposed_provenance_mut)
    }

    pub(crate) fn fetch_or(&self, bits: usize, order: Ordering) -> *mut T {
        with_exposed_provenance_mut(self.0.fetch_or(bits, order))
    }
}
