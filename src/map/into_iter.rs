//! Iterators that take a map apart.

use core::fmt;
use core::iter::FusedIterator;
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::engine::Remains;
use crate::layout::Boxed;

/// Entries of a consumed map, by value, in no particular order. Entries that are not taken out are
/// dropped with the iterator.
pub struct IntoIter<K, V> {
    pub(super) remains: Remains<Boxed<K, V>>,
    pub(super) left: usize,
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        let entry = self.remains.next()?;
        self.left = self.left.saturating_sub(1);
        Some((entry.key, entry.value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> FusedIterator for IntoIter<K, V> {}

/// It owns its entries, which nobody else can see.
impl<K: UnwindSafe, V: UnwindSafe> UnwindSafe for IntoIter<K, V> {}

/// Nothing can be seen through a shared reference.
impl<K, V> RefUnwindSafe for IntoIter<K, V> {}

impl<K, V> fmt::Debug for IntoIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("left", &self.left).finish_non_exhaustive()
    }
}
