//! The map with a guard inside.

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};
use core::time::Duration;

use hashbrown::{DefaultHashBuilder, Equivalent};

use super::iter::Iter;
use super::map::ExpiringMap;
use super::stats::ExpiringStats;
use super::sweep::Sweep;
use crate::memory::{Guard, OwnedGuard};

/// An [`ExpiringMap`] with a [`Guard`] inside, from [`ExpiringMap::pin`]. It has the map's methods,
/// without their guard argument.
///
/// What they return lives as long as this reference. While it is held, nothing that leaves any map
/// can be freed. Hold it for a batch of operations rather than for good.
///
/// With an [`OwnedGuard`] inside, from [`ExpiringMap::pin_owned`], it is `Send` and `Sync` and may
/// be held across an `.await`.
pub struct ExpiringMapRef<'map, K, V, S = DefaultHashBuilder, G = Guard> {
    map: &'map ExpiringMap<K, V, S>,
    guard: G,
}

impl<'map, K, V, S, G> ExpiringMapRef<'map, K, V, S, G> {
    #[inline]
    pub(super) fn new(map: &'map ExpiringMap<K, V, S>, guard: G) -> Self {
        ExpiringMapRef { map, guard }
    }

    /// The map itself.
    pub fn map(&self) -> &'map ExpiringMap<K, V, S> {
        self.map
    }

    /// See [`ExpiringMap::len`].
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// See [`ExpiringMap::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// See [`ExpiringMap::capacity`].
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// See [`ExpiringMap::now`].
    pub fn now(&self) -> Duration {
        self.map.now()
    }

    /// See [`ExpiringMap::stats`].
    pub fn stats(&self) -> ExpiringStats {
        self.map.stats()
    }
}

impl<K, V, S> ExpiringMapRef<'_, K, V, S> {
    /// Lets go of everything that was read, and pins again; see [`Guard::repin`].
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl<K, V, S> ExpiringMapRef<'_, K, V, S, OwnedGuard> {
    /// Lets go of everything that was read, and pins again; see [`OwnedGuard::repin`].
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, G: Borrow<Guard>> ExpiringMapRef<'_, K, V, S, G> {
    /// The guard inside.
    pub fn guard(&self) -> &Guard {
        self.guard.borrow()
    }

    /// See [`ExpiringMap::len_exact`].
    pub fn len_exact(&self) -> usize {
        self.map.len_exact(self.guard())
    }

    /// See [`ExpiringMap::iter`].
    pub fn iter(&self) -> Iter<'_, K, V, S> {
        self.map.iter(self.guard())
    }

    /// See [`ExpiringMap::get`].
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get(key, self.guard())
    }

    /// See [`ExpiringMap::get_key_value`].
    #[inline]
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.get_key_value(key, self.guard())
    }

    /// See [`ExpiringMap::contains_key`].
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.contains_key(key, self.guard())
    }

    /// See [`ExpiringMap::remaining`].
    pub fn remaining<Q>(&self, key: &Q) -> Option<Duration>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remaining(key, self.guard())
    }

    /// See [`ExpiringMap::touch`].
    pub fn touch<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.touch(key, self.guard())
    }
}

impl<K, V, S, G> ExpiringMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    /// See [`ExpiringMap::insert`].
    pub fn insert(&self, key: K, value: V) -> Option<&V> {
        self.map.insert(key, value, self.guard())
    }

    /// See [`ExpiringMap::insert_with_ttl`].
    pub fn insert_with_ttl(&self, key: K, value: V, ttl: Duration) -> Option<&V> {
        self.map.insert_with_ttl(key, value, ttl, self.guard())
    }

    /// See [`ExpiringMap::insert_until`].
    pub fn insert_until(&self, key: K, value: V, deadline: Duration) -> Option<&V> {
        self.map.insert_until(key, value, deadline, self.guard())
    }

    /// See [`ExpiringMap::get_or_insert_with`].
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> &V {
        self.map.get_or_insert_with(key, make, self.guard())
    }

    /// See [`ExpiringMap::update`].
    pub fn update(&self, key: K, change: impl FnMut(&V) -> V) -> Option<&V> {
        self.map.update(key, change, self.guard())
    }

    /// See [`ExpiringMap::remove`].
    pub fn remove<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove(key, self.guard())
    }

    /// See [`ExpiringMap::remove_entry`].
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove_entry(key, self.guard())
    }

    /// See [`ExpiringMap::remove_if`].
    ///
    /// # Errors
    ///
    /// The entry, if `condition` did not hold for it.
    #[allow(clippy::type_complexity)]
    pub fn remove_if<Q>(
        &self,
        key: &Q,
        condition: impl FnMut(&K, &V) -> bool,
    ) -> Result<Option<(&K, &V)>, (&K, &V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.remove_if(key, condition, self.guard())
    }

    /// See [`ExpiringMap::expire_now`].
    pub fn expire_now<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.map.expire_now(key, self.guard())
    }

    /// See [`ExpiringMap::retain`].
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool) {
        self.map.retain(keep, self.guard())
    }

    /// See [`ExpiringMap::clear`].
    pub fn clear(&self) {
        self.map.clear(self.guard())
    }

    /// See [`ExpiringMap::sweep`].
    pub fn sweep(&self, budget: usize) -> Sweep {
        self.map.sweep(budget)
    }

    /// See [`ExpiringMap::flush`].
    pub fn flush(&self) {
        self.map.flush()
    }
}
