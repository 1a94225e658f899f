//! Operations that change nothing.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::hash_map::HashMap;
use super::iter::{Iter, Keys, Values};
use super::pinned::HashMapRef;
use crate::memory::{self, Guard, OwnedGuard};

impl<K, V, S> HashMap<K, V, S> {
    /// A guard for the operations, which take one as their last argument. The same as
    /// [`evacmap::pin`](crate::pin).
    #[inline]
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn guard(&self) -> Guard {
        memory::pin()
    }

    /// The map with a guard inside.
    #[inline]
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn pin(&self) -> HashMapRef<'_, K, V, S> {
        HashMapRef::new(self, memory::pin())
    }

    /// A guard that belongs to no thread. The same as [`OwnedGuard::new`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn owned_guard(&self) -> OwnedGuard {
        OwnedGuard::new()
    }

    /// The map with an [`OwnedGuard`] inside. It may be sent, shared, and held across an `.await`.
    ///
    /// ```
    /// use evacmap::HashMap;
    ///
    /// async fn length(map: &HashMap<u32, String>) -> Option<usize> {
    ///     let map = map.pin_owned();
    ///     let value = map.get(&1)?;
    ///     std::future::ready(()).await; // from here on perhaps on another thread
    ///     Some(value.len())
    /// }
    ///
    /// fn is_send(_: impl Send) {}
    /// is_send(length(&HashMap::new()));
    /// ```
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn pin_owned(&self) -> HashMapRef<'_, K, V, S, OwnedGuard> {
        HashMapRef::new(self, OwnedGuard::new())
    }

    /// The number of entries.
    ///
    /// Exact when nobody writes. Otherwise it is some number near that: each thread counts what it
    /// has put in and taken out, and the counts are not read at one moment. Takes time in
    /// proportion to the number of threads that have written to the map.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.raw.len(&memory::pin())
    }

    /// Whether the map has no entry; as exact as [`len`](Self::len).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries the map can hold before it grows.
    ///
    /// If it is more than half full and keys come and go, the map may grow earlier, as the standard
    /// map does. A removed key's slot is not used again before a resize, and a larger table is
    /// rebuilt less often.
    pub fn capacity(&self) -> usize {
        self.raw.capacity(&memory::pin())
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> HashMap<K, V, S> {
    /// The value of a key.
    ///
    /// Wait-free: it searches one chain of buckets, whatever other threads and resizes do.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.get("a", &guard), Some(&1));
    /// assert_eq!(map.get("b", &guard), None);
    /// ```
    #[inline]
    pub fn get<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<&'g V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let (hash, is_key) = self.probe(key);
        self.raw.get(hash, is_key, guard).map(|entry| &entry.value)
    }

    /// The key as it is in the map, and its value.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(String::from("a"), 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.get_key_value("a", &guard), Some((&String::from("a"), &1)));
    /// ```
    #[inline]
    pub fn get_key_value<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<(&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let (hash, is_key) = self.probe(key);
        self.raw.get(hash, is_key, guard).map(|entry| entry.pair())
    }

    /// Whether the key is present.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, ())]);
    /// assert!(map.contains_key(&1, &map.guard()));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q, guard: &Guard) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get(key, guard).is_some()
    }

    /// All entries, in no particular order, while others may read, write and resize.
    ///
    /// The iterator is no snapshot, but this holds:
    ///
    /// - A key that is present during the whole iteration is returned exactly once.
    /// - No key is returned twice.
    /// - A key that is absent throughout is never returned.
    /// - A returned value was the key's value at some moment of the call of `next` that returned
    ///   it.
    ///
    /// A key that comes or goes meanwhile may be returned or not.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// let guard = map.guard();
    /// assert_eq!(map.iter(&guard).map(|(_, v)| v).sum::<i32>(), 30);
    /// ```
    pub fn iter<'g>(&'g self, guard: &'g Guard) -> Iter<'g, K, V> {
        Iter::new(self.raw.walk(guard))
    }

    /// All keys, with the guarantees of [`iter`](Self::iter).
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.keys(&map.guard()).sum::<i32>(), 3);
    /// ```
    pub fn keys<'g>(&'g self, guard: &'g Guard) -> Keys<'g, K, V> {
        Keys { iter: self.iter(guard) }
    }

    /// All values, with the guarantees of [`iter`](Self::iter).
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// assert_eq!(map.values(&map.guard()).max(), Some(&20));
    /// ```
    pub fn values<'g>(&'g self, guard: &'g Guard) -> Values<'g, K, V> {
        Values { iter: self.iter(guard) }
    }
}
