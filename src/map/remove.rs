//! Removals, and dropping what was removed.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::extract_if::ExtractIf;
use super::hash_map::HashMap;
use crate::engine::Deleted;
use crate::error::CompareRemoveError;
use crate::memory::Guard;

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Removes the key if its value equals `current`. Returns the value. (Go's `CompareAndDelete`.)
    ///
    /// # Errors
    ///
    /// If the key is absent or has another value: that value, if any.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.compare_remove("a", &2, &guard).unwrap_err().current, Some(&1));
    /// assert_eq!(map.compare_remove("a", &1, &guard), Ok(&1));
    /// ```
    #[inline]
    pub fn compare_remove<'g, Q>(
        &'g self,
        key: &Q,
        current: &V,
        guard: &'g Guard,
    ) -> Result<&'g V, CompareRemoveError<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: PartialEq,
    {
        match self.delete(self.probe(key), guard, |entry| entry.value == *current) {
            Deleted::Removed(entry) => Ok(&entry.value),
            Deleted::Kept(entry) => Err(CompareRemoveError { current: Some(&entry.value) }),
            Deleted::Absent => Err(CompareRemoveError { current: None }),
        }
    }

    /// Removes a key. Returns its value, which can be read as long as the guard is held. (Go's
    /// `LoadAndDelete`.)
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.remove("a", &guard), Some(&1));
    /// assert_eq!(map.remove("a", &guard), None);
    /// ```
    #[inline]
    pub fn remove<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<&'g V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.remove_entry(key, guard).map(|(_, value)| value)
    }

    /// Removes a key. Returns it and its value.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// assert_eq!(map.remove_entry("a", &map.guard()), Some((&"a", &1)));
    /// ```
    #[inline]
    pub fn remove_entry<'g, Q>(&'g self, key: &Q, guard: &'g Guard) -> Option<(&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        match self.delete(self.probe(key), guard, |_| true) {
            Deleted::Removed(entry) => Some(entry.pair()),
            _ => None,
        }
    }

    /// Removes a key if `condition` holds for its entry, in one atomic step. Returns
    /// `Ok(Some(entry))` if it was removed, and `Ok(None)` if the key was absent.
    ///
    /// `condition` runs again if another write or a resize comes in between.
    ///
    /// # Errors
    ///
    /// The entry, if `condition` did not hold for it.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.remove_if("a", |_, n| *n > 1, &guard), Err((&"a", &1)));
    /// assert_eq!(map.remove_if("a", |_, n| *n > 0, &guard), Ok(Some((&"a", &1))));
    /// assert_eq!(map.remove_if("a", |_, _| true, &guard), Ok(None));
    /// ```
    #[inline]
    #[allow(clippy::type_complexity)]
    pub fn remove_if<'g, Q, F>(
        &'g self,
        key: &Q,
        mut condition: F,
        guard: &'g Guard,
    ) -> Result<Option<(&'g K, &'g V)>, (&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        F: FnMut(&K, &V) -> bool,
    {
        match self.delete(self.probe(key), guard, |entry| condition(&entry.key, &entry.value)) {
            Deleted::Removed(entry) => Ok(Some(entry.pair())),
            Deleted::Kept(entry) => Err(entry.pair()),
            Deleted::Absent => Ok(None),
        }
    }

    /// Removes every entry for which `keep` does not hold. An entry is removed only if `keep` was
    /// asked about its present value. [`iter`](Self::iter) says what this sees of concurrent
    /// changes.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20), (3, 30)]);
    /// map.retain(|k, _| k % 2 == 1, &map.guard());
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn retain<F>(&self, mut keep: F, guard: &Guard)
    where
        F: FnMut(&K, &V) -> bool,
    {
        self.extract_if(|key, value| !keep(key, value), guard).for_each(drop);
    }

    /// Removes entries for which `condition` holds, as the iterator comes to them, and returns
    /// them.
    ///
    /// An entry is removed only if `condition` holds for its present value; `condition` may be
    /// asked twice. [`iter`](Self::iter) says what this sees of concurrent changes. If the iterator
    /// is dropped, the rest stays in the map. With a condition that always holds it drains the map.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = (0..10).map(|i| (i, i)).collect();
    /// let guard = map.guard();
    /// let odd = map.extract_if(|key, _| key % 2 == 1, &guard);
    /// let mut odd: Vec<u32> = odd.map(|(key, _)| *key).collect();
    /// odd.sort();
    /// assert_eq!(odd, [1, 3, 5, 7, 9]);
    /// assert_eq!(map.len(), 5);
    /// ```
    pub fn extract_if<'g, F>(&'g self, condition: F, guard: &'g Guard) -> ExtractIf<'g, K, V, F, S>
    where
        F: FnMut(&K, &V) -> bool,
    {
        ExtractIf { map: self, guard, walk: self.raw.walk(guard), condition }
    }

    /// Removes everything, at one moment: the map's table is swapped for an empty one of the same
    /// size. The writes that follow drop the old entries, a few at a time. The capacity stays.
    ///
    /// If a resize is running, this thread first helps to finish it. A write that began before the
    /// swap may take effect before it or after it.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// map.clear(&map.guard());
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self, guard: &Guard) {
        self.raw.clear(guard);
    }

    /// Drops the map's garbage, as far as no guard can see it any more.
    ///
    /// One call is enough: if no guard is held, everything is dropped that was removed before. That
    /// includes entries that other threads have removed, but for the last ones of each, up to 63,
    /// which stay with that thread until it removes more or flushes. The memory of tables of
    /// earlier resizes is freed as well. The collector goes on by a bounded number of steps; then
    /// the call takes time in proportion to what it drops, but not to what is removed meanwhile.
    /// Called from a `Drop` that it causes itself, it drops nothing. What another thread is about
    /// to drop at the same moment is left to that thread.
    ///
    /// Without a flush, later writes to the map drop removed entries: those of the thread that
    /// removed them, a batch of 64 at a time, and now and then those of other threads. If nobody
    /// writes, the entries wait for a flush or for the map's drop. An entry that was removed while
    /// a guard was held is dropped when that guard is gone, at the earliest.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, "a")]);
    /// map.pin().remove(&1);
    /// map.flush();
    /// ```
    pub fn flush(&self) {
        self.raw.flush();
    }
}
