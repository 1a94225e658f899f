//! Operations that take something out.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::listener::Cause;
use super::map::{ExpiringMap, HeldEntry};
use super::wheel::Name;
use crate::engine::Deleted;
use crate::memory::Guard;

impl<K, V, S> ExpiringMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Removes a key. Returns its value, which can be read as long as the guard is held.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert_eq!(map.remove("a", &guard), Some(&1));
    /// assert_eq!(map.remove("a", &guard), None);
    /// ```
    pub fn remove<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<&'g V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.remove_entry(key, guard).map(|(_, value)| value)
    }

    /// Removes a key. Returns it and its value.
    pub fn remove_entry<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<(&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let found = self.take_out(key, Cause::Removed, |_, _| true, guard);
        found.ok().flatten().map(pair)
    }

    /// Removes a key if `condition` holds for its entry, in one atomic step. Returns
    /// `Ok(Some(entry))` if it was removed, and `Ok(None)` if the key was absent.
    ///
    /// `condition` runs again if another write or a resize comes in between.
    ///
    /// # Errors
    ///
    /// The entry, if `condition` did not hold for it.
    #[allow(clippy::type_complexity)]
    pub fn remove_if<'g, Q>(
        &'g self,
        key: &Q,
        condition: impl FnMut(&K, &V) -> bool,
        guard: &'g Guard,
    ) -> Result<Option<(&'g K, &'g V)>, (&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let found = self.take_out(key, Cause::Removed, condition, guard);
        found.map(|removed| removed.map(pair)).map_err(pair)
    }

    /// Lets a key expire now: it is removed, and the listener is told that it has expired. `false`
    /// if it was absent.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert!(map.expire_now("a", &guard) && !map.expire_now("a", &guard));
    /// ```
    pub fn expire_now<Q>(&self, key: &Q, guard: &Guard) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let found = self.take_out(key, Cause::Expired, |_, _| true, guard);
        matches!(found, Ok(Some(_)))
    }

    /// Removes the key's entry if it is dead, or if `condition` holds for it. Returns it if it was
    /// alive.
    fn take_out<'g, Q>(
        &'g self,
        key: &Q,
        cause: Cause,
        mut condition: impl FnMut(&K, &V) -> bool,
        guard: &'g Guard,
    ) -> Result<Option<&'g HeldEntry<K, V>>, &'g HeldEntry<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let (now, mut alive) = (self.clock.now(), false);
        let deleted = self.map.delete(self.map.probe(key), guard, |entry| {
            alive = entry.value.is_alive(now);
            !alive || condition(&entry.key, &entry.value.value)
        });
        let found = match deleted {
            Deleted::Removed(entry) => {
                self.left(entry, alive, cause);
                Ok(alive.then_some(entry))
            }
            Deleted::Kept(entry) => Err(entry),
            Deleted::Absent => Ok(None),
        };
        self.share(now, guard);
        found
    }

    /// Removes every entry for which `keep` does not hold. [`iter`](Self::iter) says what this sees
    /// of concurrent changes.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// (0..10).for_each(|i| _ = map.insert(i, i, &guard));
    /// map.retain(|k, _| k % 2 == 1, &guard);
    /// assert_eq!(map.len(), 5);
    /// ```
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool, guard: &Guard) {
        self.thin_out(Cause::Removed, keep, guard);
    }

    fn thin_out(&self, cause: Cause, mut keep: impl FnMut(&K, &V) -> bool, guard: &Guard) {
        for entry in self.map.raw.walk(guard) {
            let now = self.clock.now();
            if entry.value.is_alive(now) && keep(&entry.key, &entry.value.value) {
                continue;
            }
            let mut alive = false;
            let name =
                Name { hash: self.map.hasher().hash_one(&entry.key), number: entry.value.number };
            // By its name: one that has been put in its place meanwhile was not asked about.
            let deleted = self.delete_named(name, guard, |entry| {
                alive = entry.value.is_alive(now);
                true
            });
            if let Deleted::Removed(entry) = deleted {
                self.left(entry, alive, cause);
            }
            self.share(now, guard);
        }
    }

    /// Removes everything.
    ///
    /// Without a listener that takes effect at one moment, as
    /// [`HashMap::clear`](crate::HashMap::clear) does, and the writes that follow drop what was in
    /// it. With a listener, the entries are removed one by one, each is handed to it, and what
    /// others put in meanwhile may stay or go.
    pub fn clear(&self, guard: &Guard) {
        if self.listener.is_some() {
            self.thin_out(Cause::Cleared, |_, _| false, guard);
        } else {
            self.map.clear(guard);
        }
        if self.wheel.wants_scrub(self.map.len()) {
            self.wheel.begin_scrub();
        }
    }

    /// Drops the map's garbage, as far as no guard can see it any more: see
    /// [`HashMap::flush`](crate::HashMap::flush).
    pub fn flush(&self) {
        self.map.flush();
    }
}

fn pair<K, V>(entry: &HeldEntry<K, V>) -> (&K, &V) {
    (&entry.key, &entry.value.value)
}
