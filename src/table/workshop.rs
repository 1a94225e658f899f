//! Where a map's large tables are made and given back. Nothing, until the first of them.

use core::ptr::{self, NonNull};

use super::array::Refused;
use super::bucket::Bucket;
use super::dismantle::Spent;
use super::graveyard::Graveyard;
use super::haste::Haste;
use super::header::Table;
use super::loose::Loose;
use super::preparation::{Preparation, Prepared};
use super::unready::Unready;
use crate::layout::Layout;
use crate::layout::hash::Shape;
use crate::memory::Pin;
use crate::observe::hooks::{Branch, Point, reach};
use crate::sizes::{OVERDUE_PART, PATIENCE, PIECE};
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};

/// See the module's text.
pub(crate) struct Workshop<L: Layout> {
    shop: AtomicPtr<Shop<L>>,
}

struct Shop<L: Layout> {
    preparation: Preparation<L>,
    graveyard: Graveyard<L>,
}

impl<L: Layout> Workshop<L> {
    pub(crate) fn new() -> Self {
        Workshop { shop: AtomicPtr::new(ptr::null_mut()) }
    }

    #[inline]
    fn present(&self) -> Option<&Shop<L>> {
        // ORDERING: Acquire, P13: sees what `shop` published.
        // SAFETY: set once, to a box that is freed by the map's drop.
        unsafe { self.shop.load(Acquire).as_ref() }
    }

    #[cold]
    fn shop(&self) -> &Shop<L> {
        if let Some(shop) = self.present() {
            return shop;
        }
        let new = Shop { preparation: Preparation::new(), graveyard: Graveyard::new() };
        let new = Box::into_raw(Box::new(new));
        // ORDERING: AcqRel, P13: publishes the shop, or sees that of another thread.
        if self.shop.compare_exchange(ptr::null_mut(), new, AcqRel, Acquire).is_err() {
            // SAFETY: not published, so ours alone.
            drop(unsafe { Box::from_raw(new) });
        }
        self.present().expect("set by us or by another")
    }

    /// Frees a table when every guard that is held now is gone, in pieces if it is large; page by
    /// page, if that is wanted.
    ///
    /// # Safety
    ///
    /// As for [`Table::retire`].
    pub(crate) unsafe fn retire(&self, table: NonNull<Table<L>>, by_page: bool, pin: &Pin) {
        // SAFETY: not freed yet: the caller holds a guard.
        if Spent::suits(unsafe { table.as_ref() }) {
            // SAFETY: the caller's promise is the same.
            unsafe { self.shop().graveyard.retire(table, by_page, pin) };
        } else {
            // SAFETY: the caller's promise is the same.
            unsafe { Table::retire(table, pin) };
        }
    }

    /// Frees the `len` buckets of a chain that has been renewed when every guard that is held now
    /// is gone.
    ///
    /// # Safety
    ///
    /// `first` stood behind a renewed head, and has just been unlinked there by the caller: no
    /// guard pinned later can find it or what is linked behind it, and nobody else retires it.
    pub(crate) unsafe fn retire_loose(&self, first: NonNull<Bucket<L>>, len: usize, _pin: &Pin) {
        // SAFETY: the caller's promise; nobody can reach it when its time has come.
        let loose = unsafe { Loose::take_back(first, len) };
        self.shop().graveyard.retire_loose(loose);
    }

    /// Gives back a piece of what was retired, a large table or the buckets of a chain; `false` if
    /// there is none whose time has come, or another thread is at that.
    #[inline]
    pub(crate) fn give_some(&self) -> bool {
        self.present().is_some_and(|shop| shop.graveyard.give_some())
    }

    /// Frees a table that nobody has seen, in pieces if it is large.
    pub(crate) fn dispose(&self, table: Box<Table<L>>) {
        if Spent::suits(&table) {
            self.shop().graveyard.dispose((table, usize::MAX))
        }
    }

    /// A resize has begun: what is being prepared is of no use.
    pub(crate) fn stop_preparing(&self) {
        if let Some(shop) = self.present() {
            shop.dispose_of(shop.preparation.end());
        }
    }

    /// Bytes of what is here, and of large tables that were retired.
    pub(crate) fn bytes(&self) -> usize {
        self.present().map_or(0, |shop| size_of_val(shop) + shop.graveyard.bytes())
    }

    /// An EMPTY table of `shape`, or of another that has been begun with and `serves`; `None` while
    /// it is being cleared.
    pub(crate) fn prepare(
        &self,
        shape: Shape,
        era: usize,
        haste: Haste,
        serves: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<L>>>, Refused> {
        if !Unready::<L>::suits(shape) {
            return Table::try_new(shape, era).map(Some);
        }
        self.shop().prepare(shape, era, haste, serves)
    }

    /// Whether there is a table to go on with, in nobody's hands.
    pub(crate) fn has_prepared(&self) -> bool {
        self.present().is_some_and(|shop| shop.preparation.is_begun())
    }

    /// A table of fewer bits is not wanted any more.
    pub(crate) fn prepare_none_below(&self, bits: u32) {
        if let Some(shop) = self.present() {
            shop.prepare_none_below(bits);
        }
    }
}

impl<L: Layout> Shop<L> {
    fn prepare(
        &self,
        shape: Shape,
        era: usize,
        haste: Haste,
        serves: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<L>>>, Refused> {
        let (patience, rare) = match haste {
            Haste::None => (usize::MAX, Branch::PreparerSlow),
            Haste::Overdue => (shape.buckets().div_ceil(OVERDUE_PART), Branch::PreparerSlow),
            // Begun anew sooner than it could have been cleared, a large table would never be
            // ready.
            Haste::Never => ((4 * shape.buckets() / PIECE).max(PATIENCE), Branch::PreparerReplaced),
        };
        let Some(begun) = self.preparation.take(patience, rare) else { return Ok(None) };
        reach(Point::Preparing);
        let mut unready = match begun {
            // What is left of a resize that was not needed in the end serves no more.
            Some(begun) if begun.era() == era && serves(begun.shape()) => begun,
            other => {
                self.dispose_of(other);
                let new = Unready::try_new(shape, era).inspect_err(|_| self.put_back(None))?;
                Box::new(new)
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

    fn prepare_none_below(&self, bits: u32) {
        if self.preparation.is_begun()
            && let Some(begun) = self.preparation.take(usize::MAX, Branch::PreparerReplaced)
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
    fn put_back(&self, table: Prepared<L>) {
        self.dispose_of(self.preparation.put(table));
    }

    fn dispose_of(&self, unready: Prepared<L>) {
        if let Some(unready) = unready {
            self.graveyard.dispose(unready.into_parts());
        }
    }
}

impl<L: Layout> Drop for Workshop<L> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let shop = self.shop.load(Relaxed);
        if !shop.is_null() {
            // SAFETY: boxed by `shop`, and nobody else can reach it any more.
            drop(unsafe { Box::from_raw(shop) });
        }
    }
}
