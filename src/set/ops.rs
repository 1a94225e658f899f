//! Operations on one set.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::hash_set::HashSet;
use super::iter::Iter;
use super::pinned::HashSetRef;
use crate::engine::{Outcome, Step};
use crate::error::TryReserveError;
use crate::memory::{self, Guard, OwnedGuard};

impl<T, S> HashSet<T, S> {
    /// A guard for the operations, which take one as their last argument. The same as
    /// [`evacmap::pin`](crate::pin).
    #[inline]
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn guard(&self) -> Guard {
        memory::pin()
    }

    /// A guard that belongs to no thread. The same as [`OwnedGuard::new`].
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn owned_guard(&self) -> OwnedGuard {
        OwnedGuard::new()
    }

    /// The set with a guard inside.
    #[inline]
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn pin(&self) -> HashSetRef<'_, T, S> {
        HashSetRef::new(self, memory::pin())
    }

    /// The set with an [`OwnedGuard`] inside. It may be sent, shared, and held across an `.await`.
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn pin_owned(&self) -> HashSetRef<'_, T, S, OwnedGuard> {
        HashSetRef::new(self, OwnedGuard::new())
    }
}

impl<T: Hash + Eq, S: BuildHasher> HashSet<T, S> {
    /// Whether the value is in the set. Wait-free.
    ///
    /// ```
    /// let set = evacmap::HashSet::from(["a"]);
    /// assert!(set.contains("a", &set.guard()));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, value: &Q, guard: &Guard) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.contains_key(value, guard)
    }

    /// The value in the set that is equal to this one.
    ///
    /// ```
    /// let set = evacmap::HashSet::from([String::from("a")]);
    /// assert_eq!(set.get("a", &set.guard()), Some(&String::from("a")));
    /// ```
    #[inline]
    pub fn get<'g, Q>(&'g self, value: &Q, guard: &'g Guard) -> Option<&'g T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.get_key_value(value, guard).map(|(value, ())| value)
    }

    /// All values, in no particular order. [`HashMap::iter`](crate::HashMap::iter) says what this
    /// sees of concurrent changes.
    ///
    /// ```
    /// let set = evacmap::HashSet::from([1, 2, 3]);
    /// assert_eq!(set.iter(&set.guard()).sum::<i32>(), 6);
    /// ```
    pub fn iter<'g>(&'g self, guard: &'g Guard) -> Iter<'g, T> {
        Iter { keys: self.map.keys(guard) }
    }
}

impl<T, S> HashSet<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
{
    /// Inserts a value, unless an equal one is there. Returns whether it did.
    ///
    /// ```
    /// let set = evacmap::HashSet::new();
    /// let guard = set.guard();
    /// assert!(set.insert("a", &guard));
    /// assert!(!set.insert("a", &guard));
    /// ```
    #[inline]
    pub fn insert(&self, value: T, guard: &Guard) -> bool {
        self.map.try_insert(value, (), guard).is_ok()
    }

    /// The value in the set that is equal to this one. If there is none, inserts it and returns
    /// that.
    ///
    /// ```
    /// let set = evacmap::HashSet::new();
    /// let guard = set.guard();
    /// assert_eq!(set.get_or_insert("a", &guard), &"a");
    /// assert_eq!(set.get_or_insert("a", &guard), &"a");
    /// assert_eq!(set.len(), 1);
    /// ```
    #[inline]
    pub fn get_or_insert<'g>(&'g self, value: T, guard: &'g Guard) -> &'g T {
        let mut draft = self.map.draft(value, Some(()));
        let outcome = self.map.assign(&mut draft, guard, |entry, _| match entry {
            Some(_) => Step::Leave,
            None => Step::Put,
        });
        match outcome {
            Outcome::Inserted(entry) | Outcome::Left(Some(entry)) => &entry.key,
            Outcome::Replaced { .. } | Outcome::Removed(_) | Outcome::Left(None) => {
                unreachable!("only what is absent is inserted")
            }
        }
    }

    /// The value in the set that is equal to `value`. If there is none, inserts what `make` makes
    /// of it, which is to be equal to it. If an equal one is present, this is a look-up, and
    /// nothing is allocated.
    ///
    /// If another thread inserts an equal value in the meantime, that one stays and is returned.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// let names: evacmap::HashSet<Arc<str>> = evacmap::HashSet::new();
    /// let guard = names.guard();
    /// let first = names.get_or_insert_with("ada", Arc::from, &guard).clone();
    /// let second = names.get_or_insert_with("ada", |_| unreachable!(), &guard);
    /// assert!(Arc::ptr_eq(&first, second));
    /// ```
    #[inline]
    pub fn get_or_insert_with<'g, 'q, Q, F>(
        &'g self,
        value: &'q Q,
        make: F,
        guard: &'g Guard,
    ) -> &'g T
    where
        Q: Hash + Equivalent<T> + ?Sized,
        F: FnOnce(&'q Q) -> T,
    {
        match self.get(value, guard) {
            Some(present) => present,
            None => self.get_or_insert(make(value), guard),
        }
    }

    /// Inserts a value. Returns the equal value that it replaced, if there was one.
    ///
    /// ```
    /// let set = evacmap::HashSet::from(["a"]);
    /// let guard = set.guard();
    /// assert_eq!(set.replace("a", &guard), Some(&"a"));
    /// assert_eq!(set.replace("b", &guard), None);
    /// ```
    #[inline]
    pub fn replace<'g>(&'g self, value: T, guard: &'g Guard) -> Option<&'g T> {
        let mut draft = self.map.draft(value, Some(()));
        match self.map.assign(&mut draft, guard, |_, _| Step::Put) {
            Outcome::Replaced { old, .. } => Some(&old.key),
            _ => None,
        }
    }

    /// Removes a value. Returns whether it was there.
    ///
    /// ```
    /// let set = evacmap::HashSet::from(["a"]);
    /// let guard = set.guard();
    /// assert!(set.remove("a", &guard));
    /// assert!(!set.remove("a", &guard));
    /// ```
    #[inline]
    pub fn remove<Q>(&self, value: &Q, guard: &Guard) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.take(value, guard).is_some()
    }

    /// Removes a value. Returns the one that was in the set.
    ///
    /// ```
    /// let set = evacmap::HashSet::from([String::from("a")]);
    /// assert_eq!(set.take("a", &set.guard()), Some(&String::from("a")));
    /// ```
    #[inline]
    pub fn take<'g, Q>(&'g self, value: &Q, guard: &'g Guard) -> Option<&'g T>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.remove_entry(value, guard).map(|(value, ())| value)
    }

    /// Removes every value for which `keep` does not hold; see
    /// [`HashMap::retain`](crate::HashMap::retain).
    ///
    /// ```
    /// let set = evacmap::HashSet::from([1, 2, 3]);
    /// set.retain(|i| i % 2 == 1, &set.guard());
    /// assert_eq!(set, evacmap::HashSet::from([1, 3]));
    /// ```
    pub fn retain<F>(&self, mut keep: F, guard: &Guard)
    where
        F: FnMut(&T) -> bool,
    {
        self.map.retain(|value, ()| keep(value), guard);
    }

    /// Removes values for which `condition` holds, as the iterator comes to them, and returns them.
    /// See [`HashMap::extract_if`](crate::HashMap::extract_if).
    ///
    /// ```
    /// let set = evacmap::HashSet::from([1, 2, 3]);
    /// assert_eq!(set.extract_if(|i| *i == 2, &set.guard()).count(), 1);
    /// assert_eq!(set.len(), 2);
    /// ```
    pub fn extract_if<'g>(
        &'g self,
        mut condition: impl FnMut(&T) -> bool,
        guard: &'g Guard,
    ) -> impl Iterator<Item = &'g T> {
        self.map.extract_if(move |value, ()| condition(value), guard).map(|(value, ())| value)
    }

    /// Removes everything, at one moment; see [`HashMap::clear`](crate::HashMap::clear).
    pub fn clear(&self, guard: &Guard) {
        self.map.clear(guard);
    }

    /// Makes room for `additional` more values; see [`HashMap::reserve`](crate::HashMap::reserve).
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    pub fn reserve(&self, additional: usize, guard: &Guard) {
        self.map.reserve(additional, guard);
    }

    /// Like [`reserve`](Self::reserve), for sizes that may be too large. See
    /// [`HashMap::try_reserve`](crate::HashMap::try_reserve).
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it.
    pub fn try_reserve(&self, additional: usize, guard: &Guard) -> Result<(), TryReserveError> {
        self.map.try_reserve(additional, guard)
    }

    /// Gives back room that is not needed, down to `min_capacity`; see
    /// [`HashMap::shrink_to`](crate::HashMap::shrink_to).
    pub fn shrink_to(&self, min_capacity: usize, guard: &Guard) {
        self.map.shrink_to(min_capacity, guard);
    }

    /// Gives back room that is not needed; see
    /// [`HashMap::shrink_to_fit`](crate::HashMap::shrink_to_fit).
    pub fn shrink_to_fit(&self, guard: &Guard) {
        self.map.shrink_to_fit(guard);
    }

    /// Drops what was removed, as far as no guard can see it any more; see
    /// [`HashMap::flush`](crate::HashMap::flush).
    pub fn flush(&self) {
        self.map.flush();
    }
}
