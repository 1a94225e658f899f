//! A thread that writes: the map, the thread's own record in it, and the guard.

use super::lookup::Chain;
use super::raw::RawMap;
use crate::garbage::LocalRef;
use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::table::Table;

/// See the module's text.
pub(super) struct Writer<'w, 'g, L: Layout> {
    pub(super) map: &'g RawMap<L>,
    pub(super) local: &'w LocalRef<'w, L::Retired>,
    pub(super) guard: &'g Guard,
}

impl<L: Layout> Clone for Writer<'_, '_, L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for Writer<'_, '_, L> {}

impl<'w, 'g, L: Layout> Writer<'w, 'g, L> {
    #[inline]
    pub(super) fn new(
        map: &'g RawMap<L>,
        local: &'w LocalRef<'w, L::Retired>,
        guard: &'g Guard,
    ) -> Self {
        Writer { map, local, guard }
    }

    #[inline]
    pub(super) fn root(self) -> &'g Table<L> {
        self.map.root(self.guard)
    }

    /// LIVE -> DEAD, the count, and the entry's retirement. `false` if the slot changed.
    #[inline(always)]
    pub(super) fn remove_at(self, slot: &L::Slot, word: L::Word<'g>, chain: &Chain<'g, L>) -> bool
    where
        L::Retired: Send,
    {
        reach(Point::BeforeKill);
        if !slot.kill(word, self.guard.now()) {
            hit(Branch::KillLost);
            return false;
        }
        reach(Point::Killed);
        self.local.count(chain.table.era, -1);
        if L::RETIRES {
            // SAFETY: this thread won the entry's removal from the only slot that linked it (I7),
            // and it is `Send`.
            unsafe { self.retire(word) };
        } else {
            self.guard.pin().removed();
        }
        true
    }

    /// Hands on what is left of an entry that has been unlinked.
    ///
    /// # Safety
    ///
    /// This thread won the transition that unlinked the word's entry: no guard pinned later can
    /// find it, and nobody else retires it (I7). Keys and values may be dropped on any thread.
    #[inline(always)]
    pub(super) unsafe fn retire(self, unlinked: L::Word<'_>) {
        reach(Point::BeforeRetire);
        let entry = unlinked.retired().expect("a live word was unlinked");
        // SAFETY: the caller's promise is the same. The pointer is the slot's own, with the right
        // to drop and free what it points to.
        let bag_was_full = unsafe { self.local.retire(entry, self.guard.pin()) };
        if bag_was_full {
            self.guard.bag_filled();
            self.map.workshop.give_some();
            self.shrink_if_sparse();
        }
    }
}
