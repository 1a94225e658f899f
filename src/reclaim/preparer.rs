//! Which thread prepares the next table: clears it piece by piece, before anybody sees it.
//!
//! One does, for the memory of several would be wasted. It may be slow, or have stopped: another takes its place when it has asked,
//! together with all others, often enough in vain. Nobody looks at anything of another preparer's; so all is relaxed.

use core::ptr;

use super::heap::LocalRef;
use super::local::Local;
use crate::hooks::{Branch, hit};
use crate::raw::hash::Shape;
use crate::raw::sizes::PATIENCE;
use crate::raw::{Refused, Table, Unready};
use crate::sync::{AtomicPtr, AtomicUsize, Relaxed};

/// See the module's text.
pub(super) struct Preparer<K, V> {
    who: AtomicPtr<Local<K, V>>,
    /// How often others have asked since it last did anything.
    asked: AtomicUsize,
}

impl<K, V> Preparer<K, V> {
    pub(super) fn nobody() -> Self {
        Preparer { who: AtomicPtr::new(ptr::null_mut()), asked: AtomicUsize::new(0) }
    }

    fn is_anybody(&self) -> bool {
        // ORDERING: Relaxed: see the module's text; as everywhere here.
        !self.who.load(Relaxed).is_null()
    }

    pub(super) fn is(&self, me: &Local<K, V>) -> bool {
        // ORDERING: Relaxed.
        ptr::eq(self.who.load(Relaxed), me)
    }

    /// A resize has begun: whoever prepares does so in vain, and is not to be waited for at the next.
    pub(super) fn dismiss(&self) {
        // ORDERING: Relaxed.
        self.who.store(ptr::null_mut(), Relaxed);
    }

    /// Whether it is for `me` to go on.
    fn is_up_to(&self, me: &Local<K, V>) -> bool {
        // ORDERING: Relaxed.
        let who = self.who.load(Relaxed);
        let mine = ptr::eq(who, me);
        if !mine && !who.is_null() {
            // ORDERING: Relaxed.
            if self.asked.fetch_add(1, Relaxed) < PATIENCE {
                hit(Branch::PreparedElsewhere);
                return false;
            }
            hit(Branch::PreparerReplaced);
        }
        // ORDERING: Relaxed.
        self.asked.store(0, Relaxed);
        // ORDERING: Relaxed.
        mine || self.who.compare_exchange(who, ptr::from_ref(me).cast_mut(), Relaxed, Relaxed).is_ok()
    }

    /// `me` is done. Another may have taken its place.
    fn is_done(&self, me: &Local<K, V>) {
        // ORDERING: Relaxed.
        let _ = self.who.compare_exchange(ptr::from_ref(me).cast_mut(), ptr::null_mut(), Relaxed, Relaxed);
    }
}

impl<K, V> LocalRef<'_, K, V> {
    /// An EMPTY table of `shape`, or of another that has been begun with and `serves`; `None` while it is being cleared, by
    /// this thread or another. At once, if that is `overdue`.
    pub(crate) fn prepare(
        &self,
        shape: Shape,
        era: usize,
        overdue: bool,
        serves: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<K, V>>>, Refused> {
        if !Unready::<K, V>::suits(shape) {
            return Table::try_new(shape, era).map(Some);
        }
        let (me, preparer) = (self.local, &self.slots.preparer);
        if overdue {
            if preparer.is_anybody() {
                hit(Branch::PreparerSlow);
            }
            self.forget_unready();
            return Table::try_new(shape, era).map(Some);
        }
        if !preparer.is_up_to(me) {
            return Ok(None);
        }
        let prepared = self.clear_some(shape, era, serves);
        if !matches!(prepared, Ok(None)) {
            preparer.is_done(me);
        }
        prepared
    }

    fn clear_some(
        &self,
        shape: Shape,
        era: usize,
        serves: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<K, V>>>, Refused> {
        let begun = self.take_unready();
        let mut unready = match begun {
            // What is left of a resize that another thread began in the end serves no more.
            Some(begun) if begun.era() == era && serves(begun.shape()) => begun,
            other => {
                self.dispose_of(other);
                Box::new(Unready::try_new(shape, era)?)
            }
        };
        if unready.clear_some() {
            return Ok(Some(unready.into_table()));
        }
        // SAFETY: `self` is the proof.
        unsafe { self.local.keep_unready(unready) };
        Ok(None)
    }

    fn take_unready(&self) -> Option<Box<Unready<K, V>>> {
        // SAFETY: `self` is the proof.
        unsafe { self.local.take_unready() }
    }

    fn dispose_of(&self, unready: Option<Box<Unready<K, V>>>) {
        if let Some(unready) = unready {
            self.dispose(unready.into_table());
        }
    }

    /// What this thread prepares is of no use any more.
    pub(super) fn forget_unready(&self) {
        self.dispose_of(self.take_unready());
    }

    /// Frees a table that nobody has seen, in pieces if it is large.
    pub(crate) fn dispose(&self, table: Box<Table<K, V>>) {
        self.slots.graveyard.dispose(table);
    }
}
