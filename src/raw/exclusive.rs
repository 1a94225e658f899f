//! Access through `&mut`: nobody else is at the map, and no reference that it gave out is left, so
//! values may be changed in place. A resize may be half done; it stays so.

use core::ptr::NonNull;

use super::RawMap;
use super::entry::Entry;
use super::hash::Hash;
use super::lookup::Located;
use super::teardown::gather;

impl<K, V> RawMap<K, V> {
    /// The value of a key.
    pub(crate) fn get_mut(
        &mut self,
        hash: Hash,
        mut is_key: impl FnMut(&K) -> bool,
    ) -> Option<&mut V> {
        let guard = crate::pin();
        let word = loop {
            let chain = self.chain(hash, &guard);
            match Self::locate(&chain, hash, &mut is_key, &guard) {
                Located::Occupied { word, .. } => break word,
                Located::FrozenKey => self.unblock(hash, &self.heap.local(), &guard),
                Located::Vacant { .. } | Located::Full { .. } | Located::FrozenEnd => return None,
            }
        };
        // SAFETY: the word is LIVE, so that its entry is initialised, and by `&mut self` nobody
        // else has a reference to it. It is freed by operations on the map alone, which the
        // result's borrow of the map excludes.
        let entry = unsafe { word.pointer().as_mut() };
        entry.map(|entry| &mut entry.value)
    }

    /// All entries, each once.
    pub(crate) fn entries_mut(&mut self) -> EntriesMut<'_, K, V> {
        EntriesMut { map: self, bucket: 0, entries: Vec::new() }
    }
}

/// Walks a map that is borrowed exclusively.
pub(crate) struct EntriesMut<'m, K, V> {
    map: &'m mut RawMap<K, V>,
    /// The next bucket of the root.
    bucket: usize,
    /// A group's entries that have not been given out yet.
    entries: Vec<NonNull<Entry<K, V>>>,
}

// SAFETY: it is an exclusive borrow of the map, and the pointers go to that map's entries.
unsafe impl<K: Send, V: Send> Send for EntriesMut<'_, K, V> {}
// SAFETY: gives nothing out through `&`.
unsafe impl<K: Sync, V: Sync> Sync for EntriesMut<'_, K, V> {}

impl<'m, K, V> Iterator for EntriesMut<'m, K, V> {
    type Item = (&'m K, &'m mut V);

    fn next(&mut self) -> Option<(&'m K, &'m mut V)> {
        while self.entries.is_empty() {
            let guard = crate::pin();
            if !gather(self.map.root(&guard), &mut self.bucket, &mut self.entries) {
                return None;
            }
        }
        let mut entry = self.entries.pop()?;
        // SAFETY: LIVE, so initialised, and not freed while the map is borrowed. Unique: an entry
        // is linked in one chain, or in a source and its destination, of which `gather` reads one;
        // and each group once. `gather` looks at entries of groups that have not been given out at
        // all (without tags), so never at this one again.
        let Entry { key, value, .. } = unsafe { entry.as_mut() };
        Some((key, value))
    }
}
