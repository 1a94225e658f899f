//! A thread that writes: the map, the thread's own record in it, and the guard.

use super::evacuate;
use super::lookup::Chain;
use super::raw::RawMap;
use super::resize::Resize;
use crate::garbage::LocalRef;
use crate::layout::hash::{Hash, Shape};
use crate::layout::tag::Tag;
use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::sizes::{MIN_BITS, SHARE_GROUPS};
use crate::table::{Old, Refused, Table, fail};

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

    /// The resize that is running, if one is.
    #[inline]
    pub(super) fn resize(self) -> Option<Resize<'w, 'g, L>> {
        self.resize_of(self.root())
    }

    /// The resize that fills a table, if that is not over.
    #[inline]
    pub(super) fn resize_of(self, new: &'g Table<L>) -> Option<Resize<'w, 'g, L>> {
        let old = new.old(self.guard)?;
        Some(Resize { by: self, new, old })
    }

    /// As [`RawMap::chain`], after doing this write's share of a running resize.
    #[inline]
    pub(super) fn chain(self, hash: Hash) -> Chain<'g, L> {
        if let Some(resize) = self.resize()
            && self.local.tick()
        {
            resize.share(SHARE_GROUPS);
        }
        self.map.chain(hash, self.guard)
    }

    /// A frozen word, or a full old chain, stands in the way of a write: evacuates the group of
    /// `hash`, if the current resize has not done so yet. Returns having made sure that the write
    /// finds something else next time.
    #[cold]
    pub(super) fn unblock(self, hash: Hash) {
        hit(Branch::FrozenEnd);
        if self.root().is_placeholder() {
            self.install(MIN_BITS).unwrap_or_else(|what| fail(what));
        } else if let Some(resize) = self.resize()
            && let Old::Source(old) = resize.old
            && !evacuate::is_evacuated(resize.new, old, resize.new.shape.home(hash).index)
        {
            resize.evacuate_group_of(hash);
        }
    }

    /// Puts a first table in the place of the placeholder.
    #[cold]
    pub(super) fn install(self, bits: u32) -> Result<(), Refused> {
        let placeholder = self.root();
        if !placeholder.is_placeholder() {
            return Ok(());
        }
        let first = Table::try_new(Shape::new(bits, Tag::WIDTH), 0)?;
        match self.map.swap_root(placeholder, first, self.guard) {
            // SAFETY: unlinked by the swap; it holds no entry.
            Ok(placeholder) => unsafe { Table::retire(placeholder, self.guard.pin()) },
            Err(_) => hit(Branch::InstallLost),
        }
        Ok(())
    }

    /// LIVE -> DEAD, the count, and the entry's retirement. `false` if the slot changed.
    #[inline(always)]
    pub(super) fn remove_at(self, slot: &L::Slot, word: L::Word<'g>, chain: &Chain<'g, L>) -> bool
    where
        L::Retired: Send,
    {
        reach(Point::BeforeKill);
        if !slot.kill(word) {
            hit(Branch::KillLost);
            return false;
        }
        reach(Point::Killed);
        self.local.count(chain.table.era, -1);
        // SAFETY: this thread won the entry's removal from the only slot that linked it (I7), and
        // it is `Send`.
        unsafe { self.retire(word) };
        true
    }

    /// Hands on what is left of an entry that has been unlinked.
    ///
    /// # Safety
    ///
    /// This thread won the transition that unlinked the word's entry: no guard pinned later can find
    /// it, and nobody else retires it (I7). Keys and values may be dropped on any thread.
    #[inline(always)]
    pub(super) unsafe fn retire(self, unlinked: L::Word<'_>) {
        reach(Point::BeforeRetire);
        let entry = unlinked.retired().expect("a live word was unlinked");
        // SAFETY: the caller's promise is the same. The pointer is the slot's own, with the right to
        // drop and free what it points to.
        let bag_was_full = unsafe { self.local.retire(entry, self.guard.pin()) };
        if bag_was_full {
            self.guard.bag_filled();
            self.map.workshop.give_some();
            self.shrink_if_sparse();
        }
    }
}
