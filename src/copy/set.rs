//! Sets of small copies.

use super::iter::SetIter;
use super::map::CopyMap;
use crate::error::{TryReserveError, Violation};
use crate::layout::bits::Bits;
use crate::map::{Progress, Stats};

/// A concurrent set of small keys, which are copied: a [`CopyMap`] of keys without values, which
/// says what fits, what it costs and what it guarantees.
///
/// ```
/// use evacmap::CopySet;
///
/// let seen = CopySet::new();
/// assert!(seen.insert(7_u64));
/// assert!(!seen.insert(7));
/// assert!(seen.contains(&7) && !seen.contains(&8));
/// ```
pub struct CopySet<K: Bits> {
    pub(super) map: CopyMap<K, ()>,
}

impl<K: Bits> CopySet<K> {
    /// An empty set, with a random seed. Allocates nothing until the first insert.
    pub fn new() -> Self {
        CopyMap::new().into()
    }

    /// An empty set whose hashes follow from `seed`; see [`CopyMap::with_seed`].
    pub fn with_seed(seed: u64) -> Self {
        CopyMap::with_seed(seed).into()
    }

    /// An empty set with room for `capacity` keys.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    pub fn with_capacity(capacity: usize) -> Self {
        CopyMap::with_capacity(capacity).into()
    }

    /// Like [`with_capacity`](Self::with_capacity), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        CopyMap::try_with_capacity(capacity).map(Self::from)
    }

    /// Whether a key is in the set. Wait-free.
    #[inline]
    pub fn contains(&self, key: &K) -> bool {
        self.map.contains_key(key)
    }

    /// Inserts a key. Returns whether it was absent.
    ///
    /// ```
    /// let set = evacmap::CopySet::new();
    /// assert!(set.insert('a'));
    /// assert!(!set.insert('a'));
    /// ```
    #[inline]
    pub fn insert(&self, key: K) -> bool {
        self.map.try_insert(key, ()).is_ok()
    }

    /// Removes a key. Returns whether it was there.
    ///
    /// ```
    /// let set = evacmap::CopySet::from(['a']);
    /// assert!(set.remove(&'a'));
    /// assert!(!set.remove(&'a'));
    /// ```
    #[inline]
    pub fn remove(&self, key: &K) -> bool {
        self.map.remove(key).is_some()
    }

    /// Removes every key for which `keep` does not hold.
    ///
    /// ```
    /// let set = evacmap::CopySet::from([1, 2, 3]);
    /// set.retain(|key| key % 2 == 1);
    /// assert_eq!(set, evacmap::CopySet::from([1, 3]));
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(K) -> bool) {
        self.map.retain(|key, ()| keep(key));
    }

    /// Removes everything, at one moment; see [`CopyMap::clear`].
    pub fn clear(&self) {
        self.map.clear();
    }

    /// All keys, in no particular order; see [`CopyMap::iter`].
    ///
    /// ```
    /// let set = evacmap::CopySet::from([1, 2, 3]);
    /// assert_eq!(set.iter().sum::<i32>(), 6);
    /// ```
    pub fn iter(&self) -> SetIter<'_, K> {
        SetIter { keys: self.map.keys() }
    }

    /// Whether every key of this set is in the other. Others may write meanwhile: each key is
    /// looked up when the iteration comes to it.
    ///
    /// ```
    /// let set = evacmap::CopySet::from([1, 2]);
    /// assert!(set.is_subset(&evacmap::CopySet::from([1, 2, 3])));
    /// ```
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|key| other.contains(&key))
    }

    /// Whether every key of the other set is in this one; see [`is_subset`](Self::is_subset).
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether no key is in both; see [`is_subset`](Self::is_subset).
    pub fn is_disjoint(&self, other: &Self) -> bool {
        !self.iter().any(|key| other.contains(&key))
    }

    /// Makes room for `additional` more keys; see [`CopyMap::reserve`].
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    pub fn reserve(&self, additional: usize) {
        self.map.reserve(additional);
    }

    /// Like [`reserve`](Self::reserve), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_reserve(&self, additional: usize) -> Result<(), TryReserveError> {
        self.map.try_reserve(additional)
    }

    /// Gives back room that is not needed; see [`CopyMap::shrink_to_fit`].
    pub fn shrink_to_fit(&self) {
        self.map.shrink_to_fit();
    }

    /// Gives back room that is not needed, down to `min_capacity`; see [`CopyMap::shrink_to`].
    pub fn shrink_to(&self, min_capacity: usize) {
        self.map.shrink_to(min_capacity);
    }

    /// Does a part of a running resize; see [`CopyMap::help_resize`].
    pub fn help_resize(&self, groups: usize) -> Progress {
        self.map.help_resize(groups)
    }

    /// Helps the running resize, if any, until it is over; see [`CopyMap::finish_resize`].
    pub fn finish_resize(&self) {
        self.map.finish_resize();
    }

    /// Checks every invariant of the set's structure, for tests.
    ///
    /// # Errors
    ///
    /// The first violation found, in words.
    pub fn validate(&mut self) -> Result<(), Violation> {
        self.map.validate()
    }
}

impl<K: Bits> CopySet<K> {
    /// The number of keys; see [`CopyMap::len`].
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no key; see [`CopyMap::len`].
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many keys the table holds without growing; see [`CopyMap::capacity`].
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// Whether a resize is under way.
    pub fn is_resizing(&self) -> bool {
        self.map.is_resizing()
    }

    /// Figures of the set; see [`CopyMap::stats`].
    pub fn stats(&self) -> Stats {
        self.map.stats()
    }

    /// The set as a map of its keys.
    pub fn as_map(&self) -> &CopyMap<K, ()> {
        &self.map
    }
}
