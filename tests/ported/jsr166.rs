//! After the TCK of JSR 166: `ConcurrentHashMapTest` and `ConcurrentHashMap8Test` by Doug Lea and
//! members of the JCP JSR-166 Expert Group (public domain, CC0 1.0; codehaus/jsr166-mirror).
//!
//! Java's `computeIfAbsent` with a function that may decline, `computeIfPresent` and `merge` are
//! all `compute` here. Not taken over: null keys and values, negative capacities and load factors,
//! which types exclude; `hashCode`; views that write through (`keySet().remove`, `setValue`), typed
//! `toArray`; key sets (`newKeySet`; sets are tested in `tests/api_*.rs`); parallel bulk operations
//! and serialisation.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use evacmap::{Compute, Equivalent, HashMap, HashMapRef, Operation};

use crate::common::{Counter, scaled, validated};
use crate::support::{Same, crowd};

type Map = HashMap<i32, &'static str>;
type MapRef<'m> = HashMapRef<'m, i32, &'static str>;

/// 1 to 5, named A to E.
fn map5() -> Map {
    let map = HashMap::with_capacity(5);
    assert!(map.is_empty());
    for (key, value) in (1..).zip(["A", "B", "C", "D", "E"]) {
        map.pin().insert(key, value);
    }
    assert!(!map.is_empty());
    assert_eq!(map.len(), 5);
    map
}

/// Runs `test` on `map5`.
fn on_map5(test: impl Fn(MapRef<'_>)) {
    let map = map5();
    test(map.pin());
    validated(map);
}

#[test]
fn clear_removes_all() {
    on_map5(|map| {
        map.clear();
        assert_eq!(map.len(), 0);
    });
}

#[test]
fn maps_with_the_same_content_are_equal() {
    let (one, two) = (map5(), map5());
    assert_eq!([one == two, two == one], [true; 2]);
    one.pin().clear();
    assert_eq!([one == two, two == one], [false; 2]);
    validated(one);
}

#[test]
fn some_value_is_contained() {
    on_map5(|map| {
        assert!(map.values().any(|value| *value == "A"));
        assert!(!map.values().any(|value| *value == "Z"));
    });
}

#[test]
fn contains_key() {
    on_map5(|map| assert!(map.contains_key(&1) && !map.contains_key(&0)));
}

#[test]
fn values_are_enumerated() {
    on_map5(|map| {
        assert_eq!(
            map.values().copied().collect::<BTreeSet<_>>(),
            BTreeSet::from(["A", "B", "C", "D", "E"])
        )
    });
}

#[test]
fn keys_are_enumerated() {
    on_map5(|map| assert_eq!(map.keys().copied().collect::<BTreeSet<_>>(), (1..=5).collect()));
}

#[test]
fn entries_are_enumerated() {
    on_map5(|map| {
        let entries: BTreeMap<i32, &str> = map.iter().map(|(key, value)| (*key, *value)).collect();
        assert!(entries.into_iter().eq((1..).zip(["A", "B", "C", "D", "E"])));
    });
}

#[test]
fn get() {
    on_map5(|map| assert_eq!((map.get(&1), map.get(&6)), (Some(&"A"), None)));
    assert_eq!(Map::new().pin().get(&1), None);
}

#[test]
fn is_empty() {
    assert!(Map::new().is_empty());
    on_map5(|map| assert!(!map.is_empty()));
}

#[test]
fn size() {
    assert_eq!(Map::new().len(), 0);
    on_map5(|map| assert_eq!(map.len(), 5));
}

#[test]
fn put_all() {
    let mut map = Map::new();
    map.extend(map5());
    assert!(map == map5());
    validated(map);
}

#[test]
fn put_if_absent_adds() {
    on_map5(|map| assert_eq!((map.try_insert(6, "Z"), map.get(&6)), (Ok(&"Z"), Some(&"Z"))));
}

#[test]
fn put_if_absent_does_not_replace() {
    on_map5(|map| {
        assert_eq!(map.try_insert(1, "Z").unwrap_err().current, &"A");
        assert_eq!(map.get(&1), Some(&"A"));
    });
}

#[test]
fn replace_of_an_absent_key() {
    on_map5(|map| {
        assert_eq!(map.update(6, |_| "Z"), None);
        assert!(!map.contains_key(&6));
    });
}

#[test]
fn replace_of_a_present_key() {
    on_map5(|map| {
        assert_eq!(map.update(1, |_| "Z"), Some(&"Z"));
        assert_eq!(map.get(&1), Some(&"Z"));
    });
}

#[test]
fn replace_of_another_value() {
    on_map5(|map| {
        let refused = map.compare_exchange(1, &"Z", "Z").unwrap_err();
        assert_eq!((refused.current, refused.new, map.get(&1)), (Some(&"A"), "Z", Some(&"A")));
        assert_eq!(map.compare_exchange(6, &"A", "Z").unwrap_err().current, None);
    });
}

#[test]
fn replace_of_the_expected_value() {
    on_map5(|map| {
        assert_eq!(map.compare_exchange(1, &"A", "Z"), Ok(&"A"));
        assert_eq!(map.get(&1), Some(&"Z"));
    });
}

#[test]
fn remove() {
    on_map5(|map| {
        assert_eq!(map.remove(&5), Some(&"E"));
        assert_eq!(map.len(), 4);
        assert!(!map.contains_key(&5));
    });
}

#[test]
fn remove_of_a_pair() {
    on_map5(|map| {
        assert_eq!(map.compare_remove(&5, &"E"), Ok(&"E"));
        assert_eq!((map.len(), map.get(&5)), (4, None));
        assert_eq!(map.compare_remove(&4, &"A").unwrap_err().current, Some(&"D"));
        assert_eq!((map.len(), map.get(&4)), (4, Some(&"D")));
        assert_eq!(map.compare_remove(&5, &"E").unwrap_err().current, None);
    });
}

#[test]
fn debug_shows_every_key() {
    on_map5(|map| {
        let shown = format!("{map:?}");
        assert!((1..=5).all(|key| shown.contains(&key.to_string())), "{shown}");
    });
}

#[test]
fn a_map_from_a_map() {
    let copy = map5().clone();
    assert!(copy == map5());
    copy.pin().insert(1, "F");
    assert!(copy != map5());
    validated(copy);
}

#[test]
fn removal_of_many_absent_keys() {
    let map: HashMap<i32, i32> = (0..100).map(|key| (key, key)).collect();
    for _ in 0..2 {
        assert!([-99, -86].iter().all(|key| map.pin().remove(key).is_none()));
    }
    assert_eq!(map.len(), 100);
    validated(map);
}

/// A key that was removed and a value that is replaced leave the others alone, whatever they shared
/// a bucket with.
#[test]
fn a_replacement_after_a_removal() {
    let map: HashMap<i32, i32> = (0..20).map(|key| (key, key)).collect();
    let first = *map.pin().keys().next().expect("there are some");
    map.pin().remove(&((first + 1) % 20));
    map.pin().insert(first, 1000);
    assert!(map.pin().values().any(|value| *value == 1000));
    assert_eq!(map.len(), 19);
    validated(map);
}

mod colliding_keys {
    use super::*;

    /// A key that can be looked up by one of another type.
    #[derive(PartialEq, Eq, Hash)]
    struct Parent(i32);
    #[derive(Hash)]
    struct Child(i32);
    impl Equivalent<Parent> for Child {
        fn equivalent(&self, key: &Parent) -> bool {
            self.0 == key.0
        }
    }

    #[test]
    fn of_one_family() {
        let map = HashMap::with_hasher(Same::<false>);
        for i in 0..300 {
            assert_eq!(map.pin().insert(Parent(i), true), None);
        }
        assert!(
            (0..300)
                .all(|i| map.pin().contains_key(&Parent(i)) && map.pin().contains_key(&Child(i)))
        );
        assert!(!map.pin().contains_key(&Child(300)));
        validated(map);
    }

    #[test]
    fn in_lists() {
        let map = HashMap::with_hasher(Same::<true>);
        for i in 0..120 {
            assert!(map.pin().try_insert(vec![i], 1).is_ok());
            assert!(map.pin().try_insert(vec![i, i], 2).is_ok());
            assert!(map.pin().contains_key(&vec![i]));
        }
        assert!((0..120).all(|i| map.pin().get([i].as_slice()) == Some(&1)));
        assert!((0..120).all(|i| map.pin().get([i, i].as_slice()) == Some(&2)));
        validated(map);
    }

    /// A third of the keys are good, the others have one of two hashes.
    #[test]
    fn mixed_with_good_ones() {
        #[derive(Clone, PartialEq, Eq)]
        struct Mixed(u32);
        impl Hash for Mixed {
            fn hash<H: Hasher>(&self, state: &mut H) {
                if self.0.is_multiple_of(3) { self.0.hash(state) } else { (self.0 & 1).hash(state) }
            }
        }
        let map = HashMap::new();
        let size = scaled(1200, 600) as u32;
        (0..size).for_each(|i| assert!(map.pin().insert(Mixed(i), i).is_none()));
        let mut count = 0;
        for key in map.pin().keys() {
            assert_eq!(map.pin().get(key), Some(&key.0));
            assert_eq!(map.pin().insert(key.clone(), key.0), Some(&key.0));
            count += 1;
        }
        assert_eq!((count, map.len()), (size, size as usize));
        validated(map);
    }
}

#[test]
fn get_or_default() {
    on_map5(|map| {
        assert_eq!(map.get(&1).unwrap_or(&"Z"), &"A");
        assert_eq!(map.get(&6).unwrap_or(&"Z"), &"Z");
        assert!(!map.contains_key(&6));
    });
}

#[test]
fn compute_if_absent_adds() {
    on_map5(|map| assert_eq!((map.get_or_insert_with(6, || "Z"), map.get(&6)), (&"Z", Some(&"Z"))));
}

#[test]
fn compute_if_absent_does_not_replace() {
    on_map5(|map| assert_eq!(map.get_or_insert_with(1, || "Z"), &"A"));
}

/// `compute` with a function of the value that returns the new one, if there is to be any.
fn compute(
    map: &MapRef<'_>,
    key: i32,
    change: impl Fn(Option<&str>) -> Option<&'static str>,
) -> Option<&'static str> {
    let decide = |entry: Option<(&i32, &&'static str)>| match (
        entry,
        change(entry.map(|(_, value)| *value)),
    ) {
        (_, Some(value)) => Operation::Insert(value),
        (Some(_), None) => Operation::Remove,
        (None, None) => Operation::Abort(()),
    };
    match map.compute(key, decide) {
        Compute::Inserted(_, value) | Compute::Updated { new: (_, value), .. } => Some(value),
        Compute::Removed(..) | Compute::Aborted(()) => None,
    }
}

#[test]
fn compute_if_absent_may_decline() {
    on_map5(|map| {
        assert_eq!(compute(&map, 6, |_| None), None);
        assert_eq!((map.len(), map.get(&6)), (5, None));
    });
}

#[test]
fn compute_if_present_of_an_absent_key() {
    on_map5(|map| {
        assert_eq!(compute(&map, 6, |old| old.map(|_| "Z")), None);
        assert!(!map.contains_key(&6));
    });
}

#[test]
fn compute_if_present_replaces() {
    on_map5(|map| {
        assert_eq!((compute(&map, 1, |old| old.map(|_| "Z")), map.get(&1)), (Some("Z"), Some(&"Z")))
    });
}

#[test]
fn compute_adds() {
    on_map5(|map| assert_eq!((compute(&map, 6, |_| Some("Z")), map.len()), (Some("Z"), 6)));
}

#[test]
fn compute_replaces() {
    on_map5(|map| {
        assert_eq!(
            (compute(&map, 1, |_| Some("Z")), map.get(&1), map.len()),
            (Some("Z"), Some(&"Z"), 5)
        )
    });
}

#[test]
fn compute_removes() {
    on_map5(|map| {
        assert_eq!((compute(&map, 1, |_| None), map.get(&1), map.len()), (None, None, 4))
    });
}

/// `merge` of Java: the value if the key is absent, else what `change` makes of the old one.
fn merge(
    map: &MapRef<'_>,
    key: i32,
    value: &'static str,
    merged: Option<&'static str>,
) -> Option<&'static str> {
    compute(map, key, |old| if old.is_some() { merged } else { Some(value) })
}

#[test]
fn merge_adds() {
    on_map5(|map| {
        assert_eq!((merge(&map, 6, "Y", Some("Z")), map.get(&6)), (Some("Y"), Some(&"Y")))
    });
}

#[test]
fn merge_replaces() {
    on_map5(|map| {
        assert_eq!((merge(&map, 1, "Y", Some("Z")), map.get(&1)), (Some("Z"), Some(&"Z")))
    });
}

#[test]
fn merge_removes() {
    on_map5(|map| assert_eq!((merge(&map, 1, "Y", None), map.get(&1)), (None, None)));
}

#[test]
fn an_iterator_that_is_at_its_end_stays_there() {
    let map = Map::new();
    assert_eq!((map.pin().iter().next(), map.pin().keys().next()), (None, None));
    on_map5(|map| {
        let mut iter = map.iter();
        assert_eq!(iter.by_ref().count(), 5);
        map.insert(6, "F");
        assert_eq!((iter.next(), iter.next()), (None, None));
    });
}

#[test]
fn the_key_an_iterator_is_at_is_removed() {
    on_map5(|map| {
        let removed = *map.keys().next().expect("there are five");
        map.remove(&removed);
        assert!(map.keys().all(|key| *key != removed));
        assert_eq!(map.keys().count(), 4);
    });
}

#[test]
fn retain_is_remove_if_of_the_entries() {
    on_map5(|map| {
        map.retain(|key, value| *key > 2 && *value != "D");
        assert_eq!(map.keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from([3, 5]));
    });
}

#[test]
fn replace_all() {
    on_map5(|map| {
        map.keys().for_each(|key| assert_eq!(map.update(*key, |_| "Z"), Some(&"Z")));
        assert!(map.len() == 5 && map.values().all(|value| *value == "Z"));
    });
}

/// Sums over a large map, of which one knows what they have to be.
mod sums {
    use super::*;

    const SIZE: u64 = 10_000;

    fn doubles() -> HashMap<u64, u64> {
        (0..SIZE).map(|i| (i, 2 * i)).collect()
    }

    #[test]
    fn of_keys() {
        assert_eq!(doubles().pin().keys().sum::<u64>(), SIZE * (SIZE - 1) / 2);
    }

    #[test]
    fn of_values() {
        assert_eq!(doubles().pin().values().sum::<u64>(), SIZE * (SIZE - 1));
    }

    #[test]
    fn of_entries() {
        assert_eq!(
            doubles().pin().iter().map(|(key, value)| key + value).sum::<u64>(),
            3 * SIZE * (SIZE - 1) / 2
        );
    }

    #[test]
    fn the_least_and_the_greatest() {
        let map = doubles();
        assert_eq!(
            (map.pin().keys().min(), map.pin().values().max()),
            (Some(&0), Some(&(2 * SIZE - 2)))
        );
        assert_eq!(map.pin().iter().find(|(key, _)| **key == SIZE / 2), Some((&(SIZE / 2), &SIZE)));
        assert_eq!(map.pin().iter().find(|(key, value)| key > value), None);
        validated(map);
    }

    /// Each thread adds up the entries that no other has marked as its own before.
    #[test]
    fn shared_out_among_threads() {
        let (map, marks) = (doubles(), HashMap::new());
        let sums = crowd(4, |thread| {
            let first = |key: &u64| marks.pin().try_insert(*key, thread).is_ok();
            map.pin().keys().filter(|key| first(key)).sum::<u64>()
        });
        assert_eq!(sums.into_iter().sum::<u64>(), SIZE * (SIZE - 1) / 2);
        assert_eq!(marks.len() as u64, SIZE);
        validated(marks);
        validated(map);
    }
}

/// Threads toggle the presence of few keys; the map's size is what their successes say.
#[test]
fn size_after_concurrent_puts_and_removes() {
    let counter = Counter::new();
    let map = HashMap::new();
    let sums = crowd(4, |thread| {
        let mut sum = 0;
        for i in 0..scaled(20_000, 3_000) {
            let key = (i * 7 + thread) % 10;
            sum += match (i + thread) % 2 {
                0 => i64::from(map.pin().try_insert(key, counter.make(i)).is_ok()),
                _ => -i64::from(map.pin().remove(&key).is_some()),
            };
        }
        sum
    });
    assert_eq!(sums.into_iter().sum::<i64>(), map.len() as i64);
    validated(map);
    counter.check();
}

/// A map that is used by one thread alone takes keys and values that belong to it: looking up needs
/// no `Send`.
#[test]
fn reading_needs_nothing_to_be_sendable() {
    let map: HashMap<Rc<i32>, Rc<i32>> = HashMap::new();
    assert_eq!(map.pin().get(&1), None);
    assert!(!map.pin().contains_key(&Rc::new(1)));
    assert_eq!(map.pin().iter().count(), 0);
    validated(map);
}

#[test]
fn keys_behind_handles() {
    let (key, other) = (Arc::new(String::from("a")), Arc::new(String::from("a")));
    let map = HashMap::from([(key.clone(), 1)]);
    assert_eq!(
        (map.pin().get(&key), map.pin().get(&other)),
        (Some(&1), Some(&1)),
        "equal, not identical"
    );
    assert_eq!(map.pin().insert(other.clone(), 2), Some(&1));
    assert_eq!(map.len(), 1);
    validated(map);
    assert_eq!((Arc::strong_count(&key), Arc::strong_count(&other)), (1, 1));
}
