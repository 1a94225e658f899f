//! A table that is cleared piece by piece before anybody sees it.
//!
//! An allocator clears a large block that it has had before in one go, which for 128 MiB takes
//! milliseconds. So a write that finds that a large table has to be replaced clears a piece of the
//! new one and appends to its chain; one that comes later publishes it. How they come to have it is
//! said in `src/reclaim/preparation.rs`.

use super::array::Refused;
use super::bucket::Bucket;
use super::hash::Shape;
use super::sizes::{CLEARED_AT_ONCE, PIECE};
use super::table::Table;
use crate::reclaim::Alive;

/// See the module's text.
pub(crate) struct Unready<K, V> {
    table: Box<Table<K, V>>,
    cleared: usize,
    alive: Alive,
}

impl<K, V> Unready<K, V> {
    /// Whether a table of `shape` is large enough.
    pub(crate) fn suits(shape: Shape) -> bool {
        shape.buckets() > CLEARED_AT_ONCE
    }

    pub(crate) fn try_new(shape: Shape, era: usize) -> Result<Self, Refused> {
        Ok(Unready {
            table: Table::try_new_uncleared(shape, era)?,
            cleared: 0,
            alive: Alive::new(),
        })
    }

    pub(crate) fn shape(&self) -> Shape {
        self.table.shape
    }

    pub(crate) fn era(&self) -> usize {
        self.table.era
    }

    /// Clears the next piece; `true` if that was the last.
    pub(crate) fn clear_some(&mut self) -> bool {
        self.alive.check();
        let end = self.table.buckets().min(self.cleared + PIECE);
        self.table.clear(self.cleared..end);
        self.cleared = end;
        end == self.table.buckets()
    }

    /// The table, to be published once all of it is cleared, or to be disposed of; and the bytes of
    /// its array that have been touched.
    pub(crate) fn into_parts(self) -> (Box<Table<K, V>>, usize) {
        (self.table, self.cleared * size_of::<Bucket<K, V>>())
    }
}
