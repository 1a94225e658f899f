//! Operations on many keys at once.

use std::array;
use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;

use evacmap::Guard;

use super::{Case, Kept, Map, Op, Pinned};
use crate::shared::{KEYS, Part};

/// Keys looked up by one call: some more than the map fetches together.
const MANY: usize = 20;

impl<K, V> Case<'_, K, V>
where
    K: Part<u8> + Borrow<u8> + Eq + Hash,
    V: Part<u32>,
{
    /// A condition for keys and values, of two bytes.
    fn condition(&mut self) -> impl Fn(u8, u32) -> bool + Copy + use<K, V> {
        let (divisor, rest) = (self.input.byte_or_zero() % 7 + 2, self.input.byte_or_zero());
        move |key, value| key % divisor == rest % divisor && value != 0
    }

    pub(super) fn retain(&mut self, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        let goes = self.condition();
        pin.retain(|key, value| !goes(key.plain(), value.plain()));
        self.model.retain(|&key, value| !goes(key, *value));
    }

    /// Takes out a few, or with the highest number all; between two of them a resize that runs goes
    /// on.
    pub(super) fn extract_if<'g>(
        &mut self,
        number: u8,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let goes = self.condition();
        let most = if number == 3 { usize::MAX } else { usize::from(number) };
        let (mut taken, mut kept) = (0, None);
        for (key, value) in pin.extract_if(|key, value| goes(key.plain(), value.plain())).take(most)
        {
            let (key, old) = (key.plain(), value.plain());
            assert!(goes(key, old), "{key} should have stayed");
            assert_eq!(self.model.remove(&key), Some(old));
            assert!(pin.get(&key).is_none(), "{key} was taken out and is still there");
            pin.help_resize(1);
            (taken, kept) = (taken + 1, Some((value, old)));
        }
        let left = || self.model.iter().find(|&(&key, &value)| goes(key, value));
        assert_eq!(if taken < most { left() } else { None }, None);
        kept
    }

    /// Looks up many keys, some of them repeatedly, by an array or by an iterator.
    pub(super) fn get_many<'g>(
        &mut self,
        number: u8,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (first, stride) = (usize::from(self.input.key()), usize::from(self.input.key()));
        let keys: [u8; MANY] =
            array::from_fn(|at| ((first + at * stride) % usize::from(KEYS)) as u8);
        let found: Vec<_> = if number.is_multiple_of(2) {
            pin.get_many(keys.each_ref()).into()
        } else {
            pin.get_many_iter(&keys).collect()
        };
        let plain: Vec<_> = found.iter().map(|value| value.map(Part::plain)).collect();
        let expected = keys.map(|key| self.model.get(&key).copied());
        assert_eq!(plain, expected);
        found[0].zip(expected[0])
    }

    /// Compares what the iterator, look-ups and the length say with the model.
    pub(super) fn compare(&self, map: &Map<K, V>) {
        let pin = map.pin();
        assert_eq!(pin.len(), self.model.len());
        let mut seen = HashSet::new();
        for (key, value) in pin.iter() {
            assert!(seen.insert(key.plain()), "the iterator returned {key:?} twice");
            assert_eq!(Some(&value.plain()), self.model.get(&key.plain()));
        }
        assert_eq!(seen.len(), self.model.len());
        for key in 0..KEYS {
            assert_eq!(pin.get(&key).map(Part::plain), self.model.get(&key).copied());
        }
    }

    /// The iterators over one half of the entries.
    pub(super) fn compare_halves(&self, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        let keys: HashSet<u8> = pin.keys().map(Part::plain).collect();
        assert_eq!(keys, self.model.keys().copied().collect());
        let sum = |values: &mut dyn Iterator<Item = u32>| values.map(u64::from).sum::<u64>();
        assert_eq!(sum(&mut pin.values().map(Part::plain)), sum(&mut self.model.values().copied()));
    }

    /// Changes the map in the middle of an iteration: keys that are not touched are returned
    /// exactly once, and none is returned twice.
    pub(super) fn iterate_and_change(
        &mut self,
        number: u8,
        map: &Map<K, V>,
        pin: &Pinned<'_, K, V, impl Borrow<Guard>>,
    ) {
        let before = self.model.clone();
        let mut touched = HashSet::new();
        let mut seen = HashSet::new();
        let change_after = self.input.byte_or_zero() % KEYS;
        for (at, (key, value)) in map.pin().iter().enumerate() {
            let (key, value) = (key.plain(), value.plain());
            assert!(seen.insert(key), "the iterator returned {key} twice");
            if !touched.contains(&key) {
                assert_eq!(Some(&value), before.get(&key));
            }
            if at == usize::from(change_after) {
                self.change(number, map, pin, &mut touched);
            }
        }
        for key in before.keys().filter(|key| !touched.contains(key)) {
            assert!(seen.contains(key), "the iterator missed {key}");
        }
        for key in seen {
            assert!(
                before.contains_key(&key) || touched.contains(&key),
                "the iterator made up {key}"
            );
        }
    }

    fn change(
        &mut self,
        number: u8,
        map: &Map<K, V>,
        pin: &Pinned<'_, K, V, impl Borrow<Guard>>,
        touched: &mut HashSet<u8>,
    ) {
        let next = |case: &Self| case.input.bytes.first().map_or(0, |byte| byte % KEYS);
        for _ in 0..=number {
            let (op, more) = Op::decode(self.input.byte_or_zero());
            match op {
                Op::Insert | Op::Remove | Op::Update | Op::UpdateOrInsert | Op::Compute => {
                    touched.insert(next(self));
                    self.apply(op, 0, map, pin);
                }
                Op::Clear => {
                    touched.extend(0..KEYS);
                    self.clear(pin);
                }
                Op::Reserve
                | Op::Shrink
                | Op::HelpResize
                | Op::FinishResize
                | Op::StartResize
                | Op::Flush => {
                    self.apply(op, more, map, pin);
                }
                Op::Iterate => self.compare(map),
                _ => {}
            }
        }
    }

    pub(super) fn clone_and_compare(&self, map: &Map<K, V>) {
        let mut copy = map.clone();
        assert!(copy == *map);
        self.compare(&copy);
        copy.validate().expect("the invariants hold in a clone");
        if let Some(key) = self.model.keys().next() {
            copy.pin().remove(key);
            assert!(copy != *map);
            assert_eq!(map.len(), self.model.len());
        }
    }

    pub(super) fn compare_owned(&mut self, map: Map<K, V>) {
        let mut rest = std::mem::take(&mut self.model);
        for (key, value) in map {
            assert_eq!(rest.remove(&key.plain()), Some(value.plain()));
        }
        assert!(rest.is_empty(), "not returned by value: {rest:?}");
    }
}
