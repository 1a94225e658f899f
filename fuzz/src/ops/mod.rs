//! Reads bytes as operations and applies each to the map and to the standard library's.
//!
//! ```text
//! byte 0    hash mode (see `Mode`)
//! byte 1    bit 0: keys and values that count their drops; other bits: capacity to start with
//! then      operations: a byte whose low 5 bits choose (see `Op`) and whose high 3 bits are a
//!           small number, followed by the key's byte and the value's where the operation has them
//! ```
//!
//! A set beside the map has an operation's code for all of its own (see `set`). Keys are few, so
//! that they collide. Whatever the bytes are, they mean something; where they end, the case ends.
//! Used by the fuzzer and by `tests/fuzz_corpus.rs`, so it depends on the crate and on std only.

mod entry;
mod set;
mod wide;

use std::borrow::Borrow;
use std::collections::HashMap as Model;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use evacmap::{Compute, Guard, HashMap, HashMapRef, Operation};

use self::set::Beside;
use crate::shared::{Counted, Input, KEYS, Mode, Part, Tally, start_resize};

/// Guards held one inside the other.
const MAX_HELD: usize = 3;
/// `reserve` asks for at most `1 << MAX_RESERVE_BITS` more: enough for tables that run out of tag
/// bits.
const MAX_RESERVE_BITS: u8 = 12;

/// Runs one case; panics where the map and the model differ.
pub fn run(bytes: &[u8]) {
    let mut input = Input { bytes };
    let (Some(mode), Some(setup)) = (input.byte(), input.byte()) else {
        return;
    };
    let mode = Mode::new(mode);
    let capacity = usize::from(setup >> 1);
    if setup & 1 == 0 {
        Case::<u8, u32>::new(input, mode).run(mode, capacity);
    } else {
        Case::<Counted<u8>, Counted<u32>>::new(input, mode).run(mode, capacity);
    }
}

/// What the low 5 bits of an operation's byte choose, and for some the small number too.
#[derive(Clone, Copy)]
enum Op {
    Insert,
    TryInsert,
    Entry,
    Get,
    GetMany,
    Contains,
    GetOrInsertWith,
    GetOrTryInsertWith,
    Update,
    UpdateOrInsert,
    Compute,
    CompareExchange,
    CompareRemove,
    Remove,
    RemoveEntry,
    RemoveIf,
    Retain,
    ExtractIf,
    Clear,
    Iterate,
    Len,
    Reserve,
    Shrink,
    HelpResize,
    FinishResize,
    StartResize,
    Flush,
    Hold,
    HoldOwned,
    Release,
    Set,
    CloneAndCompare,
    Validate,
}

impl Op {
    #[rustfmt::skip]
    const ALL: [Op; 32] = [
        Op::Insert, Op::Insert, Op::Insert, Op::Set, Op::TryInsert, Op::Get, Op::Entry, Op::Contains,
        Op::GetOrInsertWith, Op::Update, Op::UpdateOrInsert, Op::Compute, Op::Compute, Op::CompareExchange,
        Op::CompareRemove, Op::Remove, Op::Remove, Op::RemoveEntry, Op::RemoveIf, Op::Retain, Op::Clear, Op::Iterate,
        Op::Len, Op::Reserve, Op::Shrink, Op::HelpResize, Op::FinishResize, Op::StartResize, Op::Flush, Op::Hold,
        Op::Release, Op::CloneAndCompare,
    ];

    /// The operation and its small number.
    fn decode(byte: u8) -> (Op, u8) {
        match (Self::ALL[usize::from(byte & 31)], byte >> 5) {
            // Walks the whole map, so it is not worth a code of its own.
            (Op::Len, 7) => (Op::Validate, 0),
            (Op::Get, number @ 4..) => (Op::GetMany, number),
            (Op::GetOrInsertWith, number @ 4..) => (Op::GetOrTryInsertWith, number),
            (Op::Retain, number @ 4..) => (Op::ExtractIf, number - 4),
            (Op::Hold, 4..) => (Op::HoldOwned, 0),
            decoded => decoded,
        }
    }
}

/// Why a run of operations ended.
#[derive(PartialEq)]
enum Pause {
    /// The input is used up.
    End,
    /// The innermost held guard is to be dropped.
    Release,
    /// The next thing needs the map for itself.
    Validate,
}

type Map<K, V> = HashMap<K, V, Mode>;
type Pinned<'m, K, V, G> = HashMapRef<'m, K, V, Mode, G>;

/// A reference that the map gave out and what it must read as until its guard is dropped.
type Kept<'g, V> = Option<(&'g V, u32)>;

struct Case<'a, K, V> {
    input: Input<'a>,
    model: Model<u8, u32>,
    tally: Arc<Tally>,
    held: usize,
    beside: Beside<K>,
    map: PhantomData<V>,
}

impl<'a, K, V> Case<'a, K, V>
where
    K: Part<u8> + Borrow<u8> + Eq + Hash,
    V: Part<u32>,
{
    fn new(input: Input<'a>, mode: Mode) -> Self {
        let beside = Beside::new(mode);
        Self {
            input,
            model: Model::new(),
            tally: Arc::default(),
            held: 0,
            beside,
            map: PhantomData,
        }
    }

    fn make_key(&self, key: u8) -> K {
        K::make(key, &self.tally)
    }

    fn make_value(&self, value: u32) -> V {
        V::make(value, &self.tally)
    }

    fn run(mut self, mode: Mode, capacity: usize) {
        let mut map = Map::<K, V>::with_capacity_and_hasher(capacity, mode);
        while self.operate::<Guard>(&map, None) != Pause::End {
            map.validate().expect("the invariants hold");
        }
        self.compare(&map);
        map.validate().expect("the invariants hold at the end");
        if capacity.is_multiple_of(2) {
            drop(map);
        } else {
            self.compare_owned(map);
        }
        self.beside.end();
        assert_eq!(self.tally.alive(), 0, "made and not dropped");
    }

    /// Applies operations until the input ends or the caller has to do something.
    fn operate<G: Borrow<Guard>>(
        &mut self,
        map: &Map<K, V>,
        held: Option<&Pinned<'_, K, V, G>>,
    ) -> Pause {
        let mut kept = Vec::new();
        let pause = loop {
            let Some(byte) = self.input.byte() else {
                break Pause::End;
            };
            let (op, number) = Op::decode(byte);
            match (op, held) {
                (Op::Hold, _) if self.held < MAX_HELD => {
                    if self.operate_held(map, &map.pin()) == Pause::End {
                        break Pause::End;
                    }
                }
                (Op::HoldOwned, _) if self.held < MAX_HELD => {
                    if self.operate_held(map, &map.pin_owned()) == Pause::End {
                        break Pause::End;
                    }
                }
                (Op::Release, Some(_)) => break Pause::Release,
                (Op::Validate, None) => break Pause::Validate,
                (_, Some(held)) => kept.extend(self.apply(op, number, map, held)),
                (_, None) => {
                    self.apply(op, number, map, &map.pin());
                }
            }
            assert_eq!(map.len(), self.model.len());
        };
        for (value, expected) in kept {
            assert_eq!(value.plain(), expected, "a reference changed under its guard");
        }
        pause
    }

    fn operate_held<G: Borrow<Guard>>(
        &mut self,
        map: &Map<K, V>,
        held: &Pinned<'_, K, V, G>,
    ) -> Pause {
        self.held += 1;
        let pause = self.operate(map, Some(held));
        self.held -= 1;
        pause
    }

    /// Applies one operation; what it returns is checked again when the guard is dropped.
    fn apply<'g>(
        &mut self,
        op: Op,
        number: u8,
        map: &Map<K, V>,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        match op {
            Op::Insert => return self.insert(number, pin),
            Op::TryInsert => return self.try_insert(pin),
            Op::Entry => return self.entry(number, pin),
            Op::Get => return self.get(pin),
            Op::GetMany => return self.get_many(number, pin),
            Op::Contains => self.contains(pin),
            Op::GetOrInsertWith => return self.get_or_insert_with(pin),
            Op::GetOrTryInsertWith => return self.get_or_try_insert_with(number, pin),
            Op::Update => return self.update(pin),
            Op::UpdateOrInsert => return self.update_or_insert(pin),
            Op::Compute => self.compute(number, pin),
            Op::CompareExchange => return self.compare_exchange(pin),
            Op::CompareRemove => return self.compare_remove(pin),
            Op::Remove => return self.remove(number, pin),
            Op::RemoveEntry => return self.remove_entry(pin),
            Op::RemoveIf => return self.remove_if(pin),
            Op::Retain => self.retain(pin),
            Op::ExtractIf => return self.extract_if(number, pin),
            Op::Clear => self.clear(pin),
            Op::Iterate if number == 0 => self.compare_halves(pin),
            Op::Iterate if number < 4 => self.compare(map),
            Op::Iterate => self.iterate_and_change(number, map, pin),
            Op::Reserve => self.reserve(pin),
            Op::Shrink => pin.shrink_to_fit(),
            Op::HelpResize => self.help_resize(number, map, pin),
            Op::FinishResize => self.finish_resize(map, pin),
            Op::StartResize => start_resize(number, map),
            Op::Flush => pin.flush(),
            Op::CloneAndCompare => self.clone_and_compare(map),
            Op::Set => self.beside.operate(number, &mut self.input, &self.tally),
            Op::Len | Op::Hold | Op::HoldOwned | Op::Release | Op::Validate => {}
        }
        None
    }

    /// Inserts a run of keys, so that maps grow within few bytes.
    fn insert<'g>(
        &mut self,
        more: u8,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (first, value) = (self.input.key(), self.input.value());
        let mut kept = None;
        for key in (first..=first + more).map(|key| key % KEYS) {
            let old = pin.insert(self.make_key(key), self.make_value(value));
            assert_eq!(old.map(Part::plain), self.model.insert(key, value));
            kept = old.map(|old| (old, old.plain()));
        }
        kept
    }

    fn try_insert<'g>(&mut self, pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>) -> Kept<'g, V> {
        let (key, value) = (self.input.key(), self.input.value());
        let (found, expected) = match self.model.entry(key) {
            Entry::Vacant(vacant) => (None, *vacant.insert(value)),
            Entry::Occupied(occupied) => (Some(value), *occupied.get()),
        };
        let reference = match pin.try_insert(self.make_key(key), self.make_value(value)) {
            Ok(new) => {
                assert_eq!(found, None);
                new
            }
            Err(error) => {
                assert_eq!(found, Some(error.not_inserted.plain()));
                error.current
            }
        };
        assert_eq!(reference.plain(), expected);
        Some((reference, expected))
    }

    fn get<'g>(&mut self, pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>) -> Kept<'g, V> {
        let key = self.input.key();
        let value = pin.get(&key);
        let expected = self.model.get(&key).copied();
        assert_eq!(value.map(Part::plain), expected);
        let pair = pin.get_key_value(&key);
        assert_eq!(
            pair.map(|(key, value)| (key.plain(), value.plain())),
            expected.map(|value| (key, value))
        );
        value.zip(expected)
    }

    fn contains(&mut self, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        let key = self.input.key();
        assert_eq!(pin.contains_key(&key), self.model.contains_key(&key));
        assert_eq!(pin.is_empty(), self.model.is_empty());
    }

    fn get_or_insert_with<'g>(
        &mut self,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (key, value) = (self.input.key(), self.input.value());
        let mut ran = false;
        let reference = pin.get_or_insert_with(self.make_key(key), || {
            ran = true;
            self.make_value(value)
        });
        assert_eq!(ran, !self.model.contains_key(&key));
        let expected = *self.model.entry(key).or_insert(value);
        assert_eq!(reference.plain(), expected);
        Some((reference, expected))
    }

    /// As `get_or_insert_with`, with a closure that fails for most of the numbers.
    fn get_or_try_insert_with<'g>(
        &mut self,
        number: u8,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (key, value) = (self.input.key(), self.input.value());
        let fails = number > 4;
        let result = pin.get_or_try_insert_with(self.make_key(key), || {
            assert!(!self.model.contains_key(&key), "asked for a value that is there");
            if fails { Err(number) } else { Ok(self.make_value(value)) }
        });
        let expected = match self.model.get(&key) {
            None if fails => Err(number),
            _ => Ok(*self.model.entry(key).or_insert(value)),
        };
        assert_eq!(result.map(Part::plain), expected);
        result.ok().zip(expected.ok())
    }

    fn update<'g>(&mut self, pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>) -> Kept<'g, V> {
        let (key, more) = (self.input.key(), self.input.value());
        let change = |old: u32| old.wrapping_add(more);
        let new = pin.update(self.make_key(key), |old| self.make_value(change(old.plain())));
        let expected = self.model.get_mut(&key).map(|value| {
            *value = change(*value);
            *value
        });
        assert_eq!(new.map(Part::plain), expected);
        new.zip(expected)
    }

    fn update_or_insert<'g>(
        &mut self,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (key, value) = (self.input.key(), self.input.value());
        let change = |old: u32| old ^ value;
        let make = |value| self.make_value(value);
        let new =
            pin.update_or_insert(self.make_key(key), |old| make(change(old.plain())), make(value));
        let expected =
            *self.model.entry(key).and_modify(|old| *old = change(*old)).or_insert(value);
        assert_eq!(new.plain(), expected);
        Some((new, expected))
    }

    /// Inserts, removes or aborts, by the small number. Only what is there can be removed.
    fn compute(&mut self, number: u8, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        let (key, value) = (self.input.key(), self.input.value());
        let old = self.model.get(&key).copied();
        let (inserts, removes) = (number < 3, number < 6 && old.is_some());
        let result = pin.compute(self.make_key(key), |entry| {
            assert_eq!(
                entry.map(|(key, value)| (key.plain(), value.plain())),
                old.map(|old| (key, old))
            );
            match number {
                _ if inserts => Operation::Insert(self.make_value(value)),
                _ if removes => Operation::Remove,
                _ => Operation::Abort(number),
            }
        });
        match (result, old) {
            (Compute::Inserted(new_key, new), None) if inserts => {
                assert_eq!((new_key.plain(), new.plain()), (key, value));
                self.model.insert(key, value);
            }
            (Compute::Updated { old: (old_key, replaced), new: (new_key, new) }, Some(old))
                if inserts =>
            {
                assert_eq!((old_key.plain(), replaced.plain()), (key, old));
                assert_eq!((new_key.plain(), new.plain()), (key, value));
                self.model.insert(key, value);
            }
            (Compute::Removed(old_key, removed), Some(old)) if removes && !inserts => {
                assert_eq!((old_key.plain(), removed.plain()), (key, old));
                self.model.remove(&key);
            }
            (Compute::Aborted(returned), _) if !removes && !inserts => assert_eq!(returned, number),
            (result, _) => panic!("number {number} with {old:?} gave {result:?}"),
        }
    }

    fn compare_exchange<'g>(
        &mut self,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let (key, current, new) = (self.input.key(), self.input.value(), self.input.value());
        let there = self.model.get(&key).copied();
        match pin.compare_exchange(
            self.make_key(key),
            &self.make_value(current),
            self.make_value(new),
        ) {
            Ok(old) => {
                assert_eq!((Some(current), old.plain()), (there, current));
                self.model.insert(key, new);
                Some((old, current))
            }
            Err(error) => {
                assert_ne!(there, Some(current));
                assert_eq!(error.current.map(Part::plain), there);
                assert_eq!(error.new.plain(), new);
                error.current.zip(there)
            }
        }
    }

    fn compare_remove<'g>(&mut self, pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>) -> Kept<'g, V> {
        let (key, current) = (self.input.key(), self.input.value());
        let there = self.model.get(&key).copied();
        match pin.compare_remove(&key, &self.make_value(current)) {
            Ok(old) => {
                assert_eq!((Some(current), old.plain()), (there, current));
                self.model.remove(&key);
                Some((old, current))
            }
            Err(error) => {
                assert_ne!(there, Some(current));
                assert_eq!(error.current.map(Part::plain), there);
                error.current.zip(there)
            }
        }
    }

    fn remove<'g>(
        &mut self,
        more: u8,
        pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>,
    ) -> Kept<'g, V> {
        let first = self.input.key();
        let mut kept = None;
        for key in (first..=first + more).map(|key| key % KEYS) {
            let old = pin.remove(&key);
            assert_eq!(old.map(Part::plain), self.model.remove(&key));
            kept = old.map(|old| (old, old.plain()));
        }
        kept
    }

    fn remove_entry<'g>(&mut self, pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>) -> Kept<'g, V> {
        let key = self.input.key();
        let removed = pin.remove_entry(&key);
        assert_eq!(
            removed.map(|(key, value)| (key.plain(), value.plain())),
            self.model.remove_entry(&key)
        );
        removed.map(|(_, value)| (value, value.plain()))
    }

    fn remove_if<'g>(&mut self, pin: &'g Pinned<'_, K, V, impl Borrow<Guard>>) -> Kept<'g, V> {
        let (key, threshold) = (self.input.key(), self.input.value());
        let there = self.model.get(&key).copied();
        let (pair, expected) = match pin.remove_if(&key, |_, value| value.plain() < threshold) {
            Ok(removed) => (removed, self.model.remove(&key).filter(|&value| value < threshold)),
            Err(refused) => (Some(refused), there.filter(|&value| value >= threshold)),
        };
        assert_eq!(
            pair.map(|(key, value)| (key.plain(), value.plain())),
            expected.map(|value| (key, value))
        );
        pair.map(|(_, value)| (value, value.plain()))
    }

    fn clear(&mut self, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        pin.clear();
        self.model.clear();
        assert!(pin.is_empty());
    }

    fn reserve(&mut self, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        pin.reserve(1 << (self.input.byte_or_zero() % (MAX_RESERVE_BITS + 1)));
    }

    fn help_resize(
        &mut self,
        groups: u8,
        map: &Map<K, V>,
        pin: &Pinned<'_, K, V, impl Borrow<Guard>>,
    ) {
        let was_resizing = map.is_resizing();
        pin.help_resize(usize::from(groups) + 1);
        assert!(was_resizing || !map.is_resizing(), "helping starts no resize");
    }

    fn finish_resize(&mut self, map: &Map<K, V>, pin: &Pinned<'_, K, V, impl Borrow<Guard>>) {
        pin.finish_resize();
        assert!(!map.is_resizing());
    }
}
