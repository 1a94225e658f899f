//! Hashers and keys that mean harm: hashes that are all alike, or of which the map sees only a
//! part, or that are different each time; keys that are equal to nothing, or to anything. Answers
//! may be wrong then. Nothing else may be: each operation comes to an end, nothing is used after
//! its drop, everything is dropped once, and the map lives on.
#![cfg(feature = "_hooks")]

use std::cell::Cell;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use crate::common::{Counted, Counter, Random, on_threads, scaled};
use evacmap::{HashMap, Operation};

/// What a finalised hash is multiplied by to undo the map's multiplication: chooses the bits that
/// the map goes by.
const INVERSE: u64 = 0xF1DE_83E1_9937_733D;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Hashes {
    Constant,
    EightBits,
    Identity,
    /// The map sees the low bits last: all keys are in one chain, under one tag, with different
    /// hashes.
    LowBitsOnly,
    /// All that differs is in the index of a table of 64 buckets.
    HighBitsOnly,
    /// Another one each time.
    Random,
}

const HASHES: [Hashes; 6] = [
    Hashes::Constant,
    Hashes::EightBits,
    Hashes::Identity,
    Hashes::LowBitsOnly,
    Hashes::HighBitsOnly,
    Hashes::Random,
];

thread_local! {
    static LIES: Cell<u64> = const { Cell::new(1) };
}

fn lie() -> u64 {
    LIES.set(LIES.get().wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
    LIES.get() >> 20
}

impl BuildHasher for Hashes {
    type Hasher = State;

    fn build_hasher(&self) -> State {
        State { hashes: *self, key: 0 }
    }
}

struct State {
    hashes: Hashes,
    key: u64,
}

impl Hasher for State {
    fn write(&mut self, bytes: &[u8]) {
        self.key = bytes.iter().rev().fold(self.key, |key, byte| key << 8 | u64::from(*byte));
    }

    fn finish(&self) -> u64 {
        match self.hashes {
            Hashes::Constant => 42,
            Hashes::EightBits => self.key & 0xff,
            Hashes::Identity => self.key,
            Hashes::LowBitsOnly => self.key.wrapping_mul(INVERSE),
            Hashes::HighBitsOnly => (self.key << 58).wrapping_mul(INVERSE),
            Hashes::Random => lie(),
        }
    }
}

/// How keys compare.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Compares {
    Well,
    /// Not even to itself.
    Never,
    AtRandom,
}

const COMPARES: [Compares; 3] = [Compares::Well, Compares::Never, Compares::AtRandom];

#[derive(Clone)]
struct Key(Counted<u32>, Compares);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.check();
        other.0.check();
        match self.1 {
            Compares::Well => self.0 == other.0,
            Compares::Never => false,
            Compares::AtRandom => lie().is_multiple_of(3),
        }
    }
}
impl Eq for Key {}
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

type Map = HashMap<Key, Counted<u32>, Hashes>;

fn operate(map: &Map, make: &dyn Fn(u32) -> Counted<u32>, compares: Compares, random: &mut Random) {
    let number = random.below(300) as u32;
    let key = || Key(make(number), compares);
    let pinned = map.pin();
    match random.below(40) {
        0..8 => drop(pinned.insert(key(), make(number))),
        8..14 => drop(pinned.remove(&key())),
        14 => drop(pinned.try_insert(key(), make(number))),
        15 => drop(pinned.get_or_insert_with(key(), || make(number))),
        16 => drop(pinned.update(key(), |old| make(old.inner + 1))),
        17 => drop(pinned.update_or_insert(key(), |old| make(old.inner + 1), make(number))),
        18 => drop(pinned.compute(key(), |entry| match entry {
            Some(_) => Operation::Remove,
            None => Operation::Abort(number),
        })),
        19 => drop(pinned.compute(key(), |_| Operation::<_, ()>::Insert(make(number)))),
        20 => drop(pinned.compare_exchange(key(), &make(number), make(number))),
        21 => drop(pinned.compare_remove(&key(), &make(number))),
        22 => drop(pinned.remove_if(&key(), |_, value| value.inner % 2 == 0)),
        23..30 => drop(pinned.get(&key()).map(Counted::check)),
        30 => pinned
            .iter()
            .for_each(|(key, value)| assert!(key.0.inner < 300 && value.inner < 100_000)),
        31 => pinned.retain(|key, _| key.0.inner % 4 > 0),
        32 if number < 30 => pinned.clear(),
        33 => pinned.reserve(number as usize),
        34 => pinned.shrink_to_fit(),
        35 if number < 100 => map.start_rebuild(),
        36 => drop(pinned.help_resize(2)),
        37 => pinned.finish_resize(),
        38 => pinned.flush(),
        _ => assert!(pinned.len() < 1_000_000),
    }
}

fn survive(hashes: Hashes, compares: Compares, threads: usize, turns: usize) {
    let (map, counter): (Arc<Map>, _) = (Arc::new(HashMap::with_hasher(hashes)), Counter::new());
    let (shared, counted) = (map.clone(), counter.clone());
    on_threads(threads, move |thread| {
        LIES.set(thread as u64);
        let mut random = Random::new(thread);
        for _ in 0..turns {
            operate(&shared, &|inner| counted.make(inner), compares, &mut random);
            // Keys that are never found again would pile up.
            if shared.len() > 500 {
                shared.pin().clear();
            }
        }
    });
    let mut map = Arc::into_inner(map).expect("the last handle");
    map.finish_resize();
    let found = map.validate();
    // It compares keys too, and then finds what is not there.
    assert!(compares == Compares::AtRandom || found.is_ok(), "{hashes:?}, {compares:?}: {found:?}");
    map.pin().clear();
    map.finish_resize();
    assert_eq!((map.len(), map.pin().iter().count()), (0, 0));
    let before = map.stats();
    for key in 0..4 * before.capacity as u32 {
        map.pin().insert(Key(counter.make(key), compares), counter.make(key));
    }
    let grown = compares == Compares::AtRandom || map.stats().growths > before.growths;
    assert!(grown, "{hashes:?}, {compares:?}: {:?}", map.stats());
    map.finish_resize();
    assert!(!map.is_resizing());
    drop(map);
    counter.check();
}

#[test]
fn one_thread_survives() {
    for hashes in HASHES {
        for compares in COMPARES {
            survive(hashes, compares, 1, scaled(20_000, 4_000));
        }
    }
}

#[test]
fn several_threads_survive() {
    for hashes in HASHES {
        for compares in COMPARES {
            survive(hashes, compares, 3, scaled(20_000, 2_000));
        }
    }
}

/// The constant is what it is said to be: without it the two hashers that use it would be as good
/// as any.
#[test]
fn the_multiplication_is_undone() {
    assert_eq!(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(INVERSE), 1);
}
