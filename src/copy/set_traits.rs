//! The standard traits for sets of copies.

use core::fmt;

use super::iter::SetIter;
use super::map::CopyMap;
use super::set::CopySet;
use crate::layout::bits::Bits;

impl<K: Bits> From<CopyMap<K, ()>> for CopySet<K> {
    /// The set of the map's keys. With it, [`CopyMap::builder`] can make a set.
    fn from(map: CopyMap<K, ()>) -> Self {
        CopySet { map }
    }
}

impl<K: Bits> Default for CopySet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Bits> Extend<K> for &CopySet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        (&self.map).extend(keys.into_iter().map(|key| (key, ())));
    }
}

impl<K: Bits> Extend<K> for CopySet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        (&*self).extend(keys);
    }
}

impl<'a, K: Bits + 'a> Extend<&'a K> for &CopySet<K> {
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, keys: I) {
        self.extend(keys.into_iter().copied());
    }
}

impl<'a, K: Bits + 'a> Extend<&'a K> for CopySet<K> {
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, keys: I) {
        (&*self).extend(keys);
    }
}

impl<K: Bits> FromIterator<K> for CopySet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let set = Self::new();
        (&set).extend(keys);
        set
    }
}

impl<K: Bits, const N: usize> From<[K; N]> for CopySet<K> {
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl<K: Bits> Clone for CopySet<K> {
    fn clone(&self) -> Self {
        self.map.clone().into()
    }
}

impl<K: Bits> PartialEq for CopySet<K> {
    /// Whether both sets hold the same keys. The answer means something only when nobody writes.
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<K: Bits> Eq for CopySet<K> {}

impl<K: Bits + fmt::Debug> fmt::Debug for CopySet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<'s, K: Bits> IntoIterator for &'s CopySet<K> {
    type Item = K;
    type IntoIter = SetIter<'s, K>;

    fn into_iter(self) -> SetIter<'s, K> {
        self.iter()
    }
}
