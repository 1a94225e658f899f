//! Operations that may put a key in, but are shown it by reference: an owned key is made only if it
//! is needed.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::hash_map::HashMap;
use crate::memory::Guard;

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Like [`get_or_insert_with`](Self::get_or_insert_with), for a key that is only borrowed. If
    /// it is present, this is a look-up: nothing is allocated and nothing written. If it is absent,
    /// `K::from(key)` makes the key, which is hashed again, and then `make` the value.
    ///
    /// If another thread inserts the key in the meantime, its value stays, and what `make` made is
    /// dropped.
    ///
    /// ```
    /// let lengths: evacmap::HashMap<String, usize> = evacmap::HashMap::new();
    /// let guard = lengths.guard();
    /// assert_eq!(lengths.get_or_insert_with_ref("four", || 4, &guard), &4);
    /// assert_eq!(lengths.get_or_insert_with_ref("four", || unreachable!(), &guard), &4);
    /// ```
    #[inline]
    pub fn get_or_insert_with_ref<'g, 'q, Q, F>(
        &'g self,
        key: &'q Q,
        make: F,
        guard: &'g Guard,
    ) -> &'g V
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: From<&'q Q>,
        F: FnOnce() -> V,
    {
        let (Ok(value) | Err(value)) = self.try_insert_with_ref(key, make, guard);
        value
    }

    /// Like [`get_or_insert_with_ref`](Self::get_or_insert_with_ref), but says which it was.
    ///
    /// # Errors
    ///
    /// If the key is present, or another thread inserts it before `make` has returned: its value.
    ///
    /// ```
    /// let lengths: evacmap::HashMap<String, usize> = evacmap::HashMap::new();
    /// let guard = lengths.guard();
    /// assert_eq!(lengths.try_insert_with_ref("four", || 4, &guard), Ok(&4));
    /// assert_eq!(lengths.try_insert_with_ref("four", || unreachable!(), &guard), Err(&4));
    /// ```
    #[inline]
    pub fn try_insert_with_ref<'g, 'q, Q, F>(
        &'g self,
        key: &'q Q,
        make: F,
        guard: &'g Guard,
    ) -> Result<&'g V, &'g V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: From<&'q Q>,
        F: FnOnce() -> V,
    {
        match self.get(key, guard) {
            Some(value) => Err(value),
            None => self.try_insert_with(K::from(key), make, guard),
        }
    }

    /// Like [`update`](Self::update), for a key that is only borrowed. If it is absent, this is a
    /// look-up. If it is present, the new entry wants a key of its own, which `K::from(key)` makes.
    ///
    /// `change` runs again if another write or a resize comes in between.
    ///
    /// ```
    /// let lengths = evacmap::HashMap::from([(String::from("four"), 5)]);
    /// let guard = lengths.guard();
    /// assert_eq!(lengths.update_ref("four", |n| n - 1, &guard), Some(&4));
    /// assert_eq!(lengths.update_ref("five", |n| n - 1, &guard), None);
    /// ```
    #[inline]
    pub fn update_ref<'g, 'q, Q, F>(
        &'g self,
        key: &'q Q,
        change: F,
        guard: &'g Guard,
    ) -> Option<&'g V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: From<&'q Q>,
        F: FnMut(&V) -> V,
    {
        self.get(key, guard)?;
        self.update(K::from(key), change, guard)
    }
}
