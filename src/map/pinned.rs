//! The map with a guard inside.

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent};

use super::compute::{Compute, Operation};
use super::entry::Entry;
use super::extract_if::ExtractIf;
use super::hash_map::HashMap;
use super::iter::{Iter, Keys, Values};
use super::stats::{Progress, Stats};
use crate::error::{CompareExchangeError, CompareRemoveError, OccupiedError, TryReserveError};
use crate::memory::{Guard, OwnedGuard};

/// A [`HashMap`] with a [`Guard`] inside, from [`HashMap::pin`]. It has the map's methods, without
/// their guard argument.
///
/// What they return lives as long as this reference. While it is held, nothing that is removed from
/// any map can be freed. Hold it for a batch of operations rather than for good.
///
/// With an [`OwnedGuard`] inside, from [`HashMap::pin_owned`], it is `Send` and `Sync` and may be
/// held across an `.await`.
pub struct HashMapRef<'map, K, V, S = DefaultHashBuilder, G = Guard> {
    map: &'map HashMap<K, V, S>,
    guard: G,
}

impl<'map, K, V, S, G> HashMapRef<'map, K, V, S, G> {
    #[inline]
    pub(super) fn new(map: &'map HashMap<K, V, S>, guard: G) -> Self {
        HashMapRef { map, guard }
    }

    /// The map itself.
    pub fn map(&self) -> &'map HashMap<K, V, S> {
        self.map
    }

    /// See [`HashMap::hasher`].
    pub fn hasher(&self) -> &'map S {
        self.map.hasher()
    }

    /// See [`HashMap::len`].
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// See [`HashMap::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// See [`HashMap::capacity`].
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// See [`HashMap::stats`].
    pub fn stats(&self) -> Stats {
        self.map.stats()
    }

    /// See [`HashMap::chain_histogram`].
    pub fn chain_histogram(&self) -> Vec<usize> {
        self.map.chain_histogram()
    }
}

impl<K, V, S> HashMapRef<'_, K, V, S> {
    /// Lets go of everything that was read, and pins again; see [`Guard::repin`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl<K, V, S> HashMapRef<'_, K, V, S, OwnedGuard> {
    /// Lets go of everything that was read, and pins again; see [`OwnedGuard::repin`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl<K, V, S, G: Borrow<Guard>> HashMapRef<'_, K, V, S, G> {
    /// The guard inside.
    #[inline]
    pub fn guard(&self) -> &Guard {
        self.guard.borrow()
    }
}

impl<K, V, S, G> HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// See [`HashMap::get`].
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get(key, self.guard())
    }

    /// See [`HashMap::get_key_value`].
    #[inline]
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get_key_value(key, self.guard())
    }

    /// See [`HashMap::contains_key`].
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.contains_key(key, self.guard())
    }

    /// See [`HashMap::get_many`].
    pub fn get_many<Q, const N: usize>(&self, keys: [&Q; N]) -> [Option<&V>; N]
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get_many(keys, self.guard())
    }

    /// See [`HashMap::get_many_iter`].
    pub fn get_many_iter<'q, Q>(
        &self,
        keys: impl IntoIterator<Item = &'q Q>,
    ) -> impl Iterator<Item = Option<&V>>
    where
        Q: Hash + Equivalent<K> + ?Sized + 'q,
    {
        self.map.get_many_iter(keys, self.guard())
    }

    /// See [`HashMap::iter`].
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.map.iter(self.guard())
    }

    /// See [`HashMap::keys`].
    pub fn keys(&self) -> Keys<'_, K, V> {
        self.map.keys(self.guard())
    }

    /// See [`HashMap::values`].
    pub fn values(&self) -> Values<'_, K, V> {
        self.map.values(self.guard())
    }
}

impl<K, V, S, G> HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// See [`HashMap::insert`].
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<&V> {
        self.map.insert(key, value, self.guard())
    }

    /// See [`HashMap::try_insert`].
    #[inline]
    pub fn try_insert(&self, key: K, value: V) -> Result<&V, OccupiedError<'_, V>> {
        self.map.try_insert(key, value, self.guard())
    }

    /// See [`HashMap::try_insert_with`].
    ///
    /// # Errors
    ///
    /// If the key is present: its value.
    #[inline]
    pub fn try_insert_with<F>(&self, key: K, make: F) -> Result<&V, &V>
    where
        F: FnOnce() -> V,
    {
        self.map.try_insert_with(key, make, self.guard())
    }

    /// See [`HashMap::get_or_insert`].
    #[inline]
    pub fn get_or_insert(&self, key: K, value: V) -> &V {
        self.map.get_or_insert(key, value, self.guard())
    }

    /// See [`HashMap::get_or_insert_with`].
    #[inline]
    pub fn get_or_insert_with<F>(&self, key: K, make: F) -> &V
    where
        F: FnOnce() -> V,
    {
        self.map.get_or_insert_with(key, make, self.guard())
    }

    /// See [`HashMap::get_or_try_insert_with`].
    ///
    /// # Errors
    ///
    /// That of `make`.
    #[inline]
    pub fn get_or_try_insert_with<F, E>(&self, key: K, make: F) -> Result<&V, E>
    where
        F: FnOnce() -> Result<V, E>,
    {
        self.map.get_or_try_insert_with(key, make, self.guard())
    }

    /// See [`HashMap::get_or_insert_with_ref`].
    #[inline]
    pub fn get_or_insert_with_ref<'q, Q, F>(&self, key: &'q Q, make: F) -> &V
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: From<&'q Q>,
        F: FnOnce() -> V,
    {
        self.map.get_or_insert_with_ref(key, make, self.guard())
    }

    /// See [`HashMap::try_insert_with_ref`].
    ///
    /// # Errors
    ///
    /// If the key is present: its value.
    #[inline]
    pub fn try_insert_with_ref<'q, Q, F>(&self, key: &'q Q, make: F) -> Result<&V, &V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: From<&'q Q>,
        F: FnOnce() -> V,
    {
        self.map.try_insert_with_ref(key, make, self.guard())
    }

    /// See [`HashMap::update_ref`].
    #[inline]
    pub fn update_ref<'q, Q, F>(&self, key: &'q Q, change: F) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: From<&'q Q>,
        F: FnMut(&V) -> V,
    {
        self.map.update_ref(key, change, self.guard())
    }

    /// See [`HashMap::entry`].
    #[inline]
    pub fn entry(&self, key: K) -> Entry<'_, K, V, S> {
        self.map.entry(key, self.guard())
    }

    /// See [`HashMap::update`].
    #[inline]
    pub fn update<F>(&self, key: K, change: F) -> Option<&V>
    where
        F: FnMut(&V) -> V,
    {
        self.map.update(key, change, self.guard())
    }

    /// See [`HashMap::update_or_insert`].
    #[inline]
    pub fn update_or_insert<F>(&self, key: K, change: F, value: V) -> &V
    where
        F: FnMut(&V) -> V,
    {
        self.map.update_or_insert(key, change, value, self.guard())
    }

    /// See [`HashMap::update_or_insert_with`].
    #[inline]
    pub fn update_or_insert_with<U, F>(&self, key: K, change: U, make: F) -> &V
    where
        U: FnMut(&V) -> V,
        F: FnOnce() -> V,
    {
        self.map.update_or_insert_with(key, change, make, self.guard())
    }

    /// See [`HashMap::compute`].
    #[inline]
    pub fn compute<'g, F, T>(&'g self, key: K, decide: F) -> Compute<'g, K, V, T>
    where
        F: FnMut(Option<(&'g K, &'g V)>) -> Operation<V, T>,
    {
        self.map.compute(key, decide, self.guard())
    }

    /// See [`HashMap::compare_exchange`].
    ///
    /// # Errors
    ///
    /// The current value, if it is not the expected one, and `new`.
    #[inline]
    pub fn compare_exchange(
        &self,
        key: K,
        current: &V,
        new: V,
    ) -> Result<&V, CompareExchangeError<'_, V>>
    where
        V: PartialEq,
    {
        self.map.compare_exchange(key, current, new, self.guard())
    }

    /// See [`HashMap::compare_remove`].
    ///
    /// # Errors
    ///
    /// The current value, if it is not the expected one.
    #[inline]
    pub fn compare_remove<Q>(&self, key: &Q, current: &V) -> Result<&V, CompareRemoveError<'_, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: PartialEq,
    {
        self.map.compare_remove(key, current, self.guard())
    }

    /// See [`HashMap::remove`].
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove(key, self.guard())
    }

    /// See [`HashMap::remove_entry`].
    #[inline]
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove_entry(key, self.guard())
    }

    /// See [`HashMap::remove_if`].
    ///
    /// # Errors
    ///
    /// The entry, if `condition` did not hold for it.
    #[inline]
    #[allow(clippy::type_complexity)]
    pub fn remove_if<Q, F>(&self, key: &Q, condition: F) -> Result<Option<(&K, &V)>, (&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        F: FnMut(&K, &V) -> bool,
    {
        self.map.remove_if(key, condition, self.guard())
    }

    /// See [`HashMap::retain`].
    pub fn retain<F>(&self, keep: F)
    where
        F: FnMut(&K, &V) -> bool,
    {
        self.map.retain(keep, self.guard());
    }

    /// See [`HashMap::extract_if`].
    pub fn extract_if<F>(&self, condition: F) -> ExtractIf<'_, K, V, F, S>
    where
        F: FnMut(&K, &V) -> bool,
    {
        self.map.extract_if(condition, self.guard())
    }

    /// See [`HashMap::clear`].
    pub fn clear(&self) {
        self.map.clear(self.guard());
    }

    /// See [`HashMap::reserve`].
    pub fn reserve(&self, additional: usize) {
        self.map.reserve(additional, self.guard());
    }

    /// See [`HashMap::try_reserve`].
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_reserve(&self, additional: usize) -> Result<(), TryReserveError> {
        self.map.try_reserve(additional, self.guard())
    }

    /// See [`HashMap::shrink_to`].
    pub fn shrink_to(&self, min_capacity: usize) {
        self.map.shrink_to(min_capacity, self.guard());
    }

    /// See [`HashMap::shrink_to_fit`].
    pub fn shrink_to_fit(&self) {
        self.map.shrink_to_fit(self.guard());
    }

    /// See [`HashMap::is_resizing`].
    pub fn is_resizing(&self) -> bool {
        self.map.is_resizing()
    }

    /// See [`HashMap::help_resize`].
    pub fn help_resize(&self, groups: usize) -> Progress {
        self.map.help_resize(groups)
    }

    /// See [`HashMap::finish_resize`].
    pub fn finish_resize(&self) {
        self.map.finish_resize();
    }

    /// See [`HashMap::flush`]. What this guard still sees is not dropped.
    pub fn flush(&self) {
        self.map.flush();
    }
}
