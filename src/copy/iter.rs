//! Iterators over maps and sets of copies.

use core::fmt;
use core::iter::FusedIterator;

use super::map::CopyMap;
use super::store::Entries;
use crate::layout::bits::Bits;

/// Entries of a map, from [`CopyMap::iter`], which lists the guarantees.
pub struct Iter<'m, K: Bits, V: Bits> {
    pub(super) entries: Entries<'m, K, V>,
    pub(super) map: &'m CopyMap<K, V>,
}

impl<K: Bits, V: Bits> Iterator for Iter<'_, K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        let entry = self.entries.next()?;
        Some((self.map.key(entry.hash), V::from_bits(entry.value)))
    }
}

impl<K: Bits, V: Bits> FusedIterator for Iter<'_, K, V> {}

impl<K: Bits, V: Bits> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iter { .. }")
    }
}

/// Keys of a map, from [`CopyMap::keys`].
#[derive(Debug)]
pub struct Keys<'m, K: Bits, V: Bits> {
    pub(super) iter: Iter<'m, K, V>,
}

impl<K: Bits, V: Bits> Iterator for Keys<'_, K, V> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        self.iter.next().map(|(key, _)| key)
    }
}

impl<K: Bits, V: Bits> FusedIterator for Keys<'_, K, V> {}

/// Values of a map, from [`CopyMap::values`].
#[derive(Debug)]
pub struct Values<'m, K: Bits, V: Bits> {
    pub(super) iter: Iter<'m, K, V>,
}

impl<K: Bits, V: Bits> Iterator for Values<'_, K, V> {
    type Item = V;

    fn next(&mut self) -> Option<V> {
        self.iter.next().map(|(_, value)| value)
    }
}

impl<K: Bits, V: Bits> FusedIterator for Values<'_, K, V> {}

/// Keys of a set, from [`CopySet::iter`](crate::CopySet::iter).
#[derive(Debug)]
pub struct SetIter<'s, K: Bits> {
    pub(super) keys: Keys<'s, K, ()>,
}

impl<K: Bits> Iterator for SetIter<'_, K> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        self.keys.next()
    }
}

impl<K: Bits> FusedIterator for SetIter<'_, K> {}
