//! A table that is given back piece by piece, after everybody has left it.
//!
//! To free 16 MiB in one call takes a millisecond, for the pages go back one by one; and there are
//! thousands of slabs of overflow buckets. So an operation frees a few slabs, or gives back the
//! pages of a piece of the array; the last one frees the block, which takes no memory any more.
//! Where pages cannot be given back, which is everywhere but on Linux, that is one call.
//!
//! So it is, too, with the array of a table that made room for a larger one, or for one of its
//! size, unless the allocator itself would give its pages back: it can use that memory again very
//! soon, and pages that go back to the kernel come back as page faults. A map that shrinks wants
//! its memory gone, and a table that was prepared in vain is not missed.

use core::ptr::NonNull;

use super::header::Table;
use crate::layout::Layout;
use crate::sizes::FREED_AT_ONCE;

/// See the module's text.
pub(crate) struct Spent<L: Layout> {
    table: NonNull<Table<L>>,
    /// Whether pages go back to the kernel.
    by_page: bool,
    /// Bytes of the array of which they have.
    given: usize,
    /// Bytes of the array that take memory at all.
    touched: usize,
    /// Bytes of the whole. Overflow buckets that are counted late are not among them.
    size: usize,
}

impl<L: Layout> Spent<L> {
    /// Whether there is so much to a table that it is worth while.
    pub(super) fn suits(table: &Table<L>) -> bool {
        !table.is_static() && table.buckets() + table.overflow.all() > FREED_AT_ONCE
    }

    /// # Safety
    ///
    /// As for [`Table::free`], but that others may reach it until another function is called, or
    /// this is dropped.
    pub(super) unsafe fn new(table: NonNull<Table<L>>, by_page: bool, touched: usize) -> Self {
        // SAFETY: the caller promises that it is not freed.
        let size = unsafe { table.as_ref() }.bytes_about().min(touched);
        Spent { table, by_page, given: 0, touched, size }
    }

    /// Gives back a piece; `true` if the rest goes with the drop.
    ///
    /// # Safety
    ///
    /// Nobody can reach the table any more.
    pub(super) unsafe fn give_some(&mut self) -> bool {
        // SAFETY: the caller promises that nobody can reach it.
        let table = unsafe { self.table.as_mut() };
        let given = table.give_some(self.given, self.by_page, self.touched);
        self.given = given.unwrap_or(self.given);
        given.is_none()
    }

    /// Bytes that have not been given back yet, about; those of the overflow buckets to the last.
    pub(super) fn bytes(&self) -> usize {
        self.size - self.given
    }
}

impl<L: Layout> Drop for Spent<L> {
    /// Gives back the rest.
    fn drop(&mut self) {
        // SAFETY: by the contract of `new` it came from a box, and nobody can reach it.
        let table = unsafe { Box::from_raw(self.table.as_ptr()) };
        table.free_rest(self.given);
    }
}
