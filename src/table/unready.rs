//! A table that is cleared piece by piece before anybody sees it.
//!
//! An allocator clears a large block that it has had before in one go, which for 128 MiB takes
//! milliseconds. So a write that finds that a large table has to be replaced clears a piece of the
//! new one and appends to its chain; one that comes later publishes it. How they come to have it is
//! said in `src/table/preparation.rs`.

use super::array::Refused;
use super::bucket::Bucket;
use super::header::Table;
use crate::layout::Layout;
use crate::layout::hash::Shape;
use crate::memory::Alive;
use crate::sizes::{CLEARED_AT_ONCE, PIECE};

/// See the module's text.
pub(super) struct Unready<L: Layout> {
    table: Box<Table<L>>,
    cleared: usize,
    alive: Alive,
}

impl<L: Layout> Unready<L> {
    /// Whether a table of `shape` is large enough.
    pub(super) fn suits(shape: Shape) -> bool {
        shape.buckets() > CLEARED_AT_ONCE
    }

    pub(super) fn try_new(shape: Shape, era: usize) -> Result<Self, Refused> {
        Ok(Unready {
            table: Table::try_new_uncleared(shape, era)?,
            cleared: 0,
            alive: Alive::new(),
        })
    }

    pub(super) fn shape(&self) -> Shape {
        self.table.shape
    }

    pub(super) fn era(&self) -> usize {
        self.table.era
    }

    /// Clears the next piece; `true` if that was the last.
    pub(super) fn clear_some(&mut self) -> bool {
        self.alive.check();
        let end = self.table.buckets().min(self.cleared + PIECE);
        self.table.clear(self.cleared..end);
        self.cleared = end;
        end == self.table.buckets()
    }

    /// The table, to be published once all of it is cleared, or to be disposed of; and the bytes of
    /// its array that have been touched.
    pub(super) fn into_parts(self) -> (Box<Table<L>>, usize) {
        (self.table, self.cleared * size_of::<Bucket<L>>())
    }
}
