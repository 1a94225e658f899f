//! Operations that look at a key's value and then decide.

use core::hash::{BuildHasher, Hash};

use super::compute::{Compute, Operation};
use super::hash_map::HashMap;
use super::write::present;
use crate::engine::{Outcome, Step};
use crate::error::CompareExchangeError;
use crate::layout::boxed::Entry;
use crate::memory::Guard;

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Replaces the value of a key with what `change` makes of it. Returns the new value, or `None`
    /// if the key is absent.
    ///
    /// `change` runs again if another write or a resize comes in between. A write of this key from
    /// within `change` is one, too: if it writes each time it runs, this call does not end.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.update("a", |n| n + 1, &guard), Some(&2));
    /// assert_eq!(map.update("b", |n| n + 1, &guard), None);
    /// ```
    #[inline]
    pub fn update<'g, F>(&'g self, key: K, mut change: F, guard: &'g Guard) -> Option<&'g V>
    where
        F: FnMut(&V) -> V,
    {
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

    /// Replaces the value of a key with what `change` makes of it, or inserts `value` if the key is
    /// absent. Returns the new value.
    ///
    /// `change` runs again if another write or a resize comes in between. A write of this key from
    /// within `change` is one, too: if it writes each time it runs, this call does not end.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.update_or_insert("a", |n| n + 1, 1, &guard), &1);
    /// assert_eq!(map.update_or_insert("a", |n| n + 1, 1, &guard), &2);
    /// ```
    #[inline]
    pub fn update_or_insert<'g, F>(&'g self, key: K, change: F, value: V, guard: &'g Guard) -> &'g V
    where
        F: FnMut(&V) -> V,
    {
        self.update_or_insert_with(key, change, || value, guard)
    }

    /// Like [`update_or_insert`](Self::update_or_insert), with a value that `make` returns. `make`
    /// runs at most once, when the key is seen to be absent.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.update_or_insert_with("a", |n| n + 1, || 1, &guard), &1);
    /// ```
    #[inline]
    pub fn update_or_insert_with<'g, U, F>(
        &'g self,
        key: K,
        mut change: U,
        make: F,
        guard: &'g Guard,
    ) -> &'g V
    where
        U: FnMut(&V) -> V,
        F: FnOnce() -> V,
    {
        let mut make = Some(make);
        // The value from `make` is in the draft, or set aside here while the draft has a changed
        // value.
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

    /// Shows `decide` the key's entry, or that it is absent, and does what `decide` says, in one
    /// atomic step.
    ///
    /// `decide` runs again if another write or a resize comes in between. A write of this key from
    /// within `decide` is one, too: if it writes each time it runs, this call does not end.
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
    /// let updated = Compute::Updated { old: (&"a", &2), new: (&"a", &1) };
    /// assert_eq!(map.compute("a", countdown, &guard), updated);
    /// assert_eq!(map.compute("a", countdown, &guard), Compute::Removed(&"a", &1));
    /// ```
    #[inline]
    pub fn compute<'g, F, T>(
        &'g self,
        key: K,
        mut decide: F,
        guard: &'g Guard,
    ) -> Compute<'g, K, V, T>
    where
        F: FnMut(Option<(&'g K, &'g V)>) -> Operation<V, T>,
    {
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
    /// If the key is absent or has another value: that value, if any, and `new`.
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
}
