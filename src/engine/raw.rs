//! The map itself, without its hasher: keys come with their hashes.

use core::ptr::NonNull;

use super::tally::Tally;
use crate::garbage::Locals;
use crate::layout::Layout;
use crate::memory::Guard;
use crate::observe::faults::unless_relaxed;
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};
use crate::table::{Old, Table, Workshop};

/// The floor of a map that does not shrink by itself: no table is larger.
pub(super) const NEVER: u32 = u32::MAX;

/// See the module's text.
pub(crate) struct RawMap<L: Layout> {
    table: AtomicPtr<Table<L>>,
    pub(super) locals: Locals<L::Retired>,
    pub(super) workshop: Workshop<L>,
    pub(super) tally: Tally,
    /// As few bits as the table may shrink to by itself; see `policy`.
    pub(crate) floor: u32,
    /// Owns keys and values, and is invariant in both: they can be written through `&`.
    owns: core::marker::PhantomData<core::cell::UnsafeCell<L>>,
}

// SAFETY: the map owns its entries, wherever they are; sending it sends them.
unsafe impl<L: Layout + Send> Send for RawMap<L> where L::Retired: Send {}
// SAFETY: `&RawMap` gives out views of entries on any thread (Sync), and lets any thread insert,
// and drop what another inserted (Send).
unsafe impl<L: Layout + Send + Sync> Sync for RawMap<L> where L::Retired: Send + Sync {}

impl<L: Layout> RawMap<L> {
    /// An empty map, which has allocated nothing.
    pub(crate) fn new() -> Self {
        RawMap {
            table: AtomicPtr::new(Table::placeholder()),
            locals: Locals::new(),
            workshop: Workshop::new(),
            tally: Tally::default(),
            floor: NEVER,
            owns: core::marker::PhantomData,
        }
    }

    /// The current table: the only way in, and only with a guard in hand.
    #[inline]
    pub(crate) fn root<'g>(&'g self, _guard: &'g Guard) -> &'g Table<L> {
        // ORDERING: Acquire, P7: sees the table's header, and the old table behind it.
        // SAFETY: never null; retired only after it was unlinked from here and then from its
        // successor, so that it lives as long as a guard under which it was found (I8).
        unsafe { &*self.table.load(Acquire) }
    }

    /// The root's own pointer, for the link of its successor.
    pub(super) fn root_pointer(&self, _guard: &Guard) -> *mut Table<L> {
        // ORDERING: Relaxed: not followed; published again by the CAS that replaces it, or not at
        // all.
        self.table.load(Relaxed)
    }

    /// Replaces the root, and returns it. `new` back if it is no longer `seen`.
    pub(super) fn swap_root(
        &self,
        seen: &Table<L>,
        new: Box<Table<L>>,
        _guard: &Guard,
    ) -> Result<NonNull<Table<L>>, Box<Table<L>>> {
        let new = Box::into_raw(new);
        let seen = core::ptr::from_ref(seen).cast_mut();
        // ORDERING: AcqRel, P7: publishes the new table. The failure is not looked at.
        let order = unless_relaxed!("root_relaxed", AcqRel);
        match self.table.compare_exchange(seen, new, order, Relaxed) {
            Ok(old) => Ok(NonNull::new(old).expect("there is always a root")),
            // SAFETY: it was never published, so it is ours alone.
            Err(_) => Err(unsafe { Box::from_raw(new) }),
        }
    }

    /// Takes the root out of a map that nobody else is at. A placeholder is left.
    pub(super) fn take_root(&mut self) -> NonNull<Table<L>> {
        // ORDERING: Relaxed: exclusive access.
        let root = self.table.load(Relaxed);
        self.table = AtomicPtr::new(Table::placeholder());
        NonNull::new(root).expect("the root is never null")
    }

    /// The number of entries. Exact for whoever has synchronised with all writers.
    pub(crate) fn len(&self, guard: &Guard) -> usize {
        self.locals.len(self.root(guard).era)
    }

    /// Entries that the current table holds without growing, if none is removed.
    pub(crate) fn capacity(&self, guard: &Guard) -> usize {
        self.buckets(guard) * L::LOAD
    }

    /// Buckets of the current table.
    pub(crate) fn buckets(&self, guard: &Guard) -> usize {
        let root = self.root(guard);
        if root.is_placeholder() { 0 } else { root.buckets() }
    }

    /// Whether a resize has yet to be completed.
    pub(crate) fn is_resizing(&self, guard: &Guard) -> bool {
        self.root(guard).is_filling()
    }

    /// The old table's buckets while a resize runs.
    pub(crate) fn old_buckets(&self, guard: &Guard) -> usize {
        self.root(guard).old(guard).map_or(0, |old| old.table().buckets())
    }

    /// Bytes of everything but the entries.
    pub(crate) fn bytes(&self, guard: &Guard) -> usize {
        let root = self.root(guard);
        let old = root.old(guard).map_or(0, |old| Old::table(old).bytes(guard));
        root.bytes(guard) + old + self.locals.bytes() + self.workshop.bytes()
    }

    /// Entries retired and not yet freed.
    pub(crate) fn garbage(&self) -> usize {
        self.locals.garbage()
    }

    /// Entries' worth of bare memory kept for reuse.
    pub(crate) fn spare(&self) -> usize {
        self.locals.spare()
    }

    /// Resizes begun, of each kind.
    pub(crate) fn counts(&self) -> super::tally::Counts {
        self.tally.counts()
    }

    /// Overflow buckets of the current table.
    pub(crate) fn overflow_buckets(&self, guard: &Guard) -> usize {
        self.root(guard).overflow.all()
    }

    /// The number of chains of the current table with so many overflow buckets.
    pub(crate) fn chain_histogram(&self, guard: &Guard) -> Vec<usize> {
        let (root, mut histogram) = (self.root(guard), Vec::new());
        for index in 0..self.buckets(guard) {
            let overflows = root.bucket(index).chain().skip(1).count();
            if histogram.len() <= overflows {
                histogram.resize(overflows + 1, 0);
            }
            histogram[overflows] += 1;
        }
        histogram
    }
}
