//! The later additions to the map's interface with many threads at once: what two of them may not
//! both do, and what none may lose.

use std::sync::Arc;

use crate::common::{
    Config, Counted, Counter, MODES, Mode, Random, Setup, TestHasher, on_threads, scaled,
    validated, validated_arc,
};
use evacmap::{Entry, HashMap};

#[test]
fn counts_by_entry_lose_nothing() {
    let map: Arc<HashMap<u64, u64>> = Arc::new((0..50).map(|key| (key, 0)).collect());
    let (shared, steps) = (map.clone(), scaled(100_000, 10_000));
    on_threads(4, move |thread| {
        let mut random = Random::new(thread);
        for step in 0..steps {
            let map = shared.pin();
            map.entry(random.next() % 50).and_modify(|count| count + 1).or_insert(0);
            map.entry(1000 + step as u64).and_modify(|count| count + 1).or_default();
        }
    });
    let sum = |keys: std::ops::Range<u64>| {
        keys.map(|key| map.pin().get(&key).copied().unwrap()).sum::<u64>()
    };
    assert_eq!(sum(0..50), 4 * steps as u64);
    // Of four, at least one came first and counted nothing; of those that found it absent all but
    // one did so too late.
    assert!(sum(1000..1000 + steps as u64) <= 3 * steps as u64);
    validated_arc(map);
}

#[test]
fn of_those_that_saw_the_same_entry_one_replaces_or_removes_it() {
    for mode in [Mode::Good, Mode::Constant] {
        let counter = Counter::new();
        let map = Arc::new(Config { setup: Setup::Fresh, mode }.map());
        let (shared, counted) = (map.clone(), counter.clone());
        let rounds = scaled(20_000, 2_000);
        let wins = on_threads(4, move |thread| {
            let mut random = Random::new(thread);
            let (mut inserted, mut removed) = (0, 0);
            for round in 0..rounds {
                let map = shared.pin();
                let key = random.below(8);
                match map.entry(key) {
                    Entry::Vacant(entry) => {
                        inserted += usize::from(entry.insert(counted.make(round)).is_ok())
                    }
                    Entry::Occupied(entry) if round % 2 == 0 => {
                        let seen = std::ptr::from_ref(entry.get());
                        if let Ok(old) = entry.insert(counted.make(round)) {
                            assert!(std::ptr::eq(old, seen));
                        }
                    }
                    Entry::Occupied(entry) => removed += usize::from(entry.remove_entry().is_ok()),
                }
            }
            (inserted, removed)
        });
        let (inserted, removed) =
            wins.into_iter().fold((0, 0), |sum, (i, r)| (sum.0 + i, sum.1 + r));
        assert_eq!(
            inserted - removed,
            map.len(),
            "each insertion was one, and so was each removal"
        );
        validated_arc(map);
        counter.check();
    }
}

/// Several drain while others put in, with the table changing its size: nothing is extracted twice,
/// nothing is lost.
#[test]
fn what_is_extracted_is_extracted_once() {
    for mode in MODES {
        let map = Arc::new(HashMap::with_hasher(TestHasher::new(mode)));
        let (shared, keys) = (map.clone(), scaled(20_000, 1_500) as u64);
        let extracted = on_threads(4, move |thread| {
            let mut extracted = Vec::new();
            let first = thread as u64 * keys;
            for key in first..first + keys {
                let map = shared.pin();
                map.insert(key, key * 2);
                if key % 300 == thread as u64 * 50 {
                    extracted.extend(
                        map.extract_if(|key, _| key % 3 > 0).map(|(key, value)| (*key, *value)),
                    );
                }
                if key % 700 == 0 {
                    map.shrink_to_fit();
                }
            }
            extracted
        });
        let mut extracted: Vec<_> = extracted.into_iter().flatten().collect();
        extracted.extend(map.pin().extract_if(|_, _| true).map(|(key, value)| (*key, *value)));
        assert!(map.is_empty());
        extracted.sort_unstable();
        assert!(extracted.into_iter().eq((0..4 * keys).map(|key| (key, key * 2))));
        validated_arc(map);
    }
}

#[test]
fn many_look_ups_beside_writers_find_what_is_there_all_the_time() {
    let map: Arc<HashMap<u64, u64>> = Arc::new((0..1000).map(|key| (key, key)).collect());
    let shared = map.clone();
    on_threads(4, move |thread| {
        let mut random = Random::new(thread);
        for step in 0..scaled(5_000, 500) as u64 {
            let map = shared.pin();
            if thread < 2 {
                let key = 1000 + random.next() % 100_000;
                map.insert(key, key);
                map.remove(&(1000 + random.next() % 100_000));
                map.update(step % 1000, |old| *old);
                continue;
            }
            let keys: [u64; 40] = std::array::from_fn(|_| random.next() % 1000);
            assert_eq!(map.get_many(keys.each_ref()), keys.each_ref().map(Some));
            assert!(map.get_many_iter(&keys).eq(keys.iter().map(Some)));
        }
    });
    validated_arc(map);
}

#[test]
fn get_or_try_insert_with_makes_one_value_for_all() {
    let map: Arc<HashMap<u64, u64>> = Arc::default();
    let shared = map.clone();
    let seen = on_threads(4, move |thread| {
        let map = shared.pin();
        let make = |key: u64| {
            if (key + thread as u64).is_multiple_of(3) {
                Err(())
            } else {
                Ok(key * 10 + thread as u64)
            }
        };
        (0..2000)
            .map(|key| map.get_or_try_insert_with(key, || make(key)).copied().ok())
            .collect::<Vec<_>>()
    });
    for key in 0..2000 {
        let present = *map.pin().get(&key).unwrap();
        assert!(seen.iter().all(|seen| seen[key as usize].is_none_or(|seen| seen == present)));
    }
    validated_arc(map);
}

/// A resize at every stage, of every kind: `&mut` reaches each value once, and leaves the resize as
/// it is.
#[test]
fn changes_in_place_at_every_stage_of_a_resize() {
    for mode in MODES {
        for bits in [-2, -1, 1, 2] {
            for helped in 0..40 {
                let counter = Counter::new();
                let map = Config { setup: Setup::Fresh, mode }.map();
                (0..150_u64)
                    .for_each(|key| assert!(map.pin().insert(key, counter.make(key)).is_none()));
                let mut map = in_the_middle(map, bits, helped);
                let resizing = map.is_resizing();
                let mut seen: Vec<_> = map.iter_mut().map(|(key, value)| (*key, value)).collect();
                seen.iter_mut().for_each(|(key, value)| value.inner += *key);
                assert_eq!(seen.len(), 150);
                for key in 0..150 {
                    assert_eq!(map.pin().get(&key).unwrap().inner, key * 2);
                    map.get_mut(&key).unwrap().inner += 1;
                }
                assert_eq!(map.is_resizing(), resizing);
                map.finish_resize();
                assert!(map.pin().iter().all(|(key, value)| value.inner == key * 2 + 1));
                validated(map);
                counter.check();
            }
        }
    }
}

fn in_the_middle(
    map: crate::common::TestMap<u64, Counted<u64>>,
    bits: i32,
    helped: usize,
) -> crate::common::TestMap<u64, Counted<u64>> {
    map.finish_resize();
    #[cfg(feature = "_hooks")]
    map.start_resize(bits);
    #[cfg(not(feature = "_hooks"))]
    if bits > 0 {
        map.pin().reserve(map.capacity())
    } else {
        map.pin().shrink_to_fit()
    }
    for _ in 0..helped {
        map.help_resize(1);
    }
    map
}

#[test]
fn a_cleared_map_has_nothing_to_change_in_place() {
    let counter = Counter::new();
    let mut map: HashMap<u64, Counted<u64>> =
        (0..500).map(|key| (key, counter.make(key))).collect();
    map.pin().clear();
    map.pin().insert(7, counter.make(7));
    assert!(map.is_resizing());
    assert_eq!(
        map.iter_mut().map(|(key, value)| (*key, value.inner)).collect::<Vec<_>>(),
        [(7, 7)]
    );
    assert!(map.get_mut(&8).is_none() && map.get_mut(&7).is_some());
    let mut empty: HashMap<u64, u64> = HashMap::new();
    assert!(empty.iter_mut().next().is_none() && empty.get_mut(&1).is_none());
    validated(map);
    counter.check();
}
