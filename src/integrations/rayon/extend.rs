//! Maps and sets from parallel iterators.

use core::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::map::{HashMap, HashMapRef};
use crate::memory;
use crate::set::{HashSet, HashSetRef};

impl<K, V, S> ParallelExtend<(K, V)> for &HashMap<K, V, S>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Sync,
{
    /// If several entries have the same key, any of them may be the one that stays.
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        let entries = entries.into_par_iter();
        self.reserve_hint(entries.opt_len().unwrap_or(0), &memory::pin());
        let map = *self;
        entries.for_each(|(key, value)| {
            map.pin().insert(key, value);
        });
    }
}

impl<K, V, S> ParallelExtend<(K, V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).par_extend(entries);
    }
}

impl<K, V, S, G> ParallelExtend<(K, V)> for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Sync,
{
    /// Each thread pins for itself. The guard inside is not used, but keeps what is replaced
    /// meanwhile in memory.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let map = evacmap::HashMap::new();
    /// map.pin().par_extend((0..1000).into_par_iter().map(|i| (i, i * i)));
    /// assert_eq!(map.pin().get(&30), Some(&900));
    /// ```
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.map().par_extend(entries);
    }
}

impl<'a, K, V, S> ParallelExtend<(&'a K, &'a V)> for &HashMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + Copy,
    V: Send + Sync + Copy,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.par_extend(entries.into_par_iter().map(|(key, value)| (*key, *value)));
    }
}

impl<'a, K, V, S> ParallelExtend<(&'a K, &'a V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + Copy,
    V: Send + Sync + Copy,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        (&*self).par_extend(entries);
    }
}

impl<'a, K, V, S, G> ParallelExtend<(&'a K, &'a V)> for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send + Sync + Copy,
    V: Send + Sync + Copy,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.map().par_extend(entries);
    }
}

impl<K, V, S> FromParallelIterator<(K, V)> for HashMap<K, V, S>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        (&map).par_extend(entries);
        map
    }
}

impl<T, S> ParallelExtend<T> for &HashSet<T, S>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, values: I) {
        let values = values.into_par_iter();
        self.as_map().reserve_hint(values.opt_len().unwrap_or(0), &memory::pin());
        let set = *self;
        values.for_each(|value| {
            set.pin().insert(value);
        });
    }
}

impl<T, S> ParallelExtend<T> for HashSet<T, S>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, values: I) {
        (&*self).par_extend(values);
    }
}

impl<T, S, G> ParallelExtend<T> for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, values: I) {
        self.set().par_extend(values);
    }
}

impl<'a, T, S> ParallelExtend<&'a T> for &HashSet<T, S>
where
    T: Hash + Eq + Send + Sync + Copy,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, values: I) {
        self.par_extend(values.into_par_iter().copied());
    }
}

impl<'a, T, S> ParallelExtend<&'a T> for HashSet<T, S>
where
    T: Hash + Eq + Send + Sync + Copy,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, values: I) {
        (&*self).par_extend(values);
    }
}

impl<'a, T, S, G> ParallelExtend<&'a T> for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Send + Sync + Copy,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, values: I) {
        self.set().par_extend(values);
    }
}

impl<T, S> FromParallelIterator<T> for HashSet<T, S>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(values: I) -> Self {
        let set = Self::default();
        (&set).par_extend(values);
        set
    }
}
