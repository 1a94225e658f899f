//! The type itself, and the methods that hash nothing.

use hashbrown::DefaultHashBuilder;

use crate::error::{TryReserveError, Violation};
use crate::map::HashMap;

/// A concurrent hash set: a [`HashMap`] from values to nothing, with the operations of the standard
/// library's set.
///
/// Everything that [`HashMap`] says about guards, references, bounds, panics and costs holds for
/// the set too. [`as_map`](HashSet::as_map) gives access to what is not repeated here.
///
/// ```
/// let set = evacmap::HashSet::new();
/// std::thread::scope(|scope| {
///     for first in [0, 5] {
///         let set = &set;
///         scope.spawn(move || (first..first + 10).filter(|i| set.pin().insert(*i)).count());
///     }
/// });
/// let set = set.pin();
/// assert_eq!(set.len(), 15);
/// assert!(set.contains(&14) && !set.contains(&15));
/// ```
pub struct HashSet<T, S = DefaultHashBuilder> {
    pub(super) map: HashMap<T, (), S>,
}

impl<T> HashSet<T> {
    /// An empty set. Allocates nothing until the first insert.
    ///
    /// ```
    /// let set: evacmap::HashSet<u32> = evacmap::HashSet::new();
    /// assert!(set.is_empty());
    /// ```
    pub fn new() -> Self {
        HashMap::new().into()
    }

    /// An empty set with room for `capacity` values.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    ///
    /// ```
    /// let set: evacmap::HashSet<u32> = evacmap::HashSet::with_capacity(1000);
    /// assert!(set.capacity() >= 1000);
    /// ```
    pub fn with_capacity(capacity: usize) -> Self {
        HashMap::with_capacity(capacity).into()
    }

    /// Like [`with_capacity`](Self::with_capacity), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        HashMap::try_with_capacity(capacity).map(Into::into)
    }
}

impl<T, S> HashSet<T, S> {
    /// An empty set that hashes with `hasher`; see [`HashMap::with_hasher`].
    pub fn with_hasher(hasher: S) -> Self {
        HashMap::with_hasher(hasher).into()
    }

    /// An empty set with room for `capacity` values that hashes with `hasher`.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        HashMap::with_capacity_and_hasher(capacity, hasher).into()
    }

    /// The map underneath, for the control of resizes, for figures, and for whatever else the set
    /// does not have.
    ///
    /// ```
    /// let set = evacmap::HashSet::from([1, 2, 3]);
    /// set.as_map().finish_resize();
    /// assert_eq!(set.as_map().stats().len, 3);
    /// ```
    pub fn as_map(&self) -> &HashMap<T, (), S> {
        &self.map
    }

    /// The set's hasher.
    pub fn hasher(&self) -> &S {
        self.map.hasher()
    }

    /// The number of values; as exact as [`HashMap::len`].
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the set has no value; as exact as [`HashMap::len`].
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many values the set can hold before it grows; see
    /// [`HashMap::capacity`](crate::HashMap::capacity).
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }
}

impl<T: Eq, S> HashSet<T, S> {
    /// Checks every invariant of the set's structure, for tests; see [`HashMap::validate`].
    ///
    /// # Errors
    ///
    /// The first violation found, in words.
    pub fn validate(&mut self) -> Result<(), Violation> {
        self.map.validate()
    }
}
