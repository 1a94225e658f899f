//! Making maps.

use core::fmt;
use core::marker::PhantomData;

use hashbrown::DefaultHashBuilder;

use super::HashMap;
use crate::raw::RawMap;

impl<K, V> HashMap<K, V> {
    /// An empty map. Allocates nothing until the first insert.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, String> = evacmap::HashMap::new();
    /// assert_eq!((map.len(), map.pin().capacity()), (0, 0));
    /// ```
    pub fn new() -> Self {
        Self::with_hasher(DefaultHashBuilder::default())
    }

    /// An empty map with room for `capacity` entries: it will not grow before it holds as many.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = evacmap::HashMap::with_capacity(1000);
    /// assert!(map.pin().capacity() >= 1000);
    /// ```
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, DefaultHashBuilder::default())
    }

    /// Starts a description of a map.
    ///
    /// ```
    /// let map: evacmap::HashMap<u8, u8> = evacmap::HashMap::builder().capacity(100).build();
    /// assert!(map.pin().capacity() >= 100);
    /// ```
    pub fn builder() -> HashMapBuilder<K, V> {
        HashMapBuilder { capacity: 0, hasher: DefaultHashBuilder::default(), of: PhantomData }
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// An empty map that hashes with `hasher`. Allocates nothing until the first insert.
    ///
    /// The map multiplies hashes by an odd constant and uses their high bits, so a hasher that is the identity does no harm;
    /// one that maps many keys to few hashes makes every operation on those keys slow. The default one resists keys chosen
    /// by an attacker as far as hashbrown's does.
    ///
    /// ```
    /// use std::hash::RandomState;
    /// let map = evacmap::HashMap::with_hasher(RandomState::new());
    /// map.pin().insert(1, 2);
    /// ```
    pub fn with_hasher(hasher: S) -> Self {
        HashMap { raw: RawMap::new(), hasher }
    }

    /// An empty map with room for `capacity` entries that hashes with `hasher`.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        let map = Self::with_hasher(hasher);
        if capacity > 0 {
            map.raw.reserve(capacity, &map.raw.heap.local(), &crate::pin());
        }
        map
    }

    /// The map's hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }
}

/// Describes a map before it is made; from [`HashMap::builder`].
pub struct HashMapBuilder<K, V, S = DefaultHashBuilder> {
    capacity: usize,
    hasher: S,
    of: PhantomData<fn() -> (K, V)>,
}

impl<K, V, S> HashMapBuilder<K, V, S> {
    /// Room for that many entries from the start.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Another hasher.
    pub fn hasher<T>(self, hasher: T) -> HashMapBuilder<K, V, T> {
        HashMapBuilder { capacity: self.capacity, hasher, of: PhantomData }
    }

    /// Makes the map.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be as large as asked for.
    pub fn build(self) -> HashMap<K, V, S> {
        HashMap::with_capacity_and_hasher(self.capacity, self.hasher)
    }
}

impl<K, V, S: Clone> Clone for HashMapBuilder<K, V, S> {
    fn clone(&self) -> Self {
        HashMapBuilder { capacity: self.capacity, hasher: self.hasher.clone(), of: PhantomData }
    }
}

impl<K, V, S> fmt::Debug for HashMapBuilder<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashMapBuilder").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
