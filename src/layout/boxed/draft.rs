//! What a write is about to put in: a key, perhaps a value, and an entry made of both as late as
//! possible.

use core::ptr::NonNull;

use super::entry::Entry;
use super::kind::Boxed;
use super::slot::Word;
use crate::garbage::LocalRef;
use crate::layout::hash::Hash;
use crate::layout::tag::Tag;
use crate::memory::Guard;

/// Owns its key and value, in or out of an entry, until it is linked; whatever panics, they are
/// dropped once.
pub(crate) struct Draft<'h, K, V> {
    local: LocalRef<'h, Entry<K, V>>,
    hash: Hash,
    parts: Parts<K, V>,
}

enum Parts<K, V> {
    Key(K),
    Both(K, V),
    Entry(NonNull<Entry<K, V>>),
    Gone,
}

impl<'h, K, V> Draft<'h, K, V> {
    pub(crate) fn new(
        local: LocalRef<'h, Entry<K, V>>,
        hash: Hash,
        key: K,
        value: Option<V>,
    ) -> Self {
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

    #[inline]
    fn assemble(&mut self) -> NonNull<Entry<K, V>> {
        let Parts::Both(key, value) = core::mem::replace(&mut self.parts, Parts::Gone) else {
            unreachable!("a draft has its value before it is linked");
        };
        let hash = self.hash;
        let entry = self.local.allocate(Tag::fits_beside, move || Entry::new(hash, key, value));
        self.parts = Parts::Entry(entry);
        entry
    }
}

impl<K: Eq, V> crate::layout::Draft<Boxed<K, V>> for Draft<'_, K, V> {
    #[inline]
    fn hash(&self) -> Hash {
        self.hash
    }

    #[inline]
    fn is_key_of<'g>(&self, view: &'g Entry<K, V>) -> bool
    where
        Boxed<K, V>: 'g,
    {
        view.hash == self.hash && view.key == *self.key()
    }

    #[inline]
    fn word<'g>(&mut self, tag: Tag, _guard: &'g Guard) -> Word<'g, K, V> {
        let entry = match self.parts {
            Parts::Entry(entry) => entry,
            _ => self.assemble(),
        };
        Word::live(entry, tag)
    }

    #[inline]
    unsafe fn linked<'g>(&mut self, _guard: &'g Guard) -> &'g Entry<K, V>
    where
        Boxed<K, V>: 'g,
    {
        match core::mem::replace(&mut self.parts, Parts::Gone) {
            // SAFETY: the caller promises that it was linked while the guard of `'g` was held, so
            // retired later than it was pinned, if at all (I7), and not freed before it ends (I8).
            Parts::Entry(entry) => unsafe { entry.as_ref() },
            _ => unreachable!("only an entry's word can be linked"),
        }
    }

    #[inline]
    fn local(&self) -> &LocalRef<'_, Entry<K, V>> {
        &self.local
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
