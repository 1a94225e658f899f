//! Operations that change the map.
//!
//! All of them demand `K: Send, V: Send`: what they retire is dropped on whatever thread the
//! collector runs on. That is the promise which the `unsafe` blocks here pass on to the engine.

use core::hash::{BuildHasher, Hash};

use hashbrown::Equivalent;

use super::{Compute, HashMap, Operation};
use crate::engine::{Deleted, Outcome, Step};
use crate::error::{CompareExchangeError, CompareRemoveError, OccupiedError};
use crate::extract_if::ExtractIf;
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

    /// Puts a value in. Returns the one it replaced, if the key was present.
    ///
    /// The key is replaced too: an entry is one allocation, and readers may still hold the old one.
    /// That matters for keys that are equal without being identical. (Go's `Store` and `Swap`.)
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

    /// Puts a value in if the key is absent.
    ///
    /// # Errors
    ///
    /// If the key is present: its value, and the one that was to be inserted.
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

    /// Puts in what `make` returns, if the key is absent. As
    /// [`get_or_insert_with`](Self::get_or_insert_with), and says which it was.
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
    pub fn try_insert_with<'g>(
        &'g self,
        key: K,
        make: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> Result<&'g V, &'g V> {
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

    /// The value of a key; `value` if it is absent, which is then inserted. (Go's `LoadOrStore`.)
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

    /// The value of a key; what `make` returns if it is absent, which is then inserted.
    ///
    /// `make` runs at most once, and only if the key was seen to be absent. If another thread
    /// inserts the key in the meantime, its value wins and that of `make` is dropped.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.get_or_insert_with(1, || 'a', &guard), &'a');
    /// assert_eq!(map.get_or_insert_with(1, || unreachable!(), &guard), &'a');
    /// ```
    #[inline]
    pub fn get_or_insert_with<'g>(
        &'g self,
        key: K,
        make: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> &'g V {
        let (Ok(value) | Err(value)) = self.try_insert_with(key, make, guard);
        value
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), with a `make` that can fail; then
    /// nothing is inserted.
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
    pub fn get_or_try_insert_with<'g, E>(
        &'g self,
        key: K,
        make: impl FnOnce() -> Result<V, E>,
        guard: &'g Guard,
    ) -> Result<&'g V, E> {
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

    /// The key's place in the map, to look at it and then decide; see [`Entry`](crate::Entry) for
    /// what that means while others write.
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
    pub fn entry<'g>(&'g self, key: K, guard: &'g Guard) -> crate::Entry<'g, K, V, S> {
        crate::Entry::new(self, key, guard)
    }

    /// Replaces the value of a key by what `change` makes of it. Returns the new value, or `None`
    /// if the key is absent.
    ///
    /// `change` runs again if another write, or a resize, came in between.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.update("a", |n| n + 1, &guard), Some(&2));
    /// assert_eq!(map.update("b", |n| n + 1, &guard), None);
    /// ```
    #[inline]
    pub fn update<'g>(
        &'g self,
        key: K,
        mut change: impl FnMut(&V) -> V,
        guard: &'g Guard,
    ) -> Option<&'g V> {
        let mut draft = self.draft(key, None);
        let outcome = self.assign(&mut draft, guard, |entry, draft| match entry {
            Some(entry) => {
                draft.set_value(change(&entry.value));
                Step::Put
            }
            None => Step::Leave,
        });
        match outcome {
            Outcome::Replaced { new, .. } => Some(&new.value),
            _ => None,
        }
    }

    /// Replaces the value of a key by what `change` makes of it, or inserts `value` if the key is
    /// absent. Returns the new value.
    ///
    /// `change` runs again if another write, or a resize, came in between.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.update_or_insert("a", |n| n + 1, 1, &guard), &1);
    /// assert_eq!(map.update_or_insert("a", |n| n + 1, 1, &guard), &2);
    /// ```
    #[inline]
    pub fn update_or_insert<'g>(
        &'g self,
        key: K,
        change: impl FnMut(&V) -> V,
        value: V,
        guard: &'g Guard,
    ) -> &'g V {
        self.update_or_insert_with(key, change, || value, guard)
    }

    /// As [`update_or_insert`](Self::update_or_insert), with a value that is made, at most once,
    /// when the key is seen to be absent.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.update_or_insert_with("a", |n| n + 1, || 1, &guard), &1);
    /// ```
    #[inline]
    pub fn update_or_insert_with<'g>(
        &'g self,
        key: K,
        mut change: impl FnMut(&V) -> V,
        make: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> &'g V {
        let mut make = Some(make);
        // What `make` returned is in the draft, or set aside here while a changed value is.
        let (mut made, mut drafted) = (None, false);
        let mut draft = self.draft(key, None);
        present(self.assign(&mut draft, guard, |entry, draft| {
            if let Some(entry) = entry {
                let before = draft.swap_value(change(&entry.value));
                if core::mem::take(&mut drafted) {
                    made = before;
                }
            } else if !core::mem::replace(&mut drafted, true) {
                let value = made.take().or_else(|| make.take().map(|make| make()));
                draft.set_value(value.expect("made once, and set aside when it was displaced"));
            }
            Step::Put
        }))
    }

    /// Decides by the key's entry, or its absence, what to do with it, in one atomic step.
    ///
    /// `decide` runs again if another write, or a resize, came in between.
    ///
    /// # Panics
    ///
    /// If `decide` asks for the removal of an entry that is not there.
    ///
    /// ```
    /// use evacmap::{Compute, HashMap, Operation};
    ///
    /// let map = HashMap::new();
    /// let guard = map.guard();
    /// let countdown = |entry: Option<(&&str, &u32)>| match entry {
    ///     None => Operation::Insert(2),
    ///     Some((_, 0)) => Operation::Abort("over"),
    ///     Some((_, 1)) => Operation::Remove,
    ///     Some((_, n)) => Operation::Insert(n - 1),
    /// };
    /// assert_eq!(map.compute("a", countdown, &guard), Compute::Inserted(&"a", &2));
    /// assert_eq!(map.compute("a", countdown, &guard), Compute::Updated { old: (&"a", &2), new: (&"a", &1) });
    /// assert_eq!(map.compute("a", countdown, &guard), Compute::Removed(&"a", &1));
    /// ```
    #[inline]
    pub fn compute<'g, T>(
        &'g self,
        key: K,
        mut decide: impl FnMut(Option<(&'g K, &'g V)>) -> Operation<V, T>,
        guard: &'g Guard,
    ) -> Compute<'g, K, V, T> {
        let mut aborted = None;
        let mut draft = self.draft(key, None);
        let outcome =
            self.assign(&mut draft, guard, |entry, draft| match decide(entry.map(Entry::pair)) {
                Operation::Insert(value) => {
                    draft.set_value(value);
                    Step::Put
                }
                Operation::Remove => {
                    assert!(entry.is_some(), "`Operation::Remove` for a key that is absent");
                    Step::Remove
                }
                Operation::Abort(with) => {
                    aborted = Some(with);
                    Step::Leave
                }
            });
        // Before there is a result that a panicking drop of the key could lose.
        drop(draft);
        match outcome {
            Outcome::Inserted(new) => Compute::Inserted(&new.key, &new.value),
            Outcome::Replaced { old, new } => Compute::Updated { old: old.pair(), new: new.pair() },
            Outcome::Removed(old) => Compute::Removed(&old.key, &old.value),
            Outcome::Left(_) => {
                Compute::Aborted(aborted.expect("only an abort leaves the entry alone"))
            }
        }
    }

    /// Stores `new` if the key's value equals `current`. Returns the value that was replaced. (Go's
    /// `CompareAndSwap`.)
    ///
    /// # Errors
    ///
    /// If the key is absent or its value another: that value, and `new`.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.compare_exchange("a", &1, 2, &guard), Ok(&1));
    /// assert_eq!(map.compare_exchange("a", &1, 3, &guard).unwrap_err().current, Some(&2));
    /// ```
    #[inline]
    pub fn compare_exchange<'g>(
        &'g self,
        key: K,
        current: &V,
        new: V,
        guard: &'g Guard,
    ) -> Result<&'g V, CompareExchangeError<'g, V>>
    where
        V: PartialEq,
    {
        self.replace_if(self.draft(key, Some(new)), |entry| entry.value == *current, guard)
    }

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
        self.raw.clear(guard);
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
        let guard = crate::pin();
        self.raw.flush(&guard);
    }
}

/// The value that is in the map after an operation that leaves one there.
#[inline]
fn present<'g, K, V>(outcome: Outcome<&'g Entry<K, V>>) -> &'g V {
    match outcome {
        Outcome::Inserted(entry)
        | Outcome::Replaced { new: entry, .. }
        | Outcome::Left(Some(entry)) => &entry.value,
        Outcome::Removed(_) | Outcome::Left(None) => {
            unreachable!("the operation never ends without the key")
        }
    }
}
