//! Iterators over a map that is borrowed exclusively.

use core::fmt;
use core::iter::FusedIterator;

use crate::engine::EntriesMut;

/// Entries of a map, with values that can be changed, from
/// [`HashMap::iter_mut`](crate::HashMap::iter_mut).
pub struct IterMut<'m, K, V> {
    pub(super) entries: EntriesMut<'m, K, V>,
    pub(super) left: usize,
}

impl<'m, K, V> Iterator for IterMut<'m, K, V> {
    type Item = (&'m K, &'m mut V);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?;
        self.left = self.left.saturating_sub(1);
        Some(entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}

impl<K, V> fmt::Debug for IterMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IterMut").field("left", &self.left).finish_non_exhaustive()
    }
}

/// Values of a map that can be changed, from [`HashMap::values_mut`](crate::HashMap::values_mut).
#[derive(Debug)]
pub struct ValuesMut<'m, K, V> {
    pub(super) iter: IterMut<'m, K, V>,
}

impl<'m, K, V> Iterator for ValuesMut<'m, K, V> {
    type Item = &'m mut V;

    fn next(&mut self) -> Option<&'m mut V> {
        self.iter.next().map(|(_, value)| value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.iter.size_hint()
    }
}

impl<K, V> ExactSizeIterator for ValuesMut<'_, K, V> {}
impl<K, V> FusedIterator for ValuesMut<'_, K, V> {}
