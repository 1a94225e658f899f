//! Traversal for iterators, beside any number of writers and through any number of resizes.
//!
//! A walk goes through the buckets of the table that was the root when it began, one after the
//! other. Arriving at a bucket it notes the slots of that bucket's chain that are LIVE; returning
//! an entry, it reads its slot again.
//!
//! 1. A key that is present throughout MUST be returned exactly once: it has one slot in the walked
//!    table, or in the chain that fills it, and that slot stays LIVE, frozen or not.
//! 2. No key MAY be returned twice. Within a chain a key can have a second slot only after its
//!    first is DEAD, and that is not used again while the walk's guard is held (I1); so if both
//!    were noted, the first is DEAD by the time it is read again, and is passed over. Of a chain
//!    that is renewed meanwhile the walk notes one generation, that which was the truth when it
//!    arrived: a slot of it that is LIVE stays so, frozen, when the next is published.
//! 3. A value returned MUST have been current at some moment of the call that returned it: a slot
//!    that is not frozen says so itself, unless its table has been cleared; else the key is looked
//!    up in the current table.
//! 4. A key that is absent throughout MUST NOT be returned; one that comes or goes MAY be.
//!
//! A walk neither helps nor hinders a resize. It is not a snapshot of the map.

use super::evacuate::{self, Part};
use super::raw::RawMap;
use crate::layout::{Keyed, Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::hooks::{Branch, hit};
use crate::table::{Bucket, Table};

/// See the module's text.
pub(crate) struct Walk<'g, L: Layout> {
    map: &'g RawMap<L>,
    guard: &'g Guard,
    table: &'g Table<L>,
    /// The next bucket to arrive at, and the one at which to stop.
    bucket: usize,
    end: usize,
    slots: Vec<&'g L::Slot>,
    at: usize,
}

impl<L: Layout> RawMap<L> {
    pub(crate) fn walk<'g>(&'g self, guard: &'g Guard) -> Walk<'g, L> {
        let table = self.root(guard);
        Walk { map: self, guard, table, bucket: 0, end: table.buckets(), slots: Vec::new(), at: 0 }
    }
}

impl<'g, L: Layout> Walk<'g, L> {
    /// Leaves the latter half of the buckets ahead to another walk, if there are enough for two.
    ///
    /// Both go through the same table, in which a key belongs to one bucket: 1 to 4 hold for the
    /// two together.
    #[cfg(feature = "rayon")]
    pub(crate) fn split(&mut self) -> Option<Self> {
        const LEAST: usize = 64;
        let middle = self.bucket + (self.end - self.bucket) / 2;
        let half = Walk { bucket: middle, slots: Vec::new(), at: 0, ..*self };
        (middle - self.bucket >= LEAST).then(|| {
            self.end = middle;
            half
        })
    }

    /// Notes the slots of the next bucket.
    fn arrive(&mut self) {
        self.slots.clear();
        self.at = 0;
        let index = self.bucket;
        self.bucket += 1;
        evacuate::parts(self.table, index, self.guard).for_each(|part| self.note(&part));
    }

    fn note(&mut self, part: &Part<'g, L>) {
        for slot in part.head.truth(self.guard).flat_map(Bucket::slots) {
            let word = slot.load(self.guard);
            if word.is_empty() {
                return;
            }
            if word.is_live() && part.holds(word) {
                self.slots.push(slot);
            }
        }
    }
}

impl<'g, L: Keyed> Iterator for Walk<'g, L> {
    type Item = L::View<'g>;

    fn next(&mut self) -> Option<L::View<'g>> {
        self.next_by(RawMap::find_again)
    }
}

impl<'g, L: Layout> Walk<'g, L> {
    /// As `next`, for whoever cannot tell keys apart, but has been given `RawMap::find_again`.
    pub(crate) fn next_by(
        &mut self,
        find_again: impl Fn(&'g RawMap<L>, L::View<'g>, &'g Guard) -> Option<L::View<'g>>,
    ) -> Option<L::View<'g>> {
        loop {
            let beside = self.table.shape.first(self.bucket.saturating_sub(1));
            while let Some(slot) = self.slots.get(self.at) {
                self.at += 1;
                let word = slot.load(self.guard);
                // SAFETY: `parts` named the chain under this guard, when it was the truth for the
                // key: a word that was replaced since was replaced in it, or in a chain that
                // followed, after the guard was pinned (I9).
                let Some(view) = (unsafe { word.view(beside) }) else { continue };
                // Word first, then root: if the map had not been cleared even then, the word was
                // current.
                if !word.is_frozen() && self.map.root(self.guard).era == self.table.era {
                    return Some(view);
                }
                hit(Branch::WalkMoved);
                let current = find_again(self.map, view, self.guard);
                if current.is_some() {
                    return current;
                }
            }
            if self.bucket == self.end {
                return None;
            }
            self.arrive();
        }
    }
}
