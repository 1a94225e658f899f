//! Operations that put nothing in and take nothing out.

use core::hash::{BuildHasher, Hash};
use core::time::Duration;

use hashbrown::Equivalent;

use super::held::{Held, NEVER};
use super::iter::Iter;
use super::map::ExpiringMap;
use super::pinned::ExpiringMapRef;
use crate::memory::{self, Guard, OwnedGuard};

impl<K, V, S> ExpiringMap<K, V, S> {
    /// A guard for the operations. The same as [`evacmap::pin`](crate::pin).
    #[inline]
    pub fn guard(&self) -> Guard {
        memory::pin()
    }

    /// The map with a guard inside.
    #[inline]
    pub fn pin(&self) -> ExpiringMapRef<'_, K, V, S> {
        ExpiringMapRef::new(self, memory::pin())
    }

    /// The map with an [`OwnedGuard`] inside. It may be held across an `.await`.
    pub fn pin_owned(&self) -> ExpiringMapRef<'_, K, V, S, OwnedGuard> {
        ExpiringMapRef::new(self, OwnedGuard::new())
    }

    /// The number of entries that are held. Those that have expired and have not been swept yet
    /// count. As exact as [`HashMap::len`](crate::HashMap::len), and as cheap.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the map holds nothing; as exact as [`len`](Self::len).
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many entries the map can hold before it grows.
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// The time since the map was made, by its clock: the scale of
    /// [`insert_until`](Self::insert_until).
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.clock.now())
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> ExpiringMap<K, V, S> {
    /// The value of a key. Counts as a hit: with a time to idle, that begins anew.
    ///
    /// Takes a look-up and a reading of the clock. With a time to idle it takes a locked
    /// instruction on the entry as well, once in a tick. An entry that is found dead is looked up
    /// again; otherwise it is wait-free.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert_eq!(map.get("a", &guard), Some(&1));
    /// ```
    #[inline]
    pub fn get<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<&'g V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.counted(self.find(key, guard, Held::hit)).map(|entry| &entry.value.value)
    }

    /// The key as it is in the map, and its value. Counts as a hit.
    #[inline]
    pub fn get_key_value<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<(&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let found = self.counted(self.find(key, guard, Held::hit));
        found.map(|entry| (&entry.key, &entry.value.value))
    }

    /// Whether the key is present. That is no hit.
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q, guard: &Guard) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find(key, guard, |held, rule| held.is_alive(rule.now)).is_some()
    }

    /// For how long the key will be present if nobody hits or touches it. `None` if it is absent,
    /// [`Duration::MAX`] if it never expires. That is no hit.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert!(map.remaining("a", &guard).unwrap() <= Duration::from_secs(60));
    /// assert_eq!(map.remaining("b", &guard), None);
    /// ```
    pub fn remaining<Q>(&self, key: &Q, guard: &Guard) -> Option<Duration>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let left = core::cell::Cell::new(None);
        self.find(key, guard, |held, rule| {
            left.set(held.deadline(rule.now).map(|deadline| match deadline {
                NEVER => Duration::MAX,
                deadline => Duration::from_nanos(deadline - rule.now),
            }));
            left.get().is_some()
        });
        left.get()
    }

    /// Begins the key's time to live anew, and its time to idle: it lives on for as long as it was
    /// put in for. `false` if it is absent.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert!(map.touch("a", &guard) && !map.touch("b", &guard));
    /// ```
    pub fn touch<Q>(&self, key: &Q, guard: &Guard) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.find(key, guard, Held::touch).is_some()
    }

    /// The number of entries that are alive. Goes through the whole map.
    pub fn len_exact(&self, guard: &Guard) -> usize {
        self.iter(guard).count()
    }

    /// All entries that are alive, in no particular order, while others may read and write. What
    /// [`HashMap::iter`](crate::HashMap::iter) promises holds here too. An entry that expires
    /// meanwhile is one that goes. To be returned is no hit.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert_eq!(map.iter(&guard).collect::<Vec<_>>(), [(&"a", &1)]);
    /// ```
    pub fn iter<'g>(&'g self, guard: &'g Guard) -> Iter<'g, K, V, S> {
        Iter { map: self, guard, entries: self.map.raw.walk(guard) }
    }
}
