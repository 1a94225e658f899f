//! The models' twin of what [`super`] takes from `core`, `std` and `thread_local`.

use core::marker::PhantomData;
use core::ptr::with_exposed_provenance_mut;

#[cfg_attr(evacmap_stub, allow(unused_imports))]
pub(crate) use core::sync::atomic::Ordering::Release;
pub(crate) use core::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed};
pub(crate) use loom::sync::atomic::AtomicUsize;
#[cfg(crossbeam_loom)]
pub(crate) use {
    locals::{ThreadLocal, thread_local},
    loom::cell::UnsafeCell,
    loom::sync::Arc,
    loom::sync::atomic::{AtomicBool, AtomicIsize},
};

#[cfg(crossbeam_loom)]
mod locals;

/// The cheap half of an asymmetric pair. Each pair of a light fence and a heavy one orders as two
/// of these do. So do two light ones here, and a light one and one of crossbeam's: nothing may rest
/// on those, and no model can show that nothing does.
#[cfg(crossbeam_loom)]
pub(crate) fn light_fence() {
    loom::sync::atomic::fence(loom::sync::atomic::Ordering::SeqCst);
}

/// The dear half.
#[cfg(crossbeam_loom)]
pub(crate) fn heavy_fence() {
    loom::sync::atomic::fence(loom::sync::atomic::Ordering::SeqCst);
}

/// A static that each execution of a model makes anew.
#[cfg(crossbeam_loom)]
macro_rules! global {
    ($(#[$about:meta])* static $name:ident: $type:ty = $value:expr;) => {
        loom::lazy_static! {
            $(#[$about])* static ref $name: $type = $value;
        }
    };
}
#[cfg(crossbeam_loom)]
pub(crate) use global;

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
