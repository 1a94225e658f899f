//! The `rayon` feature: parallel iterators over maps and sets, and from them.
//!
//! ```
//! use evacmap::HashMap;
//! use rayon::prelude::*;
//!
//! let squares: HashMap<u64, u64> = (0..1000).into_par_iter().map(|i| (i, i * i)).collect();
//! let squares = squares.pin();
//! assert_eq!(squares.par_iter().filter(|(i, square)| **i * **i == **square).count(), 1000);
//! ```

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};

use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::engine::Walk;
use crate::layout::Boxed;
use crate::map::{HashMap, HashMapRef};
use crate::memory::{self, Guard};
use crate::set::{HashSet, HashSetRef};

/// Entries of a map, in parallel. Each thread walks a part of the buckets, all under one guard.
/// [`HashMap::iter`] lists the guarantees.
pub struct ParIter<'g, K, V>(Walk<'g, Boxed<K, V>>);

impl<'g, K, V> ParallelIterator for ParIter<'g, K, V>
where
    K: Eq + Send + Sync,
    V: Send + Sync,
{
    type Item = (&'g K, &'g V);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge_unindexed(self, consumer)
    }
}

impl<'g, K, V> UnindexedProducer for ParIter<'g, K, V>
where
    K: Eq + Send + Sync,
    V: Send + Sync,
{
    type Item = (&'g K, &'g V);

    fn split(mut self) -> (Self, Option<Self>) {
        let half = self.0.split();
        (self, half.map(ParIter))
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        folder.consume_iter(self.0.map(|entry| entry.pair()))
    }
}

/// Values of a set, in parallel, like [`ParIter`].
pub struct ParValues<'g, T>(ParIter<'g, T, ()>);

impl<'g, T: Eq + Send + Sync> ParallelIterator for ParValues<'g, T> {
    type Item = &'g T;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.0.map(|(value, ())| value).drive_unindexed(consumer)
    }
}

impl<K, V> fmt::Debug for ParIter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParIter { .. }")
    }
}

impl<T> fmt::Debug for ParValues<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParValues { .. }")
    }
}

impl<'g, K, V, S, G> IntoParallelIterator for &'g HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    type Item = (&'g K, &'g V);
    type Iter = ParIter<'g, K, V>;

    fn into_par_iter(self) -> ParIter<'g, K, V> {
        ParIter(self.map().raw.walk(self.guard()))
    }
}

impl<'g, T, S, G> IntoParallelIterator for &'g HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Send + Sync,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    type Item = &'g T;
    type Iter = ParValues<'g, T>;

    fn into_par_iter(self) -> ParValues<'g, T> {
        ParValues(ParIter(self.set().as_map().raw.walk(self.guard())))
    }
}

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
