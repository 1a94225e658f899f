//! A table's overflow buckets: slabs of them, linked into a list, handed out by a bump of a
//! counter.
//!
//! Slabs make an append cheap, keep the overflow of a table together, and free it with the table in
//! few steps, without a walk over all chains.

use super::array::{BucketArray, fail};
use super::bucket::Bucket;
use crate::layout::Layout;
use crate::sync::{AcqRel, Acquire, AtomicPtr, AtomicUsize, Relaxed};

struct Slab<L: Layout> {
    buckets: BucketArray<L>,
    used: AtomicUsize,
    previous: *mut Slab<L>,
}

/// The overflow buckets of one table.
#[repr(C)]
pub(crate) struct Overflow<L: Layout> {
    newest: AtomicPtr<Slab<L>>,
    /// Buckets linked into chains (Go: noverflow).
    linked: AtomicUsize,
}

/// Buckets in a table's first slab, and in its later ones: 192 bytes for a small table, 4 KiB for a
/// large one.
const FIRST_SLAB: usize = 3;
const LARGEST_SLAB: usize = 63;

impl<L: Layout> Overflow<L> {
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn new() -> Self {
        Overflow { newest: AtomicPtr::new(core::ptr::null_mut()), linked: AtomicUsize::new(0) }
    }

    #[cfg(evacmap_loom)]
    pub(crate) fn new() -> Self {
        Overflow { newest: AtomicPtr::new(core::ptr::null_mut()), linked: AtomicUsize::new(0) }
    }

    /// A bucket that nobody else has: EMPTY, and valid as long as the table.
    pub(crate) fn allocate(&self) -> &Bucket<L> {
        loop {
            // ORDERING: Acquire, P6: sees the slab that was published.
            let newest = self.newest.load(Acquire);
            // SAFETY: slabs are freed with the table alone, which `self` is part of.
            if let Some(slab) = unsafe { newest.as_ref() } {
                // ORDERING: Relaxed: only the number matters: no two get the same.
                let index = slab.used.fetch_add(1, Relaxed);
                if index < slab.buckets.len() {
                    // SAFETY: just compared.
                    return unsafe { slab.buckets.get_unchecked(index) };
                }
            }
            self.add_slab(newest);
        }
    }

    #[cold]
    fn add_slab(&self, previous: *mut Slab<L>) {
        // SAFETY: as in `allocate`.
        let len = unsafe { previous.as_ref() }
            .map_or(FIRST_SLAB, |slab| LARGEST_SLAB.min(slab.buckets.len() * 2 + 1));
        let buckets = BucketArray::try_new(len).unwrap_or_else(|what| fail(what));
        let slab = Box::into_raw(Box::new(Slab { buckets, used: AtomicUsize::new(0), previous }));
        // ORDERING: AcqRel, P6: publishes the slab. The failure is not looked at; the caller loads
        // again.
        if self.newest.compare_exchange(previous, slab, AcqRel, Acquire).is_err() {
            // SAFETY: it was not published, so it is still ours alone.
            drop(unsafe { Box::from_raw(slab) });
        }
    }

    /// Counts a bucket that has been linked.
    pub(crate) fn count(&self) {
        // ORDERING: Relaxed: a hint for the choice between growth and rebuild; nothing is read on
        // the strength of it.
        self.linked.fetch_add(1, Relaxed);
    }

    /// Buckets linked into chains.
    pub(crate) fn linked(&self) -> usize {
        // ORDERING: Relaxed: as above.
        self.linked.load(Relaxed)
    }

    /// Bytes of all slabs. Only of those that are published now.
    pub(crate) fn bytes(&self) -> usize {
        // ORDERING: Acquire, P6.
        let newest = self.newest.load(Acquire);
        // SAFETY: slabs are freed with the table alone.
        let slabs = core::iter::successors(unsafe { newest.as_ref() }, |slab| unsafe {
            slab.previous.as_ref()
        });
        slabs.map(|slab| BucketArray::<L>::bytes(slab.buckets.len()) + size_of::<Slab<L>>()).sum()
    }
}

impl<L: Layout> Overflow<L> {
    /// Frees up to that many slabs; `true` if none is left.
    pub(super) fn free_some(&mut self, slabs: usize) -> bool {
        // ORDERING: Relaxed: exclusive access.
        let mut slab = self.newest.load(Relaxed);
        for _ in 0..slabs {
            if slab.is_null() {
                break;
            }
            // SAFETY: each slab was boxed by `add_slab`, is in the list once, and nobody else can
            // reach it any more.
            let owned = unsafe { Box::from_raw(slab) };
            slab = owned.previous;
        }
        self.newest = AtomicPtr::new(slab);
        slab.is_null()
    }
}

impl<L: Layout> Drop for Overflow<L> {
    fn drop(&mut self) {
        self.free_some(usize::MAX);
    }
}
