//! Operations on `&mut self`. Nobody else uses the map, so values can change in place.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::hash_map::HashMap;
use super::iter_mut::{IterMut, ValuesMut};

impl<K, V, S> HashMap<K, V, S> {
    /// All entries, in no particular order, with values that can be changed in place.
    ///
    /// ```
    /// let mut map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// for (key, value) in map.iter_mut() {
    ///     *value += key;
    /// }
    /// assert_eq!(map.get_mut(&2), Some(&mut 22));
    /// ```
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        let left = self.len();
        IterMut { entries: self.raw.entries_mut(), left }
    }

    /// All values, like [`iter_mut`](Self::iter_mut).
    ///
    /// ```
    /// let mut map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// map.values_mut().for_each(|value| *value = 0);
    /// assert_eq!(map.get_mut(&2), Some(&mut 0));
    /// ```
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { iter: self.iter_mut() }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> HashMap<K, V, S> {
    /// The value of a key, which can be changed in place. This needs no guard: the exclusive borrow
    /// of the map protects the value.
    ///
    /// ```
    /// let mut map = evacmap::HashMap::from([("a", 1)]);
    /// *map.get_mut("a").unwrap() += 1;
    /// assert_eq!(map.get_mut("a"), Some(&mut 2));
    /// assert_eq!(map.get_mut("b"), None);
    /// ```
    ///
    /// It does not compile while anything that was read from the map is still in use:
    ///
    /// ```compile_fail
    /// let mut map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// let seen = map.get("a", &guard);
    /// *map.get_mut("a").unwrap() += 1;
    /// assert_eq!(seen, Some(&1));
    /// ```
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let (hash, is_key) = self.probe(key);
        self.raw.get_mut(hash, is_key)
    }
}
