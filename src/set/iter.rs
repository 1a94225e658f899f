//! Iterators over sets.

use core::fmt;
use core::iter::FusedIterator;

use crate::map::{self, Keys};

/// Values of a set, from [`HashSet::iter`](crate::HashSet::iter).
pub struct Iter<'g, T> {
    pub(super) keys: Keys<'g, T, ()>,
}

impl<'g, T> Iterator for Iter<'g, T> {
    type Item = &'g T;

    fn next(&mut self) -> Option<&'g T> {
        self.keys.next()
    }
}

impl<T> FusedIterator for Iter<'_, T> {}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iter { .. }")
    }
}

/// Values of a consumed set, in no particular order. Values that are not taken out are dropped with
/// the iterator.
pub struct IntoIter<T> {
    pub(super) entries: map::IntoIter<T, ()>,
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.entries.next().map(|(value, ())| value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<T> FusedIterator for IntoIter<T> {}

impl<T> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.fmt(f)
    }
}
