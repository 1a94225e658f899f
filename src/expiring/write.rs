//! Operations that put something in.

use core::hash::{BuildHasher, Hash};
use core::time::Duration;

use super::clock::nanos;
use super::held::{Held, NEVER, Nanos, Rule};
use super::map::{Attempt, ExpiringMap, Put};
use super::tally::Event;
use crate::engine::Step as Do;
use crate::memory::Guard;

impl<K, V, S> ExpiringMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Inserts a key and its value for the map's time to live. Returns the value that it replaced,
    /// if the key was present.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// assert_eq!(map.insert(1, 'a', &guard), None);
    /// assert_eq!(map.insert(1, 'b', &guard), Some(&'a'));
    /// ```
    pub fn insert<'g>(&'g self, key: K, value: V, guard: &'g Guard) -> Option<&'g V> {
        self.put(key, value, |now| now.saturating_add(self.settings.ttl), guard)
    }

    /// Inserts a key and its value for a time to live of its own. With [`Duration::MAX`], or
    /// anything else that does not come within 584 years, it never expires. With
    /// [`Duration::ZERO`] it expires at once: whatever the key had is replaced, and the key is
    /// absent.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert_with_ttl(1, 'a', Duration::MAX, &guard);
    /// assert_eq!(map.remaining(&1, &guard), Some(Duration::MAX));
    /// assert_eq!(map.insert_with_ttl(1, 'b', Duration::ZERO, &guard), Some(&'a'));
    /// assert_eq!(map.get(&1, &guard), None);
    /// ```
    pub fn insert_with_ttl<'g>(
        &'g self,
        key: K,
        value: V,
        ttl: Duration,
        guard: &'g Guard,
    ) -> Option<&'g V> {
        self.put(key, value, |now| now.saturating_add(nanos(ttl)), guard)
    }

    /// Inserts a key and its value until a moment, by [`now`](Self::now). If that has been, it
    /// expires at once.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert_until(1, 'a', map.now() + Duration::from_secs(9), &guard);
    /// assert!(map.contains_key(&1, &guard));
    /// map.insert_until(1, 'b', Duration::ZERO, &guard);
    /// assert!(!map.contains_key(&1, &guard));
    /// ```
    pub fn insert_until<'g>(
        &'g self,
        key: K,
        value: V,
        deadline: Duration,
        guard: &'g Guard,
    ) -> Option<&'g V> {
        self.put(key, value, |_| nanos(deadline), guard)
    }

    fn put<'g>(
        &'g self,
        key: K,
        value: V,
        ends: impl FnOnce(Nanos) -> Nanos,
        guard: &'g Guard,
    ) -> Option<&'g V> {
        let mut attempt = self.attempt(key);
        let Attempt { name, rule, .. } = attempt;
        attempt.draft.set_value(Held::new(name.number, ends(rule.now), rule, value));
        let is_alive = |held: &Held<V>, rule: Rule| held.is_alive(rule.now);
        let Put { before, .. } = self.assign(attempt, guard, is_alive, |_, _| Do::Put);
        before.map(|entry| &entry.value.value)
    }

    /// The value of a key, which counts as a hit. If the key is absent, inserts what `make` returns
    /// for the map's time to live, and returns that.
    ///
    /// `make` runs at most once, and only if the key was seen to be absent. The time to live begins
    /// when it returns. If another thread inserts the key in the meantime, its value stays and that
    /// of `make` is dropped.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// assert_eq!(map.get_or_insert_with(1, || 'a', &guard), &'a');
    /// assert_eq!(map.get_or_insert_with(1, || unreachable!(), &guard), &'a');
    /// ```
    pub fn get_or_insert_with<'g>(
        &'g self,
        key: K,
        make: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> &'g V {
        let mut make = Some(make);
        let attempt = self.attempt(key);
        let number = attempt.name.number;
        let put = self.assign(attempt, guard, Held::hit, |entry, draft| {
            if entry.is_some() {
                return Do::Leave;
            }
            if let Some(make) = make.take() {
                let (value, rule) = (make(), self.rule());
                let ends = rule.now.saturating_add(self.settings.ttl);
                draft.set_value(Held::new(number, ends, rule, value));
            }
            Do::Put
        });
        self.tally.count(if put.new.is_none() { Event::Hit } else { Event::Miss });
        let entry = put.new.or(put.before).expect("it was there, or has been put in");
        &entry.value.value
    }

    /// Replaces the value of a key with what `change` makes of it. The time to live begins anew, as
    /// long as it was. Returns the new value, or `None` if the key is absent.
    ///
    /// `change` runs again if another write or a resize comes in between.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// let guard = map.guard();
    /// map.insert("a", 1, &guard);
    /// assert_eq!(map.update("a", |n| n + 1, &guard), Some(&2));
    /// assert_eq!(map.update("b", |n| n + 1, &guard), None);
    /// ```
    pub fn update<'g>(
        &'g self,
        key: K,
        mut change: impl FnMut(&V) -> V,
        guard: &'g Guard,
    ) -> Option<&'g V> {
        let attempt = self.attempt(key);
        let number = attempt.name.number;
        let is_alive = |held: &Held<V>, rule: Rule| held.is_alive(rule.now);
        let put = self.assign(attempt, guard, is_alive, |entry, draft| {
            let Some(entry) = entry else { return Do::Leave };
            let (value, rule, ttl) = (change(&entry.value.value), self.rule(), entry.value.ttl);
            let ends = if ttl == NEVER { NEVER } else { rule.now.saturating_add(ttl) };
            draft.set_value(Held::new(number, ends, rule, value));
            Do::Put
        });
        put.new.map(|entry| &entry.value.value)
    }
}
