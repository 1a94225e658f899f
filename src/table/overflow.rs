//! A table's overflow buckets: slabs of them, linked into a list, handed out by a bump of a
//! counter.
//!
//! Slabs make an append cheap, keep the overflow of a table together, and free it with the table in
//! few steps, without a walk over all chains.
//!
//! A chain that has been renewed has other buckets, which stand alone (`src/table/loose.rs`). Its
//! head is noted, once, so that the last of them are freed with the table.
//!
//! # What is counted
//!
//! `linked` counts buckets of which each proves that as many slots as a bucket has are used up
//! before it, so that they are DEAD unless they are LIVE. A renewed chain counts as one of them,
//! for its head; what more it has behind the head may be EMPTY, and is counted as `spare`.

use core::ptr::NonNull;
use std::alloc;

use super::array::{BucketArray, Refused, fail};
use super::bucket::Bucket;
use super::loose::Loose;
use crate::layout::Layout;
use crate::memory::Guard;
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
    /// Buckets linked into chains (Go: noverflow), but for the `spare` ones.
    linked: AtomicUsize,
    spare: AtomicUsize,
    /// The heads of renewed chains.
    renewed: AtomicPtr<Renewed<L>>,
}

/// A head that has been renewed.
pub(crate) struct Renewed<L: Layout> {
    head: NonNull<Bucket<L>>,
    previous: *mut Renewed<L>,
}

impl<L: Layout> Renewed<L> {
    /// A note of that head, to be kept by its table if it is renewed.
    pub(crate) fn try_new(head: &Bucket<L>) -> Result<Box<Self>, Refused> {
        let layout = alloc::Layout::new::<Self>();
        // SAFETY: the size is not zero.
        let memory: *mut Self = unsafe { alloc::alloc(layout) }.cast();
        let memory = NonNull::new(memory).ok_or(Some(layout))?;
        let previous = core::ptr::null_mut();
        // SAFETY: fresh memory of that layout.
        unsafe { memory.write(Renewed { head: NonNull::from(head), previous }) };
        // SAFETY: from the global allocator, with the layout that a box has, and initialised.
        Ok(unsafe { Box::from_raw(memory.as_ptr()) })
    }
}

/// Buckets in a table's first slab, and in its later ones: 192 bytes for a small table, 4 KiB for a
/// large one.
const FIRST_SLAB: usize = 3;
const LARGEST_SLAB: usize = 63;

impl<L: Layout> Overflow<L> {
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn new() -> Self {
        Overflow {
            newest: AtomicPtr::new(core::ptr::null_mut()),
            linked: AtomicUsize::new(0),
            spare: AtomicUsize::new(0),
            renewed: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    #[cfg(evacmap_loom)]
    pub(crate) fn new() -> Self {
        Overflow {
            newest: AtomicPtr::new(core::ptr::null_mut()),
            linked: AtomicUsize::new(0),
            spare: AtomicUsize::new(0),
            renewed: AtomicPtr::new(core::ptr::null_mut()),
        }
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

    /// Counts a bucket that has been linked behind a renewed chain.
    pub(crate) fn count_spare(&self) {
        // ORDERING: Relaxed: as above.
        self.spare.fetch_add(1, Relaxed);
    }

    /// Counts a renewal, which has given a chain `now` buckets behind its head where it had
    /// `before`. `first`: the chain had not been renewed before.
    pub(crate) fn count_renewal(&self, first: bool, before: usize, now: usize) {
        let (linked, spare) = if first {
            (1_usize.wrapping_sub(before), now - 1)
        } else {
            (0, now.wrapping_sub(before))
        };
        // ORDERING: Relaxed, both: as above. A bucket may be taken off before it was counted, which
        // is why they wrap around.
        self.linked.fetch_add(linked, Relaxed);
        // ORDERING: Relaxed, as just said.
        self.spare.fetch_add(spare, Relaxed);
    }

    /// Buckets linked into chains, each of which proves a bucket's worth of used slots.
    pub(crate) fn linked(&self) -> usize {
        // ORDERING: Relaxed: as above.
        at_least_none(self.linked.load(Relaxed))
    }

    /// All buckets linked into chains.
    pub(crate) fn all(&self) -> usize {
        // ORDERING: Relaxed: as above.
        self.linked() + at_least_none(self.spare.load(Relaxed))
    }

    /// Keeps the note of a head that has just been renewed for the first time.
    pub(crate) fn keep(&self, note: Box<Renewed<L>>) {
        let note = Box::into_raw(note);
        // ORDERING: Relaxed: only compared and passed on, as with a graveyard's.
        let mut seen = self.renewed.load(Relaxed);
        loop {
            // SAFETY: not added yet, so ours alone.
            unsafe { (*note).previous = seen };
            // ORDERING: AcqRel, P6: publishes the note. A failure is only compared.
            match self.renewed.compare_exchange(seen, note, AcqRel, Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
    }

    /// Bytes of the buckets of renewed chains, and of the notes of them. Under a guard.
    fn renewed_bytes(&self, guard: &Guard) -> usize {
        // ORDERING: Acquire, P6.
        let newest = self.renewed.load(Acquire);
        // SAFETY: notes are freed with the table alone.
        let notes = core::iter::successors(unsafe { newest.as_ref() }, |note| unsafe {
            note.previous.as_ref()
        });
        let buckets = notes.map(|note| {
            // SAFETY: a bucket of the table that this is part of.
            let head = unsafe { note.head.as_ref() };
            head.truth(guard).count() * size_of::<Bucket<L>>() + size_of_val(note)
        });
        buckets.sum()
    }

    /// Bytes of all slabs, and of what stands alone. Only of what is published now.
    pub(crate) fn bytes(&self, guard: &Guard) -> usize {
        // ORDERING: Acquire, P6.
        let newest = self.newest.load(Acquire);
        // SAFETY: slabs are freed with the table alone.
        let slabs = core::iter::successors(unsafe { newest.as_ref() }, |slab| unsafe {
            slab.previous.as_ref()
        });
        let bytes =
            |slab: &Slab<L>| BucketArray::<L>::bytes(slab.buckets.len()) + size_of_val(slab);
        slabs.map(bytes).sum::<usize>() + self.renewed_bytes(guard)
    }
}

/// A count that may be less than nothing for a moment.
fn at_least_none(count: usize) -> usize {
    if count > usize::MAX / 2 { 0 } else { count }
}

impl<L: Layout> Overflow<L> {
    /// Frees the buckets of up to that many renewed chains; `true` if there are no more. To be done
    /// before the table's own buckets are given back.
    pub(super) fn free_renewed(&mut self, chains: usize) -> bool {
        // ORDERING: Relaxed: exclusive access.
        let mut note = self.renewed.load(Relaxed);
        for _ in 0..chains {
            if note.is_null() {
                break;
            }
            // SAFETY: each note is from a box, is in the list once, and nobody else can reach it
            // any more.
            let owned = unsafe { Box::from_raw(note) };
            note = owned.previous;
            // SAFETY: a bucket of this table, which has not been given back.
            let first = unsafe { owned.head.as_ref() }.private_next();
            // SAFETY: the head has been renewed, so that what is linked there stands alone, and is
            // freed by nobody else: earlier ones were unlinked there. The table is at its end.
            drop(unsafe { Loose::take_back(first.expect("a renewed head has an overflow"), 0) });
        }
        self.renewed = AtomicPtr::new(note);
        note.is_null()
    }

    /// Frees up to that many renewed chains or slabs; `true` if none is left.
    pub(super) fn free_some(&mut self, slabs: usize) -> bool {
        if !self.free_renewed(slabs) {
            return false;
        }
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
        // ORDERING: Relaxed: exclusive access.
        debug_assert!(self.renewed.load(Relaxed).is_null(), "freed before the table's buckets");
        self.free_some(usize::MAX);
    }
}
