//! Insertions, and what all operations that change the map have in common.
//!
//! All operations that change the map demand `K: Send, V: Send`, because any thread may drop what
//! they retire. The `unsafe` blocks here pass that promise on to the engine.

use core::hash::{BuildHasher, Hash};

use super::entry::Entry as Place;
use super::hash_map::HashMap;
use crate::engine::{Deleted, Outcome, Step};
use crate::error::{CompareExchangeError, OccupiedError};
use crate::layout::boxed::{Draft, Entry};
use crate::layout::hash::Hash as Finalised;
use crate::memory::Guard;

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    #[inline]
    pub(crate) fn draft(&self, key: K, value: Option<V>) -> Draft<'_, K, V> {
        let hash = self.hash(&key);
        self.raw.draft(hash, key, value)
    }

    #[inline]
    pub(crate) fn assign<'g>(
        &'g self,
        draft: &mut Draft<'_, K, V>,
        guard: &'g Guard,
        decide: impl FnMut(Option<&'g Entry<K, V>>, &mut Draft<'_, K, V>) -> Step,
    ) -> Outcome<&'g Entry<K, V>> {
        self.raw.assign(draft, guard, decide)
    }

    #[inline]
    pub(crate) fn delete<'g>(
        &'g self,
        (hash, mut is_key): (Finalised, impl FnMut(&K) -> bool),
        guard: &'g Guard,
        condition: impl FnMut(&'g Entry<K, V>) -> bool,
    ) -> Deleted<&'g Entry<K, V>> {
        self.raw.delete(hash, |entry| entry.is(hash, &mut is_key), guard, condition)
    }

    /// Links the draft in place of the key's entry, if that is `expected`.
    #[inline]
    pub(crate) fn replace_if<'g>(
        &'g self,
        mut draft: Draft<'_, K, V>,
        mut expected: impl FnMut(&'g Entry<K, V>) -> bool,
        guard: &'g Guard,
    ) -> Result<&'g V, CompareExchangeError<'g, V>> {
        let outcome = self.assign(&mut draft, guard, |entry, _| match entry {
            Some(entry) if expected(entry) => Step::Put,
            _ => Step::Leave,
        });
        match outcome {
            Outcome::Replaced { old, .. } => Ok(&old.value),
            Outcome::Left(entry) => {
                let new = draft.into_value().expect("it was not stored");
                Err(CompareExchangeError { current: entry.map(|entry| &entry.value), new })
            }
            Outcome::Inserted(_) | Outcome::Removed(_) => {
                unreachable!("only a replacement was asked for")
            }
        }
    }

    /// Links the draft if its key is absent.
    #[inline]
    pub(crate) fn put_absent<'g>(
        &'g self,
        mut draft: Draft<'_, K, V>,
        guard: &'g Guard,
    ) -> Result<&'g V, OccupiedError<'g, V>> {
        match self.assign(
            &mut draft,
            guard,
            |entry, _| if entry.is_some() { Step::Leave } else { Step::Put },
        ) {
            Outcome::Left(Some(entry)) => {
                let not_inserted = draft.into_value().expect("it was not inserted");
                Err(OccupiedError { current: &entry.value, not_inserted })
            }
            outcome => Ok(present(outcome)),
        }
    }

    /// Inserts a key and its value. Returns the value that it replaced, if the key was present.
    /// (Go's `Store` and `Swap`.)
    ///
    /// The key is replaced too: an entry is one allocation, and readers may still hold the old one.
    /// That matters for keys that are equal without being identical.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.insert(1, 'a', &guard), None);
    /// assert_eq!(map.insert(1, 'b', &guard), Some(&'a'));
    /// ```
    #[inline]
    pub fn insert<'g>(&'g self, key: K, value: V, guard: &'g Guard) -> Option<&'g V> {
        let mut draft = self.draft(key, Some(value));
        match self.assign(&mut draft, guard, |_, _| Step::Put) {
            Outcome::Replaced { old, .. } => Some(&old.value),
            _ => None,
        }
    }

    /// Inserts a key and its value if the key is absent.
    ///
    /// # Errors
    ///
    /// If the key is present: its value, and the value that was not inserted.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.try_insert(1, 'a', &guard), Ok(&'a'));
    /// assert_eq!(map.try_insert(1, 'b', &guard).unwrap_err().not_inserted, 'b');
    /// ```
    #[inline]
    pub fn try_insert<'g>(
        &'g self,
        key: K,
        value: V,
        guard: &'g Guard,
    ) -> Result<&'g V, OccupiedError<'g, V>> {
        self.put_absent(self.draft(key, Some(value)), guard)
    }

    /// Inserts what `make` returns, if the key is absent. Like
    /// [`get_or_insert_with`](Self::get_or_insert_with), but says which it was.
    ///
    /// # Errors
    ///
    /// If the key is present, or another thread inserts it before `make` has returned: its value.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.try_insert_with(1, || 'a', &guard), Ok(&'a'));
    /// assert_eq!(map.try_insert_with(1, || unreachable!(), &guard), Err(&'a'));
    /// ```
    #[inline]
    pub fn try_insert_with<'g, F>(
        &'g self,
        key: K,
        make: F,
        guard: &'g Guard,
    ) -> Result<&'g V, &'g V>
    where
        F: FnOnce() -> V,
    {
        let mut make = Some(make);
        let mut draft = self.draft(key, None);
        let outcome = self.assign(&mut draft, guard, |entry, draft| {
            if entry.is_some() {
                return Step::Leave;
            }
            if let Some(make) = make.take() {
                draft.set_value(make());
            }
            Step::Put
        });
        match outcome {
            Outcome::Left(_) => Err(present(outcome)),
            _ => Ok(present(outcome)),
        }
    }

    /// The value of a key. If the key is absent, inserts `value` and returns it. (Go's
    /// `LoadOrStore`.)
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.get_or_insert(1, 'a', &guard), &'a');
    /// assert_eq!(map.get_or_insert(1, 'b', &guard), &'a');
    /// ```
    #[inline]
    pub fn get_or_insert<'g>(&'g self, key: K, value: V, guard: &'g Guard) -> &'g V {
        let mut draft = self.draft(key, Some(value));
        let put_absent = |entry: Option<_>, _: &mut Draft<'_, _, _>| {
            if entry.is_some() { Step::Leave } else { Step::Put }
        };
        present(self.assign(&mut draft, guard, put_absent))
    }

    /// The value of a key. If the key is absent, inserts what `make` returns and returns that.
    ///
    /// `make` runs at most once, and only if the key was seen to be absent. If another thread
    /// inserts the key in the meantime, its value stays and that of `make` is dropped.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.get_or_insert_with(1, || 'a', &guard), &'a');
    /// assert_eq!(map.get_or_insert_with(1, || unreachable!(), &guard), &'a');
    /// ```
    #[inline]
    pub fn get_or_insert_with<'g, F>(&'g self, key: K, make: F, guard: &'g Guard) -> &'g V
    where
        F: FnOnce() -> V,
    {
        let (Ok(value) | Err(value)) = self.try_insert_with(key, make, guard);
        value
    }

    /// Like [`get_or_insert_with`](Self::get_or_insert_with), with a `make` that can fail. If it
    /// fails, nothing is inserted.
    ///
    /// # Errors
    ///
    /// That of `make`.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert!(map.get_or_try_insert_with("a", || "x".parse(), &guard).is_err());
    /// assert_eq!(map.get_or_try_insert_with("a", || "1".parse(), &guard), Ok(&1));
    /// assert_eq!(map.get_or_try_insert_with("a", || "x".parse(), &guard), Ok(&1));
    /// ```
    #[inline]
    pub fn get_or_try_insert_with<'g, F, E>(
        &'g self,
        key: K,
        make: F,
        guard: &'g Guard,
    ) -> Result<&'g V, E>
    where
        F: FnOnce() -> Result<V, E>,
    {
        let (mut make, mut failed) = (Some(make), None);
        let mut draft = self.draft(key, None);
        let outcome = self.assign(&mut draft, guard, |entry, draft| {
            if entry.is_some() {
                return Step::Leave;
            }
            match make.take().map(|make| make()) {
                Some(Err(error)) => failed = Some(error),
                Some(Ok(value)) => draft.set_value(value),
                None => {}
            }
            if failed.is_some() { Step::Leave } else { Step::Put }
        });
        // Before there is an error to return, which a panic in the drop of the key would leak.
        drop(draft);
        match failed {
            Some(error) => Err(error),
            None => Ok(present(outcome)),
        }
    }

    /// The key's place in the map: look at it, then decide. [`Entry`](crate::Entry) says what that
    /// means while others write.
    ///
    /// ```
    /// use evacmap::{Entry, HashMap};
    ///
    /// let map = HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// match map.entry("a", &guard) {
    ///     Entry::Occupied(entry) if *entry.get() > 0 => drop(entry.remove_entry()),
    ///     Entry::Occupied(_) => {}
    ///     Entry::Vacant(entry) => drop(entry.insert(10)),
    /// }
    /// assert!(map.is_empty());
    /// ```
    #[inline]
    pub fn entry<'g>(&'g self, key: K, guard: &'g Guard) -> Place<'g, K, V, S> {
        Place::new(self, key, guard)
    }
}

/// The value that is in the map after an operation that leaves one there.
#[inline]
pub(super) fn present<K, V>(outcome: Outcome<&Entry<K, V>>) -> &V {
    match outcome {
        Outcome::Inserted(entry)
        | Outcome::Replaced { new: entry, .. }
        | Outcome::Left(Some(entry)) => &entry.value,
        Outcome::Removed(_) | Outcome::Left(None) => {
            unreachable!("the operation never ends without the key")
        }
    }
}
