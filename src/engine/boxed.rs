//! What a map of boxed entries can do with keys and values themselves.

use core::ptr::NonNull;

use super::lookup::Located;
use super::raw::RawMap;
use super::teardown::gather;
use super::writer::Writer;
use crate::layout::Boxed;
use crate::layout::boxed::{Draft, Entry};
use crate::layout::hash::Hash;
use crate::memory::Guard;

impl<K, V> RawMap<Boxed<K, V>> {
    /// Looks a key up; see [`find`](Self::find).
    #[inline]
    pub(crate) fn get<'g>(
        &'g self,
        hash: Hash,
        mut is_key: impl FnMut(&K) -> bool,
        guard: &'g Guard,
    ) -> Option<&'g Entry<K, V>> {
        self.find(hash, |entry| entry.is(hash, &mut is_key), guard)
    }

    /// An entry to be put in by this thread.
    #[inline]
    pub(crate) fn draft(&self, hash: Hash, key: K, value: Option<V>) -> Draft<'_, K, V> {
        Draft::new(self.locals.local(), hash, key, value)
    }

    /// The value of a key, exclusively. A resize may be half done; it stays so.
    pub(crate) fn get_mut(
        &mut self,
        hash: Hash,
        mut is_key: impl FnMut(&K) -> bool,
    ) -> Option<&mut V> {
        let guard = crate::memory::pin();
        let entry = loop {
            let chain = self.chain(hash, &guard);
            match chain.locate(|entry| entry.is(hash, &mut is_key), |_, _| true, &guard) {
                Located::Occupied { word, .. } => break word.pointer(),
                Located::FrozenKey => Writer::new(self, &self.locals.local(), &guard).unblock(hash),
                Located::Vacant { .. } | Located::Full { .. } | Located::FrozenEnd => return None,
            }
        };
        // SAFETY: the word is LIVE, so that its entry is initialised, and by `&mut self` nobody
        // else has a reference to it. It is freed by operations on the map alone, which the
        // result's borrow of the map excludes.
        let entry = unsafe { entry.as_mut() };
        entry.map(|entry| &mut entry.value)
    }

    /// All entries, each once, exclusively.
    pub(crate) fn entries_mut(&mut self) -> EntriesMut<'_, K, V> {
        EntriesMut { map: self, bucket: 0, entries: Vec::new() }
    }
}

/// Walks a map that is borrowed exclusively: nobody else is at it, and no reference that it gave
/// out is left, so values may be changed in place.
pub(crate) struct EntriesMut<'m, K, V> {
    map: &'m mut RawMap<Boxed<K, V>>,
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
            let guard = crate::memory::pin();
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
