//! Iteration over what is alive.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;

use hashbrown::DefaultHashBuilder;

use super::held::Held;
use super::map::ExpiringMap;
use crate::engine::Walk;
use crate::layout::Boxed;
use crate::memory::Guard;

/// The entries of a map that are alive. From [`ExpiringMap::iter`].
pub struct Iter<'g, K, V, S = DefaultHashBuilder> {
    pub(super) map: &'g ExpiringMap<K, V, S>,
    pub(super) guard: &'g Guard,
    pub(super) entries: Walk<'g, Boxed<K, Held<V>>>,
}

impl<'g, K: Hash + Eq, V, S: BuildHasher> Iterator for Iter<'g, K, V, S> {
    type Item = (&'g K, &'g V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let now = self.map.clock.now();
            let mut entry = self.entries.next()?;
            if !entry.value.is_alive(now) {
                // It may have been replaced since it was read, and died after that.
                let is_alive = |held: &Held<V>, rule: super::held::Rule| held.is_alive(rule.now);
                match self.map.find(&entry.key, self.guard, is_alive) {
                    Some(present) => entry = present,
                    None => continue,
                }
            }
            return Some((&entry.key, &entry.value.value));
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> FusedIterator for Iter<'_, K, V, S> {}

impl<K, V, S> fmt::Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
