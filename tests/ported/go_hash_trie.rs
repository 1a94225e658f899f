//! After the tests of Go's `HashTrieMap`: `src/internal/sync/hashtriemap_test.go` in golang/go
//! (BSD-3-Clause).
//!
//! Every case runs under three hashers, as there: a good one, one whose hashes are cut to a few
//! bits, and a constant one. Not taken over: nothing but the benchmarks.

use std::collections::HashMap as Model;

use crate::go_sync_map::SyncMap;
use crate::support::crowd;

type Map = SyncMap<String, usize>;

const THREADS: usize = 4;
/// A value that no key has.
const NONE: usize = usize::MAX;
/// Some keys out of the middle.
const SOME: [usize; 4] = [1, 105, 6, 85];

/// 128 keys of all lengths up to seven, and their numbers.
fn data() -> impl Iterator<Item = (usize, String)> {
    (0..128).map(|i| (i, format!("{i:b}")))
}

/// The same, with keys that only one thread uses.
fn own_data(thread: usize) -> impl Iterator<Item = String> {
    data().map(move |(_, key)| format!("{key}-{thread}"))
}

fn key(i: usize) -> String {
    format!("{i:b}")
}

#[track_caller]
fn store_new(map: &Map, key: &String, value: usize) {
    assert_eq!(map.load(key), None);
    assert_eq!(map.load_or_store(key, value), Ok(value));
    assert_eq!(map.load(key), Some(value));
    assert_eq!(map.load_or_store(key, 0), Err(value));
}

/// A map with all of the data, each key with its number.
#[track_caller]
fn filled(hash: u64) -> Map {
    let map = Map::new(hash);
    for (i, key) in data() {
        store_new(&map, &key, i);
    }
    map
}

/// Every key has its number but for those that `changed` tells something else about.
#[track_caller]
fn check(map: &Map, changed: impl Fn(usize) -> Option<Option<usize>>) {
    for (i, key) in data() {
        assert_eq!(map.load(&key), changed(i).unwrap_or(Some(i)), "{key}");
    }
}

/// Iterates over the data while `each` does something to the key at hand.
#[track_caller]
fn iterate(map: &Map, each: impl Fn(&String, usize)) {
    let mut seen = Model::new();
    map.range(|key, value| {
        assert_eq!(*key, format!("{value:b}"));
        assert_eq!(seen.insert(key.clone(), value), None, "returned twice");
        each(key, value);
        true
    });
    assert_eq!(seen.len(), 128);
}

fn delete_all(hash: u64, delete: impl Fn(&Map, &String, usize) + Sync) {
    let map = Map::new(hash);
    for _ in 0..3 {
        data().for_each(|(i, key)| store_new(&map, &key, i));
        data().for_each(|(i, key)| delete(&map, &key, i));
        check(&map, |_| Some(None));
    }
    map.finish();
}

fn delete_one(hash: u64, delete: impl Fn(&Map, &String, usize) + Sync) {
    let map = filled(hash);
    delete(&map, &key(15), 15);
    check(&map, |i| (i == 15).then_some(None));
    map.finish();
}

fn delete_several(hash: u64, delete: impl Fn(&Map, &String, usize) + Sync) {
    let map = filled(hash);
    SOME.iter().for_each(|i| delete(&map, &key(*i), *i));
    check(&map, |i| SOME.contains(&i).then_some(None));
    map.finish();
}

fn delete_unshared_keys(hash: u64, delete: impl Fn(&Map, &String, usize) + Sync) {
    let map = Map::new(hash);
    crowd(THREADS, |thread| {
        own_data(thread).for_each(|key| store_new(&map, &key, thread));
        own_data(thread).for_each(|key| delete(&map, &key, thread));
        own_data(thread).for_each(|key| assert_eq!(map.load(&key), None));
    });
    map.finish();
}

fn swap_one(hash: u64, swap: impl Fn(&Map, &String, usize) + Sync) {
    let map = filled(hash);
    swap(&map, &key(15), 15);
    check(&map, |i| (i == 15).then_some(Some(16)));
    map.finish();
}

fn swap_several(hash: u64, swap: impl Fn(&Map, &String, usize) + Sync) {
    let map = filled(hash);
    SOME.iter().for_each(|i| swap(&map, &key(*i), *i));
    check(&map, |i| SOME.contains(&i).then_some(Some(i + 1)));
    map.finish();
}

under_three_hashers! {
    load_from_an_empty_map
    load_or_store_stores_once
    iteration_returns_all
    iteration_ends_when_told_to
}

fn load_from_an_empty_map(hash: u64) {
    let map = Map::new(hash);
    check(&map, |_| Some(None));
    map.finish();
}

fn load_or_store_stores_once(hash: u64) {
    let map = filled(hash);
    for (i, key) in data() {
        assert_eq!(map.load(&key), Some(i));
        assert_eq!(map.load_or_store(&key, 0), Err(i));
    }
    assert_eq!(map.len(), 128);
    map.finish();
}

fn iteration_returns_all(hash: u64) {
    let map = filled(hash);
    iterate(&map, |_, _| {});
    map.finish();
}

fn iteration_ends_when_told_to(hash: u64) {
    let map = filled(hash);
    let mut seen = 0;
    map.range(|_, _| {
        seen += 1;
        seen < 5
    });
    assert_eq!(seen, 5);
    map.finish();
}

mod compare_and_delete {
    use super::*;

    under_three_hashers! { all one several while_iterating unshared_keys shared_keys }

    #[track_caller]
    fn delete(map: &Map, key: &String, value: usize) {
        assert_eq!(map.load(key), Some(value));
        assert!(!map.compare_and_delete(key, NONE));
        assert!(map.compare_and_delete(key, value));
        assert!(!map.compare_and_delete(key, value));
        assert_eq!(map.load(key), None);
    }

    fn all(hash: u64) {
        delete_all(hash, delete);
    }

    fn one(hash: u64) {
        delete_one(hash, delete);
    }

    fn several(hash: u64) {
        delete_several(hash, delete);
    }

    fn while_iterating(hash: u64) {
        let map = filled(hash);
        iterate(&map, |key, value| assert!(map.compare_and_delete(key, value)));
        check(&map, |_| Some(None));
        map.finish();
    }

    fn unshared_keys(hash: u64) {
        delete_unshared_keys(hash, delete);
    }

    fn shared_keys(hash: u64) {
        let map = filled(hash);
        let deleted = crowd(THREADS, |_| {
            let mut deleted = 0;
            for (i, key) in data() {
                assert!(!map.compare_and_delete(&key, NONE));
                deleted += usize::from(map.compare_and_delete(&key, i));
                assert_eq!(map.load(&key), None);
            }
            check(&map, |_| Some(None));
            deleted
        });
        assert_eq!(deleted.into_iter().sum::<usize>(), 128, "each key was deleted by one thread");
        map.finish();
    }
}

mod compare_and_swap {
    use super::*;

    under_three_hashers! { all one several unshared_keys unshared_keys_with_delete shared_keys }

    #[track_caller]
    fn swap(map: &Map, key: &String, old: usize) {
        assert_eq!(map.load(key), Some(old));
        assert!(!map.compare_and_swap(key, NONE, old + 1));
        assert!(map.compare_and_swap(key, old, old + 1));
        assert!(!map.compare_and_swap(key, old, old + 1));
        assert_eq!(map.load(key), Some(old + 1));
    }

    fn all(hash: u64) {
        let map = filled(hash);
        for round in 0..3 {
            data().for_each(|(i, key)| swap(&map, &key, i + round));
        }
        check(&map, |i| Some(Some(i + 3)));
        map.finish();
    }

    fn one(hash: u64) {
        swap_one(hash, swap);
    }

    fn several(hash: u64) {
        swap_several(hash, swap);
    }

    fn unshared_keys(hash: u64) {
        let map = Map::new(hash);
        crowd(THREADS, |thread| {
            own_data(thread).for_each(|key| store_new(&map, &key, thread));
            own_data(thread).for_each(|key| swap(&map, &key, thread));
            own_data(thread).for_each(|key| assert_eq!(map.load(&key), Some(thread + 1)));
        });
        assert_eq!(map.len(), 128 * THREADS);
        map.finish();
    }

    fn unshared_keys_with_delete(hash: u64) {
        let map = Map::new(hash);
        crowd(THREADS, |thread| {
            own_data(thread).for_each(|key| store_new(&map, &key, thread));
            for key in own_data(thread) {
                swap(&map, &key, thread);
                assert!(map.compare_and_delete(&key, thread + 1));
                assert!(
                    !map.compare_and_swap(&key, thread + 1, thread + 2),
                    "there is nothing to swap"
                );
                assert!(!map.compare_and_delete(&key, thread + 1));
                assert_eq!(map.load(&key), None);
            }
            own_data(thread).for_each(|key| assert_eq!(map.load(&key), None));
        });
        assert_eq!(map.len(), 0);
        map.finish();
    }

    fn shared_keys(hash: u64) {
        let map = filled(hash);
        let swapped = crowd(THREADS, |_| {
            let mut swapped = 0;
            for (i, key) in data() {
                assert!(!map.compare_and_swap(&key, NONE, i + 1));
                swapped += usize::from(map.compare_and_swap(&key, i, i + 1));
                assert_eq!(map.load(&key), Some(i + 1));
            }
            check(&map, |i| Some(Some(i + 1)));
            swapped
        });
        assert_eq!(swapped.into_iter().sum::<usize>(), 128, "each value was swapped by one thread");
        map.finish();
    }
}

mod swap {
    use super::*;

    under_three_hashers! { all one several unshared_keys unshared_keys_with_delete shared_keys }

    #[track_caller]
    fn swap_in(map: &Map, key: &String, value: usize) {
        assert_eq!(map.load(key), None);
        assert_eq!(map.swap(key, value), None);
        assert_eq!(map.load(key), Some(value));
        assert_eq!(map.swap(key, value), Some(value));
    }

    #[track_caller]
    fn swap(map: &Map, key: &String, old: usize) {
        assert_eq!(map.load(key), Some(old));
        assert_eq!(map.swap(key, old + 1), Some(old));
        assert_eq!(map.load(key), Some(old + 1));
    }

    fn all(hash: u64) {
        let map = Map::new(hash);
        data().for_each(|(i, key)| swap_in(&map, &key, i));
        for round in 0..3 {
            data().for_each(|(i, key)| swap(&map, &key, i + round));
        }
        data().for_each(|(i, key)| assert_eq!(map.swap(&key, i + 3), Some(i + 3)));
        map.finish();
    }

    fn one(hash: u64) {
        swap_one(hash, swap);
    }

    fn several(hash: u64) {
        swap_several(hash, swap);
    }

    fn unshared_keys(hash: u64) {
        let map = Map::new(hash);
        crowd(THREADS, |thread| {
            own_data(thread).for_each(|key| swap_in(&map, &key, thread));
            own_data(thread).for_each(|key| swap(&map, &key, thread));
            own_data(thread).for_each(|key| assert_eq!(map.load(&key), Some(thread + 1)));
        });
        map.finish();
    }

    fn unshared_keys_with_delete(hash: u64) {
        let map = Map::new(hash);
        crowd(THREADS, |thread| {
            own_data(thread).for_each(|key| swap_in(&map, &key, thread));
            for key in own_data(thread) {
                swap(&map, &key, thread);
                assert!(map.compare_and_delete(&key, thread + 1));
                swap_in(&map, &key, thread + 2);
            }
            own_data(thread).for_each(|key| assert_eq!(map.load(&key), Some(thread + 2)));
        });
        assert_eq!(map.len(), 128 * THREADS);
        map.finish();
    }

    fn shared_keys(hash: u64) {
        let map = filled(hash);
        let first = crowd(THREADS, |_| {
            let mut first = 0;
            for (i, key) in data() {
                first += usize::from(map.swap(&key, i + 1) == Some(i));
                assert_eq!(map.load(&key), Some(i + 1));
            }
            check(&map, |i| Some(Some(i + 1)));
            first
        });
        assert_eq!(
            first.into_iter().sum::<usize>(),
            128,
            "each first value was handed to one thread"
        );
        map.finish();
    }
}

mod load_and_delete {
    use super::*;

    under_three_hashers! { all one several while_iterating unshared_keys shared_keys }

    #[track_caller]
    fn delete(map: &Map, key: &String, value: usize) {
        assert_eq!(map.load(key), Some(value));
        assert_eq!(map.load_and_delete(key), Some(value));
        assert_eq!(map.load(key), None);
        assert_eq!(map.load_and_delete(key), None);
    }

    fn all(hash: u64) {
        delete_all(hash, delete);
    }

    fn one(hash: u64) {
        delete_one(hash, delete);
    }

    fn several(hash: u64) {
        delete_several(hash, delete);
    }

    fn while_iterating(hash: u64) {
        let map = filled(hash);
        iterate(&map, |key, value| assert_eq!(map.load_and_delete(key), Some(value)));
        assert_eq!(map.len(), 0);
        map.finish();
    }

    fn unshared_keys(hash: u64) {
        delete_unshared_keys(hash, delete);
    }

    fn shared_keys(hash: u64) {
        let map = filled(hash);
        let deleted = crowd(THREADS, |_| {
            let mut deleted = 0;
            for (i, key) in data() {
                let value = map.load_and_delete(&key);
                assert!(value.is_none_or(|value| value == i));
                deleted += usize::from(value.is_some());
                assert_eq!(map.load(&key), None);
            }
            deleted
        });
        assert_eq!(deleted.into_iter().sum::<usize>(), 128, "each key was deleted by one thread");
        map.finish();
    }
}

mod clear {
    use super::*;

    under_three_hashers! { simple beside_others }

    fn simple(hash: u64) {
        let map = filled(hash);
        map.clear();
        check(&map, |_| Some(None));
        assert_eq!(map.len(), 0);
        data().for_each(|(i, key)| store_new(&map, &key, i));
        map.finish();
    }

    /// Half of the threads store keys of their own, the others clear: each key is there or not,
    /// with its value.
    fn beside_others(hash: u64) {
        let map = Map::new(hash);
        crowd(THREADS, |thread| {
            for key in own_data(thread) {
                if thread % 2 == 0 {
                    assert_eq!(map.load_or_store(&key, thread), Ok(thread));
                    assert!(map.load(&key).is_none_or(|value| value == thread));
                } else if key.len() % 3 == 0 {
                    map.clear();
                }
            }
        });
        map.range(|key, value| key.ends_with(&format!("-{value}")) || panic!("{key} with {value}"));
        map.clear();
        assert_eq!(map.len(), 0);
        map.finish();
    }
}
