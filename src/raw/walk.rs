//! Traversal for iterators, beside any number of writers and through any number of resizes.
//!
//! A walk goes through the buckets of the table that was the root when it began, one after the
//! other. Arriving at a bucket it notes the slots of that bucket's chain that are LIVE; returning
//! an entry, it reads its slot again.
//!
//! 1. A key that is present throughout MUST be returned exactly once: it has one slot in the walked
//!    table, or in the chain that fills it, and that slot stays LIVE, frozen or not.
//! 2. No key MAY be returned twice. Within a chain a key can have a second slot only after its
//!    first is DEAD for good; so if both were noted, the first is DEAD by the time it is read
//!    again, and is passed over.
//! 3. A value returned MUST have been current at some moment of the call that returned it: a slot
//!    that is not frozen says so itself, unless its table has been cleared; else the key is looked
//!    up in the current table.
//! 4. A key that is absent throughout MUST NOT be returned; one that comes or goes MAY be.
//!
//! A walk neither helps nor hinders a resize. It is not a snapshot of the map.

use super::RawMap;
use super::bucket::Bucket;
use super::entry::Entry;
use super::evacuate::{self, Part};
use super::slot::Slot;
use super::table::Table;
use crate::fault::fault;
use crate::guard::Guard;
use crate::hooks::{Branch, hit};

/// See the module's text.
pub(crate) struct Walk<'g, K, V> {
    map: &'g RawMap<K, V>,
    guard: &'g Guard,
    table: &'g Table<K, V>,
    /// The next bucket to arrive at, and the one at which to stop.
    bucket: usize,
    end: usize,
    slots: Vec<&'g Slot<K, V>>,
    at: usize,
    /// For the fault of that name alone.
    restarted: bool,
}

impl<K, V> RawMap<K, V> {
    pub(crate) fn walk<'g>(&'g self, guard: &'g Guard) -> Walk<'g, K, V> {
        let table = self.root(guard);
        Walk {
            map: self,
            guard,
            table,
            bucket: 0,
            end: table.buckets(),
            slots: Vec::new(),
            at: 0,
            restarted: false,
        }
    }
}

impl<'g, K, V> Walk<'g, K, V> {
    /// Leaves the latter half of the buckets ahead to another walk, if there are enough for two.
    ///
    /// Both go through the same table, in which a key belongs to one bucket: 1 to 4 hold for the
    /// two together.
    #[cfg(feature = "rayon")]
    pub(crate) fn split(&mut self) -> Option<Self> {
        const LEAST: usize = 64;
        let middle = self.bucket + (self.end - self.bucket) / 2;
        let half = Walk { bucket: middle, end: self.end, slots: Vec::new(), at: 0, ..*self };
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
        let restart = fault!("iterator_restarts") && self.table.is_filling() && !self.restarted;
        self.restarted = restart;
        self.bucket += usize::from(!restart);
        evacuate::parts(self.table, index, self.guard).for_each(|part| self.note(&part));
    }

    fn note(&mut self, part: &Part<'g, K, V>) {
        for slot in part.head.chain().flat_map(Bucket::slots) {
            let word = slot.load(self.guard);
            if word.is_empty() {
                return;
            }
            if !word.pointer().is_null() && part.holds(word) {
                self.slots.push(slot);
            }
        }
    }
}

impl<'g, K: Eq, V> Iterator for Walk<'g, K, V> {
    type Item = &'g Entry<K, V>;

    fn next(&mut self) -> Option<&'g Entry<K, V>> {
        loop {
            while let Some(slot) = self.slots.get(self.at) {
                self.at += 1;
                let word = slot.load(self.guard);
                match word.entry() {
                    None => {}
                    // Word first, then root: if the map had not been cleared even then, the word
                    // was current.
                    Some(entry)
                        if !word.is_frozen() && self.map.root(self.guard).era == self.table.era =>
                    {
                        return Some(entry);
                    }
                    Some(entry) => {
                        hit(Branch::WalkMoved);
                        let current = self.map.get(entry.hash, |key| *key == entry.key, self.guard);
                        if current.is_some() {
                            return current;
                        }
                    }
                }
            }
            if self.bucket == self.end {
                return None;
            }
            self.arrive();
        }
    }
}
