//! A small suite for Miri (`cargo xtask miri`), which checks every access for its provenance, its
//! bounds, and races: every operation in every kind of resize, guards, iterators, sets, and two
//! threads. Values are strings on the heap, so that one that has been freed is noticed.
//!
//! It runs as an ordinary test too.
#![cfg(feature = "_hooks")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{Config, Counted, Counter, Mode, Setup, on_threads, validated, validated_arc};
use evacmap::{Bits, Compute, CopyMap, HashMap, HashSet, Operation, OwnedGuard};

type Strings = HashMap<u32, Counted<String>>;

/// A map with the keys `0..n`, all values counted.
fn filled(n: u32, counter: &Arc<Counter>) -> Strings {
    (0..n).map(|key| (key, counter.make(key.to_string()))).collect()
}

/// As a value of `filled`.
fn is_of(key: u32, value: &Counted<String>) -> bool {
    value.check();
    value.inner == key.to_string()
}

/// A value of a key at its `n`th write.
fn mark<V: Bits>(key: u32, n: u32) -> V {
    V::from_bits(u64::from(key << 8 | n))
}

fn is_marked<V: Bits>(key: u32, value: V) -> bool {
    value.into_bits() >> 8 == u64::from(key)
}

/// Copies in slots of two words, and of one.
type Wide = CopyMap<u32, u64>;
type Narrow = CopyMap<u32, u32>;

/// One thread.
mod alone {
    use super::common::ops::{ABSENT, Case, Map, OPS, PRESENT};
    use super::*;

    /// What takes Miri long, and does nothing that a test below does not do in small.
    const LONG: [&str; 3] = ["grow", "replace_many", "reserve"];

    /// Each begins a resize, the first none.
    const RESIZES: [fn(&Map); 5] = [
        |_| {},
        |map| map.start_resize(1),
        |map| map.start_rebuild(),
        |map| map.start_resize(-1),
        |map| map.pin().clear(),
    ];

    /// Every operation in two of these phases of a small table, once with a key that the map may
    /// have and once with one that it may not.
    #[test]
    fn every_operation_and_every_resize() {
        let map = Config { setup: Setup::Fresh, mode: Mode::Identity }.map();
        let case = Case { map, counter: Counter::new() };
        for (at, op) in OPS.iter().filter(|op| !LONG.contains(&op.name)).enumerate() {
            for (turn, kind) in [at % 5, (at + 2) % 5].into_iter().enumerate() {
                case.map.finish_resize();
                let bits = 2 - case.map.stats().buckets.trailing_zeros() as i32;
                if bits != 0 {
                    case.map.start_resize(bits);
                    case.map.finish_resize();
                }
                for key in 0..6 {
                    case.map.pin().get_or_insert(case.make(key), case.make(key * 2));
                }
                RESIZES[kind](&case.map);
                assert_eq!(case.map.is_resizing(), kind > 0, "{}", op.name);
                let key = [PRESENT, ABSENT][turn];
                let before = case.value(key);
                (op.run)(&case, key);
                if !op.effect.is_any() {
                    assert_eq!(case.value(key), op.effect.after(before, key), "{}", op.name);
                }
            }
        }
        case.end(&|| "after all operations".into());
    }

    /// What a guard has seen stays, whatever becomes of the table and the entry; so does the table
    /// that an iterator is in.
    #[test]
    fn references_outlive_growth_removal_and_clear() {
        let counter = Counter::new();
        let map = filled(20, &counter);
        let (pinned, owned) = (map.pin(), map.pin_owned());
        let seen: Vec<_> = pinned.iter().chain(owned.iter()).collect();
        assert_eq!(seen.len(), 40);
        let mut begun = owned.iter();
        assert!(begun.next().is_some());
        (20..100)
            .for_each(|key| assert!(pinned.insert(key, counter.make(String::new())).is_none()));
        (0..10).for_each(|key| assert!(is_of(key, pinned.remove(&key).unwrap())));
        (10..15).for_each(|key| assert!(pinned.insert(key, counter.make(String::new())).is_some()));
        pinned.clear();
        map.finish_resize();
        map.flush();
        assert!(seen.iter().all(|(key, value)| is_of(**key, value)));
        begun.for_each(|(_, value)| value.check());
        drop((pinned, owned));
        validated(map);
        counter.check();
    }

    /// Entries are dropped and their memory is used again while the map lives.
    #[test]
    fn memory_is_used_again() {
        let counter = Counter::new();
        let mut map = filled(5, &counter);
        for round in 0..200 {
            let key = round % 7;
            let pinned = map.pin();
            pinned.insert(key, counter.make(key.to_string()));
            assert!(pinned.get(&key).is_some_and(|value| is_of(key, value)));
            pinned.remove(&((round + 3) % 7));
        }
        // Other tests may hold guards for a while.
        let is_dropped = |_| {
            map.flush();
            std::thread::yield_now();
            counter.dropped() > 0
        };
        assert!((0..1_000_000).any(is_dropped), "nothing is dropped before the map is");
        map.validate().unwrap();
        drop(map);
        counter.check();
    }

    #[test]
    fn a_map_shrinks_to_what_it_holds() {
        let map: HashMap<u32, String> = HashMap::with_capacity(100);
        (0..30).for_each(|key| assert_eq!(map.pin().insert(key, key.to_string()), None));
        let before = map.stats().buckets;
        (0..28).for_each(|key| assert!(map.pin().remove(&key).is_some()));
        map.pin().shrink_to_fit();
        map.finish_resize();
        assert!(map.stats().buckets < before, "{:?}", map.stats());
        assert_eq!(map.pin().get(&29).map(String::as_str), Some("29"));
        validated(map);
    }

    #[test]
    fn exclusive_access_in_the_midst_of_a_growth() {
        let counter = Counter::new();
        let mut map = filled(40, &counter);
        map.start_resize(2);
        map.help_resize(1);
        assert!(map.is_resizing());
        map.iter_mut().for_each(|(key, value)| value.inner = (key + 1).to_string());
        map.values_mut().for_each(|value| value.inner.push('0'));
        map.get_mut(&7).unwrap().inner.push('1');
        assert_eq!(map.pin().get(&7).unwrap().inner, "801");
        map.validate().unwrap();
        let mut taken = map.into_iter();
        assert!(
            taken
                .by_ref()
                .take(11)
                .all(|(key, value)| value.inner.starts_with(&(key + 1).to_string()))
        );
        drop(taken);
        counter.check();
    }

    #[test]
    fn chains_of_overflow_buckets() {
        let mut map = Config { setup: Setup::Fresh, mode: Mode::Constant }.map();
        for key in 0..40 {
            assert_eq!(map.pin().insert(key, key.to_string()), None);
        }
        map.start_resize(1);
        (0..40).step_by(2).for_each(|key| assert!(map.pin().remove(&key).is_some()));
        assert!((0..40).all(|key| map.pin().contains_key(&key) == (key % 2 == 1)));
        map.finish_resize();
        map.validate().unwrap();
        assert_eq!(map.pin().keys().count(), 20);
    }

    #[test]
    fn sets() {
        let (a, b) = ((0..30).collect::<HashSet<u32>>(), (20..50).collect::<HashSet<u32>>());
        let guard = a.owned_guard();
        let collected = |values: Vec<&u32>| values.into_iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(collected(a.intersection(&b, &guard).collect()), (20..30).collect());
        assert_eq!(collected(a.difference(&b, &guard).collect()), (0..20).collect());
        assert_eq!(collected(a.union(&b, &guard).collect()), (0..50).collect());
        assert_eq!(a.symmetric_difference(&b, &guard).count(), 40);
        assert!(!a.is_disjoint(&b) && !a.is_subset(&b) && !a.is_superset(&b));
        assert!(a.insert(77, &guard) && !a.insert(77, &guard) && a.replace(77, &guard).is_some());
        assert!(a.contains(&77, &guard) && a.get(&77, &guard).is_some());
        assert_eq!((a.take(&77, &guard), a.remove(&76, &guard)), (Some(&77), false));
        assert_eq!(a.extract_if(|value| *value < 5, &guard).count(), 5);
        a.retain(|value| value % 2 == 0, &guard);
        assert_eq!((a.len(), a.iter(&guard).count()), (12, 12));
        a.reserve(200, &guard);
        a.shrink_to_fit(&guard);
        assert_eq!(a.clone(), a);
        a.clear(&guard);
        assert!(a.is_empty());
        drop(guard);
        a.flush();
        assert_eq!(b.into_iter().count(), 30);
    }

    fn copies<V: Bits>(mut map: CopyMap<u32, V>) {
        for turn in 0..4 {
            for key in 0..24 {
                assert!(map.insert(key, mark(key, turn)).is_none_or(|old| is_marked(key, old)));
            }
            assert!(map.iter().all(|(key, value)| is_marked(key, value)));
            // Consumed by value, and left half way.
            assert_eq!(map.iter().count(), 24);
            let mut iter = map.iter();
            assert!(iter.next().is_some());
            drop(iter);
            match turn {
                0 => map.start_resize(1),
                1 => map.start_rebuild(),
                2 => map.start_resize(-1),
                _ => map.clear(),
            }
            for key in (0..24).step_by(3) {
                assert!(map.remove(&key).is_none_or(|old| is_marked(key, old)));
                assert!(map.get(&key).is_none());
            }
        }
        map.finish_resize();
        map.validate().unwrap();
        assert_eq!(map.len(), 0);
        map.insert(1, mark(1, 1));
    }

    #[test]
    fn copies_in_every_resize() {
        copies(Wide::with_seed(1));
        copies(Narrow::with_seed(1));
    }
}

/// Two threads, under several seeds: Miri switches between them, and lets loads be old, at random.
mod threads {
    use super::*;

    /// One grows the map, replaces and removes; the other reads the keys that stay.
    #[test]
    fn a_reader_beside_growth_and_removal() {
        let counter = Counter::new();
        let map = Arc::new(filled(10, &counter));
        let (shared, counts) = (map.clone(), counter.clone());
        on_threads(2, move |thread| {
            if thread == 0 {
                for key in 10..60 {
                    shared.pin().insert(key, counts.make(key.to_string()));
                    shared.pin().insert(key % 5, counts.make((key % 5).to_string()));
                    shared.pin().remove(&(key - 4));
                }
            } else {
                for round in 0..60 {
                    let (key, pinned) = (round % 5, shared.pin());
                    assert!(is_of(key, pinned.get(&key).expect("the key is never absent")));
                    assert!(pinned.get(&(round + 5)).is_none_or(|value| is_of(round + 5, value)));
                }
                assert!(shared.pin().iter().all(|(key, value)| is_of(*key, value)));
            }
        });
        validated_arc(map);
        counter.check();
    }

    /// Both write the same keys through growth, shrink and rebuild.
    #[test]
    fn two_writers_through_resizes() {
        let counter = Counter::new();
        let map = Arc::new(filled(8, &counter));
        let (shared, counts) = (map.clone(), counter.clone());
        on_threads(2, move |thread| {
            for round in 0..30 {
                let (key, pinned) = (round % 6, shared.pin());
                match round % 10 {
                    1 if thread == 0 => shared.start_resize(1),
                    4 if thread == 1 => shared.start_rebuild(),
                    7 if thread == 0 => shared.start_resize(-1),
                    9 => pinned.flush(),
                    _ => {}
                }
                let make = || counts.make(key.to_string());
                assert!(is_of(key, pinned.get_or_insert_with(key, make)));
                pinned.update(key, |old| old.clone());
                if round % 3 == 0 {
                    assert!(pinned.remove(&key).is_none_or(|value| is_of(key, value)));
                }
            }
        });
        validated_arc(map);
        counter.check();
    }

    /// No increment is lost.
    #[test]
    fn two_count() {
        let map = Arc::new(HashMap::<String, u32>::new());
        let shared = map.clone();
        on_threads(2, move |_| {
            for round in 0..20 {
                let key = format!("{}", round % 2);
                let pinned = shared.pin();
                let done = pinned.compute(key, |entry| {
                    Operation::<_, ()>::Insert(entry.map_or(1, |(_, count)| count + 1))
                });
                assert!(matches!(done, Compute::Inserted(..) | Compute::Updated { .. }));
                if round == 5 {
                    shared.start_resize(1);
                }
            }
        });
        assert_eq!(map.pin().values().sum::<u32>(), 40);
        validated_arc(map);
    }

    /// A guard that was made elsewhere protects what is found under it, and ends elsewhere.
    #[test]
    fn an_owned_guard_wanders() {
        let counter = Counter::new();
        let map = Arc::new(filled(20, &counter));
        let (guard, reader) = (OwnedGuard::new(), map.clone());
        let reader = std::thread::spawn(move || {
            let seen: Vec<_> = reader.iter(&guard).collect();
            std::thread::yield_now();
            assert!(seen.into_iter().all(|(key, value)| is_of(*key, value)));
        });
        map.pin().clear();
        map.finish_resize();
        map.flush();
        reader.join().unwrap();
        validated_arc(map);
        counter.check();
    }

    /// The other thread may come to the map's garbage, or the map's drop.
    #[test]
    fn a_map_is_dropped_while_another_thread_flushes() {
        let counter = Counter::new();
        let map = filled(30, &counter);
        map.pin().retain(|key, _| key % 2 == 0);
        map.start_resize(1);
        map.finish_resize();
        let other = std::thread::spawn(|| (0..4).for_each(|_| evacmap::pin().flush()));
        drop(map);
        other.join().unwrap();
        counter.check();
    }

    fn copies<V: Bits + Send + Sync + 'static>(map: CopyMap<u32, V>) {
        let map = Arc::new(map);
        let shared = map.clone();
        on_threads(2, move |thread| {
            for n in 0..20 {
                for key in 0..4 {
                    let seen = match (n + key + thread as u32) % 4 {
                        0 => shared.remove(&key),
                        1 => shared.get(&key),
                        _ => shared.insert(key, mark(key, n)),
                    };
                    assert!(seen.is_none_or(|value| is_marked(key, value)));
                }
                match n % 10 {
                    4 => shared.start_resize(1),
                    9 => shared.start_resize(-1),
                    _ => {}
                }
            }
            assert!(shared.iter().all(|(key, value)| is_marked(key, value)));
        });
        let mut map = Arc::into_inner(map).expect("the threads have ended");
        map.validate().unwrap();
    }

    /// Both write the same keys, and read them, through growth and shrink.
    #[test]
    fn copies_through_resizes() {
        copies(Wide::with_seed(1));
        copies(Narrow::with_seed(1));
    }
}
