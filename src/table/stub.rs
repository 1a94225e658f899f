//! The models' stand-in for the workshop: every table is made and freed in one go.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::array::Refused;
use super::haste::Haste;
use super::header::Table;
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
