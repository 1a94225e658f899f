//! Iterators over a shared map.

use core::fmt;
use core::iter::FusedIterator;

use crate::engine::Walk;
use crate::layout::Boxed;

/// Entries of a map, from [`HashMap::iter`](crate::HashMap::iter), which lists the guarantees.
pub struct Iter<'g, K, V> {
    pub(super) walk: Walk<'g, Boxed<K, V>>,
}

impl<'g, K: Eq, V> Iterator for Iter<'g, K, V> {
    type Item = (&'g K, &'g V);

    fn next(&mut self) -> Option<Self::Item> {
        self.walk.next().map(|entry| entry.pair())
    }
}

impl<K: Eq, V> FusedIterator for Iter<'_, K, V> {}

impl<K, V> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iter { .. }")
    }
}

/// Keys of a map, from [`HashMap::keys`](crate::HashMap::keys).
#[derive(Debug)]
pub struct Keys<'g, K, V> {
    pub(super) iter: Iter<'g, K, V>,
}

impl<'g, K: Eq, V> Iterator for Keys<'g, K, V> {
    type Item = &'g K;

    fn next(&mut self) -> Option<&'g K> {
        self.iter.next().map(|(key, _)| key)
    }
}

impl<K: Eq, V> FusedIterator for Keys<'_, K, V> {}

/// Values of a map, from [`HashMap::values`](crate::HashMap::values).
#[derive(Debug)]
pub struct Values<'g, K, V> {
    pub(super) iter: Iter<'g, K, V>,
}

impl<'g, K: Eq, V> Iterator for Values<'g, K, V> {
    type Item = &'g V;

    fn next(&mut self) -> Option<&'g V> {
        self.iter.next().map(|(_, value)| value)
    }
}

impl<K: Eq, V> FusedIterator for Values<'_, K, V> {}
