//! The standard traits for maps of copies.

use core::fmt;
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::iter::Iter;
use super::map::CopyMap;
use super::store::{Store, on};
use crate::layout::bits::Bits;
use crate::map::TRUSTED_HINT;

/// A panic in the middle of an operation leaves the map valid.
impl<K: Bits, V: Bits> RefUnwindSafe for CopyMap<K, V> {}

/// As for a shared map, but for one that is moved into the closure.
impl<K: Bits, V: Bits> UnwindSafe for CopyMap<K, V> {}

impl<K: Bits, V: Bits> Default for CopyMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// Makes room for as many entries as were announced, within reason.
    pub(crate) fn reserve_hint(&self, announced: usize) {
        self.reserve(announced.min(TRUSTED_HINT));
    }
}

impl<K: Bits, V: Bits> Extend<(K, V)> for &CopyMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        self.reserve_hint(entries.size_hint().0);
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Bits, V: Bits> Extend<(K, V)> for CopyMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<'a, K: Bits + 'a, V: Bits + 'a> Extend<(&'a K, &'a V)> for &CopyMap<K, V> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<'a, K: Bits + 'a, V: Bits + 'a> Extend<(&'a K, &'a V)> for CopyMap<K, V> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<K: Bits, V: Bits> FromIterator<(K, V)> for CopyMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::new();
        (&map).extend(entries);
        map
    }
}

impl<K: Bits, V: Bits, const N: usize> From<[(K, V); N]> for CopyMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Bits, V: Bits> Clone for CopyMap<K, V> {
    /// Copies entry by entry, with the same seed. [`CopyMap::iter`] says what it sees of concurrent
    /// changes.
    fn clone(&self) -> Self {
        let mut copy = CopyMap { store: Store::new(), bijection: self.bijection, of: PhantomData };
        let floor = on!(&self.store, raw => raw.floor);
        on!(&mut copy.store, raw => raw.floor = floor);
        // Room for all from the start: entries come in the order of their hashes, and a small table
        // with the same seed would put them into a few crowded chains.
        copy.reserve(self.len());
        for (key, value) in self {
            copy.insert(key, value);
        }
        copy
    }
}

impl<K: Bits, V: Bits + PartialEq> PartialEq for CopyMap<K, V> {
    /// Whether both maps hold the same keys with equal values. The answer means something only when
    /// nobody writes.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, value)| other.get(&key).is_some_and(|theirs| value == theirs))
    }
}

impl<K: Bits, V: Bits + Eq> Eq for CopyMap<K, V> {}

impl<K: Bits + fmt::Debug, V: Bits + fmt::Debug> fmt::Debug for CopyMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<'m, K: Bits, V: Bits> IntoIterator for &'m CopyMap<K, V> {
    type Item = (K, V);
    type IntoIter = Iter<'m, K, V>;

    fn into_iter(self) -> Iter<'m, K, V> {
        self.iter()
    }
}
