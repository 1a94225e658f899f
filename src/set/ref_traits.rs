//! The standard traits of the set with a guard inside.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::hash_set::HashSet;
use super::iter::Iter;
use super::pinned::HashSetRef;
use crate::memory::{Guard, OwnedGuard};

impl<T, S> Clone for HashSetRef<'_, T, S> {
    /// The same set with another guard inside, taken now. See [`HashSet::pin`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    fn clone(&self) -> Self {
        self.set().pin()
    }
}

impl<T, S> Clone for HashSetRef<'_, T, S, OwnedGuard> {
    /// The same set with another guard inside, taken now. See [`HashSet::pin_owned`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    fn clone(&self) -> Self {
        self.set().pin_owned()
    }
}

impl<T, S, G, G2> PartialEq<HashSetRef<'_, T, S, G2>> for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq,
    S: BuildHasher,
{
    /// Whether both sets hold the same values, whatever guards are inside. The answer means
    /// something only when nobody writes.
    fn eq(&self, other: &HashSetRef<'_, T, S, G2>) -> bool {
        self.set() == other.set()
    }
}

impl<T: Hash + Eq, S: BuildHasher, G> PartialEq<HashSet<T, S>> for HashSetRef<'_, T, S, G> {
    /// As between two sets.
    fn eq(&self, other: &HashSet<T, S>) -> bool {
        self.set() == other
    }
}

impl<T: Hash + Eq, S: BuildHasher, G> Eq for HashSetRef<'_, T, S, G> {}

impl<T, S, G> Extend<T> for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// Inserts value by value; needs no exclusive set.
    ///
    /// ```
    /// let set = evacmap::HashSet::new();
    /// set.pin().extend([1, 2]);
    /// assert_eq!(set.len(), 2);
    /// ```
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.set().extend_under(values, self.guard());
    }
}

impl<'a, T, S, G> Extend<&'a T> for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Send + Copy,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.extend(values.into_iter().copied());
    }
}

impl<'g, T, S, G> IntoIterator for &'g HashSetRef<'_, T, S, G>
where
    T: Hash + Eq,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    type Item = &'g T;
    type IntoIter = Iter<'g, T>;

    fn into_iter(self) -> Iter<'g, T> {
        self.iter()
    }
}

impl<T, S, G> fmt::Debug for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.set().fmt(f)
    }
}
