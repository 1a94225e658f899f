//! How maps are made.

use core::fmt;
use core::marker::PhantomData;

use hashbrown::DefaultHashBuilder;

use super::hash_map::HashMap;
use crate::engine::RawMap;
use crate::error::TryReserveError;
use crate::memory;
use crate::table::{Refused, fail};

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

    /// An empty map with room for `capacity` entries. It does not grow before it holds that many,
    /// unless keys come and go ([`capacity`](Self::capacity)).
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

    /// Like [`with_capacity`](Self::with_capacity), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    ///
    /// ```
    /// use evacmap::{HashMap, TryReserveError};
    ///
    /// assert!(HashMap::<u32, u32>::try_with_capacity(1000).is_ok());
    /// let error = HashMap::<u32, u32>::try_with_capacity(usize::MAX).unwrap_err();
    /// assert_eq!(error, TryReserveError::CapacityOverflow);
    /// ```
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_and_hasher(capacity, DefaultHashBuilder::default())
    }

    /// A builder, for a map with a capacity, a hasher or a [`ShrinkPolicy`] of its own.
    ///
    /// ```
    /// let map: evacmap::HashMap<u8, u8> = evacmap::HashMap::builder().capacity(100).build();
    /// assert!(map.pin().capacity() >= 100);
    /// ```
    pub fn builder() -> HashMapBuilder<K, V> {
        let policy = ShrinkPolicy::default();
        HashMapBuilder {
            capacity: 0,
            policy,
            hasher: DefaultHashBuilder::default(),
            of: PhantomData,
        }
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// An empty map that hashes with `hasher`. Allocates nothing until the first insert.
    ///
    /// The map multiplies each hash by an odd constant and uses its high bits. So the identity is
    /// good enough as a hasher. A hasher that maps many keys to few hashes makes every operation on
    /// those keys slow. The default hasher is hashbrown's; it resists an attacker who chooses the
    /// keys as far as hashbrown's does.
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
        Self::make(capacity, hasher).unwrap_or_else(|what| fail(what))
    }

    /// Like [`with_capacity_and_hasher`](Self::with_capacity_and_hasher), for sizes that may be too
    /// large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_with_capacity_and_hasher(
        capacity: usize,
        hasher: S,
    ) -> Result<Self, TryReserveError> {
        Self::make(capacity, hasher).map_err(TryReserveError::new)
    }

    fn make(capacity: usize, hasher: S) -> Result<Self, Refused> {
        let map = Self::with_hasher(hasher);
        if capacity > 0 {
            map.raw.reserve(capacity, &memory::pin())?;
        }
        Ok(map)
    }

    /// The map's hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }
}

/// Whether a map becomes smaller by itself, for [`HashMapBuilder::shrink_policy`].
///
/// [`HashMap::shrink_to_fit`] and [`HashMap::shrink_to`] work under either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ShrinkPolicy {
    /// Only when asked to, like the standard library's map.
    #[default]
    Never,
    /// When less than an eighth of its capacity is in use, to a table that holds twice the present
    /// entries.
    ///
    /// The map does not oscillate. After a shrink it grows only when it has gained entries: twice
    /// as many, or some, if it then keeps losing and gaining others. It shrinks again only when it
    /// has lost half of its entries. It never shrinks below the capacity that it was built with,
    /// nor below 64 buckets (4 KiB). Room that was reserved later may be given back.
    ///
    /// Each thread checks the table after every 64 entries that it has removed or replaced. If the
    /// table is sparse, the thread clears 16 KiB of the smaller one. When all of that is clear, the
    /// shrink begins. The writes that follow work it off, a few buckets each, as with every resize;
    /// nobody waits. A table that is more than 8 times too large is shrunk in steps. A map that was
    /// emptied by [`clear`](HashMap::clear) also shrinks only in the course of writes that remove,
    /// or by [`finish_resize`](HashMap::finish_resize) or [`help_resize`](HashMap::help_resize).
    ///
    /// Threads that only remove work off these shrinks as fast as they fall due. No removal does
    /// more for a shrink than some insert did for a growth (`tests/alone/shrinking.rs`).
    Auto,
}

/// Describes a map before it is made, from [`HashMap::builder`].
pub struct HashMapBuilder<K, V, S = DefaultHashBuilder> {
    capacity: usize,
    policy: ShrinkPolicy,
    hasher: S,
    of: PhantomData<fn() -> (K, V)>,
}

impl<K, V, S> HashMapBuilder<K, V, S> {
    /// Makes room for that many entries from the start.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets the hasher.
    pub fn hasher<T>(self, hasher: T) -> HashMapBuilder<K, V, T> {
        HashMapBuilder { capacity: self.capacity, policy: self.policy, hasher, of: PhantomData }
    }

    /// Sets whether the map becomes smaller by itself when entries are removed. By default it does
    /// not.
    ///
    /// ```
    /// use evacmap::{HashMap, ShrinkPolicy};
    ///
    /// let map: HashMap<u32, u32> = HashMap::builder().shrink_policy(ShrinkPolicy::Auto).build();
    /// (&map).extend((0..10_000).map(|i| (i, i)));
    /// let before = map.capacity();
    /// map.pin().retain(|i, _| *i < 100);
    /// map.finish_resize();
    /// assert!(map.capacity() < before / 10);
    /// ```
    pub fn shrink_policy(mut self, policy: ShrinkPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Makes the map.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be as large as asked for.
    pub fn build(self) -> HashMap<K, V, S> {
        self.make().unwrap_or_else(|what| fail(what))
    }

    /// Like [`build`](Self::build), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be as large as asked for, or if there is no memory for it.
    pub fn try_build(self) -> Result<HashMap<K, V, S>, TryReserveError> {
        self.make().map_err(TryReserveError::new)
    }

    fn make(self) -> Result<HashMap<K, V, S>, Refused> {
        let mut map = HashMap::make(self.capacity, self.hasher)?;
        match self.policy {
            ShrinkPolicy::Never => {}
            ShrinkPolicy::Auto => map.raw.shrink_by_itself(self.capacity),
        }
        Ok(map)
    }
}

impl<K, V, S: Clone> Clone for HashMapBuilder<K, V, S> {
    fn clone(&self) -> Self {
        HashMapBuilder { hasher: self.hasher.clone(), ..*self }
    }
}

impl<K, V, S> fmt::Debug for HashMapBuilder<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashMapBuilder")
            .field("capacity", &self.capacity)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
