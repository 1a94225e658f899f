//! Parallel iteration over maps and sets that nobody has pinned.
//!
//! An item of it may outlive the iteration, and so the guard under which the iteration found it, if
//! it were a plain reference. So each item holds that guard too.

use core::borrow::Borrow;
use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;
use std::sync::Arc;

use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::engine::{RawMap, Walk};
use crate::layout::Boxed;
use crate::layout::boxed::Entry;
use crate::map::HashMap;
use crate::memory::{Guard, OwnedGuard};
use crate::set::HashSet;

/// A share of the iteration's guard. The outer count is that of one thread's part of the buckets,
/// so that threads seldom meet at it.
type Share = Arc<Arc<OwnedGuard>>;

/// An entry that a parallel iteration over a map has found: a reference to it, and a share of the
/// guard under which it was found. It dereferences to the value.
///
/// As long as any is kept, nothing that is removed from any map can be freed, as with a
/// [`Guard`](crate::Guard). To make one takes a locked instruction, and so does dropping it; both
/// are uncontended as long as it stays on its thread. An iteration over
/// [`map.pin()`](HashMap::pin) does without.
pub struct EntryRef<'m, K, V> {
    entry: NonNull<Entry<K, V>>,
    share: Share,
    map: PhantomData<&'m Entry<K, V>>,
}

// SAFETY: a shared reference to an entry, which holds a `K` and a `V`, and a guard that belongs to
// no thread.
unsafe impl<K: Sync, V: Sync> Send for EntryRef<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync> Sync for EntryRef<'_, K, V> {}

impl<K, V> EntryRef<'_, K, V> {
    fn entry(&self) -> &Entry<K, V> {
        // SAFETY: a walk found it in the map under the guard of which this is a share. So it is
        // initialised, and not freed before the guard goes (I8), nor by the map, which is borrowed
        // for as long as this is there.
        unsafe { self.entry.as_ref() }
    }

    /// The key.
    pub fn key(&self) -> &K {
        &self.entry().key
    }

    /// The value that the key had when the iteration came by.
    pub fn value(&self) -> &V {
        &self.entry().value
    }

    /// Both of them.
    pub fn pair(&self) -> (&K, &V) {
        self.entry().pair()
    }
}

impl<K, V> Clone for EntryRef<'_, K, V> {
    fn clone(&self) -> Self {
        EntryRef { entry: self.entry, share: self.share.clone(), map: PhantomData }
    }
}

impl<K, V> Deref for EntryRef<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for EntryRef<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EntryRef").field(self.key()).field(self.value()).finish()
    }
}

/// A value that a parallel iteration over a set has found, like [`EntryRef`]. It dereferences to
/// the value.
pub struct ValueRef<'m, T>(EntryRef<'m, T, ()>);

impl<T> Clone for ValueRef<'_, T> {
    fn clone(&self) -> Self {
        ValueRef(self.0.clone())
    }
}

impl<T> Deref for ValueRef<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.key()
    }
}

impl<T: fmt::Debug> fmt::Debug for ValueRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ValueRef").field(&**self).finish()
    }
}

/// Entries of a map that nobody has pinned, in parallel. Pins while it runs, all threads under one
/// guard. [`HashMap::iter`] lists the guarantees.
pub struct MapParIter<'m, K, V>(&'m RawMap<Boxed<K, V>>);

impl<'m, K, V> ParallelIterator for MapParIter<'m, K, V>
where
    K: Eq + Send + Sync,
    V: Send + Sync,
{
    type Item = EntryRef<'m, K, V>;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let guard = Arc::new(OwnedGuard::new());
        let lent: &Guard = OwnedGuard::borrow(&guard);
        let part = Part { walk: self.0.walk(lent), guard: &guard, map: PhantomData };
        bridge_unindexed(part, consumer)
    }
}

/// A part of the buckets.
struct Part<'g, 'm, K, V> {
    walk: Walk<'g, Boxed<K, V>>,
    guard: &'g Arc<OwnedGuard>,
    map: PhantomData<&'m RawMap<Boxed<K, V>>>,
}

impl<'m, K, V> UnindexedProducer for Part<'_, 'm, K, V>
where
    K: Eq + Send + Sync,
    V: Send + Sync,
{
    type Item = EntryRef<'m, K, V>;

    fn split(mut self) -> (Self, Option<Self>) {
        let half = self.walk.split();
        let half = half.map(|walk| Part { walk, ..self });
        (self, half)
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        let share = Arc::new(self.guard.clone());
        folder.consume_iter(self.walk.map(|entry| EntryRef {
            entry: NonNull::from(entry),
            share: share.clone(),
            map: PhantomData,
        }))
    }
}

/// Values of a set that nobody has pinned, in parallel, like [`MapParIter`].
pub struct SetParIter<'m, T>(MapParIter<'m, T, ()>);

impl<'m, T: Eq + Send + Sync> ParallelIterator for SetParIter<'m, T> {
    type Item = ValueRef<'m, T>;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.0.map(ValueRef).drive_unindexed(consumer)
    }
}

impl<K, V> fmt::Debug for MapParIter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MapParIter { .. }")
    }
}

impl<T> fmt::Debug for SetParIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetParIter { .. }")
    }
}

impl<'m, K, V, S> IntoParallelIterator for &'m HashMap<K, V, S>
where
    K: Hash + Eq + Send + Sync,
    V: Send + Sync,
{
    type Item = EntryRef<'m, K, V>;
    type Iter = MapParIter<'m, K, V>;

    /// ```
    /// use evacmap::HashMap;
    /// use rayon::prelude::*;
    ///
    /// let map: HashMap<u64, u64> = (0..1000).map(|i| (i, i * i)).collect();
    /// assert!(map.par_iter().all(|entry| *entry.value() == entry.key() * entry.key()));
    ///
    /// let kept = map.par_iter().find_any(|entry| **entry == 900).unwrap();
    /// map.pin().remove(&30);
    /// assert_eq!(kept.pair(), (&30, &900));
    /// ```
    fn into_par_iter(self) -> Self::Iter {
        MapParIter(&self.raw)
    }
}

impl<'m, T, S> IntoParallelIterator for &'m HashSet<T, S>
where
    T: Hash + Eq + Send + Sync,
{
    type Item = ValueRef<'m, T>;
    type Iter = SetParIter<'m, T>;

    /// ```
    /// use evacmap::HashSet;
    /// use rayon::prelude::*;
    ///
    /// let set: HashSet<u64> = (0..1000).collect();
    /// assert_eq!(set.par_iter().map(|value| *value).sum::<u64>(), 499_500);
    /// ```
    fn into_par_iter(self) -> Self::Iter {
        SetParIter(MapParIter(&self.as_map().raw))
    }
}
