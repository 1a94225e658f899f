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
//!
//! Under one guard, that of a [`HashMapRef`] or [`HashSetRef`], the items are plain references. A
//! map that nobody has pinned can be walked too: `map.par_iter()` pins for the time that it takes.
//! Its items are an [`EntryRef`] each, which keeps what it shows alive by itself.

mod extend;
mod owned;
mod whole;

pub use owned::IntoParIter;
pub use whole::{EntryRef, MapParIter, SetParIter, ValueRef};

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};

use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::engine::Walk;
use crate::layout::Boxed;
use crate::map::HashMapRef;
use crate::memory::Guard;
use crate::set::HashSetRef;

/// Entries of a map, in parallel. Each thread walks a part of the buckets, all under one guard.
/// [`HashMap::iter`](crate::HashMap::iter) lists the guarantees.
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
