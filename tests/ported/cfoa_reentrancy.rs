//! After the re-entrancy test of Boost's `concurrent_flat_map`:
//! `test/cfoa/reentrancy_check_test.cpp` in boostorg/unordered (BSL-1.0).
//!
//! There a visitor that uses the map it visits is a mistake, which the test wants detected: it
//! would wait for its own lock. Here it is allowed, so the same programs, and one for each other
//! operation that calls user code, have to work.

use std::borrow::Borrow;
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::*};

use evacmap::{Compute, HashMap, HashMapRef, Operation};

use crate::common::{validated, validated_arc};

type Map = HashMap<u64, u64>;
type MapRef<'m> = HashMapRef<'m, u64, u64>;

const KEYS: u64 = 200;

fn filled() -> Map {
    (0..KEYS).map(|key| (key, key)).collect()
}

/// Every operation, on keys from `from` on that nobody else uses; leaves nothing behind.
fn everything(map: &MapRef<'_>, from: u64) {
    let key = from;
    assert_eq!(map.insert(key, 1), None);
    assert_eq!((map.get(&key), map.contains_key(&(key + 1))), (Some(&1), false));
    assert_eq!(map.update(key, |value| value + 1), Some(&2));
    assert_eq!(map.update_or_insert(key, |value| value + 1, 0), &3);
    assert!(map.try_insert(key, 0).is_err());
    assert_eq!(map.get_or_insert_with(key + 1, || 7), &7);
    assert_eq!(map.compare_exchange(key, &3, 4), Ok(&3));
    assert!(matches!(map.compute(key, |_| Operation::<_, ()>::Insert(5)), Compute::Updated { .. }));
    assert!(map.remove_if(&key, |_, value| *value == 4).is_err());
    map.reserve(100);
    map.help_resize(1);
    assert!(map.iter().any(|(found, _)| *found == key));
    map.shrink_to_fit();
    map.finish_resize();
    map.retain(|found, _| *found != key + 1);
    map.flush();
    assert_eq!(map.compare_remove(&key, &5), Ok(&5));
    assert_eq!((map.remove(&key), map.remove(&(key + 1))), (None, None));
}

/// `operation` calls the closure that it is given, which uses the map in every way; then the map is
/// `filled` but for what `left` says.
fn reenter(operation: impl Fn(&MapRef<'_>, &dyn Fn()), left: usize) {
    let map = filled();
    let calls = Cell::new(0);
    operation(&map.pin(), &|| {
        calls.set(calls.get() + 1);
        everything(&map.pin(), 1000 + calls.get() * 2);
    });
    assert!(calls.get() > 0, "the closure was not called");
    assert_eq!((map.len(), map.pin().iter().count()), (left, left));
    validated(map);
}

#[test]
fn from_an_iteration() {
    reenter(|map, again| map.iter().take(20).for_each(|_| again()), KEYS as usize);
}

#[test]
fn from_a_look_up_within_an_iteration() {
    reenter(
        |map, again| {
            for (key, value) in map {
                assert_eq!(map.get(key), Some(value));
            }
            again();
        },
        KEYS as usize,
    );
}

#[test]
fn from_get_or_insert_with() {
    let operation = |map: &MapRef<'_>, again: &dyn Fn()| {
        let make = || {
            again();
            1
        };
        assert_eq!(map.get_or_insert_with(KEYS, make), &1);
    };
    reenter(operation, KEYS as usize + 1);
}

/// What the closure inserts under the same key wins, and its own value is dropped.
#[test]
fn from_get_or_insert_with_under_the_same_key() {
    let map = filled();
    let make = || {
        map.pin().insert(KEYS, 1);
        2
    };
    assert_eq!(map.pin().get_or_insert_with(KEYS, make), &1);
    validated(map);
}

#[test]
fn from_update() {
    let operation = |map: &MapRef<'_>, again: &dyn Fn()| {
        let change = |value: &u64| {
            again();
            value + 1
        };
        assert_eq!(map.update(7, change), Some(&8));
    };
    reenter(operation, KEYS as usize);
}

/// The closure changes the value that it is to change: it is asked again, about the new one.
#[test]
fn from_update_of_the_same_key() {
    let map = filled();
    let calls = Cell::new(0);
    let change = |value: &u64| {
        calls.set(calls.get() + 1);
        if calls.get() < 3 {
            map.pin().update(7, |value| value * 10);
        }
        value + 1
    };
    assert_eq!(map.pin().update(7, change), Some(&701));
    assert_eq!((calls.get(), map.pin().get(&7)), (3, Some(&701)));
    validated(map);
}

/// The closure removes what it is to change: there is nothing left to update.
#[test]
fn from_update_of_a_key_that_goes() {
    let map = filled();
    let change = |value: &u64| {
        map.pin().remove(&7);
        value + 1
    };
    assert_eq!(map.pin().update(7, change), None);
    assert_eq!(map.len() as u64, KEYS - 1);
    validated(map);
}

#[test]
fn from_update_or_insert_with() {
    let operation = |map: &MapRef<'_>, again: &dyn Fn()| {
        let change = |value: &u64| {
            again();
            value + 1
        };
        let make = || {
            again();
            1
        };
        assert_eq!(map.update_or_insert_with(KEYS, change, make), &1);
        assert_eq!(map.update_or_insert_with(KEYS, change, make), &2);
    };
    reenter(operation, KEYS as usize + 1);
}

#[test]
fn from_compute() {
    let operation = |map: &MapRef<'_>, again: &dyn Fn()| {
        let decide = |_: Option<(&u64, &u64)>| {
            again();
            Operation::<u64, ()>::Remove
        };
        assert_eq!(map.compute(7, decide), Compute::Removed(&7, &7));
    };
    reenter(operation, KEYS as usize - 1);
}

#[test]
fn from_remove_if() {
    let operation = |map: &MapRef<'_>, again: &dyn Fn()| {
        let condition = |_: &u64, _: &u64| {
            again();
            true
        };
        assert_eq!(map.remove_if(&7, condition), Ok(Some((&7, &7))));
    };
    reenter(operation, KEYS as usize - 1);
}

/// The condition removes the entry that it is asked about: somebody else was first.
#[test]
fn from_remove_if_of_a_key_that_goes() {
    let map = filled();
    let condition = |_: &u64, _: &u64| map.pin().remove(&7).is_some();
    assert_eq!(map.pin().remove_if(&7, condition), Ok(None));
    validated(map);
}

#[test]
fn from_retain() {
    let operation = |map: &MapRef<'_>, again: &dyn Fn()| {
        map.retain(|key, _| {
            if key % 20 == 0 {
                again();
            }
            key % 2 == 0
        });
    };
    reenter(operation, KEYS as usize / 2);
}

#[test]
fn from_retain_within_retain() {
    let map = filled();
    map.pin().retain(|outer, _| {
        map.pin().retain(|inner, _| inner % 3 > 0);
        outer % 2 == 0
    });
    let expected = (0..KEYS).filter(|key| key % 6 == 2 || key % 6 == 4).count();
    assert_eq!(map.len(), expected);
    validated(map);
}

#[test]
fn from_the_iterator_of_extend() {
    let map = filled();
    let entries = (KEYS..KEYS + 20).map(|key| {
        everything(&map.pin(), 10_000 + key * 2);
        (key, key)
    });
    (&mut &map).extend(entries);
    assert_eq!(map.len() as u64, KEYS + 20);
    validated(map);
}

#[test]
fn clear_within_an_iteration() {
    let map = filled();
    assert_eq!(
        map.pin().iter().inspect(|_| map.pin().clear()).count(),
        1,
        "nothing was left after the first"
    );
    assert!(map.is_empty());
    validated(map);
}

#[test]
fn a_copy_within_an_iteration() {
    let map = filled();
    for _ in map.pin().iter().take(3) {
        let copy = map.clone();
        assert!(copy == map);
        validated(copy);
    }
    validated(map);
}

/// Two maps, each filled from the other within an iteration over both.
#[test]
fn two_maps_assigned_to_each_other() {
    let (one, two) = (filled(), filled());
    for (key, _) in one.pin().iter().take(10) {
        for (other, _) in two.pin().iter().take(10) {
            one.pin().extend_from(&two, *other);
            two.pin().extend_from(&one, *key);
        }
    }
    assert!(one == two);
    validated(one);
    validated(two);
}

trait ExtendFrom {
    fn extend_from(&self, other: &Map, key: u64);
}

impl ExtendFrom for MapRef<'_> {
    /// Takes over `key` and all that is missing.
    fn extend_from(&self, other: &Map, key: u64) {
        self.insert(key, key);
        let mut map = self.map();
        map.extend(other.pin().iter().map(|(key, value)| (*key, *value)));
    }
}

/// A key whose hash and comparison use the map in which it is.
struct Curious {
    key: u64,
    map: Arc<Map>,
    asked: Arc<AtomicUsize>,
}

impl Curious {
    fn ask(&self) {
        let turn = self.asked.fetch_add(1, Relaxed) as u64;
        everything(&self.map.pin(), 1000 + turn * 2);
    }
}

impl Hash for Curious {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ask();
        self.key.hash(state);
    }
}

impl PartialEq for Curious {
    fn eq(&self, other: &Self) -> bool {
        self.ask();
        self.key == other.key
    }
}

impl Eq for Curious {}

#[test]
fn from_the_hash_and_the_comparison() {
    let (inner, asked): (Arc<Map>, Arc<AtomicUsize>) = Default::default();
    let curious = |key| Curious { key, map: inner.clone(), asked: asked.clone() };
    let outer = HashMap::new();
    for key in 0..30 {
        outer.pin().insert(curious(key), key);
        assert_eq!(outer.pin().get(&curious(key)), Some(&key));
    }
    assert_eq!(outer.pin().remove(&curious(3)), Some(&3));
    assert!(asked.load(Relaxed) > 90);
    validated(outer);
    validated_arc(inner);
}

/// A form of the key that looks into the map while it is compared.
#[test]
fn from_borrow() {
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    static MAP: std::sync::LazyLock<HashMap<Name, u32>> =
        std::sync::LazyLock::new(|| HashMap::from([(Name("a"), 1), (Name("b"), 2)]));
    #[derive(PartialEq, Eq)]
    struct Name(&'static str);
    impl Hash for Name {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    impl Borrow<str> for Name {
        fn borrow(&self) -> &str {
            DEPTH.set(DEPTH.get() + 1);
            if DEPTH.get() < 5 {
                assert_eq!(MAP.pin().get("b"), Some(&2));
            }
            self.0
        }
    }
    assert_eq!(MAP.pin().get("a"), Some(&1));
    assert!(DEPTH.get() >= 5, "the map was asked within the look-up");
    // Statics are not dropped, and leak detectors do not see through the tags of what is in a map.
    MAP.pin().clear();
    MAP.finish_resize();
}
