//! The table that a map's writers prepare together: cleared piece by piece, before anybody sees it.
//!
//! | the word | means | becomes |
//! |---|---|---|
//! | null | none is being prepared | BUSY, by a write that begins with one |
//! | a table | so far prepared, in nobody's hands | BUSY, by the write that takes it |
//! | BUSY | in a write's hands | a table, when it has cleared a piece; null, when that was the last |
//! | any | | null, when a resize begins: what was prepared is of no use |
//!
//! Who finds BUSY does without a new table. A thread may stop with the table in its hands. When a
//! growth or rebuild is overdue, then, one write in a few makes a table at once. A shrink is never
//! overdue; when others have found BUSY often enough, one of them begins anew. Whoever comes to put
//! a table back where nothing is BUSY any more disposes of it.

use core::ptr;

use super::graveyard::Graveyard;
use super::heap::LocalRef;
use crate::fault::unless_relaxed;
use crate::hooks::{Branch, Point, hit, reach};
use crate::raw::hash::Shape;
use crate::raw::sizes::{OVERDUE_PART, PATIENCE, PIECE};
use crate::raw::{Haste, Refused, Table, Unready};
use crate::sync::{Acquire, AtomicPtr, AtomicUsize, Relaxed, Release};

/// See the module's text.
pub(super) struct Preparation<K, V> {
    word: AtomicPtr<Unready<K, V>>,
    /// How often it was found BUSY since somebody took it.
    waits: AtomicUsize,
}

type Prepared<K, V> = Option<Box<Unready<K, V>>>;

fn busy<K, V>() -> *mut Unready<K, V> {
    ptr::without_provenance_mut(1)
}

fn owned<K, V>(word: *mut Unready<K, V>) -> Prepared<K, V> {
    // SAFETY: neither null nor BUSY, so from the box that `put` gave up, and taken out by an
    // exchange, so by one thread.
    (!word.is_null() && word != busy()).then(|| unsafe { Box::from_raw(word) })
}

impl<K, V> Preparation<K, V> {
    pub(super) fn new() -> Self {
        Preparation { word: AtomicPtr::new(ptr::null_mut()), waits: AtomicUsize::new(0) }
    }

    /// Takes what has been prepared, if anything has. `None` if another thread has it, but for each
    /// `patience`-th time, a rare branch.
    fn take(&self, patience: usize, rare: Branch) -> Option<Prepared<K, V>> {
        // ORDERING: Relaxed: only compared.
        let seen = self.word.load(Relaxed);
        if seen == busy() {
            // ORDERING: Relaxed: a count.
            let waits = self.waits.fetch_add(1, Relaxed).wrapping_add(1);
            if !waits.is_multiple_of(patience) {
                hit(Branch::PreparedElsewhere);
                return None;
            }
            hit(rare);
        }
        // ORDERING: Acquire, P17: sees what has been cleared. Nothing is looked at after a failure.
        let order = unless_relaxed!("prepared_relaxed", Acquire);
        self.word.compare_exchange(seen, busy(), order, Relaxed).ok()?;
        // ORDERING: Relaxed: a count.
        self.waits.store(0, Relaxed);
        Some(owned(seen))
    }

    /// Ends BUSY. A table back that is of no use any more.
    fn put(&self, table: Prepared<K, V>) -> Prepared<K, V> {
        let word = table.map_or(ptr::null_mut(), Box::into_raw);
        // ORDERING: Release, P17. The failure is not looked at.
        match self.word.compare_exchange(busy(), word, Release, Relaxed) {
            Ok(_) => None,
            Err(_) => {
                hit(Branch::PreparedInVain);
                owned(word)
            }
        }
    }

    /// A resize has begun: what is being prepared is of no use.
    pub(super) fn end(&self, graveyard: &Graveyard<K, V>) {
        // ORDERING: Acquire, P17: what has been cleared is to be freed.
        if let Some(unready) = owned(self.word.swap(ptr::null_mut(), Acquire)) {
            graveyard.dispose(unready.into_parts());
        }
    }
}

impl<K, V> Drop for Preparation<K, V> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        drop(owned(self.word.load(Relaxed)));
    }
}

impl<K, V> LocalRef<'_, K, V> {
    /// An EMPTY table of `shape`, or of another that has been begun with and `serves`; `None` while
    /// it is being cleared.
    pub(crate) fn prepare(
        &self,
        shape: Shape,
        era: usize,
        haste: Haste,
        serves: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<K, V>>>, Refused> {
        if !Unready::<K, V>::suits(shape) {
            return Table::try_new(shape, era).map(Some);
        }
        let (patience, rare) = match haste {
            Haste::None => (usize::MAX, Branch::PreparerSlow),
            Haste::Overdue => (shape.buckets().div_ceil(OVERDUE_PART), Branch::PreparerSlow),
            // Begun anew sooner than it could have been cleared, a large table would never be
            // ready.
            Haste::Never => ((4 * shape.buckets() / PIECE).max(PATIENCE), Branch::PreparerReplaced),
        };
        let Some(begun) = self.slots.preparation.take(patience, rare) else { return Ok(None) };
        reach(Point::Preparing);
        let mut unready = match begun {
            // What is left of a resize that was not needed in the end serves no more.
            Some(begun) if begun.era() == era && serves(begun.shape()) => begun,
            other => {
                self.dispose_of(other);
                match Unready::try_new(shape, era) {
                    Ok(new) => Box::new(new),
                    Err(refused) => {
                        self.put_back(None);
                        return Err(refused);
                    }
                }
            }
        };
        let mut ready = unready.clear_some();
        while !ready && matches!(haste, Haste::Overdue) {
            ready = unready.clear_some();
        }
        let (ready, rest) = if ready { (Some(unready), None) } else { (None, Some(unready)) };
        self.put_back(rest);
        Ok(ready.map(|unready| unready.into_parts().0))
    }

    /// Whether there is a table to go on with, in nobody's hands.
    pub(crate) fn has_prepared(&self) -> bool {
        // ORDERING: Relaxed: nothing is looked at.
        let word = self.slots.preparation.word.load(Relaxed);
        !word.is_null() && word != busy()
    }

    /// A table of fewer bits is not wanted any more.
    pub(crate) fn prepare_none_below(&self, bits: u32) {
        if self.has_prepared()
            && let Some(begun) = self.slots.preparation.take(usize::MAX, Branch::PreparerReplaced)
        {
            let (wanted, unwanted) = match begun {
                Some(begun) if begun.shape().bits() < bits => (None, Some(begun)),
                begun => (begun, None),
            };
            self.dispose_of(unwanted);
            self.put_back(wanted);
        }
    }

    /// Ends what `take` began.
    fn put_back(&self, table: Prepared<K, V>) {
        self.dispose_of(self.slots.preparation.put(table));
    }

    fn dispose_of(&self, unready: Prepared<K, V>) {
        if let Some(unready) = unready {
            self.slots.graveyard.dispose(unready.into_parts());
        }
    }

    /// Frees a table that nobody has seen, in pieces if it is large.
    pub(crate) fn dispose(&self, table: Box<Table<K, V>>) {
        self.slots.graveyard.dispose((table, usize::MAX));
    }
}
