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

use super::unready::Unready;
use crate::layout::Layout;
use crate::observe::faults::unless_relaxed;
use crate::observe::hooks::{Branch, hit};
use crate::sync::{Acquire, AtomicPtr, AtomicUsize, Relaxed, Release};

/// See the module's text.
pub(super) struct Preparation<L: Layout> {
    word: AtomicPtr<Unready<L>>,
    /// How often it was found BUSY since somebody took it.
    waits: AtomicUsize,
}

/// A table that has been begun with, or none.
pub(super) type Prepared<L> = Option<Box<Unready<L>>>;

fn busy<L: Layout>() -> *mut Unready<L> {
    ptr::without_provenance_mut(1)
}

fn owned<L: Layout>(word: *mut Unready<L>) -> Prepared<L> {
    // SAFETY: neither null nor BUSY, so from the box that `put` gave up, and taken out by an
    // exchange, so by one thread.
    (!word.is_null() && word != busy()).then(|| unsafe { Box::from_raw(word) })
}

impl<L: Layout> Preparation<L> {
    pub(super) fn new() -> Self {
        Preparation { word: AtomicPtr::new(ptr::null_mut()), waits: AtomicUsize::new(0) }
    }

    /// Takes what has been prepared, if anything has. `None` if another thread has it, but for each
    /// `patience`-th time, a rare branch.
    pub(super) fn take(&self, patience: usize, rare: Branch) -> Option<Prepared<L>> {
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
    #[must_use]
    pub(super) fn put(&self, table: Prepared<L>) -> Prepared<L> {
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

    /// A resize has begun: what is being prepared is of no use. It is the caller's to dispose of.
    pub(super) fn end(&self) -> Prepared<L> {
        // ORDERING: Acquire, P17: what has been cleared is to be freed.
        owned(self.word.swap(ptr::null_mut(), Acquire))
    }

    /// Whether there is a table to go on with, in nobody's hands.
    pub(super) fn is_begun(&self) -> bool {
        // ORDERING: Relaxed: nothing is looked at.
        let word = self.word.load(Relaxed);
        !word.is_null() && word != busy()
    }
}

impl<L: Layout> Drop for Preparation<L> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        drop(owned(self.word.load(Relaxed)));
    }
}
