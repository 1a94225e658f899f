//! Reads bytes as operations and applies each to the map and to the standard library's.
//!
//! ```text
//! byte 0    hash mode (see `Mode`)
//! byte 1    bit 0: keys and values that count their drops; other bits: capacity to start with
//! then      operations: a byte whose low 5 bits choose (see `Op`) and whose high 3 bits are a small number,
//!           followed by the key's byte and the value's where the operation has them
//! ```
//!
//! Keys are few, so that they collide. Whatever the bytes are, they mean something; where they end, the case ends.
//! Used by the fuzzer and by `tests/fuzz_corpus.rs`, so it depends on the crate and on std only.

use std::borrow::Borrow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap as Model, HashSet};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use evacmap::{Compute, HashMap, HashMapRef, Operation};

pub(super) const KEYS: u8 = 48;
/// Guards held one inside the other.
const MAX_HELD: usize = 3;
/// `reserve` asks for at most `1 << MAX_RESERVE_BITS` more: enough for tables that run out of tag bits.
const MAX_RESERVE_BITS: u8 = 12;
/// Tables of more buckets are not made larger by force.
#[cfg(feature = "_hooks")]
const MAX_BUCKETS: usize = 1 << 8;

/// Runs one case; panics where the map and the model differ.
pub fn run(bytes: &[u8]) {
    let mut input = Input { bytes };
    let (Some(mode), Some(setup)) = (input.byte(), input.byte()) else {
        return;
    };
    let mode = Mode::new(mode);
    let capacity = usize::from(setup >> 1);
    if setup & 1 == 0 {
        Case::<u8, u32>::new(input).run(mode, capacity);
    } else {
        Case::<Counted<u8>, Counted<u32>>::new(input).run(mode, capacity);
    }
}

/// The bytes not read yet.
pub(super) struct Input<'a> {
    pub(super) bytes: &'a [u8],
}

impl Input<'_> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    pub(super) fn byte_or_zero(&mut self) -> u8 {
        self.byte().unwrap_or(0)
    }

    pub(super) fn key(&mut self) -> u8 {
        self.byte_or_zero() % KEYS
    }

    /// Few values too, so that comparisons succeed.
    pub(super) fn value(&mut self) -> u32 {
        u32::from(self.byte_or_zero() % 16) * 0x0101_0101
    }
}

/// How keys are hashed: well, or in one of the ways that break maps.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Good,
    Constant,
    ThreeBits,
    Identity,
    LowBitsZero,
    LowBitsOne,
}

impl Mode {
    pub(super) fn new(byte: u8) -> Self {
        [Self::Good, Self::Constant, Self::ThreeBits, Self::Identity, Self::LowBitsZero, Self::LowBitsOne]
            [usize::from(byte % 6)]
    }

    fn hash(self, key: u8) -> u64 {
        let key = u64::from(key);
        match self {
            Self::Good => {
                let mixed = (key + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
            }
            Self::Constant => 0,
            Self::ThreeBits => key & 7,
            Self::Identity => key,
            Self::LowBitsZero => key << 56,
            Self::LowBitsOne => key << 56 | u64::MAX >> 8,
        }
    }
}

impl BuildHasher for Mode {
    type Hasher = ModeHasher;

    fn build_hasher(&self) -> ModeHasher {
        ModeHasher { mode: *self, key: 0 }
    }
}

pub(super) struct ModeHasher {
    mode: Mode,
    key: u8,
}

impl Hasher for ModeHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.key = bytes.iter().fold(self.key, |key, byte| key ^ byte);
    }

    fn finish(&self) -> u64 {
        self.mode.hash(self.key)
    }
}

/// How many counted things were made and dropped in one case.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) made: AtomicU64,
    pub(super) dropped: AtomicU64,
}

impl Tally {
    fn alive(&self) -> i64 {
        (self.made.load(Relaxed) - self.dropped.load(Relaxed)) as i64
    }
}

/// A key or a value, plain or counted.
trait Part<T>: Clone + Debug + PartialEq + Send + Sync {
    fn make(plain: T, tally: &Arc<Tally>) -> Self;
    fn plain(&self) -> T;
}

impl<T: Copy + Debug + PartialEq + Send + Sync> Part<T> for T {
    fn make(plain: T, _: &Arc<Tally>) -> Self {
        plain
    }

    fn plain(&self) -> T {
        *self
    }
}

/// Counts itself, and notices when it is used or dropped after its drop. It is boxed because the map uses the memory of
/// its entries again, where a sanitizer would not see that.
#[derive(Debug)]
pub(super) struct Counted<T> {
    plain: Box<T>,
    pub(super) tally: Arc<Tally>,
    alive: bool,
}

impl<T> Counted<T> {
    pub(super) fn new(plain: T, tally: &Arc<Tally>) -> Self {
        tally.made.fetch_add(1, Relaxed);
        Self { plain: Box::new(plain), tally: Arc::clone(tally), alive: true }
    }

    pub(super) fn check(&self) -> &T {
        assert!(self.alive, "used after its drop");
        &self.plain
    }
}

impl<T: Copy + Debug + PartialEq + Send + Sync> Part<T> for Counted<T> {
    fn make(plain: T, tally: &Arc<Tally>) -> Self {
        Self::new(plain, tally)
    }

    fn plain(&self) -> T {
        *self.check()
    }
}

impl<T: Copy + Debug + PartialEq + Send + Sync> Clone for Counted<T> {
    fn clone(&self) -> Self {
        Self::make(self.plain(), &self.tally)
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        self.check();
        self.alive = false;
        self.tally.dropped.fetch_add(1, Relaxed);
    }
}

impl<T: PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.check() == other.check()
    }
}

impl<T: Eq> Eq for Counted<T> {}

impl<T: Hash> Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.check().hash(state);
    }
}

impl Borrow<u8> for Counted<u8> {
    fn borrow(&self) -> &u8 {
        self.check()
    }
}

/// What the low 5 bits of an operation's byte choose.
#[derive(Clone, Copy)]
enum Op {
    Insert,
    TryInsert,
    Get,
    Contains,
    GetOrInsertWith,
    Update,
    UpdateOrInsert,
    Compute,
    CompareExchange,
    CompareRemove,
    Remove,
    RemoveEntry,
    RemoveIf,
    Retain,
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
    Release,
    CloneAndCompare,
    Validate,
}

impl Op {
    #[rustfmt::skip]
    const ALL: [Op; 32] = [
        Op::Insert, Op::Insert, Op::Insert, Op::Insert, Op::TryInsert, Op::Get, Op::Get, Op::Contains,
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

/// Begins a rebuild or a resize by force, if the crate is built with hooks for its tests.
#[cfg(feature = "_hooks")]
pub(super) fn start_resize<K: Eq + Hash + Send, V: Send>(number: u8, map: &Map<K, V>) {
    match [0, -6, -2, -1, 0, 1, 2, 3][usize::from(number)] {
        0 => map.start_rebuild(),
        bits if bits < 0 || map.stats().buckets < MAX_BUCKETS => map.start_resize(bits),
        _ => {}
    }
}

#[cfg(not(feature = "_hooks"))]
pub(super) fn start_resize<K, V>(_: u8, _: &Map<K, V>) {}

type Map<K, V> = HashMap<K, V, Mode>;
type Pinned<'m, K, V> = HashMapRef<'m, K, V, Mode>;

/// A reference that the map gave out and what it must read as until its guard is dropped.
type Kept<'g, V> = Option<(&'g V, u32)>;

struct Case<'a, K, V> {
    input: Input<'a>,
    model: Model<u8, u32>,
    tally: Arc<Tally>,
    held: usize,
    map: std::marker::PhantomData<(K, V)>,
}

impl<'a, K, V> Case<'a, K, V>
where
    K: Part<u8> + Borrow<u8> + Eq + Hash,
    V: Part<u32>,
{
    fn new(input: Input<'a>) -> Self {
        Self { input, model: Model::new(), tally: Arc::default(), held: 0, map: std::marker::PhantomData }
    }

    fn make_key(&self, key: u8) -> K {
        K::make(key, &self.tally)
    }

    fn make_value(&self, value: u32) -> V {
        V::make(value, &self.tally)
    }

    fn run(mut self, mode: Mode, capacity: usize) {
        let mut map = Map::<K, V>::with_capacity_and_hasher(capacity, mode);
        while self.operate(&map, None) != Pause::End {
            map.validate().expect("the invariants hold");
        }
        self.compare(&map);
        map.validate().expect("the invariants hold at the end");
        if capacity.is_multiple_of(2) {
            drop(map);
        } else {
            self.compare_owned(map);
        }
        assert_eq!(self.tally.alive(), 0, "made and not dropped");
    }

    /// Applies operations until the input ends or the caller has to do something.
    fn operate(&mut self, map: &Map<K, V>, held: Option<&Pinned<'_, K, V>>) -> Pause {
        let mut kept = Vec::new();
        let pause = loop {
            let Some(byte) = self.input.byte() else {
                break Pause::End;
            };
            let (op, number) = Op::decode(byte);
            match (op, held) {
                (Op::Hold, _) if self.held < MAX_HELD => {
                    if self.operate_held(map) == Pause::End {
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

    fn operate_held(&mut self, map: &Map<K, V>) -> Pause {
        self.held += 1;
        let guard = map.pin();
        let pause = self.operate(map, Some(&guard));
        self.held -= 1;
        pause
    }

    /// Applies one operation; what it returns is checked again when the guard is dropped.
    fn apply<'g>(&mut self, op: Op, number: u8, map: &Map<K, V>, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        match op {
            Op::Insert => return self.insert(number, pin),
            Op::TryInsert => return self.try_insert(pin),
            Op::Get => return self.get(pin),
            Op::Contains => self.contains(pin),
            Op::GetOrInsertWith => return self.get_or_insert_with(pin),
            Op::Update => return self.update(pin),
            Op::UpdateOrInsert => return self.update_or_insert(pin),
            Op::Compute => self.compute(number, pin),
            Op::CompareExchange => return self.compare_exchange(pin),
            Op::CompareRemove => return self.compare_remove(pin),
            Op::Remove => return self.remove(number, pin),
            Op::RemoveEntry => return self.remove_entry(pin),
            Op::RemoveIf => return self.remove_if(pin),
            Op::Retain => self.retain(pin),
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
            Op::Len | Op::Hold | Op::Release | Op::Validate => {}
        }
        None
    }

    /// Inserts a run of keys, so that maps grow within few bytes.
    fn insert<'g>(&mut self, more: u8, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let (first, value) = (self.input.key(), self.input.value());
        let mut kept = None;
        for key in (first..=first + more).map(|key| key % KEYS) {
            let old = pin.insert(self.make_key(key), self.make_value(value));
            assert_eq!(old.map(Part::plain), self.model.insert(key, value));
            kept = old.map(|old| (old, old.plain()));
        }
        kept
    }

    fn try_insert<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
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

    fn get<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let key = self.input.key();
        let value = pin.get(&key);
        let expected = self.model.get(&key).copied();
        assert_eq!(value.map(Part::plain), expected);
        let pair = pin.get_key_value(&key);
        assert_eq!(pair.map(|(key, value)| (key.plain(), value.plain())), expected.map(|value| (key, value)));
        value.zip(expected)
    }

    fn contains(&mut self, pin: &Pinned<'_, K, V>) {
        let key = self.input.key();
        assert_eq!(pin.contains_key(&key), self.model.contains_key(&key));
        assert_eq!(pin.is_empty(), self.model.is_empty());
    }

    fn get_or_insert_with<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
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

    fn update<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
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

    fn update_or_insert<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let (key, value) = (self.input.key(), self.input.value());
        let change = |old: u32| old ^ value;
        let make = |value| self.make_value(value);
        let new = pin.update_or_insert(self.make_key(key), |old| make(change(old.plain())), make(value));
        let expected = *self.model.entry(key).and_modify(|old| *old = change(*old)).or_insert(value);
        assert_eq!(new.plain(), expected);
        Some((new, expected))
    }

    /// Inserts, removes or aborts, by the small number. Only what is there can be removed.
    fn compute(&mut self, number: u8, pin: &Pinned<'_, K, V>) {
        let (key, value) = (self.input.key(), self.input.value());
        let old = self.model.get(&key).copied();
        let (inserts, removes) = (number < 3, number < 6 && old.is_some());
        let result = pin.compute(self.make_key(key), |entry| {
            assert_eq!(entry.map(|(key, value)| (key.plain(), value.plain())), old.map(|old| (key, old)));
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
            (Compute::Updated { old: (old_key, replaced), new: (new_key, new) }, Some(old)) if inserts => {
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

    fn compare_exchange<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let (key, current, new) = (self.input.key(), self.input.value(), self.input.value());
        let there = self.model.get(&key).copied();
        match pin.compare_exchange(self.make_key(key), &self.make_value(current), self.make_value(new)) {
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

    fn compare_remove<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
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

    fn remove<'g>(&mut self, more: u8, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let first = self.input.key();
        let mut kept = None;
        for key in (first..=first + more).map(|key| key % KEYS) {
            let old = pin.remove(&key);
            assert_eq!(old.map(Part::plain), self.model.remove(&key));
            kept = old.map(|old| (old, old.plain()));
        }
        kept
    }

    fn remove_entry<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let key = self.input.key();
        let removed = pin.remove_entry(&key);
        assert_eq!(removed.map(|(key, value)| (key.plain(), value.plain())), self.model.remove_entry(&key));
        removed.map(|(_, value)| (value, value.plain()))
    }

    fn remove_if<'g>(&mut self, pin: &'g Pinned<'_, K, V>) -> Kept<'g, V> {
        let (key, threshold) = (self.input.key(), self.input.value());
        let there = self.model.get(&key).copied();
        let (pair, expected) = match pin.remove_if(&key, |_, value| value.plain() < threshold) {
            Ok(removed) => (removed, self.model.remove(&key).filter(|&value| value < threshold)),
            Err(refused) => (Some(refused), there.filter(|&value| value >= threshold)),
        };
        assert_eq!(pair.map(|(key, value)| (key.plain(), value.plain())), expected.map(|value| (key, value)));
        pair.map(|(_, value)| (value, value.plain()))
    }

    fn retain(&mut self, pin: &Pinned<'_, K, V>) {
        let (divisor, rest) = (self.input.byte_or_zero() % 7 + 2, self.input.byte_or_zero());
        let keep = |key: u8, value: u32| key % divisor != rest % divisor || value == 0;
        pin.retain(|key, value| keep(key.plain(), value.plain()));
        self.model.retain(|&key, value| keep(key, *value));
    }

    fn clear(&mut self, pin: &Pinned<'_, K, V>) {
        pin.clear();
        self.model.clear();
        assert!(pin.is_empty());
    }

    fn reserve(&mut self, pin: &Pinned<'_, K, V>) {
        pin.reserve(1 << (self.input.byte_or_zero() % (MAX_RESERVE_BITS + 1)));
    }

    fn help_resize(&mut self, groups: u8, map: &Map<K, V>, pin: &Pinned<'_, K, V>) {
        let was_resizing = map.is_resizing();
        pin.help_resize(usize::from(groups) + 1);
        assert!(was_resizing || !map.is_resizing(), "helping starts no resize");
    }

    fn finish_resize(&mut self, map: &Map<K, V>, pin: &Pinned<'_, K, V>) {
        pin.finish_resize();
        assert!(!map.is_resizing());
    }

    /// Compares what the iterator, look-ups and the length say with the model.
    fn compare(&self, map: &Map<K, V>) {
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
    fn compare_halves(&self, pin: &Pinned<'_, K, V>) {
        let keys: HashSet<u8> = pin.keys().map(Part::plain).collect();
        assert_eq!(keys, self.model.keys().copied().collect());
        let sum = |values: &mut dyn Iterator<Item = u32>| values.map(u64::from).sum::<u64>();
        assert_eq!(sum(&mut pin.values().map(Part::plain)), sum(&mut self.model.values().copied()));
    }

    /// Changes the map in the middle of an iteration: keys that are not touched are returned exactly once, and none is
    /// returned twice.
    fn iterate_and_change(&mut self, number: u8, map: &Map<K, V>, pin: &Pinned<'_, K, V>) {
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
            assert!(before.contains_key(&key) || touched.contains(&key), "the iterator made up {key}");
        }
    }

    fn change(&mut self, number: u8, map: &Map<K, V>, pin: &Pinned<'_, K, V>, touched: &mut HashSet<u8>) {
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
                Op::Reserve | Op::Shrink | Op::HelpResize | Op::FinishResize | Op::StartResize | Op::Flush => {
                    self.apply(op, more, map, pin);
                }
                Op::Iterate => self.compare(map),
                _ => {}
            }
        }
    }

    fn clone_and_compare(&self, map: &Map<K, V>) {
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

    fn compare_owned(&mut self, map: Map<K, V>) {
        let mut rest = std::mem::take(&mut self.model);
        for (key, value) in map {
            assert_eq!(rest.remove(&key.plain()), Some(value.plain()));
        }
        assert!(rest.is_empty(), "not returned by value: {rest:?}");
    }
}
