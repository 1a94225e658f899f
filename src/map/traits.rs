//! The standard traits.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::hash_map::HashMap;
use super::into_iter::IntoIter;
use super::iter_mut::IterMut;
use crate::memory::Guard;

/// A size hint alone makes room for no more entries than this: an iterator may claim anything.
pub(crate) const TRUSTED_HINT: usize = 1 << 16;

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Makes room for as many entries as were announced, within reason.
    pub(crate) fn reserve_hint(&self, announced: usize, guard: &Guard) {
        self.reserve(announced.min(TRUSTED_HINT), guard);
    }

    pub(super) fn extend_under(&self, entries: impl IntoIterator<Item = (K, V)>, guard: &Guard) {
        let entries = entries.into_iter();
        self.reserve_hint(entries.size_hint().0, guard);
        for (key, value) in entries {
            self.insert(key, value, guard);
        }
    }
}

/// A panic in the middle of an operation leaves the map valid. Afterwards only its keys and values
/// can be seen, by reference.
impl<K, V, S> RefUnwindSafe for HashMap<K, V, S>
where
    K: RefUnwindSafe,
    V: RefUnwindSafe,
    S: RefUnwindSafe,
{
}

/// As for a shared map, but for one that is moved into the closure.
impl<K, V, S> UnwindSafe for HashMap<K, V, S>
where
    K: UnwindSafe,
    V: UnwindSafe,
    S: UnwindSafe,
{
}

impl<K, V, S: Default> Default for HashMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, V, S> Extend<(K, V)> for &HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.extend_under(entries, &self.guard());
    }
}

impl<K, V, S> Extend<(K, V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<'a, K, V, S> Extend<(&'a K, &'a V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Send + Copy,
    V: Send + Copy,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<'a, K, V, S> Extend<(&'a K, &'a V)> for &HashMap<K, V, S>
where
    K: Hash + Eq + Send + Copy,
    V: Send + Copy,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<K, V, S> FromIterator<(K, V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        (&map).extend(entries);
        map
    }
}

impl<K, V, const N: usize> From<[(K, V); N]> for HashMap<K, V>
where
    K: Hash + Eq + Send,
    V: Send,
{
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V, S> Clone for HashMap<K, V, S>
where
    K: Hash + Eq + Send + Clone,
    V: Send + Clone,
    S: BuildHasher + Clone,
{
    /// Copies entry by entry. [`HashMap::iter`] says what it sees of concurrent changes.
    fn clone(&self) -> Self {
        // Room for all from the start: entries come in the order of their hashes, and a small table
        // with the same hasher would put them into a few crowded chains.
        let mut copy = Self::with_capacity_and_hasher(self.len(), self.hasher.clone());
        copy.raw.floor = self.raw.floor;
        (&copy).extend(self.pin().iter().map(|(key, value)| (key.clone(), value.clone())));
        copy
    }
}

impl<K, V, S> PartialEq for HashMap<K, V, S>
where
    K: Hash + Eq,
    V: PartialEq,
    S: BuildHasher,
{
    /// Whether both maps hold the same keys with equal values. The answer means something only when
    /// nobody writes.
    fn eq(&self, other: &Self) -> bool {
        let other = other.pin();
        self.len() == other.len()
            && self
                .pin()
                .iter()
                .all(|(key, value)| other.get(key).is_some_and(|theirs| *value == *theirs))
    }
}

impl<K, V, S> Eq for HashMap<K, V, S>
where
    K: Hash + Eq,
    V: Eq,
    S: BuildHasher,
{
}

impl<K, V, S> fmt::Debug for HashMap<K, V, S>
where
    K: Hash + Eq + fmt::Debug,
    V: fmt::Debug,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.pin().iter()).finish()
    }
}

impl<K, V, S> IntoIterator for HashMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(mut self) -> IntoIter<K, V> {
        let left = self.len();
        let remains = self.raw.take_remains();
        // Drops the garbage; if that panics, what remains is dropped too.
        drop(self);
        IntoIter { remains, left }
    }
}

impl<'m, K, V, S> IntoIterator for &'m mut HashMap<K, V, S> {
    type Item = (&'m K, &'m mut V);
    type IntoIter = IterMut<'m, K, V>;

    fn into_iter(self) -> IterMut<'m, K, V> {
        self.iter_mut()
    }
}
