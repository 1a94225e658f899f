//! What a write is about to put in: a key, perhaps a value, and an entry made of both as late as
//! possible.

use core::ptr::NonNull;

use super::LocalRef;
use crate::raw::hash::Hash;
use crate::raw::{Entry, Tag, Word};

/// Owns its key and value, in or out of an entry, until it is linked; whatever panics, they are
/// dropped once.
pub(crate) struct Draft<'h, K, V> {
    pub(crate) local: LocalRef<'h, K, V>,
    pub(crate) hash: Hash,
    parts: Parts<K, V>,
}

enum Parts<K, V> {
    Key(K),
    Both(K, V),
    Entry(NonNull<Entry<K, V>>),
    Gone,
}

impl<'h, K, V> Draft<'h, K, V> {
    pub(crate) fn new(local: LocalRef<'h, K, V>, hash: Hash, key: K, value: Option<V>) -> Self {
        let parts = match value {
            Some(value) => Parts::Both(key, value),
            None => Parts::Key(key),
        };
        Draft { local, hash, parts }
    }

    #[inline]
    pub(crate) fn key(&self) -> &K {
        match &self.parts {
            Parts::Key(key) | Parts::Both(key, _) => key,
            // SAFETY: an entry that is still ours.
            Parts::Entry(entry) => unsafe { &entry.as_ref().key },
            Parts::Gone => unreachable!("a draft is linked once"),
        }
    }

    /// The key and the value as they are now, out of the entry; the parts are `Gone` until they are
    /// put back.
    #[inline]
    fn take(&mut self) -> (Option<K>, Option<V>) {
        match core::mem::replace(&mut self.parts, Parts::Gone) {
            Parts::Key(key) => (Some(key), None),
            Parts::Both(key, value) => (Some(key), Some(value)),
            Parts::Entry(entry) => {
                // SAFETY: it is ours, was never linked, and the parts no longer name it.
                let Entry { key, value, .. } = unsafe { self.local.deallocate(entry) };
                (Some(key), Some(value))
            }
            Parts::Gone => (None, None),
        }
    }

    /// Sets the value that the next link will put in.
    pub(crate) fn set_value(&mut self, value: V) {
        drop(self.swap_value(value));
    }

    /// As `set_value`, and returns the value that was there.
    pub(crate) fn swap_value(&mut self, value: V) -> Option<V> {
        let (key, old) = self.take();
        self.parts = Parts::Both(key.expect("a draft is linked once"), value);
        old
    }

    /// The value back, if it was not linked.
    pub(crate) fn into_value(mut self) -> Option<V> {
        // Apart, so that a key whose drop panics does not take the value with it unseen.
        let (key, value) = self.take();
        drop(key);
        value
    }

    /// The key back, if it was not linked.
    pub(crate) fn into_key(mut self) -> Option<K> {
        let (key, value) = self.take();
        drop(value);
        key
    }

    /// The entry's word for a table that gives it this tag. Makes the entry if there is none yet.
    #[inline]
    pub(crate) fn word<'g>(&mut self, tag: Tag) -> Word<'g, K, V> {
        let entry = match self.parts {
            Parts::Entry(entry) => entry,
            _ => self.assemble(),
        };
        // SAFETY: initialised, and ours until the word is linked; from then on it lives as every
        // linked entry does.
        unsafe { Word::live(entry, tag) }
    }

    #[inline]
    fn assemble(&mut self) -> NonNull<Entry<K, V>> {
        let Parts::Both(key, value) = core::mem::replace(&mut self.parts, Parts::Gone) else {
            unreachable!("a draft has its value before it is linked");
        };
        let hash = self.hash;
        let entry = self.local.allocate(move || Entry::new(hash, key, value));
        self.parts = Parts::Entry(entry);
        entry
    }

    /// The word has been linked: the entry is the map's.
    #[inline]
    pub(crate) fn linked<'g>(&mut self) -> &'g Entry<K, V> {
        match core::mem::replace(&mut self.parts, Parts::Gone) {
            // SAFETY: linked while the caller holds the guard of `'g`, so not freed before that
            // ends (I8).
            Parts::Entry(entry) => unsafe { entry.as_ref() },
            _ => unreachable!("only an entry's word can be linked"),
        }
    }
}

impl<K, V> Drop for Draft<'_, K, V> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.parts, Parts::Gone) {
            drop(self.take());
        }
    }
}
