//! Looking things up in a map of copies, and walking through it.

use super::iter::{Iter, Keys, Values};
use super::map::CopyMap;
use super::store::on;
use crate::layout::bits::Bits;
use crate::memory;

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// The value of a key. Wait-free.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 2)]);
    /// assert_eq!(map.get(&1), Some(2));
    /// assert_eq!(map.get(&2), None);
    /// ```
    #[inline]
    pub fn get(&self, key: &K) -> Option<V> {
        let hash = self.hash(*key);
        on!(&self.store, raw => raw.copy_of(hash)).map(V::from_bits)
    }

    /// Whether a key is present.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 2)]);
    /// assert!(map.contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key(&self, key: &K) -> bool {
        let hash = self.hash(*key);
        on!(&self.store, raw => raw.copy_of(hash)).is_some()
    }

    /// The values of several keys, in the order of the keys.
    ///
    /// Each key is looked up as by [`get`](Self::get), at some moment of the call. Together the
    /// values are no snapshot. In a map that is larger than the caches this saves time: the buckets
    /// of several keys are fetched together.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.get_many([&2, &9, &1]), [Some(20), None, Some(10)]);
    /// ```
    pub fn get_many<const N: usize>(&self, keys: [&K; N]) -> [Option<V>; N] {
        let hashes = keys.map(|key| self.hash(*key));
        on!(&self.store, raw => raw.copies_of(hashes)).map(|value| value.map(V::from_bits))
    }

    /// All entries, in no particular order. It sees of concurrent changes what
    /// [`HashMap::iter`](crate::HashMap::iter) does: a key that is present throughout is returned
    /// exactly once, no key twice, and each value was current at some moment of the call that
    /// returned it.
    ///
    /// As long as it lives it holds a guard: no table that is given up meanwhile is freed, by any
    /// map. It stays on its thread.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.iter().map(|(key, value)| key * value).sum::<i32>(), 50);
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { entries: self.store.tour(), map: self }
    }

    /// All keys; see [`iter`](Self::iter).
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.keys().sum::<i32>(), 3);
    /// ```
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys { iter: self.iter() }
    }

    /// All values; see [`iter`](Self::iter).
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.values().sum::<i32>(), 30);
    /// ```
    pub fn values(&self) -> Values<'_, K, V> {
        Values { iter: self.iter() }
    }
}

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// The number of entries. Exact when nobody writes, and never below what this thread itself
    /// has put in and nobody removed. Takes time in proportion to the number of threads that have
    /// written to the map.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        on!(&self.store, raw => raw.len(&memory::pin()))
    }

    /// Whether there is no entry; see [`len`](Self::len).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries the table holds without growing. Removed keys take up room in it until the
    /// table is left, as they do in [`HashMap`](crate::HashMap::capacity).
    pub fn capacity(&self) -> usize {
        on!(&self.store, raw => raw.capacity(&memory::pin()))
    }
}
