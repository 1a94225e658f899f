//! The errors. Each gives back what was refused.

use core::alloc::Layout;
use core::fmt;
use std::error::Error;

use crate::table::Refused;

/// The key was present already. From [`HashMap::try_insert`](crate::HashMap::try_insert) and
/// [`VacantEntry::insert`](crate::VacantEntry::insert).
#[derive(Debug, PartialEq, Eq)]
pub struct OccupiedError<'a, V> {
    /// The value in the map.
    pub current: &'a V,
    /// The value that was not inserted.
    pub not_inserted: V,
}

impl<V: fmt::Debug> fmt::Display for OccupiedError<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "failed to insert {:?}: the key is present with value {:?}",
            self.not_inserted, self.current
        )
    }
}

impl<V: fmt::Debug> Error for OccupiedError<'_, V> {}

/// The value was not the expected one. From
/// [`HashMap::compare_exchange`](crate::HashMap::compare_exchange) and
/// [`OccupiedEntry::insert`](crate::OccupiedEntry::insert).
#[derive(Debug, PartialEq, Eq)]
pub struct CompareExchangeError<'a, V> {
    /// The value in the map, if the key is present.
    pub current: Option<&'a V>,
    /// The value that was not stored.
    pub new: V,
}

impl<V: fmt::Debug> fmt::Display for CompareExchangeError<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to store {:?}: the current value is {:?}", self.new, self.current)
    }
}

impl<V: fmt::Debug> Error for CompareExchangeError<'_, V> {}

/// The value was not the expected one. From
/// [`HashMap::compare_remove`](crate::HashMap::compare_remove) and
/// [`OccupiedEntry::remove_entry`](crate::OccupiedEntry::remove_entry).
#[derive(Debug, PartialEq, Eq)]
pub struct CompareRemoveError<'a, V> {
    /// The value in the map, if the key is present.
    pub current: Option<&'a V>,
}

impl<V: fmt::Debug> fmt::Display for CompareRemoveError<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to remove: the current value is {:?}", self.current)
    }
}

impl<V: fmt::Debug> Error for CompareRemoveError<'_, V> {}

/// A table could not be made. From [`HashMap::try_reserve`](crate::HashMap::try_reserve) and the
/// like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TryReserveError {
    /// No table could hold that many entries.
    CapacityOverflow,
    /// The allocator had no memory.
    AllocError {
        /// What the allocator was asked for.
        layout: Layout,
    },
}

impl TryReserveError {
    pub(crate) fn new(refused: Refused) -> Self {
        refused.map_or(TryReserveError::CapacityOverflow, |layout| TryReserveError::AllocError {
            layout,
        })
    }
}

impl fmt::Display for TryReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory allocation failed because the ")?;
        match self {
            TryReserveError::CapacityOverflow => {
                f.write_str("computed capacity exceeded the collection's maximum")
            }
            TryReserveError::AllocError { .. } => f.write_str("memory allocator returned an error"),
        }
    }
}

impl Error for TryReserveError {}

/// An invariant of the map does not hold. From [`HashMap::validate`](crate::HashMap::validate).
///
/// This is always a bug, in the map or in unsafe code beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub(crate) String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Violation {}
