//! Operations that change a map of copies.

use super::map::CopyMap;
use super::number::Number;
use super::store::on;
use crate::engine::{Change, Deleted, Outcome};
use crate::layout::bits::Bits;
use crate::map::Operation;
use crate::memory;

/// What [`CopyMap::compute`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyCompute<V, T> {
    /// The key was absent; this value was inserted.
    Inserted(V),
    /// The value was replaced.
    Updated {
        /// The value that was there.
        old: V,
        /// The value that is there now.
        new: V,
    },
    /// The key was removed; it had this value.
    Removed(V),
    /// Nothing was changed.
    Aborted(T),
}

/// The value that a key has after an operation that leaves it one.
#[inline]
fn present(outcome: Outcome<u64>) -> u64 {
    match outcome {
        Outcome::Inserted(value)
        | Outcome::Replaced { new: value, .. }
        | Outcome::Left(Some(value)) => value,
        Outcome::Removed(_) | Outcome::Left(None) => {
            unreachable!("the operation never ends without the key")
        }
    }
}

/// The value that a key had before an operation.
#[inline]
fn before(outcome: Outcome<u64>) -> Option<u64> {
    match outcome {
        Outcome::Inserted(_) => None,
        Outcome::Replaced { old, .. } | Outcome::Removed(old) => Some(old),
        Outcome::Left(seen) => seen,
    }
}

impl<K: Bits, V: Bits> CopyMap<K, V> {
    #[inline(always)]
    fn change(&self, key: K, decide: impl FnMut(Option<u64>) -> Change) -> Outcome<u64> {
        let hash = self.hash(key);
        on!(&self.store, raw => raw.change(hash, decide))
    }

    #[inline(always)]
    fn take_if(&self, key: K, condition: impl FnMut(u64) -> bool) -> Deleted<u64> {
        let hash = self.hash(key);
        on!(&self.store, raw => raw.take_if(hash, condition))
    }

    /// Inserts a key and its value. Returns the value that it replaced, if the key was present.
    /// Lock-free, like all operations that change the map.
    ///
    /// ```
    /// let map = evacmap::CopyMap::new();
    /// assert_eq!(map.insert(1, 'a'), None);
    /// assert_eq!(map.insert(1, 'b'), Some('a'));
    /// ```
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let value = Self::bits(value);
        before(self.change(key, |_| Change::Put(value))).map(V::from_bits)
    }

    /// Inserts a key and its value if the key is absent.
    ///
    /// # Errors
    ///
    /// If the key is present: its value.
    ///
    /// ```
    /// let map = evacmap::CopyMap::new();
    /// assert_eq!(map.try_insert(1, 'a'), Ok(()));
    /// assert_eq!(map.try_insert(1, 'b'), Err('a'));
    /// ```
    #[inline]
    pub fn try_insert(&self, key: K, value: V) -> Result<(), V> {
        let value = Self::bits(value);
        let decide =
            |seen: Option<u64>| if seen.is_some() { Change::Leave } else { Change::Put(value) };
        match self.change(key, decide) {
            Outcome::Left(Some(present)) => Err(V::from_bits(present)),
            _ => Ok(()),
        }
    }

    /// The value of a key. If the key is absent, inserts `value` and returns it.
    ///
    /// ```
    /// let map = evacmap::CopyMap::new();
    /// assert_eq!(map.get_or_insert(1, 'a'), 'a');
    /// assert_eq!(map.get_or_insert(1, 'b'), 'a');
    /// ```
    #[inline]
    pub fn get_or_insert(&self, key: K, value: V) -> V {
        self.get_or_insert_with(key, || value)
    }

    /// The value of a key. If the key is absent, inserts what `make` returns and returns that.
    ///
    /// `make` runs at most once, and only if the key was seen to be absent. If another thread
    /// inserts the key in the meantime, its value stays.
    ///
    /// ```
    /// let map = evacmap::CopyMap::new();
    /// assert_eq!(map.get_or_insert_with(1, || 'a'), 'a');
    /// assert_eq!(map.get_or_insert_with(1, || unreachable!()), 'a');
    /// ```
    #[inline]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V {
        self.update_or_insert_as(key, None::<fn(V) -> V>, make)
    }

    /// Replaces the value of a key with what `change` makes of it. Returns the new value, or `None`
    /// if the key is absent.
    ///
    /// `change` runs again if another write or a resize comes in between.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10)]);
    /// assert_eq!(map.update(&1, |n| n + 1), Some(11));
    /// assert_eq!(map.update(&2, |n| n + 1), None);
    /// ```
    #[inline]
    pub fn update(&self, key: &K, mut change: impl FnMut(V) -> V) -> Option<V> {
        let decide = |seen: Option<u64>| match seen {
            Some(value) => Change::Put(Self::bits(change(V::from_bits(value)))),
            None => Change::Leave,
        };
        match self.change(*key, decide) {
            Outcome::Replaced { new, .. } => Some(V::from_bits(new)),
            _ => None,
        }
    }

    /// Replaces the value of a key with what `change` makes of it, or inserts `value` if the key is
    /// absent. Returns the new value.
    ///
    /// `change` runs again if another write or a resize comes in between.
    ///
    /// ```
    /// let map = evacmap::CopyMap::new();
    /// assert_eq!(map.update_or_insert(1, |n| n + 1, 10), 10);
    /// assert_eq!(map.update_or_insert(1, |n| n + 1, 10), 11);
    /// ```
    #[inline]
    pub fn update_or_insert(&self, key: K, change: impl FnMut(V) -> V, value: V) -> V {
        self.update_or_insert_with(key, change, || value)
    }

    /// Like [`update_or_insert`](Self::update_or_insert), with a value that `make` returns. `make`
    /// runs at most once, when the key is seen to be absent.
    ///
    /// ```
    /// let map = evacmap::CopyMap::new();
    /// assert_eq!(map.update_or_insert_with(1, |n| n + 1, || 10), 10);
    /// ```
    #[inline]
    pub fn update_or_insert_with(
        &self,
        key: K,
        change: impl FnMut(V) -> V,
        make: impl FnOnce() -> V,
    ) -> V {
        self.update_or_insert_as(key, Some(change), make)
    }

    /// With a change, or without one for a present key.
    #[inline(always)]
    fn update_or_insert_as(
        &self,
        key: K,
        mut change: Option<impl FnMut(V) -> V>,
        make: impl FnOnce() -> V,
    ) -> V {
        let (mut make, mut made) = (Some(make), 0);
        let outcome = self.change(key, |seen| match (seen, &mut change) {
            (Some(value), Some(change)) => Change::Put(Self::bits(change(V::from_bits(value)))),
            (Some(_), None) => Change::Leave,
            (None, _) => {
                if let Some(make) = make.take() {
                    made = Self::bits(make());
                }
                Change::Put(made)
            }
        });
        V::from_bits(present(outcome))
    }

    /// Adds to the value of a key, or inserts the number if the key is absent. Returns the value
    /// before, which for an absent key is zero. What does not fit is cut off.
    ///
    /// ```
    /// let hits = evacmap::CopyMap::<u32, u64>::new();
    /// assert_eq!(hits.fetch_add(404, 1), 0);
    /// assert_eq!(hits.fetch_add(404, 1), 1);
    /// assert_eq!(hits.get(&404), Some(2));
    /// ```
    #[inline]
    pub fn fetch_add(&self, key: K, number: V) -> V
    where
        V: Number,
    {
        let outcome = self.change(key, |seen| {
            let sum = seen.map_or(V::ZERO, V::from_bits).plus(number);
            Change::Put(Self::bits(sum))
        });
        before(outcome).map_or(V::ZERO, V::from_bits)
    }

    /// Replaces the value of a key by `new` if its bits are those of `current`. Returns the old
    /// value.
    ///
    /// # Errors
    ///
    /// If the key is absent or has another value: that value, if any.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10)]);
    /// assert_eq!(map.compare_exchange(&1, 10, 11), Ok(10));
    /// assert_eq!(map.compare_exchange(&1, 10, 12), Err(Some(11)));
    /// assert_eq!(map.compare_exchange(&2, 10, 12), Err(None));
    /// ```
    #[inline]
    pub fn compare_exchange(&self, key: &K, current: V, new: V) -> Result<V, Option<V>> {
        let (current, new) = (Self::bits(current), Self::bits(new));
        let decide = |seen| if seen == Some(current) { Change::Put(new) } else { Change::Leave };
        match self.change(*key, decide) {
            Outcome::Replaced { old, .. } => Ok(V::from_bits(old)),
            outcome => Err(before(outcome).map(V::from_bits)),
        }
    }

    /// Removes a key if the bits of its value are those of `current`. Returns the value.
    ///
    /// # Errors
    ///
    /// If the key is absent or has another value: that value, if any.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10)]);
    /// assert_eq!(map.compare_remove(&1, 11), Err(Some(10)));
    /// assert_eq!(map.compare_remove(&1, 10), Ok(10));
    /// ```
    #[inline]
    pub fn compare_remove(&self, key: &K, current: V) -> Result<V, Option<V>> {
        let current = Self::bits(current);
        match self.take_if(*key, |value| value == current) {
            Deleted::Removed(value) => Ok(V::from_bits(value)),
            Deleted::Kept(value) => Err(Some(V::from_bits(value))),
            Deleted::Absent => Err(None),
        }
    }

    /// Shows `decide` the key's value, or that it is absent, and does what `decide` says, in one
    /// atomic step.
    ///
    /// `decide` runs again if another write or a resize comes in between.
    ///
    /// # Panics
    ///
    /// If `decide` asks for the removal of a key that is not there.
    ///
    /// ```
    /// use evacmap::{CopyCompute, CopyMap, Operation};
    ///
    /// let map = CopyMap::new();
    /// let countdown = |value: Option<u32>| match value {
    ///     None => Operation::Insert(2),
    ///     Some(0) => Operation::Abort("over"),
    ///     Some(1) => Operation::Remove,
    ///     Some(n) => Operation::Insert(n - 1),
    /// };
    /// assert_eq!(map.compute(7, countdown), CopyCompute::Inserted(2));
    /// assert_eq!(map.compute(7, countdown), CopyCompute::Updated { old: 2, new: 1 });
    /// assert_eq!(map.compute(7, countdown), CopyCompute::Removed(1));
    /// ```
    #[inline]
    pub fn compute<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<V>) -> Operation<V, T>,
    ) -> CopyCompute<V, T> {
        let mut aborted = None;
        let outcome = self.change(key, |seen| match decide(seen.map(V::from_bits)) {
            Operation::Insert(value) => Change::Put(Self::bits(value)),
            Operation::Remove => {
                assert!(seen.is_some(), "`compute` cannot remove an absent key");
                Change::Remove
            }
            Operation::Abort(with) => {
                aborted = Some(with);
                Change::Leave
            }
        });
        match outcome {
            Outcome::Inserted(new) => CopyCompute::Inserted(V::from_bits(new)),
            Outcome::Replaced { old, new } => {
                CopyCompute::Updated { old: V::from_bits(old), new: V::from_bits(new) }
            }
            Outcome::Removed(old) => CopyCompute::Removed(V::from_bits(old)),
            Outcome::Left(_) => {
                CopyCompute::Aborted(aborted.expect("nothing else changes nothing"))
            }
        }
    }

    /// Removes a key. Returns its value.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10)]);
    /// assert_eq!(map.remove(&1), Some(10));
    /// assert_eq!(map.remove(&1), None);
    /// ```
    #[inline]
    pub fn remove(&self, key: &K) -> Option<V> {
        match self.take_if(*key, |_| true) {
            Deleted::Removed(value) => Some(V::from_bits(value)),
            _ => None,
        }
    }

    /// Removes a key if `condition` holds for its value, in one atomic step. Returns
    /// `Ok(Some(value))` if it was removed, and `Ok(None)` if the key was absent.
    ///
    /// `condition` runs again if another write or a resize comes in between.
    ///
    /// # Errors
    ///
    /// The value, if `condition` did not hold for it.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10)]);
    /// assert_eq!(map.remove_if(&1, |n| n > 10), Err(10));
    /// assert_eq!(map.remove_if(&1, |n| n > 0), Ok(Some(10)));
    /// assert_eq!(map.remove_if(&1, |_| true), Ok(None));
    /// ```
    #[inline]
    pub fn remove_if(&self, key: &K, mut condition: impl FnMut(V) -> bool) -> Result<Option<V>, V> {
        match self.take_if(*key, |value| condition(V::from_bits(value))) {
            Deleted::Removed(value) => Ok(Some(V::from_bits(value))),
            Deleted::Kept(value) => Err(V::from_bits(value)),
            Deleted::Absent => Ok(None),
        }
    }

    /// Removes every entry for which `keep` does not hold. An entry is removed only if `keep` was
    /// asked about its present value. [`iter`](Self::iter) says what this sees of concurrent
    /// changes.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20), (3, 30)]);
    /// map.retain(|key, _| key % 2 == 1);
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(K, V) -> bool) {
        for (key, value) in self.iter() {
            if !keep(key, value) {
                // Asked again only if the value is another by now.
                let seen = Self::bits(value);
                self.take_if(key, |now| now == seen || !keep(key, V::from_bits(now)));
            }
        }
    }

    /// Removes everything, at one moment: the map's table is swapped for an empty one of the same
    /// size. The writes that follow work off the old one, a few buckets at a time. The capacity
    /// stays.
    ///
    /// If a resize is running, this thread first helps to finish it. A write that began before the
    /// swap may take effect before it or after it.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 10), (2, 20)]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    pub fn clear(&self) {
        on!(&self.store, raw => raw.clear(&memory::pin()));
    }
}
