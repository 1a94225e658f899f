//! Go's `mapdelete`: every operation that only takes an entry out.

use core::ptr::NonNull;

use super::RawMap;
use super::entry::Entry;
use super::hash::Hash;
use super::lookup::{Chain, Located};
use super::slot::{Slot, Word};
use crate::fault::fault;
use crate::guard::Guard;
use crate::hooks::{Branch, Point, hit, reach};
use crate::reclaim::LocalRef;

/// How a removal ended.
pub(crate) enum Deleted<'g, K, V> {
    Removed(&'g Entry<K, V>),
    /// The entry was there, and the condition did not hold for it.
    Kept(&'g Entry<K, V>),
    Absent,
}

impl<K, V> RawMap<K, V> {
    /// Removes a key's entry if `condition` holds for it. Lock-free, as [`RawMap::assign`].
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    #[inline]
    pub(crate) unsafe fn delete<'g>(
        &'g self,
        hash: Hash,
        mut is_key: impl FnMut(&K) -> bool,
        guard: &'g Guard,
        mut condition: impl FnMut(&'g Entry<K, V>) -> bool,
    ) -> Deleted<'g, K, V> {
        let local = self.heap.local();
        loop {
            let chain = self.chain_for_write(hash, &local, guard);
            match Self::locate(&chain, hash, &mut is_key, guard) {
                Located::Occupied { slot, word, entry } => {
                    if !condition(entry) {
                        return Deleted::Kept(entry);
                    }
                    // SAFETY: passed on.
                    if unsafe { self.remove_at(slot, word, &chain, &local, guard) } {
                        return Deleted::Removed(entry);
                    }
                }
                Located::FrozenKey => self.unblock(hash, &local, guard),
                Located::Vacant { .. } | Located::Full { .. } | Located::FrozenEnd => {
                    return Deleted::Absent;
                }
            }
        }
    }

    /// LIVE -> DEAD, the count, and the entry's retirement. `false` if the slot changed.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    #[inline]
    pub(super) unsafe fn remove_at<'g>(
        &'g self,
        slot: &Slot<K, V>,
        word: Word<'g, K, V>,
        chain: &Chain<'g, K, V>,
        local: &LocalRef<'_, K, V>,
        guard: &'g Guard,
    ) -> bool {
        reach(Point::BeforeKill);
        if fault!("retire_before_unlink") {
            // SAFETY: none: this is the fault.
            unsafe { self.retire(word, local, guard) };
            return slot.kill(word) && {
                local.count(chain.table.era, -1);
                true
            };
        }
        if !slot.kill(word) {
            hit(Branch::KillLost);
            return false;
        }
        reach(Point::Killed);
        local.count(chain.table.era, -1);
        // SAFETY: passed on; we won its removal from the only slot that linked it.
        unsafe { self.retire(word, local, guard) };
        true
    }

    /// # Safety
    ///
    /// The caller won the transition that unlinked this word's entry: no guard pinned later can
    /// find it, and nobody else retires it (I7). Keys and values may be dropped on any thread.
    #[inline]
    pub(super) unsafe fn retire(
        &self,
        unlinked: Word<'_, K, V>,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) {
        reach(Point::BeforeRetire);
        let entry = NonNull::new(unlinked.pointer()).expect("a live word was unlinked");
        // SAFETY: passed on. The pointer is the slot's own, with the right to drop and free what it
        // points to.
        let bag_was_full = unsafe { local.retire(entry, guard.pin()) };
        if bag_was_full {
            guard.bag_filled();
            self.shrink_if_sparse(local, guard);
        }
    }
}
