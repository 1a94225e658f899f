//! How maps of copies are made.

use core::fmt;
use core::hash::BuildHasher;
use core::marker::PhantomData;
use std::hash::RandomState;

use super::map::CopyMap;
use super::store::{Store, on};
use crate::error::TryReserveError;
use crate::layout::bijection::Bijection;
use crate::layout::bits::Bits;
use crate::map::ShrinkPolicy;
use crate::memory;
use crate::table::{Refused, fail};

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// An empty map, with a random seed. Allocates nothing until the first insert.
    ///
    /// ```
    /// let map: evacmap::CopyMap<u64, u64> = evacmap::CopyMap::new();
    /// assert_eq!((map.len(), map.capacity()), (0, 0));
    /// ```
    pub fn new() -> Self {
        Self::with_seed(RandomState::new().hash_one(0))
    }

    /// An empty map whose hashes follow from `seed`: two maps with the same seed put the same keys
    /// into the same buckets. For what is to be repeatable.
    ///
    /// ```
    /// let map: evacmap::CopyMap<u64, u64> = evacmap::CopyMap::with_seed(1);
    /// map.insert(1, 2);
    /// ```
    pub fn with_seed(seed: u64) -> Self {
        const { Self::FITS };
        CopyMap { store: Store::new(), bijection: Bijection::of(seed), of: PhantomData }
    }

    /// An empty map with room for `capacity` entries. It does not grow before it holds that many,
    /// unless keys come and go ([`capacity`](Self::capacity)).
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    ///
    /// ```
    /// let map: evacmap::CopyMap<u32, u32> = evacmap::CopyMap::with_capacity(1000);
    /// assert!(map.capacity() >= 1000);
    /// ```
    pub fn with_capacity(capacity: usize) -> Self {
        Self::builder().capacity(capacity).build()
    }

    /// Like [`with_capacity`](Self::with_capacity), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    ///
    /// ```
    /// use evacmap::{CopyMap, TryReserveError};
    ///
    /// assert!(CopyMap::<u32, u32>::try_with_capacity(1000).is_ok());
    /// let error = CopyMap::<u32, u32>::try_with_capacity(usize::MAX).unwrap_err();
    /// assert_eq!(error, TryReserveError::CapacityOverflow);
    /// ```
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        Self::builder().capacity(capacity).try_build()
    }

    /// A builder, for a map with a capacity, a seed or a [`ShrinkPolicy`] of its own.
    ///
    /// ```
    /// let map = evacmap::CopyMap::<u8, u8>::builder().capacity(100).seed(1).build();
    /// assert!(map.capacity() >= 100);
    /// ```
    pub fn builder() -> CopyMapBuilder<K, V> {
        let policy = ShrinkPolicy::default();
        CopyMapBuilder { capacity: 0, seed: None, policy, of: PhantomData }
    }
}

/// Describes a map of copies before it is made, from [`CopyMap::builder`].
pub struct CopyMapBuilder<K, V> {
    capacity: usize,
    seed: Option<u64>,
    policy: ShrinkPolicy,
    of: PhantomData<fn() -> (K, V)>,
}

impl<K: Bits, V: Bits> CopyMapBuilder<K, V> {
    /// Makes room for that many entries from the start.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets the seed; see [`CopyMap::with_seed`]. By default it is random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets whether the map becomes smaller by itself when entries are removed. By default it does
    /// not.
    pub fn shrink_policy(mut self, policy: ShrinkPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Makes the map.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be as large as asked for.
    pub fn build(self) -> CopyMap<K, V> {
        self.make().unwrap_or_else(|what| fail(what))
    }

    /// Like [`build`](Self::build), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be as large as asked for, or if there is no memory for it.
    pub fn try_build(self) -> Result<CopyMap<K, V>, TryReserveError> {
        self.make().map_err(TryReserveError::new)
    }

    fn make(self) -> Result<CopyMap<K, V>, Refused> {
        let mut map = self.seed.map_or_else(CopyMap::new, CopyMap::with_seed);
        on!(&mut map.store, raw => {
            if self.capacity > 0 {
                raw.reserve(self.capacity, &memory::pin())?;
            }
            match self.policy {
                ShrinkPolicy::Never => {}
                ShrinkPolicy::Auto => raw.shrink_by_itself(self.capacity),
            }
        });
        Ok(map)
    }
}

impl<K, V> Clone for CopyMapBuilder<K, V> {
    fn clone(&self) -> Self {
        CopyMapBuilder { ..*self }
    }
}

impl<K, V> fmt::Debug for CopyMapBuilder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyMapBuilder")
            .field("capacity", &self.capacity)
            .field("seed", &self.seed)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
