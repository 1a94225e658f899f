//! After the stress tests of folly's `ConcurrentHashMap`:
//! `folly/concurrency/test/ConcurrentHashMapTest.cpp` in facebook/folly (Apache-2.0), scaled down.
//!
//! All are taken over but for their deterministic schedule; the models in `loom-tests/` go through
//! schedules.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::*};

use evacmap::HashMap;

use crate::common::{Counted, Counter, scaled, validated};
use crate::support::crowd;

const THREADS: u64 = 8;

struct Stress {
    map: HashMap<u64, Counted<u64>>,
    counter: Arc<Counter>,
}

impl Stress {
    fn new() -> Self {
        Stress { map: HashMap::with_capacity(2), counter: Counter::new() }
    }

    /// Inserts the key as its own value, if it is absent.
    fn try_insert(&self, key: u64) -> bool {
        self.map.pin().try_insert(key, self.counter.make(key)).is_ok()
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.pin().get(&key).map(|value| value.inner)
    }

    /// Removes a key that is present, in one of two ways.
    #[track_caller]
    fn remove(&self, key: u64, compare: bool) {
        if compare {
            assert!(self.map.pin().compare_remove(&key, &self.counter.make(key)).is_ok());
        } else {
            assert!(self.map.pin().remove(&key).is_some());
        }
    }

    #[track_caller]
    fn finish(self) {
        validated(self.map);
        self.counter.check();
    }
}

/// Runs `work` on the threads, with numbers that are each thread's own.
fn apart(each: u64, work: impl Fn(u64) + Sync) {
    crowd(THREADS as usize, |thread| {
        (each * thread as u64..each * (thread as u64 + 1)).for_each(&work)
    });
}

/// Every key is mixed, so that the threads' keys lie among each other.
fn mix(i: u64) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 1 << 63
}

#[test]
fn update() {
    let each = scaled(1024, 256) as u64;
    let size = each * THREADS;
    let stress = Stress::new();
    (0..size).for_each(|key| assert!(stress.try_insert(key)));
    apart(each, |key| {
        assert_eq!(stress.get(key), Some(key));
        assert!(stress.map.pin().update(key, |old| old.clone()).is_some());
        assert_eq!(stress.get(key), Some(key));
        assert!(stress.try_insert(size + key), "one more, which makes the table grow");
    });
    assert_eq!(stress.map.len() as u64, 2 * size);
    stress.finish();
}

#[test]
fn remove() {
    let stress = Stress::new();
    apart(scaled(2048, 512) as u64, |i| {
        let key = mix(i);
        assert!(stress.try_insert(key));
        stress.remove(key, i % 2 == 0);
        assert!(stress.try_insert(key));
        assert!(stress.map.pin().update(key, |old| old.clone()).is_some());
        assert_eq!(stress.get(key), Some(key));
    });
    stress.finish();
}

/// What an insert found or put in is right, also if another thread removes it at once.
#[test]
fn insert_and_remove_of_one_key() {
    let stress = Stress::new();
    apart(scaled(10_000, 2_000) as u64, |_| {
        let map = stress.map.pin();
        let value = map.get_or_insert_with(1, || stress.counter.make(101));
        map.remove(&1);
        value.check();
        assert_eq!(value.inner, 101);
    });
    assert!(stress.map.is_empty());
    stress.finish();
}

#[test]
fn replacement_of_one_key() {
    let stress = Stress::new();
    let replaced = AtomicUsize::new(0);
    apart(scaled(10_000, 2_000) as u64, |i| {
        if let Some(old) = stress.map.pin().insert(0, stress.counter.make(i)) {
            old.check();
            replaced.fetch_add(1, Relaxed);
        }
    });
    assert_eq!(
        replaced.into_inner() + 1,
        stress.counter.made(),
        "each but the last was handed to its successor"
    );
    stress.finish();
}

/// Ten keys stay while others come and go: every iteration returns them.
#[test]
fn iteration() {
    let stress = Stress::new();
    (0..10).for_each(|key| assert!(stress.try_insert(key)));
    apart(scaled(512, 128) as u64, |i| {
        let key = mix(i);
        assert!(stress.try_insert(key));
        stress.remove(key, i % 2 == 0);
        assert_eq!(stress.map.pin().keys().filter(|key| **key < 10).count(), 10);
    });
    assert_eq!(stress.map.len(), 10);
    stress.finish();
}

#[test]
fn insert() {
    let stress = Stress::new();
    assert!(stress.try_insert(u64::MAX) && !stress.try_insert(u64::MAX));
    let each = scaled(4096, 1024) as u64;
    apart(each, |key| {
        assert!(stress.try_insert(key));
        assert!(!stress.try_insert(u64::MAX));
    });
    assert_eq!(stress.map.len() as u64, each * THREADS + 1);
    stress.finish();
}

/// Values of eight words that always agree.
#[test]
fn replacement_of_large_values() {
    let keys = scaled(512, 128) as u64;
    let map: HashMap<u64, [u64; 8]> = (0..keys).map(|key| (key, [key; 8])).collect();
    let agree = |value: &[u64; 8]| value.iter().all(|word| *word == value[0]);
    crowd(THREADS as usize, |_| {
        for key in 0..keys {
            let value = *map.pin().get(&key).expect("nobody removes it");
            assert!(agree(&value));
            assert!(map.pin().insert(key, [value[0] + 1; 8]).is_some_and(agree));
        }
    });
    let in_range = |(key, value): (&u64, &[u64; 8])| {
        agree(value) && (key + 1..=key + THREADS).contains(&value[0])
    };
    assert!(map.pin().iter().all(in_range));
    validated(map);
}

/// Threads fill the map, and whoever sees it overfull clears it.
#[test]
fn insert_and_clear() {
    let size = scaled(1 << 14, 1 << 11);
    let stress = Stress::new();
    let most = size * 8 / 9;
    apart(scaled(20_000, 3_000) as u64, |i| {
        if stress.map.len() >= most {
            stress.map.pin().clear();
        }
        let key = mix(i) % size as u64;
        stress.map.pin().insert(key, stress.counter.make(key));
    });
    assert!(stress.map.len() <= most + THREADS as usize);
    assert!(stress.map.stats().clears > 0, "it was never overfull");
    assert!(stress.map.pin().iter().all(|(key, value)| *key == value.inner));
    stress.finish();
}
