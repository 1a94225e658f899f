//! After papaya's basic tests: `tests/basic.rs` in ibraheemdev/papaya (MIT), which in turn follows
//! flurry's. As there, each runs in several modes; here on maps without a table, with room, amid a
//! growth and amid a shrink.
//!
//! Named otherwise here: papaya's `try_insert_with` is `get_or_insert_with`, which does not tell
//! whether it inserted. Not taken over: the tests of its sets and of serde, and of guards of the
//! wrong map (guards here serve every map).

use std::collections::{BTreeMap, HashMap as Model};
use std::sync::Arc;

use evacmap::{Compute, HashMap, OccupiedError, Operation};

use crate::common::{Counter, validated};
use crate::support::{Same, crowd, in_every_state};

type Map = HashMap<usize, usize>;

/// Runs `test` on empty maps in every state.
fn with_map(test: impl Fn(&Map)) {
    in_every_state(test);
}

/// Runs `test` on maps in every state, filled with 0 to 99, each key its own value.
fn with_filled(test: impl Fn(&Map)) {
    with_map(|map| {
        let filled = map.pin();
        (0..100).for_each(|key| assert_eq!(filled.insert(key, key), None));
        test(map);
    });
}

#[test]
fn a_new_map_is_empty() {
    with_map(|map| assert_eq!((map.len(), map.is_empty()), (0, true)));
}

#[test]
fn clear() {
    with_filled(|map| {
        map.pin().clear();
        assert!(map.is_empty());
        assert_eq!(map.pin().iter().count(), 0);
        assert!((0..100).all(|key| map.pin().get(&key).is_none()));
        map.pin().insert(1, 2);
        assert_eq!(map.pin().iter().collect::<Vec<_>>(), [(&1, &2)]);
    });
}

#[test]
fn insert() {
    with_map(|map| assert_eq!((map.pin().insert(42, 0), map.len()), (None, 1)));
}

#[test]
fn get_of_an_empty_map() {
    with_map(|map| assert_eq!(map.pin().get(&42), None));
}

#[test]
fn get_key_value_of_an_empty_map() {
    with_map(|map| assert_eq!(map.pin().get_key_value(&42), None));
}

#[test]
fn remove_from_an_empty_map() {
    with_map(|map| assert_eq!((map.pin().remove(&42), map.pin().remove_entry(&42)), (None, None)));
}

#[test]
fn remove_if() {
    with_map(|map| {
        let map = map.pin();
        assert_eq!(map.remove_if(&1, |_, _| true), Ok(None));
        map.insert(1, 10);
        assert_eq!(map.remove_if(&1, |_, value| *value > 10), Err((&1, &10)));
        assert_eq!(map.get(&1), Some(&10));
        assert_eq!(map.remove_if(&1, |key, value| (*key, *value) == (1, 10)), Ok(Some((&1, &10))));
        assert_eq!(map.get(&1), None);
        assert_eq!(map.remove_if(&1, |_, _| true), Ok(None));
    });
}

#[test]
fn insert_and_remove() {
    with_map(|map| {
        let map = map.pin();
        for _ in 0..3 {
            assert_eq!(map.insert(42, 0), None);
            assert_eq!(map.remove(&42), Some(&0));
            assert_eq!((map.get(&42), map.len()), (None, 0));
        }
    });
}

#[test]
fn insert_and_get() {
    with_filled(|map| assert!((0..100).all(|key| map.pin().get(&key) == Some(&key))));
}

#[test]
fn insert_and_get_key_value() {
    with_filled(|map| {
        assert!((0..100).all(|key| map.pin().get_key_value(&key) == Some((&key, &key))));
        assert_eq!(map.pin().get_key_value(&100), None);
    });
}

#[test]
fn insert_again() {
    with_filled(|map| {
        let map = map.pin();
        assert!((0..100).all(|key| map.insert(key, key + 1) == Some(&key)));
        assert!((0..100).all(|key| map.get(&key) == Some(&(key + 1))));
        assert_eq!(map.len(), 100);
    });
}

#[test]
fn update() {
    with_filled(|map| {
        let map = map.pin();
        assert_eq!(map.update(42, |value| value + 2), Some(&44));
        assert_eq!(map.get(&42), Some(&44));
        assert_eq!(map.len(), 100);
    });
}

#[test]
fn update_of_an_empty_map() {
    with_map(|map| {
        assert_eq!(map.pin().update(42, |_| unreachable!("there is nothing to change")), None);
        assert!(map.is_empty());
    });
}

#[test]
fn update_or_insert() {
    with_map(|map| {
        let map = map.pin();
        let results: Vec<_> =
            (0..3).map(|_| *map.update_or_insert(1, |value| value * 10, 7)).collect();
        assert_eq!((results, map.get(&1)), (vec![7, 70, 700], Some(&700)));
    });
}

#[test]
fn update_or_insert_with() {
    with_map(|map| {
        let map = map.pin();
        assert_eq!(map.update_or_insert_with(1, |_| unreachable!("it is absent"), || 7), &7);
        assert_eq!(
            map.update_or_insert_with(1, |value| value + 1, || unreachable!("it is present")),
            &8
        );
    });
}

#[test]
fn get_or_insert() {
    with_map(|map| {
        let map = map.pin();
        assert_eq!((map.get_or_insert(1, 5), map.get_or_insert(1, 6), map.len()), (&5, &5, 1));
    });
}

#[test]
fn try_insert() {
    with_map(|map| {
        let map = map.pin();
        assert_eq!(map.try_insert(1, 5), Ok(&5));
        assert_eq!(map.try_insert(1, 6), Err(OccupiedError { current: &5, not_inserted: 6 }));
        assert_eq!(map.insert(1, 7), Some(&5));
        assert_eq!(map.try_insert(1, 8), Err(OccupiedError { current: &7, not_inserted: 8 }));
        map.remove(&1);
        assert_eq!(map.try_insert(1, 9), Ok(&9));
    });
}

#[test]
fn get_or_insert_with() {
    with_map(|map| {
        let map = map.pin();
        assert_eq!(map.get_or_insert_with(1, || 5), &5);
        assert_eq!(map.get_or_insert_with(1, || unreachable!("it is present")), &5);
    });
}

#[test]
fn compute() {
    with_map(|map| {
        let map = map.pin();
        let halve = |entry: Option<(&usize, &usize)>| match entry {
            None => Operation::Insert(8),
            Some((_, 1)) => Operation::Remove,
            Some((_, value)) if value % 2 == 1 => Operation::Abort(*value),
            Some((_, value)) => Operation::Insert(value / 2),
        };
        assert_eq!(map.compute(1, halve), Compute::Inserted(&1, &8));
        assert_eq!(map.compute(1, halve), Compute::Updated { old: (&1, &8), new: (&1, &4) });
        assert_eq!(map.compute(1, halve), Compute::Updated { old: (&1, &4), new: (&1, &2) });
        assert_eq!(map.compute(1, halve), Compute::Updated { old: (&1, &2), new: (&1, &1) });
        assert_eq!(map.compute(1, halve), Compute::Removed(&1, &1));
        map.insert(1, 5);
        assert_eq!(map.compute(1, halve), Compute::Aborted(5));
        assert_eq!(map.get(&1), Some(&5));
    });
}

#[test]
fn concurrent_insert() {
    with_map(|map| {
        crowd(2, |thread| {
            (0..64).for_each(|key| {
                assert!(map.pin().insert(key, thread).is_none_or(|other| *other != thread))
            });
        });
        assert_eq!(map.len(), 64);
        assert!((0..64).all(|key| map.pin().get(&key).is_some_and(|thread| *thread < 2)));
    });
}

#[test]
fn concurrent_remove() {
    with_filled(|map| {
        let removed = crowd(2, |_| {
            (0..100)
                .filter(|key| {
                    map.pin().remove(key).inspect(|value| assert_eq!(*value, key)).is_some()
                })
                .count()
        });
        assert_eq!((removed.iter().sum::<usize>(), map.len()), (100, 0));
    });
}

#[test]
fn concurrent_update() {
    with_filled(|map| {
        crowd(2, |_| {
            (0..100).for_each(|key| assert!(map.pin().update(key, |value| value + 1).is_some()))
        });
        assert!((0..100).all(|key| map.pin().get(&key) == Some(&(key + 2))));
    });
}

#[test]
fn concurrent_growth_and_get() {
    with_map(|map| {
        (0..1024).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
        crowd(2, |thread| match thread {
            // The second doubles the map; the first looks on.
            0 => {
                (0..3).for_each(|_| assert!((0..1024).all(|key| map.pin().get(&key) == Some(&key))))
            }
            _ => (1024..2048).for_each(|key| assert_eq!(map.pin().insert(key, key), None)),
        });
        assert!((0..2048).all(|key| map.pin().get(&key) == Some(&key)));
    });
}

/// The map holds a handle to each key and value, and gives it up when it is dropped.
#[test]
fn present_entries_are_dropped_with_the_map() {
    let (key, value) = (Arc::new(0), Arc::new(0));
    let map = HashMap::new();
    map.pin().insert(key.clone(), value.clone());
    assert_eq!((Arc::strong_count(&key), Arc::strong_count(&value)), (2, 2));
    validated(map);
    assert_eq!((Arc::strong_count(&key), Arc::strong_count(&value)), (1, 1));
}

#[test]
fn removed_and_replaced_entries_are_dropped_with_the_map_at_the_latest() {
    let counter = Counter::new();
    in_every_state(|map| {
        let map = map.pin();
        (0..100)
            .for_each(|key| assert!(map.insert(counter.make(key), counter.make(key)).is_none()));
        (0..50).for_each(|key| assert!(map.remove(&key).is_some()));
        (50..70)
            .for_each(|key| assert!(map.insert(counter.make(key), counter.make(key)).is_some()));
        (70..90)
            .for_each(|key| assert!(map.update(counter.make(key), |old| old.clone()).is_some()));
    });
    counter.check();
}

#[test]
fn empty_maps_are_equal() {
    with_map(|map| assert!(*map == Map::new()));
}

#[test]
fn maps_of_different_sizes_are_not_equal() {
    with_filled(|map| {
        let other: Map = (0..99).map(|key| (key, key)).collect();
        assert_eq!([*map == other, other == *map], [false; 2]);
    });
}

#[test]
fn the_same_values_are_equal() {
    with_filled(|map| {
        let other: Map = (0..100).rev().map(|key| (key, key)).collect();
        assert_eq!([*map == other, other == *map], [true; 2]);
    });
}

#[test]
fn different_values_are_not_equal() {
    with_filled(|map| {
        let other: Map = (0..100).map(|key| (key, key)).collect();
        other.pin().insert(42, 0);
        assert_eq!([*map == other, other == *map], [false; 2]);
    });
}

#[test]
fn an_empty_map_is_cloned() {
    with_map(|map| {
        let clone = map.clone();
        assert!(clone.is_empty() && clone == *map);
        validated(clone);
    });
}

#[test]
fn a_clone_is_a_map_of_its_own() {
    with_filled(|map| {
        let clone = map.clone();
        assert!(clone == *map);
        map.pin().remove(&1);
        clone.pin().remove(&2);
        assert_eq!((map.len(), clone.len()), (99, 99));
        assert!(clone != *map);
        validated(clone);
    });
}

#[test]
fn the_default_is_an_empty_map() {
    let map = Map::default();
    assert_eq!(map.pin().get(&0), None);
    map.pin().insert(0, 1);
    assert_eq!(map.pin().get(&0), Some(&1));
    validated(map);
}

#[test]
fn debug_shows_the_entries() {
    with_map(|map| {
        map.pin().insert(42, 0);
        map.pin().insert(16, 8);
        let shown = format!("{map:?}");
        assert!(shown == "{42: 0, 16: 8}" || shown == "{16: 8, 42: 0}", "{shown}");
        assert_eq!(format!("{:?}", map.pin()), shown);
    });
}

#[test]
fn extend() {
    with_filled(|map| {
        let mut shared = map;
        shared.extend((50..150).map(|key| (key, key * 10)));
        assert_eq!(map.len(), 150);
        assert!(
            (0..150).all(|key| map.pin().get(&key) == Some(&if key < 50 { key } else { key * 10 }))
        );
    });
}

#[test]
fn extend_by_reference() {
    let other: BTreeMap<usize, usize> = (0..64).map(|key| (key, key * 10)).collect();
    let mut map = Map::new();
    map.extend(&other);
    assert_eq!(map.len(), 64);
    assert!((0..64).all(|key| map.pin().get(&key) == Some(&(key * 10))));
    validated(map);
}

#[test]
fn from_nothing() {
    let map: Map = std::iter::empty().collect();
    assert!(map.is_empty());
    assert_eq!(map.capacity(), 0);
    validated(map);
}

#[test]
fn from_repeated_keys() {
    let map: Map = [(0, 1), (0, 2), (0, 3)].into_iter().collect();
    assert_eq!((map.len(), map.pin().get(&0).copied()), (1, Some(3)), "the last one counts");
    validated(map);
}

#[test]
fn len() {
    with_map(|map| {
        for key in 0..100 {
            assert_eq!(map.len(), key);
            map.pin().insert(key, key);
            map.pin().insert(key, key);
        }
        for key in 0..100 {
            assert_eq!(map.len(), 100 - key);
            map.pin().remove(&key);
            map.pin().remove(&key);
        }
        assert!(map.is_empty());
    });
}

#[test]
fn iteration() {
    with_filled(|map| {
        let expected: Model<usize, usize> = (0..100).map(|key| (key, key)).collect();
        let map = map.pin();
        assert_eq!(
            map.iter().map(|(key, value)| (*key, *value)).collect::<Model<_, _>>(),
            expected
        );
        let (mut keys, mut values): (Vec<_>, Vec<_>) =
            (map.keys().collect(), map.values().collect());
        keys.sort();
        values.sort();
        assert!(keys == values && keys.len() == 100);
        assert_eq!((&map).into_iter().count(), 100);
    });
}

#[test]
fn retain_of_an_empty_map() {
    with_map(|map| map.pin().retain(|_, _| unreachable!("there is nothing to ask about")));
}

#[test]
fn retain_nothing() {
    with_filled(|map| {
        map.pin().retain(|_, _| false);
        assert!(map.is_empty());
    });
}

#[test]
fn retain_everything() {
    with_filled(|map| {
        let mut asked = 0;
        map.pin().retain(|_, _| {
            asked += 1;
            true
        });
        assert_eq!((asked, map.len()), (100, 100));
    });
}

#[test]
fn retain_some() {
    with_filled(|map| {
        map.pin().retain(|key, value| (key + value) % 4 == 0);
        assert_eq!(map.len(), 50);
        assert!((0..100).all(|key| map.pin().contains_key(&key) == (key % 2 == 0)));
    });
}

/// A mix of everything, with all keys in one bucket.
fn mixed<S: std::hash::BuildHasher + Default>() {
    const LEN: usize = 300;
    let map = HashMap::<usize, usize, S>::default();
    {
        let map = map.pin();
        (0..LEN)
            .for_each(|key| assert!(map.get(&key).is_none() && map.insert(key, key + 1).is_none()));
        (0..LEN).for_each(|key| assert_eq!(map.get(&key), Some(&(key + 1))));
        (0..LEN).for_each(|key| assert_eq!(map.update(key, |value| value - 1), Some(&key)));
        (0..LEN).step_by(2).for_each(|key| assert_eq!(map.remove(&key), Some(&key)));
        (0..LEN).for_each(|key| assert_eq!(map.get(&key), (key % 2 == 1).then_some(&key)));
        (0..LEN).for_each(|key| assert_eq!(map.insert(key, 7), (key % 2 == 1).then_some(&key)));
        assert_eq!((map.len(), map.iter().filter(|(_, value)| **value == 7).count()), (LEN, LEN));
    }
    validated(map);
}

#[test]
fn all_bits_of_every_hash_are_zero() {
    mixed::<Same<false>>();
}

#[test]
fn all_bits_of_every_hash_are_one() {
    mixed::<Same<true>>();
}
