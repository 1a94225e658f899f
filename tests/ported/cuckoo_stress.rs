//! After libcuckoo's stress tests: `tests/stress-tests/stress_checked.cc` and `stress_unchecked.cc`
//! in efficient/libcuckoo (Apache-2.0). In the checked ones a thread takes a key for its own while
//! it works on it, so that it knows what the map has to say; in the unchecked ones nobody knows
//! anything.
//!
//! They count operations here where libcuckoo's go on for some time. All are taken over.

use std::collections::HashMap as Model;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Mutex;

use evacmap::{Compute, HashMap, Operation};

use crate::common::{Counted, Counter, Random, scaled, validated};
use crate::support::crowd;

const KEYS: usize = 1 << 10;

/// What each key has to have, known to whoever holds its lock.
struct Checked<K> {
    map: HashMap<K, Counted<u64>>,
    keys: Vec<(K, Mutex<Option<u64>>)>,
    counter: std::sync::Arc<Counter>,
}

impl<K: Hash + Eq + Send + Sync + Clone + Debug> Checked<K> {
    fn new(key: impl Fn(usize) -> K) -> Self {
        let keys = (0..KEYS).map(|i| (key(i), Mutex::default())).collect();
        Checked { map: HashMap::new(), keys, counter: Counter::new() }
    }

    fn insert(&self, key: &K, expected: &mut Option<u64>, value: u64) {
        let map = self.map.pin();
        let inserted = map.try_insert(key.clone(), self.counter.make(value)).is_ok();
        assert_eq!(inserted, expected.is_none());
        *expected = expected.or(Some(value));
    }

    fn delete(&self, key: &K, expected: &mut Option<u64>) {
        assert_eq!(self.map.pin().remove(key).map(|value| value.inner), expected.take());
    }

    fn update(&self, key: &K, expected: &mut Option<u64>) {
        let add = |value: &Counted<u64>| self.counter.make(value.inner + 3);
        *expected = expected.map(|value| value + 3);
        assert_eq!(self.map.pin().update(key.clone(), add).map(|value| value.inner), *expected);
    }

    fn upsert(&self, key: &K, expected: &mut Option<u64>, value: u64) {
        let add = |value: &Counted<u64>| self.counter.make(value.inner + 10);
        let new = expected.map_or(value, |value| value + 10);
        assert_eq!(
            self.map.pin().update_or_insert(key.clone(), add, self.counter.make(value)).inner,
            new
        );
        *expected = Some(new);
    }

    /// Inserts, removes or replaces, as it comes.
    fn uprase(&self, key: &K, expected: &mut Option<u64>, value: u64) {
        let decide = |entry: Option<(&K, &Counted<u64>)>| match entry {
            Some((_, old)) if old.inner % 2 == 0 => Operation::<_, ()>::Remove,
            _ => Operation::Insert(self.counter.make(value)),
        };
        let new = Some(value).filter(|_| expected.is_none_or(|old| old % 2 == 1));
        let got = match self.map.pin().compute(key.clone(), decide) {
            Compute::Inserted(_, value) | Compute::Updated { new: (_, value), .. } => {
                Some(value.inner)
            }
            _ => None,
        };
        assert_eq!(got, new);
        *expected = new;
    }

    /// Runs `work` on random keys that nobody else works on.
    fn run(self, work: impl Fn(&Self, usize, &K, &mut Option<u64>, u64) + Sync) {
        crowd(4, |thread| {
            let mut random = Random::new(thread);
            for _ in 0..scaled(20_000, 4_000) {
                let (key, expected) = &self.keys[random.below(KEYS)];
                if let Ok(mut expected) = expected.try_lock() {
                    work(&self, thread, key, &mut expected, random.next() >> 8);
                    assert_eq!(self.map.pin().get(key).map(|value| value.inner), *expected);
                }
            }
        });
        let expected: Model<_, _> = self
            .keys
            .into_iter()
            .filter_map(|(key, expected)| Some((key, expected.into_inner().expect("no panics")?)))
            .collect();
        assert_eq!(self.map.len(), expected.len());
        assert!(self.map.pin().iter().all(|(key, value)| expected.get(key) == Some(&value.inner)));
        validated(self.map);
        self.counter.check();
    }
}

fn all_operations<K: Hash + Eq + Send + Sync + Clone + Debug>(key: impl Fn(usize) -> K) {
    Checked::new(key).run(|stress, thread, key, expected, value| match (thread, value % 3) {
        (0, _) => stress.insert(key, expected, value),
        (1, _) => stress.delete(key, expected),
        (2, 0) => stress.update(key, expected),
        (2, 1) => stress.upsert(key, expected, value),
        (2, _) => stress.uprase(key, expected, value),
        _ => {}
    });
}

#[test]
fn checked_with_numbers() {
    all_operations(|i| i as u64);
}

#[test]
fn checked_with_strings() {
    all_operations(|i| format!("key number {i}"));
}

#[test]
fn checked_inserts_and_finds() {
    Checked::new(|i| i).run(|stress, thread, key, expected, value| {
        if thread % 2 == 0 {
            stress.insert(key, expected, value);
        }
    });
}

#[test]
fn checked_inserts_and_deletes() {
    Checked::new(|i| i).run(|stress, thread, key, expected, value| match thread % 2 {
        0 => stress.insert(key, expected, value),
        _ => stress.delete(key, expected),
    });
}

#[test]
fn checked_upserts() {
    Checked::new(|i| i).run(|stress, _, key, expected, value| stress.upsert(key, expected, value));
}

#[test]
fn checked_inserts_or_removals() {
    Checked::new(|i| i).run(|stress, _, key, expected, value| stress.uprase(key, expected, value));
}

/// Threads that insert, delete, update, find, resize, iterate and clear, each whenever it likes.
fn unchecked(clears: bool) {
    let counter = Counter::new();
    let map = HashMap::new();
    crowd(7, |thread| {
        let mut random = Random::new(thread);
        for turn in 0..scaled(8_000, 1_500) {
            let key = random.below(KEYS);
            let map = map.pin();
            let add = |value: &Counted<usize>| counter.make(value.inner + KEYS);
            match thread {
                0 => _ = map.insert(counter.make(key), counter.make(key)),
                1 => _ = map.remove(&key),
                2 => _ = map.update_or_insert(counter.make(key), add, counter.make(key)),
                3 => assert!(map.get(&key).is_none_or(|value| value.inner % KEYS == key)),
                4 if turn % 50 == 0 => map.reserve(random.below(4 * KEYS)),
                4 if turn % 50 == 25 => map.shrink_to_fit(),
                5 if turn % 50 == 0 => {
                    assert!(map.iter().all(|(key, value)| value.inner % KEYS == key.inner))
                }
                6 if clears && turn % 100 == 0 => map.clear(),
                _ => {}
            }
        }
    });
    assert_eq!(map.len(), map.pin().iter().count());
    validated(map);
    counter.check();
}

#[test]
fn unchecked_without_clears() {
    unchecked(false);
}

#[test]
fn unchecked_with_clears() {
    unchecked(true);
}
