//! An iterator that removes the entries for which a condition holds.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::panic::{RefUnwindSafe, UnwindSafe};

use hashbrown::DefaultHashBuilder;

use super::hash_map::HashMap;
use crate::engine::{Deleted, Walk};
use crate::layout::Boxed;
use crate::memory::Guard;

/// Removes entries for which a condition holds, and returns them. From
/// [`HashMap::extract_if`](crate::HashMap::extract_if).
#[must_use = "removes only what is asked for; `retain` removes all"]
pub struct ExtractIf<'g, K, V, F, S = DefaultHashBuilder> {
    pub(super) map: &'g HashMap<K, V, S>,
    pub(super) guard: &'g Guard,
    pub(super) walk: Walk<'g, Boxed<K, V>>,
    pub(super) condition: F,
}

impl<'g, K, V, F, S> Iterator for ExtractIf<'g, K, V, F, S>
where
    K: Hash + Eq + Send,
    V: Send,
    F: FnMut(&K, &V) -> bool,
    S: BuildHasher,
{
    type Item = (&'g K, &'g V);

    fn next(&mut self) -> Option<Self::Item> {
        let condition = &mut self.condition;
        for entry in self.walk.by_ref() {
            if !condition(&entry.key, &entry.value) {
                continue;
            }
            let mut asked = entry;
            let is_key = |key: &K| *key == entry.key;
            let deleted = self.map.delete((entry.hash, is_key), self.guard, |now| {
                let same = core::ptr::eq(now, asked);
                asked = now;
                same || condition(&now.key, &now.value)
            });
            if let Deleted::Removed(removed) = deleted {
                return Some(removed.pair());
            }
        }
        None
    }
}

impl<K, V, F, S> FusedIterator for ExtractIf<'_, K, V, F, S>
where
    K: Hash + Eq + Send,
    V: Send,
    F: FnMut(&K, &V) -> bool,
    S: BuildHasher,
{
}

/// A panic of the condition leaves map and iterator valid. The entry that it was asked about stays.
impl<K, V, F, S> UnwindSafe for ExtractIf<'_, K, V, F, S>
where
    K: RefUnwindSafe,
    V: RefUnwindSafe,
    F: UnwindSafe,
    S: RefUnwindSafe,
{
}

impl<K, V, F, S> fmt::Debug for ExtractIf<'_, K, V, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtractIf { .. }")
    }
}
