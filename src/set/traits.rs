//! The standard traits.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::hash_set::HashSet;
use super::iter::IntoIter;
use crate::map::HashMap;
use crate::memory::Guard;

impl<T, S> From<HashMap<T, (), S>> for HashSet<T, S> {
    /// The set of the map's keys. With it, [`HashMap::builder`](crate::HashMap::builder) can make a
    /// set.
    fn from(map: HashMap<T, (), S>) -> Self {
        HashSet { map }
    }
}

impl<T, S: Default> Default for HashSet<T, S> {
    fn default() -> Self {
        HashMap::default().into()
    }
}

impl<T, S> HashSet<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
{
    pub(super) fn extend_under(&self, values: impl IntoIterator<Item = T>, guard: &Guard) {
        let values = values.into_iter();
        self.map.reserve_hint(values.size_hint().0, guard);
        for value in values {
            self.insert(value, guard);
        }
    }
}

impl<T, S> Extend<T> for &HashSet<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.extend_under(values, &self.guard());
    }
}

impl<T, S> Extend<T> for HashSet<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        (&*self).extend(values);
    }
}

impl<'a, T, S> Extend<&'a T> for &HashSet<T, S>
where
    T: Hash + Eq + Send + Copy,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.extend(values.into_iter().copied());
    }
}

impl<'a, T, S> Extend<&'a T> for HashSet<T, S>
where
    T: Hash + Eq + Send + Copy,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        (&*self).extend(values);
    }
}

impl<T, S> FromIterator<T> for HashSet<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let set = Self::default();
        (&set).extend(values);
        set
    }
}

impl<T: Hash + Eq + Send, const N: usize> From<[T; N]> for HashSet<T> {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}

impl<T, S> Clone for HashSet<T, S>
where
    T: Hash + Eq + Send + Clone,
    S: BuildHasher + Clone,
{
    fn clone(&self) -> Self {
        self.map.clone().into()
    }
}

impl<T: Hash + Eq, S: BuildHasher> PartialEq for HashSet<T, S> {
    /// Whether both sets hold the same values. The answer means something only when nobody writes.
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Hash + Eq, S: BuildHasher> Eq for HashSet<T, S> {}

impl<T, S> fmt::Debug for HashSet<T, S>
where
    T: Hash + Eq + fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pin().iter()).finish()
    }
}

impl<T, S> IntoIterator for HashSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { entries: self.map.into_iter() }
    }
}
