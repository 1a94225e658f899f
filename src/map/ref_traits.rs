//! The standard traits of the map with a guard inside.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::hash_map::HashMap;
use super::iter::Iter;
use super::pinned::HashMapRef;
use crate::memory::{Guard, OwnedGuard};

impl<K, V, S> Clone for HashMapRef<'_, K, V, S> {
    /// The same map with another guard inside, taken now. See [`HashMap::pin`].
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let mut first = map.pin();
    /// let second = first.clone();
    /// let a = second.get("a");
    /// first.repin(); // lets go of what `first` has read, and of nothing else
    /// assert_eq!(a, Some(&1));
    /// ```
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    fn clone(&self) -> Self {
        self.map().pin()
    }
}

impl<K, V, S> Clone for HashMapRef<'_, K, V, S, OwnedGuard> {
    /// The same map with another guard inside, taken now. See [`HashMap::pin_owned`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    fn clone(&self) -> Self {
        self.map().pin_owned()
    }
}

impl<K, V, S, G, G2> PartialEq<HashMapRef<'_, K, V, S, G2>> for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq,
    V: PartialEq,
    S: BuildHasher,
{
    /// Whether both maps hold the same keys with equal values, whatever guards are inside. The
    /// answer means something only when nobody writes.
    fn eq(&self, other: &HashMapRef<'_, K, V, S, G2>) -> bool {
        self.map() == other.map()
    }
}

impl<K, V, S, G> PartialEq<HashMap<K, V, S>> for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq,
    V: PartialEq,
    S: BuildHasher,
{
    /// As between two maps.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// assert!(map.pin() == map && map.pin() == map.clone().pin());
    /// ```
    fn eq(&self, other: &HashMap<K, V, S>) -> bool {
        self.map() == other
    }
}

impl<K, V, S, G> Eq for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq,
    V: Eq,
    S: BuildHasher,
{
}

impl<K, V, S, G> Extend<(K, V)> for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// Inserts entry by entry; needs no exclusive map. What it replaces stays in memory as long as
    /// the guard inside.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// map.pin().extend([("a", 1), ("b", 2)]);
    /// assert_eq!(map.len(), 2);
    /// ```
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.map().extend_under(entries, self.guard());
    }
}

impl<'a, K, V, S, G> Extend<(&'a K, &'a V)> for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send + Copy,
    V: Send + Copy,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<'g, K, V, S, G> IntoIterator for &'g HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    type Item = (&'g K, &'g V);
    type IntoIter = Iter<'g, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V, S, G> fmt::Debug for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + fmt::Debug,
    V: fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map().fmt(f)
    }
}
