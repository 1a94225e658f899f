//! Removals, and what is done about removed entries.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::extract_if::ExtractIf;
use super::hash_map::HashMap;
use crate::error::CompareRemoveError;
use crate::guard::{self, Guard};
use crate::raw::Deleted;

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
    /// If the key is absent or its value another: that value.
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

    /// Removes a key. Returns its value, which stays readable as long as the guard. (Go's
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

    /// Removes a key if `condition` holds for its entry, in one atomic step: `Ok(Some(entry))` if
    /// it was removed, `Ok(None)` if the key was absent.
    ///
    /// `condition` runs again if another write, or a resize, came in between.
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
    pub fn remove_if<'g, Q>(
        &'g self,
        key: &Q,
        mut condition: impl FnMut(&K, &V) -> bool,
        guard: &'g Guard,
    ) -> Result<Option<(&'g K, &'g V)>, (&'g K, &'g V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        match self.delete(self.probe(key), guard, |entry| condition(&entry.key, &entry.value)) {
            Deleted::Removed(entry) => Ok(Some(entry.pair())),
            Deleted::Kept(entry) => Err(entry.pair()),
            Deleted::Absent => Ok(None),
        }
    }

    /// Removes every entry for which `keep` does not hold; what the iteration sees of concurrent
    /// changes is told at [`iter`](Self::iter). An entry is removed only if `keep` has been asked
    /// about its present value.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20), (3, 30)]);
    /// map.retain(|k, _| k % 2 == 1, &map.guard());
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool, guard: &Guard) {
        self.extract_if(|key, value| !keep(key, value), guard).for_each(drop);
    }

    /// Removes entries for which `condition` holds, as the iterator comes to them, and returns
    /// them. What it sees of concurrent changes is told at [`iter`](Self::iter); an entry is
    /// removed only if `condition` held for the value that it then has, for which it may be asked
    /// twice. An iterator that is dropped leaves the rest alone. With a condition that always holds
    /// it drains the map.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = (0..10).map(|i| (i, i)).collect();
    /// let guard = map.guard();
    /// let mut odd: Vec<u32> = map.extract_if(|key, _| key % 2 == 1, &guard).map(|(key, _)| *key).collect();
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
    /// size. The old entries are dropped later, a few at a time, by whoever writes to the map.
    ///
    /// If a resize is running, this thread helps to finish it first. A write that began before the
    /// swap may count as before it. The capacity stays.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 10), (2, 20)]);
    /// map.clear(&map.guard());
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self, guard: &Guard) {
        self.raw.clear(&self.raw.heap.local(), guard);
    }

    /// Hands what this thread has removed from the map to the collector, and drops whatever of the
    /// map's garbage no guard can see any more: its own, and what other threads have handed on; and
    /// the memory of large tables of earlier resizes. What another thread has removed last, up to
    /// 63 entries, stays with that thread until it removes more, or flushes. Within a `Drop` that
    /// this brings about it drops nothing.
    ///
    /// Removed entries are dropped by later writes to the map: by those of the thread that removed
    /// them, a batch of 64 at a time, and now and then by others'. Without writes they wait for
    /// this, or for the map's drop. An entry removed while a guard is held is dropped at the
    /// earliest when that guard is gone; a few calls may be needed then, for the collector advances
    /// in steps.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, "a")]);
    /// map.pin().remove(&1);
    /// map.flush();
    /// ```
    pub fn flush(&self) {
        let guard = guard::pin();
        // SAFETY: `K: Send, V: Send`.
        unsafe { self.raw.heap.local().flush(guard.pin()) };
    }
}
