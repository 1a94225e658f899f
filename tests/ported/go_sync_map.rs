//! After the tests of Go's `sync.Map`: `src/sync/map_test.go` in golang/go (BSD-3-Clause); under
//! three hashers, which is ours.
//!
//! Not taken over: `TestMapRangeNoAllocations`, since an iteration here keeps the slots of one
//! bucket in a `Vec` (`tests/allocation.rs` says what allocates); the comparison with a map that is
//! copied deeply, which in one thread is the same as that with a locked map.

use std::collections::{HashMap as Model, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::thread;

use evacmap::HashMap;

use crate::common::{Counted, Counter, Random, scaled, validated};
use crate::support::{Masked, crowd};

/// The operations of `sync.Map` under their names, on a map whose keys and values count their
/// drops.
pub struct SyncMap<K, V> {
    map: HashMap<Counted<K>, Counted<V>, Masked>,
    counter: Arc<Counter>,
}

impl<K, V> SyncMap<K, V>
where
    K: Hash + Eq + Clone + Send + Sync,
    V: Copy + PartialEq + Send + Sync,
{
    pub fn new(hash: u64) -> Self {
        SyncMap { map: HashMap::with_hasher(Masked::new(hash)), counter: Counter::new() }
    }

    pub fn load(&self, key: &K) -> Option<V> {
        self.map.pin().get(key).map(read)
    }

    pub fn swap(&self, key: &K, value: V) -> Option<V> {
        self.map.pin().insert(self.key(key), self.counter.make(value)).map(read)
    }

    /// `Ok` with the value that was stored, or `Err` with the one that was there.
    pub fn load_or_store(&self, key: &K, value: V) -> Result<V, V> {
        let map = self.map.pin();
        map.try_insert(self.key(key), self.counter.make(value))
            .map(read)
            .map_err(|error| read(error.current))
    }

    pub fn compare_and_swap(&self, key: &K, old: V, new: V) -> bool {
        self.map
            .pin()
            .compare_exchange(self.key(key), &self.counter.make(old), self.counter.make(new))
            .is_ok()
    }

    pub fn compare_and_delete(&self, key: &K, old: V) -> bool {
        self.map.pin().compare_remove(key, &self.counter.make(old)).is_ok()
    }

    pub fn load_and_delete(&self, key: &K) -> Option<V> {
        self.map.pin().remove(key).map(read)
    }

    /// Calls `each` with the entries until it returns false.
    pub fn range(&self, mut each: impl FnMut(&K, V) -> bool) {
        self.map.pin().iter().all(|(key, value)| each(&key.inner, read(value)));
    }

    pub fn clear(&self) {
        self.map.pin().clear();
    }

    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// The map is sound, and everything in it is dropped once.
    #[track_caller]
    pub fn finish(self) {
        validated(self.map);
        self.counter.check();
    }

    fn key(&self, key: &K) -> Counted<K> {
        self.counter.make(key.clone())
    }
}

fn read<V: Copy>(value: &Counted<V>) -> V {
    value.check();
    value.inner
}

under_three_hashers! {
    the_same_results_as_an_ordinary_map
    range_beside_stores_sees_every_key_once
    range_within_a_range
    compare_and_swap_of_an_absent_key
    delete
    clear
    clear_beside_stores_and_loads
    deleted_keys_are_dropped_while_the_map_lives
    default_values_are_values
}

/// Random calls, with keys and values of up to three letters.
fn the_same_results_as_an_ordinary_map(hash: u64) {
    for seed in 0..scaled(200, 40) {
        let mut random = Random::new(seed);
        let (map, mut model) = (SyncMap::<String, usize>::new(hash), Model::new());
        for _ in 0..50 {
            let letters = random.below(4);
            let key: String =
                (0..letters).map(|_| char::from(b'a' + random.below(3) as u8)).collect();
            let (old, new) = (random.below(3), random.below(3));
            match random.below(8) {
                0 => assert_eq!(map.load(&key), model.get(&key).copied()),
                1 | 2 => assert_eq!(map.swap(&key, new), model.insert(key, new)),
                3 => {
                    let expected = model.get(&key).map_or(Ok(new), |value| Err(*value));
                    assert_eq!(map.load_or_store(&key, new), expected);
                    model.entry(key).or_insert(new);
                }
                4 => assert_eq!(map.load_and_delete(&key), model.remove(&key)),
                5 => {
                    let expected = model.get(&key) == Some(&old);
                    assert_eq!(map.compare_and_swap(&key, old, new), expected);
                    model
                        .entry(key)
                        .and_modify(|value| *value = if expected { new } else { *value });
                }
                6 => {
                    let expected = model.get(&key) == Some(&old);
                    assert_eq!(map.compare_and_delete(&key, old), expected);
                    model.retain(|present, _| !expected || *present != key);
                }
                _ if random.below(5) == 0 => {
                    map.clear();
                    model.clear();
                }
                _ => {}
            }
            assert_eq!(map.len(), model.len());
        }
        let mut all = Model::new();
        map.range(|key, value| all.insert(key.clone(), value).is_none());
        assert_eq!(all, model);
        map.finish();
    }
}

/// While others store multiples of each key, every iteration sees each key once, with a multiple of
/// it.
fn range_beside_stores_sees_every_key_once(hash: u64) {
    let size = if hash == crate::support::BAD { 64 } else { scaled(1024, 256) };
    let map = SyncMap::<usize, usize>::new(hash);
    for n in 1..=size {
        map.swap(&n, n);
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..2 {
            let (map, done) = (&map, &done);
            scope.spawn(move || {
                let mut random = Random::new(thread);
                while !done.load(Acquire) {
                    let n = 1 + random.below(size);
                    if random.below(8) == 0 {
                        map.swap(&n, n * random.below(1000));
                    } else {
                        assert!(map.load(&n).is_some_and(|value| value % n == 0));
                    }
                }
            });
        }
        for _ in 0..16 {
            let mut seen = HashSet::new();
            map.range(|key, value| {
                assert_eq!(value % key, 0);
                assert!(seen.insert(*key), "returned twice");
                true
            });
            assert_eq!(seen.len(), size);
        }
        done.store(true, Release);
    });
    map.finish();
}

/// Loads, stores and deletes within an iteration within an iteration, which empties the map.
fn range_within_a_range(hash: u64) {
    let map = SyncMap::<usize, &str>::new(hash);
    for (key, value) in ["hello", "world", "again"].into_iter().enumerate() {
        map.swap(&key, value);
    }
    map.range(|outer, _| {
        map.range(|key, value| {
            assert_eq!(map.load(key), Some(value));
            assert_eq!(map.load_or_store(&42, "dummy"), Ok("dummy"));
            assert_eq!(map.swap(&42, "other"), Some("dummy"));
            assert_eq!(map.load_and_delete(&42), Some("other"));
            true
        });
        map.load_and_delete(outer).is_some()
    });
    map.range(|key, _| panic!("{key} was deleted"));
    assert_eq!(map.len(), 0);
    map.finish();
}

fn compare_and_swap_of_an_absent_key(hash: u64) {
    let map = SyncMap::<u32, Option<u32>>::new(hash);
    assert!(
        !map.compare_and_swap(&1, None, Some(42)),
        "an absent key does not have the value `None`"
    );
    assert_eq!((map.load(&1), map.len()), (None, 0));
    map.finish();
}

fn delete(hash: u64) {
    let map = SyncMap::<&str, f64>::new(hash);
    map.swap(&"key", 1.25);
    assert_eq!(map.load(&"key"), Some(1.25));
    assert_eq!(map.load_and_delete(&"key"), Some(1.25));
    assert_eq!(map.load(&"key"), None);
    assert_eq!(map.load_and_delete(&"key"), None);
    map.finish();
}

fn clear(hash: u64) {
    let map = SyncMap::<&str, f64>::new(hash);
    map.swap(&"key", 1.5);
    map.clear();
    assert_eq!(map.load(&"key"), None);
    map.swap(&"key", 1.75);
    assert_eq!(map.load(&"key"), Some(1.75));
    map.finish();
}

fn clear_beside_stores_and_loads(hash: u64) {
    let map = SyncMap::<usize, usize>::new(hash);
    crowd(9, |thread| {
        let key = thread / 3;
        match thread % 3 {
            0 => _ = map.swap(&key, key * 10),
            1 => assert!(map.load(&key).is_none_or(|value| value == key * 10)),
            _ => map.clear(),
        }
    });
    map.clear();
    map.range(|key, _| panic!("{key} was cleared"));
    map.finish();
}

/// What is stored and deleted again does not pile up.
fn deleted_keys_are_dropped_while_the_map_lives(hash: u64) {
    let map = SyncMap::<usize, ()>::new(hash);
    map.swap(&0, ());
    let mut stored = 0;
    while map.counter.dropped() == 0 {
        stored += 1;
        assert!(stored < 10_000_000, "nothing is ever dropped");
        map.swap(&stored, ());
        assert_eq!(map.load_and_delete(&stored), Some(()));
    }
    assert_eq!(map.len(), 1);
    map.finish();
}

fn default_values_are_values(hash: u64) {
    let map = SyncMap::<String, usize>::new(hash);
    assert_eq!(map.swap(&String::new(), 0), None);
    assert_eq!(map.load(&String::new()), Some(0));
    assert_eq!(map.load_or_store(&String::new(), 1), Err(0));
    assert!(map.compare_and_swap(&String::new(), 0, 0));
    assert!(map.compare_and_delete(&String::new(), 0));
    map.finish();
}
