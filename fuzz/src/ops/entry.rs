//! What is done through an entry: with what was seen, and after it has changed.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use evacmap::{Entry, Guard};

use super::{Case, Kept, Pinned};
use crate::shared::Part;

impl<K, V> Case<'_, K, V>
where
    K: Part<u8> + Borrow<u8> + Eq + Hash,
    V: Part<u32>,
{
    /// The number says what is done.
    pub(super) fn entry<'g>(
        &mut self,
        number: u8,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (key, value) = (self.input.key(), self.input.value());
        let there = self.model.get(&key).copied();
        let entry = pin.entry(self.make_key(key));
        assert_eq!((entry.key().plain(), entry.get().map(Part::plain)), (key, there));
        match number {
            0 => self.or_insert(key, there, entry.or_insert(self.make_value(value)), value),
            1 => {
                let mut ran = false;
                let got = entry.or_insert_with_key(|asked| {
                    ran = asked.plain() == key;
                    self.make_value(value)
                });
                assert_eq!(ran, there.is_none());
                self.or_insert(key, there, got, value)
            }
            2 => self.modify(key, there, entry, value),
            3 => {
                let (new_key, new) = entry.insert_entry(self.make_value(value));
                assert_eq!((new_key.plain(), new.plain()), (key, value));
                self.model.insert(key, value);
                Some((new, value))
            }
            4 => {
                let removed = entry.remove_entry();
                assert_eq!(
                    removed.map(|(key, value)| (key.plain(), value.plain())),
                    self.model.remove_entry(&key)
                );
                removed.map(|(_, value)| value).zip(there)
            }
            5 => self.use_at_once(key, there, entry, Some(value)),
            6 => self.use_at_once(key, there, entry, None),
            _ => self.use_too_late(key, entry, value, pin),
        }
    }

    fn or_insert<'g>(
        &mut self,
        key: u8,
        there: Option<u32>,
        got: &'g V,
        value: u32,
    ) -> Kept<'g, V> {
        let expected = there.unwrap_or(value);
        assert_eq!(got.plain(), expected);
        self.model.insert(key, expected);
        Some((got, expected))
    }

    fn modify<'g>(
        &mut self,
        key: u8,
        there: Option<u32>,
        entry: Entry<'g, K, V, impl BuildHasher>,
        value: u32,
    ) -> Kept<'g, V> {
        let change = |old: u32| old ^ value;
        let modified = entry.and_modify(|old| self.make_value(change(old.plain())));
        assert_eq!(modified.get().map(Part::plain), there.map(change));
        let got = modified.or_insert(self.make_value(value));
        self.or_insert(key, there.map(change), got, value)
    }

    /// Puts a value in or removes the key, where nothing came between.
    fn use_at_once<'g>(
        &mut self,
        key: u8,
        there: Option<u32>,
        entry: Entry<'g, K, V, impl BuildHasher>,
        new: Option<u32>,
    ) -> Kept<'g, V> {
        let make = |new| self.make_value(new);
        let old = match (entry, new) {
            (Entry::Occupied(entry), Some(new)) => {
                Some(entry.insert(make(new)).expect("nothing came between"))
            }
            (Entry::Occupied(entry), None) => {
                let (removed, value) = entry.remove_entry().expect("nothing came between");
                assert_eq!(removed.plain(), key);
                Some(value)
            }
            (Entry::Vacant(entry), Some(new)) => {
                assert_eq!(entry.insert(make(new)).expect("nothing came between").plain(), new);
                None
            }
            (Entry::Vacant(entry), None) => {
                assert_eq!(entry.into_key().plain(), key);
                None
            }
        };
        match new {
            Some(new) => self.model.insert(key, new),
            None => self.model.remove(&key),
        };
        assert_eq!(old.map(Part::plain), there);
        old.zip(there)
    }

    /// Changes the key after the entry was seen: what comes between may write the very same value,
    /// or nothing.
    fn use_too_late<'g>(
        &mut self,
        key: u8,
        entry: Entry<'g, K, V, impl BuildHasher>,
        value: u32,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let between = self.input.value();
        let now = (value != 0).then_some(between);
        match now {
            Some(between) => drop(pin.insert(self.make_key(key), self.make_value(between))),
            None => drop(pin.remove(&key)),
        }
        let current = match entry {
            Entry::Occupied(entry) if value.is_multiple_of(2) => {
                let error = entry
                    .insert(self.make_value(value))
                    .expect_err("another entry is there by now");
                assert_eq!(error.new.plain(), value);
                error.current
            }
            Entry::Occupied(entry) => {
                entry.remove_entry().expect_err("another entry is there by now").current
            }
            Entry::Vacant(entry) => match entry.insert(self.make_value(value)) {
                Ok(new) => {
                    assert_eq!((now, new.plain()), (None, value));
                    self.model.insert(key, value);
                    return Some((new, value));
                }
                Err(error) => {
                    assert_eq!(error.not_inserted.plain(), value);
                    Some(error.current)
                }
            },
        };
        match now {
            Some(between) => self.model.insert(key, between),
            None => self.model.remove(&key),
        };
        assert_eq!(current.map(Part::plain), now);
        current.zip(now)
    }
}
