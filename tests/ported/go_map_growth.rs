//! After the tests of Go's map of the hmap era: `src/runtime/map_test.go` in golang/go up to 1.23
//! (BSD-3-Clause). Here those of growth, iteration and deletion; see also `go_map`.
//!
//! Different here: an iteration that meets an entry which has moved looks its key up, so that a
//! NaN, which no look-up finds, may be passed over while the table is resized. None comes twice,
//! and none is lost.

use std::collections::{HashMap as Model, HashSet};

use evacmap::HashMap;

use crate::common::{Counter, scaled, validated};
use crate::go_map::{Float, NAN};
use crate::support::crowd;

/// Inserts `keys`, each as its own value.
fn fill(map: &HashMap<u64, u64>, keys: impl IntoIterator<Item = u64>) {
    for key in keys {
        map.pin().insert(key, key);
    }
}

fn delete(map: &HashMap<u64, u64>, keys: impl IntoIterator<Item = u64>) {
    for key in keys {
        assert_eq!(map.pin().remove(&key), Some(&key));
    }
}

/// The map holds `keys` and nothing else, by every way of asking.
#[track_caller]
fn check(map: &HashMap<u64, u64>, keys: impl IntoIterator<Item = u64>) {
    let model: Model<u64, u64> = keys.into_iter().map(|key| (key, key)).collect();
    let map = map.pin();
    let found: Vec<_> = map.iter().map(|(key, value)| (*key, *value)).collect();
    assert_eq!((found.len(), map.len()), (model.len(), model.len()));
    assert_eq!(found.into_iter().collect::<Model<_, _>>(), model);
    assert!(model.keys().all(|key| map.get(key) == Some(key)));
}

#[test]
fn growth_within_an_iteration_returns_no_nan_twice_and_loses_none() {
    let map = HashMap::with_capacity(4);
    for value in [1, 2, 4] {
        map.pin().insert(NAN, value);
    }
    let mut seen = 0;
    for (turn, (key, value)) in map.pin().iter().enumerate() {
        if turn == 0 {
            for i in 0..100 {
                map.pin().update_or_insert(Float(f64::from(i)), |_| unreachable!(), 0);
            }
        }
        if key.0.is_nan() {
            assert_eq!(seen & value, 0, "returned twice");
            seen |= value;
        }
    }
    map.finish_resize();
    let nans: Vec<u32> =
        map.pin().iter().filter(|(key, _)| key.0.is_nan()).map(|(_, value)| *value).collect();
    assert_eq!((nans.len(), nans.iter().sum::<u32>()), (3, 7));
    assert_eq!(map.len(), 103);
    validated(map);
}

/// Within an iteration the table grows and every key is replaced by an equal one that looks
/// different: key and value that come together belong together.
#[test]
fn growth_and_replacement_within_an_iteration() {
    let key = |x: f64, y: u32| (Float(x), y);
    let map = HashMap::with_capacity(4);
    for y in 0..4 {
        map.pin().insert(key(0.0, y), 1 << y);
    }
    let (mut seen, mut replaced) = (0, 0);
    let map_ref = map.pin();
    // Those that are inserted below have the value 0.
    for (turn, (key_now, value)) in map_ref.iter().filter(|(_, value)| **value > 0).enumerate() {
        let negative = key_now.0.0.is_sign_negative();
        assert_eq!(negative, value & 16 > 0, "key and value were not replaced together");
        replaced += usize::from(negative);
        assert_eq!(seen & value & 15, 0, "returned twice");
        seen |= value & 15;
        if turn == 0 {
            (0..100).for_each(|y| assert_eq!(map.pin().insert(key(3.0, y), 0), None));
            (0..4).for_each(|y| {
                assert_eq!(map.pin().insert(key(-0.0, y), 1 << y | 16), Some(&(1 << y)))
            });
        }
    }
    assert_eq!((seen, replaced), (15, 3), "all of them, and all but the first as they are now");
    drop(map_ref);
    validated(map);
}

#[test]
fn what_was_deleted_within_an_iteration_is_not_returned() {
    let map = HashMap::with_capacity(4);
    fill(&map, 0..100);
    for (turn, (key, _)) in map.pin().iter().enumerate() {
        if turn == 0 {
            fill(&map, 100..1000);
            delete(&map, (1..1000).step_by(2));
        } else {
            assert_eq!(key % 2, 0);
        }
    }
    check(&map, (0..1000).step_by(2));
    validated(map);
}

#[test]
fn growth_and_collection_within_an_iteration() {
    let map = HashMap::with_capacity(4);
    fill(&map, 0..16);
    let mut seen = HashSet::new();
    for (turn, (key, _)) in map.pin().iter().enumerate() {
        assert!(seen.insert(*key), "returned twice");
        if turn == 0 {
            fill(&map, 100..1000);
            delete(&map, 500..1000);
            map.flush();
            evacmap::pin().flush();
        }
    }
    assert!((0..16).all(|key| seen.contains(&key)));
    validated(map);
}

fn reads_after_growth(read: impl Fn(&HashMap<u64, u64>, u64) + Sync) {
    for _ in 0..2 {
        let map = HashMap::new();
        for step in 0..scaled(250, 60) as u64 {
            map.pin().insert(step, step);
            crowd(4, |_| read(&map, step));
        }
        validated(map);
    }
}

#[test]
fn concurrent_iterations_after_growth() {
    reads_after_growth(|map, step| assert_eq!(map.pin().iter().count() as u64, step + 1));
}

#[test]
fn concurrent_look_ups_after_growth() {
    reads_after_growth(|map, step| {
        assert!((0..=step).all(|key| map.pin().get(&key) == Some(&key)))
    });
}

#[test]
fn concurrent_look_ups_of_iterated_keys_after_growth() {
    reads_after_growth(|map, _| {
        let map = map.pin();
        let keys: Vec<&u64> = map.keys().collect();
        assert!(keys.iter().all(|key| map.get_key_value(*key) == Some((key, key))));
    });
}

/// An iteration that starts in the midst of a growth, and during which it is finished.
#[test]
fn nan_iteration_from_the_midst_of_a_growth() {
    let map = HashMap::with_capacity(80);
    (0..80).for_each(|value| assert_eq!(map.pin().insert(NAN, value), None));
    map.pin().reserve(map.capacity());
    assert!(map.is_resizing());
    let mut found = HashSet::new();
    for (turn, value) in map.pin().values().enumerate() {
        assert!(found.insert(*value), "{value} was returned twice");
        if turn == 40 {
            map.finish_resize();
        }
    }
    assert_eq!(map.pin().values().copied().collect::<HashSet<_>>(), (0..80).collect());
    assert_eq!(map.len(), 80);
    validated(map);
}

#[test]
fn iteration_of_a_sparse_map() {
    let map = HashMap::new();
    fill(&map, 0..1000);
    delete(&map, 20..1000);
    check(&map, 0..20);
    validated(map);
}

/// Everything is deleted and put in again within an iteration: whatever it returns is what is there
/// now.
#[test]
fn deletes_and_inserts_again_within_an_iteration() {
    for size in (0..1000).step_by(37) {
        let map: HashMap<u64, bool> = (0..size).map(|key| (key, false)).collect();
        for key in map.pin().keys() {
            map.pin().remove(key);
            map.pin().insert(*key, true);
        }
        assert_eq!(map.len() as u64, size);
        assert!(map.pin().values().all(|again| *again));
        validated(map);
    }
}

#[test]
fn keys_and_values_amid_a_growth() {
    let map = HashMap::with_capacity(200);
    fill(&map, 0..200);
    map.pin().reserve(map.capacity());
    while map.is_resizing() {
        let map_ref = map.pin();
        let (keys, values): (HashSet<_>, HashSet<_>) =
            (map_ref.keys().collect(), map_ref.values().collect());
        assert!(keys == values && keys.len() == 200);
        map.help_resize(1);
    }
    check(&map, 0..200);
    validated(map);
}

/// However the map came by its entries, its buckets are not overfull.
#[test]
fn the_load_stays_bounded() {
    for bits in 0..12 {
        for entries in [1 << bits, (1 << bits) + 1, 5 << bits, (5 << bits) + 1] {
            let map = HashMap::new();
            fill(&map, 0..entries);
            map.finish_resize();
            let stats = map.stats();
            // A small table may come far by luck: it grows when an insert meets a full chain.
            let most = if entries < 1000 { 11 } else { 7 };
            assert!(stats.len <= most * stats.buckets, "{stats:?}");
            assert!(entries < 40 || 20 * stats.len > stats.buckets, "{stats:?}");
            validated(map);
        }
    }
}

/// Ways to delete most of a map, in different orders, with new entries in between.
mod tombstones {
    use super::*;

    const SIZE: u64 = 2000;

    #[test]
    fn in_the_order_of_insertion() {
        let map = HashMap::new();
        fill(&map, 0..SIZE);
        for key in 0..SIZE {
            delete(&map, [key]);
            if key % 211 == 0 {
                check(&map, key + 1..SIZE);
            }
        }
        check(&map, []);
        validated(map);
    }

    #[test]
    fn in_the_reverse_order() {
        let map = HashMap::new();
        fill(&map, 0..SIZE);
        for key in (0..SIZE).rev() {
            delete(&map, [key]);
            if key % 211 == 0 {
                check(&map, 0..key);
            }
        }
        validated(map);
    }

    #[test]
    fn all_but_one_in_each_block() {
        let map = HashMap::new();
        fill(&map, 0..SIZE);
        delete(&map, (0..SIZE).filter(|key| key % 8 > 0));
        check(&map, (0..SIZE).step_by(8));
        fill(&map, SIZE..2 * SIZE);
        check(&map, (0..SIZE).step_by(8).chain(SIZE..2 * SIZE));
        validated(map);
    }

    #[test]
    fn a_full_map_is_emptied_and_filled_again() {
        let map = HashMap::new();
        for _ in 0..5 {
            fill(&map, 0..SIZE);
            check(&map, 0..SIZE);
            delete(&map, 0..SIZE);
            check(&map, []);
        }
        validated(map);
    }

    /// Inserts and deletes at the same size for long: the table neither grows nor becomes slow.
    #[test]
    fn a_sliding_window_does_not_grow_the_table() {
        let counter = Counter::new();
        let map = HashMap::new();
        for i in 0..20 * SIZE {
            map.pin().insert(i, counter.make(i));
            if i >= 100 {
                assert_eq!(map.pin().remove(&(i - 100)).map(|value| value.inner), Some(i - 100));
            }
        }
        assert_eq!(map.len(), 100);
        assert!(map.stats().buckets <= 128, "{:?}", map.stats());
        validated(map);
        counter.check();
    }
}

/// A key that is deleted amid a growth, before or after it was moved, stays deleted.
#[test]
fn deletes_amid_a_growth() {
    for steps in 0..20 {
        let map = HashMap::with_capacity(100);
        fill(&map, 0..100);
        map.pin().reserve(map.capacity());
        map.help_resize(steps);
        delete(&map, (0..100).step_by(3));
        map.finish_resize();
        check(&map, (0..100).filter(|key| key % 3 > 0));
        validated(map);
    }
}

/// A key that is replaced amid a growth, before or after it was moved, has its last value.
#[test]
fn replacements_amid_a_growth() {
    for steps in 0..20 {
        let map: HashMap<u64, u64> = HashMap::with_capacity(100);
        fill(&map, 0..100);
        map.pin().reserve(map.capacity());
        map.help_resize(steps);
        (0..100).for_each(|key| assert_eq!(map.pin().insert(key, key + 1), Some(&key)));
        map.help_resize(steps);
        (0..100).for_each(|key| assert_eq!(map.pin().insert(key, key), Some(&(key + 1))));
        map.finish_resize();
        check(&map, 0..100);
        validated(map);
    }
}

#[test]
fn clear_amid_a_growth() {
    for steps in 0..20 {
        let map = HashMap::with_capacity(100);
        fill(&map, 0..100);
        map.pin().reserve(map.capacity());
        map.help_resize(steps);
        map.pin().clear();
        check(&map, []);
        fill(&map, 50..150);
        check(&map, 50..150);
        validated(map);
    }
}
