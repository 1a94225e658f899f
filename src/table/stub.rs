//! The models' stand-in for the workshop: every table is made and freed in one go.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::array::Refused;
use super::bucket::Bucket;
use super::haste::Haste;
use super::header::Table;
use super::loose::Loose;
use crate::layout::Layout;
use crate::layout::hash::Shape;
use crate::memory::Pin;

/// See the module's text.
pub(crate) struct Workshop<L: Layout>(PhantomData<L>);

impl<L: Layout> Workshop<L> {
    pub(crate) fn new() -> Self {
        Workshop(PhantomData)
    }

    /// # Safety
    ///
    /// As for [`Table::retire`].
    pub(crate) unsafe fn retire(&self, table: NonNull<Table<L>>, _by_page: bool, pin: &Pin) {
        // SAFETY: the caller's promise is the same.
        unsafe { Table::retire(table, pin) };
    }

    /// # Safety
    ///
    /// As for the real one.
    pub(crate) unsafe fn retire_loose(&self, first: NonNull<Bucket<L>>, _len: usize, pin: &Pin) {
        unsafe fn free<L: Layout>(first: *mut ()) {
            let first = NonNull::new(first.cast()).expect("a bucket is never null");
            // SAFETY: past its grace period.
            drop(unsafe { Loose::<L>::take_back(first, 0) });
        }
        // SAFETY: the caller promises that it is unlinked, and retired once.
        unsafe { pin.retire(0, first.as_ptr().cast(), free::<L>) };
    }

    pub(crate) fn give_some(&self) -> bool {
        false
    }

    pub(crate) fn dispose(&self, table: Box<Table<L>>) {
        drop(table);
    }

    pub(crate) fn stop_preparing(&self) {}

    pub(crate) fn bytes(&self) -> usize {
        0
    }

    pub(crate) fn prepare(
        &self,
        shape: Shape,
        era: usize,
        _haste: Haste,
        _serves: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<L>>>, Refused> {
        Table::try_new(shape, era).map(Some)
    }

    pub(crate) fn has_prepared(&self) -> bool {
        false
    }

    pub(crate) fn prepare_none_below(&self, _bits: u32) {}
}
