//! One key's place in a map: look once, then decide.

use core::fmt;
use core::hash::{BuildHasher, Hash};

use hashbrown::DefaultHashBuilder;

use super::hash_map::HashMap;
use crate::engine::{Deleted, Outcome, Step};
use crate::error::{CompareExchangeError, CompareRemoveError, OccupiedError};
use crate::layout::boxed::{Draft, Entry as Node};
use crate::layout::hash::Hash as Finalised;
use crate::memory::Guard;

/// What was found at a key, from [`HashMap::entry`].
///
/// It is a snapshot and holds nothing in place. By the time it is used, another thread may have
/// changed the entry. So every operation compares before it swaps. The operations of `Entry` itself
/// never fail: they go on from whatever is in the map by then. Those of [`OccupiedEntry`] and
/// [`VacantEntry`] act on what was seen and on nothing else, or return an error.
///
/// `entry` hashes the key once. For a single step, [`HashMap::update_or_insert`],
/// [`HashMap::get_or_insert_with`] and [`HashMap::compute`] do the same with one look instead of
/// two.
///
/// # Examples
///
/// ```
/// let map = evacmap::HashMap::new();
/// let guard = map.guard();
/// for word in ["a", "b", "a"] {
///     map.entry(word, &guard).and_modify(|count| count + 1).or_insert(1);
/// }
/// assert_eq!(map.get("a", &guard), Some(&2));
/// ```
pub enum Entry<'g, K, V, S = DefaultHashBuilder> {
    /// The key was present.
    Occupied(OccupiedEntry<'g, K, V, S>),
    /// The key was absent.
    Vacant(VacantEntry<'g, K, V, S>),
}

/// A key that was present, with the value that it had; see [`Entry`].
pub struct OccupiedEntry<'g, K, V, S = DefaultHashBuilder> {
    place: Place<'g, K, V, S>,
    seen: &'g Node<K, V>,
}

/// A key that was absent; see [`Entry`].
pub struct VacantEntry<'g, K, V, S = DefaultHashBuilder> {
    place: Place<'g, K, V, S>,
}

/// What [`Entry::and_modify`] left: the value that it made, or a key that is absent.
///
/// It is a type of its own because the key is no longer there for a second new entry: it went into
/// the first.
pub struct Modified<'g, K, V, S = DefaultHashBuilder>(Result<&'g V, VacantEntry<'g, K, V, S>>);

/// A key, and the way to it.
struct Place<'g, K, V, S> {
    map: &'g HashMap<K, V, S>,
    guard: &'g Guard,
    hash: Finalised,
    key: K,
}

impl<'g, K, V, S> Place<'g, K, V, S> {
    fn draft(self, value: Option<V>) -> Draft<'g, K, V> {
        self.map.raw.draft(self.hash, self.key, value)
    }
}

impl<'g, K, V, S> Entry<'g, K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    pub(super) fn new(map: &'g HashMap<K, V, S>, key: K, guard: &'g Guard) -> Self {
        let (hash, is_key) = map.probe(&key);
        let seen = map.raw.get(hash, is_key, guard);
        let place = Place { map, guard, hash, key };
        match seen {
            Some(seen) => Entry::Occupied(OccupiedEntry { place, seen }),
            None => Entry::Vacant(VacantEntry { place }),
        }
    }

    /// The key that was asked for.
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => &entry.place.key,
            Entry::Vacant(entry) => &entry.place.key,
        }
    }

    /// The value that was seen.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// let entry = map.entry("a", &guard);
    /// map.insert("a", 2, &guard);
    /// assert_eq!(entry.get(), Some(&1));
    /// ```
    pub fn get(&self) -> Option<&'g V> {
        match self {
            Entry::Occupied(entry) => Some(entry.get()),
            Entry::Vacant(_) => None,
        }
    }

    /// If the key was present, replaces its current value with what `change` makes of it.
    ///
    /// `change` runs again if another write or a resize comes in between. If the key has been
    /// removed meanwhile, nothing is changed, and the [`Modified`] treats it as absent.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// map.entry("a", &guard).and_modify(|n| n + 1);
    /// assert_eq!(map.entry("a", &guard).and_modify(|n| n * 10).or_default(), &20);
    /// ```
    pub fn and_modify<F>(self, mut change: F) -> Modified<'g, K, V, S>
    where
        F: FnMut(&V) -> V,
    {
        let OccupiedEntry { place, .. } = match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => return Modified(Err(entry)),
        };
        let (map, guard, hash) = (place.map, place.guard, place.hash);
        let mut draft = place.draft(None);
        let outcome = map.assign(&mut draft, guard, |entry, draft| match entry {
            Some(entry) => {
                draft.set_value(change(&entry.value));
                Step::Put
            }
            None => Step::Leave,
        });
        if let Outcome::Replaced { new, .. } = outcome {
            return Modified(Ok(&new.value));
        }
        let key = draft.into_key().expect("it was not linked");
        Modified(Err(VacantEntry { place: Place { map, guard, hash, key } }))
    }

    /// The value that was seen. If the key was absent, inserts `value` and returns it. If another
    /// thread has inserted the key meanwhile, that value stays and is returned.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// let guard = map.guard();
    /// assert_eq!(map.entry("a", &guard).or_insert(1), &1);
    /// assert_eq!(map.entry("a", &guard).or_insert(2), &1);
    /// ```
    pub fn or_insert(self, value: V) -> &'g V {
        self.or_insert_with(|| value)
    }

    /// Like [`or_insert`](Self::or_insert), with a value that is made only if the key was absent.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// assert_eq!(map.entry("a", &map.guard()).or_insert_with(|| 1), &1);
    /// ```
    pub fn or_insert_with<F: FnOnce() -> V>(self, make: F) -> &'g V {
        self.or_insert_with_key(|_| make())
    }

    /// Like [`or_insert_with`](Self::or_insert_with), but shows `make` the key.
    ///
    /// ```
    /// let map = evacmap::HashMap::new();
    /// assert_eq!(map.entry("abc", &map.guard()).or_insert_with_key(|key| key.len()), &3);
    /// ```
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, make: F) -> &'g V {
        match self {
            Entry::Occupied(entry) => entry.get(),
            Entry::Vacant(entry) => entry.or_insert_with_key(make),
        }
    }

    /// Like [`or_insert`](Self::or_insert), with the default value.
    ///
    /// ```
    /// let map: evacmap::HashMap<_, u32> = evacmap::HashMap::new();
    /// assert_eq!(map.entry("a", &map.guard()).or_default(), &0);
    /// ```
    pub fn or_default(self) -> &'g V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Inserts the value, whatever is there by now. Returns the entry that it put into the map.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// assert_eq!(map.entry("a", &map.guard()).insert_entry(2), (&"a", &2));
    /// ```
    pub fn insert_entry(self, value: V) -> (&'g K, &'g V) {
        let (Entry::Occupied(OccupiedEntry { place, .. }) | Entry::Vacant(VacantEntry { place })) =
            self;
        let (map, guard) = (place.map, place.guard);
        match map.assign(&mut place.draft(Some(value)), guard, |_, _| Step::Put) {
            Outcome::Inserted(new) | Outcome::Replaced { new, .. } => new.pair(),
            Outcome::Removed(_) | Outcome::Left(_) => unreachable!("an insertion was asked for"),
        }
    }

    /// Removes the key, whatever its value is by now.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// assert_eq!(map.entry("a", &guard).remove_entry(), Some((&"a", &1)));
    /// assert_eq!(map.entry("a", &guard).remove_entry(), None);
    /// ```
    pub fn remove_entry(self) -> Option<(&'g K, &'g V)> {
        let (Entry::Occupied(OccupiedEntry { place, .. }) | Entry::Vacant(VacantEntry { place })) =
            self;
        match place.map.delete((place.hash, |key: &K| *key == place.key), place.guard, |_| true) {
            Deleted::Removed(entry) => Some(entry.pair()),
            Deleted::Kept(_) | Deleted::Absent => None,
        }
    }
}

impl<'g, K, V, S> OccupiedEntry<'g, K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// The key as it was seen in the map.
    pub fn key(&self) -> &'g K {
        &self.seen.key
    }

    /// The value that was seen.
    pub fn get(&self) -> &'g V {
        &self.seen.value
    }

    /// Replaces the entry that was seen. Returns the value that it had.
    ///
    /// # Errors
    ///
    /// If that entry is no longer in the map: the key's present value, if any, and `value`.
    ///
    /// ```
    /// use evacmap::{Entry, HashMap};
    ///
    /// let map = HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// let Entry::Occupied(entry) = map.entry("a", &guard) else { unreachable!() };
    /// let Entry::Occupied(same) = map.entry("a", &guard) else { unreachable!() };
    /// assert_eq!(entry.insert(2), Ok(&1));
    /// assert_eq!(same.insert(3).unwrap_err().current, Some(&2));
    /// ```
    pub fn insert(self, value: V) -> Result<&'g V, CompareExchangeError<'g, V>> {
        let OccupiedEntry { place, seen } = self;
        let (map, guard) = (place.map, place.guard);
        map.replace_if(place.draft(Some(value)), |entry| core::ptr::eq(entry, seen), guard)
    }

    /// Removes the entry that was seen.
    ///
    /// # Errors
    ///
    /// If that entry is no longer in the map: the key's present value, if any.
    ///
    /// ```
    /// use evacmap::{Entry, HashMap};
    ///
    /// let map = HashMap::from([("a", 1)]);
    /// let guard = map.guard();
    /// let Entry::Occupied(entry) = map.entry("a", &guard) else { unreachable!() };
    /// map.insert("a", 2, &guard);
    /// assert_eq!(entry.remove_entry().unwrap_err().current, Some(&2));
    /// ```
    pub fn remove_entry(self) -> Result<(&'g K, &'g V), CompareRemoveError<'g, V>> {
        let OccupiedEntry { place, seen } = self;
        let is_key = |key: &K| *key == place.key;
        match place
            .map
            .delete((place.hash, is_key), place.guard, |entry| core::ptr::eq(entry, seen))
        {
            Deleted::Removed(entry) => Ok(entry.pair()),
            Deleted::Kept(entry) => Err(CompareRemoveError { current: Some(&entry.value) }),
            Deleted::Absent => Err(CompareRemoveError { current: None }),
        }
    }
}

impl<'g, K, V, S> VacantEntry<'g, K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// The key that was asked for.
    pub fn key(&self) -> &K {
        &self.place.key
    }

    /// Gives the key back.
    pub fn into_key(self) -> K {
        self.place.key
    }

    /// Inserts the key, if it is still absent.
    ///
    /// # Errors
    ///
    /// If it is present by now: its value, and `value`.
    ///
    /// ```
    /// use evacmap::{Entry, HashMap};
    ///
    /// let map = HashMap::new();
    /// let guard = map.guard();
    /// let Entry::Vacant(entry) = map.entry("a", &guard) else { unreachable!() };
    /// map.insert("a", 1, &guard);
    /// assert_eq!(entry.insert(2).unwrap_err().current, &1);
    /// ```
    pub fn insert(self, value: V) -> Result<&'g V, OccupiedError<'g, V>> {
        let (map, guard) = (self.place.map, self.place.guard);
        map.put_absent(self.place.draft(Some(value)), guard)
    }

    fn or_insert_with_key(self, make: impl FnOnce(&K) -> V) -> &'g V {
        let value = make(self.key());
        self.insert(value).unwrap_or_else(|occupied| occupied.current)
    }
}

impl<'g, K, V, S> Modified<'g, K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// The value that [`and_modify`](Entry::and_modify) made, or `None` if the key was absent.
    pub fn get(&self) -> Option<&'g V> {
        self.0.as_ref().ok().copied()
    }

    /// The value that `and_modify` made. If the key was absent, inserts `value` and returns it. See
    /// [`Entry::or_insert`].
    pub fn or_insert(self, value: V) -> &'g V {
        self.or_insert_with(|| value)
    }

    /// See [`Entry::or_insert_with`].
    pub fn or_insert_with<F: FnOnce() -> V>(self, make: F) -> &'g V {
        self.or_insert_with_key(|_| make())
    }

    /// See [`Entry::or_insert_with_key`].
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, make: F) -> &'g V {
        self.0.unwrap_or_else(|entry| entry.or_insert_with_key(make))
    }

    /// See [`Entry::or_default`].
    pub fn or_default(self) -> &'g V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Entry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => entry.fmt(f),
            Entry::Vacant(entry) => entry.fmt(f),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for OccupiedEntry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.seen.pair();
        f.debug_struct("OccupiedEntry")
            .field("key", key)
            .field("value", value)
            .finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V, S> fmt::Debug for VacantEntry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(&self.place.key).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Modified<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Modified").field(&self.0).finish()
    }
}
