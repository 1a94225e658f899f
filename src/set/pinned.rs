//! The set with a guard inside.

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent};

use super::hash_set::HashSet;
use super::iter::Iter;
use crate::error::TryReserveError;
use crate::memory::{Guard, OwnedGuard};

/// A [`HashSet`] with a guard inside, from [`HashSet::pin`] or [`HashSet::pin_owned`]. It has the
/// set's methods, without their guard argument; see [`HashMapRef`](crate::HashMapRef). In methods
/// that take another set, the guard serves both sets.
pub struct HashSetRef<'set, T, S = DefaultHashBuilder, G = Guard> {
    set: &'set HashSet<T, S>,
    guard: G,
}

impl<'set, T, S, G> HashSetRef<'set, T, S, G> {
    #[inline]
    pub(super) fn new(set: &'set HashSet<T, S>, guard: G) -> Self {
        HashSetRef { set, guard }
    }

    /// The set itself.
    pub fn set(&self) -> &'set HashSet<T, S> {
        self.set
    }

    /// See [`HashSet::hasher`].
    pub fn hasher(&self) -> &'set S {
        self.set.hasher()
    }

    /// See [`HashSet::len`].
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// See [`HashSet::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// See [`HashSet::capacity`].
    pub fn capacity(&self) -> usize {
        self.set.capacity()
    }
}

impl<T, S> HashSetRef<'_, T, S> {
    /// Lets go of everything that was read, and pins again; see [`Guard::repin`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl<T, S> HashSetRef<'_, T, S, OwnedGuard> {
    /// Lets go of everything that was read, and pins again; see [`OwnedGuard::repin`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl<T, S, G> HashSetRef<'_, T, S, G>
where
    T: Hash + Eq,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// The guard inside.
    #[inline]
    pub fn guard(&self) -> &Guard {
        self.guard.borrow()
    }

    /// See [`HashSet::contains`].
    #[inline]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.set.contains(value, self.guard())
    }

    /// See [`HashSet::get`].
    #[inline]
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.set.get(value, self.guard())
    }

    /// See [`HashSet::iter`].
    pub fn iter(&self) -> Iter<'_, T> {
        self.set.iter(self.guard())
    }

    /// See [`HashSet::intersection`].
    pub fn intersection<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
    ) -> impl Iterator<Item = &'g T> {
        self.set.intersection(other, self.guard())
    }

    /// See [`HashSet::difference`].
    pub fn difference<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
    ) -> impl Iterator<Item = &'g T> {
        self.set.difference(other, self.guard())
    }

    /// See [`HashSet::symmetric_difference`].
    pub fn symmetric_difference<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
    ) -> impl Iterator<Item = &'g T> {
        self.set.symmetric_difference(other, self.guard())
    }

    /// See [`HashSet::union`].
    pub fn union<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
    ) -> impl Iterator<Item = &'g T> {
        self.set.union(other, self.guard())
    }

    /// See [`HashSet::is_disjoint`].
    pub fn is_disjoint<S2: BuildHasher>(&self, other: &HashSet<T, S2>) -> bool {
        self.set.is_disjoint(other)
    }

    /// See [`HashSet::is_subset`].
    pub fn is_subset<S2: BuildHasher>(&self, other: &HashSet<T, S2>) -> bool {
        self.set.is_subset(other)
    }

    /// See [`HashSet::is_superset`].
    pub fn is_superset<S2: BuildHasher>(&self, other: &HashSet<T, S2>) -> bool {
        self.set.is_superset(other)
    }
}

impl<T, S, G> HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// See [`HashSet::insert`].
    #[inline]
    pub fn insert(&self, value: T) -> bool {
        self.set.insert(value, self.guard())
    }

    /// See [`HashSet::get_or_insert`].
    #[inline]
    pub fn get_or_insert(&self, value: T) -> &T {
        self.set.get_or_insert(value, self.guard())
    }

    /// See [`HashSet::get_or_insert_with`].
    #[inline]
    pub fn get_or_insert_with<'q, Q, F>(&self, value: &'q Q, make: F) -> &T
    where
        Q: Hash + Equivalent<T> + ?Sized,
        F: FnOnce(&'q Q) -> T,
    {
        self.set.get_or_insert_with(value, make, self.guard())
    }

    /// See [`HashSet::replace`].
    #[inline]
    pub fn replace(&self, value: T) -> Option<&T> {
        self.set.replace(value, self.guard())
    }

    /// See [`HashSet::remove`].
    #[inline]
    pub fn remove<Q>(&self, value: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.set.remove(value, self.guard())
    }

    /// See [`HashSet::take`].
    #[inline]
    pub fn take<Q>(&self, value: &Q) -> Option<&T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.set.take(value, self.guard())
    }

    /// See [`HashSet::retain`].
    pub fn retain<F>(&self, keep: F)
    where
        F: FnMut(&T) -> bool,
    {
        self.set.retain(keep, self.guard());
    }

    /// See [`HashSet::extract_if`].
    pub fn extract_if(&self, condition: impl FnMut(&T) -> bool) -> impl Iterator<Item = &T> {
        self.set.extract_if(condition, self.guard())
    }

    /// See [`HashSet::clear`].
    pub fn clear(&self) {
        self.set.clear(self.guard());
    }

    /// See [`HashSet::reserve`].
    pub fn reserve(&self, additional: usize) {
        self.set.reserve(additional, self.guard());
    }

    /// See [`HashSet::try_reserve`].
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_reserve(&self, additional: usize) -> Result<(), TryReserveError> {
        self.set.try_reserve(additional, self.guard())
    }

    /// See [`HashSet::shrink_to`].
    pub fn shrink_to(&self, min_capacity: usize) {
        self.set.shrink_to(min_capacity, self.guard());
    }

    /// See [`HashSet::shrink_to_fit`].
    pub fn shrink_to_fit(&self) {
        self.set.shrink_to_fit(self.guard());
    }

    /// See [`HashSet::flush`]. What this guard still sees is not dropped.
    pub fn flush(&self) {
        self.set.flush();
    }
}
