//! Many look-ups at once.

use core::array;
use core::hash::{BuildHasher, Hash};
use std::collections::VecDeque;

use hashbrown::Equivalent;

use super::hash_map::HashMap;
use crate::engine::LOOKAHEAD;
use crate::memory::Guard;

impl<K: Hash + Eq, V, S: BuildHasher> HashMap<K, V, S> {
    /// The values of several keys, in the order of the keys.
    ///
    /// Each key is looked up as by [`get`](Self::get), at some moment of the call. Together the
    /// values are no snapshot. In a map that is larger than the caches this saves time: the buckets
    /// of several keys are fetched together, and then their entries. Single look-ups would wait for
    /// each in turn.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1), ("b", 2)]);
    /// assert_eq!(map.get_many(["b", "x", "a"], &map.guard()), [Some(&2), None, Some(&1)]);
    /// ```
    pub fn get_many<'g, Q, const N: usize>(
        &'g self,
        keys: [&Q; N],
        guard: &'g Guard,
    ) -> [Option<&'g V>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hashes = keys.map(|key| self.hash(key));
        array::from_fn(|i| {
            if i % LOOKAHEAD == 0 {
                self.raw.prefetch(hashes[i..].iter().take(LOOKAHEAD).copied(), guard);
            }
            let entry = self.raw.get(hashes[i], |key| keys[i].equivalent(key), guard);
            entry.map(|entry| &entry.value)
        })
    }

    /// Like [`get_many`](Self::get_many), for any number of keys. Yields an item for each key, in
    /// their order. It takes a few keys at a time from `keys`, ahead of the items that it returns.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = (0..1000).map(|i| (i, i * i)).collect();
    /// let guard = map.guard();
    /// let keys = [3, 1000, 30];
    /// let squares: Vec<_> = map.get_many_iter(&keys, &guard).collect();
    /// assert_eq!(squares, [Some(&9), None, Some(&900)]);
    /// ```
    pub fn get_many_iter<'g, 'q, Q>(
        &'g self,
        keys: impl IntoIterator<Item = &'q Q>,
        guard: &'g Guard,
    ) -> impl Iterator<Item = Option<&'g V>>
    where
        Q: Hash + Equivalent<K> + ?Sized + 'q,
    {
        let mut keys = keys.into_iter().fuse();
        let mut ahead = VecDeque::with_capacity(LOOKAHEAD);
        core::iter::from_fn(move || {
            if ahead.is_empty() {
                ahead.extend(keys.by_ref().take(LOOKAHEAD).map(|key| (key, self.hash(key))));
                self.raw.prefetch(ahead.iter().map(|(_, hash)| *hash), guard);
            }
            let (key, hash) = ahead.pop_front()?;
            let entry = self.raw.get(hash, |candidate| key.equivalent(candidate), guard);
            Some(entry.map(|entry| &entry.value))
        })
    }
}
