//! After flurry's tests: `tests/` in jonhoo/flurry (MIT or Apache-2.0); `jdk/` there follows the
//! OpenJDK's stress tests (`test/jdk/java/util/concurrent/ConcurrentHashMap`, GPL-2.0; the
//! behaviour alone).
//!
//! Most of its basic tests are in `papaya`, which follows them. Not taken over: `retain_force`,
//! since `retain` here asks about the value that it removes; the tests of its sets; guards of the
//! wrong map.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};

use evacmap::{Compute, HashMap, Operation};

use crate::common::{Counter, Random, scaled, validated};
use crate::support::{Same, crowd, in_every_state, shuffled};

/// More keys than a bucket has slots, all in one bucket.
#[test]
fn one_bucket() {
    let map = HashMap::with_hasher(Same::<false>);
    for key in 0..100 {
        assert_eq!(map.pin().insert(key, key), None);
    }
    for key in 0..100 {
        assert_eq!(map.pin().insert(key, key + 1), Some(&key));
        assert_eq!(map.pin().remove(&key), Some(&(key + 1)));
        assert_eq!(map.pin().len(), 99 - key);
    }
    validated(map);
}

fn if_present(
    map: &HashMap<u32, u32>,
    key: u32,
    change: impl Fn(u32) -> Option<u32>,
) -> Option<u32> {
    let decide = |entry: Option<(&u32, &u32)>| match entry.map(|(_, value)| change(*value)) {
        None => Operation::Abort(()),
        Some(None) => Operation::Remove,
        Some(Some(value)) => Operation::Insert(value),
    };
    match map.pin().compute(key, decide) {
        Compute::Updated { new: (_, value), .. } => Some(*value),
        Compute::Inserted(..) => unreachable!("only what is present is changed"),
        Compute::Removed(..) | Compute::Aborted(()) => None,
    }
}

#[test]
fn compute_if_present() {
    in_every_state(|map| {
        map.pin().insert(42, 0);
        assert_eq!(if_present(map, 42, |value| Some(value + 1)), Some(1));
        assert_eq!(map.pin().get(&42), Some(&1));
    });
}

#[test]
fn compute_if_present_of_an_empty_map() {
    in_every_state(|map| {
        assert_eq!(if_present(map, 42, |_| unreachable!("it is absent")), None);
        assert!(map.is_empty());
    });
}

#[test]
fn compute_if_present_removes() {
    in_every_state(|map| {
        map.pin().insert(42, 0);
        assert_eq!(if_present(map, 42, |_| None), None);
        assert!(map.is_empty());
    });
}

#[test]
fn concurrent_compute_if_present() {
    in_every_state(|map| {
        (0..64).for_each(|key| assert_eq!(map.pin().insert(key, 0), None));
        crowd(2, |_| {
            (0..64).for_each(|key| assert!(if_present(map, key, |value| Some(value + 1)).is_some()))
        });
        assert!(map.pin().values().all(|value| *value == 2));
    });
}

/// The guard and the map reference are two ways to the same.
#[test]
fn a_guard_and_a_reference_see_the_same() {
    let map = HashMap::new();
    let guard = map.guard();
    let map_ref = map.pin();
    map.insert(1, "a", &guard);
    assert_eq!(map_ref.get(&1), Some(&"a"));
    map_ref.insert(2, "b");
    assert_eq!(map.get(&2, &guard), Some(&"b"));
    assert_eq!(map.get(&2, map_ref.guard()), map_ref.map().get(&2, &guard));
    drop((guard, map_ref));
    validated(map);
}

#[test]
fn values_outlive_their_removal_as_long_as_the_guard() {
    let counter = Counter::new();
    let map = HashMap::from([(1, counter.make("a"))]);
    let guard = map.guard();
    let value = map.get(&1, &guard).expect("just put in");
    map.remove(&1, &guard);
    map.flush();
    value.check();
    assert_eq!((value.inner, counter.dropped()), ("a", 0));
    drop(guard);
    validated(map);
    counter.check();
}

mod borrowed_forms {
    use super::*;

    fn words() -> HashMap<String, usize> {
        ["foo", "bar", "baz"].into_iter().map(|word| (word.to_owned(), word.len())).collect()
    }

    #[test]
    fn get() {
        assert_eq!((words().pin().get("foo"), words().pin().get("none")), (Some(&3), None));
        assert_eq!(HashMap::<String, u32>::new().pin().get("foo"), None);
    }

    #[test]
    fn get_key_value() {
        assert_eq!(words().pin().get_key_value("bar"), Some((&"bar".to_owned(), &3)));
    }

    #[test]
    fn remove() {
        let map = words();
        assert_eq!((map.pin().remove("foo"), map.pin().remove("foo")), (Some(&3), None));
        assert_eq!(map.pin().remove_entry("bar"), Some((&"bar".to_owned(), &3)));
        assert_eq!(map.len(), 1);
        validated(map);
    }

    #[test]
    fn conditional_removal() {
        let map = words();
        assert!(map.pin().remove_if("foo", |key, _| key == "bar").is_err());
        assert!(map.pin().compare_remove("baz", &4).is_err());
        assert_eq!(map.pin().compare_remove("baz", &3), Ok(&3));
        assert!(map.pin().contains_key("foo") && !map.pin().contains_key("baz"));
        validated(map);
    }

    #[test]
    fn concurrently() {
        let map = HashMap::new();
        crowd(2, |thread| {
            (0..64).for_each(|key: u32| _ = map.pin().insert(key.to_string(), thread))
        });
        assert_eq!(map.len(), 64);
        let removed = crowd(2, |_| {
            (0..64).filter(|key: &u32| map.pin().remove(key.to_string().as_str()).is_some()).count()
        });
        assert_eq!((removed.iter().sum::<usize>(), map.len()), (64, 0));
        validated(map);
    }
}

fn hashed_by<S: BuildHasher + Default>() {
    let range = scaled(2000, 500);
    let map = HashMap::<usize, usize, S>::default();
    (0..range).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
    assert!((0..range).all(|key| map.pin().get(&key) == Some(&key)));
    assert!((range..2 * range).all(|key| map.pin().get(&key).is_none()));
    validated(map);
}

#[test]
fn the_default_hasher() {
    hashed_by::<evacmap::DefaultHashBuilder>();
}

#[test]
fn the_hasher_of_std() {
    hashed_by::<std::hash::RandomState>();
}

#[test]
fn a_hasher_that_returns_zero() {
    hashed_by::<Same<false>>();
}

#[test]
fn a_hasher_that_returns_the_maximum() {
    hashed_by::<Same<true>>();
}

/// flurry's issue 90: many attempts to insert what is mostly there.
#[test]
fn many_attempts_to_insert() {
    let counter = Counter::new();
    let map = HashMap::new();
    let mut random = Random::new(90);
    let mut present = HashSet::new();
    for _ in 0..scaled(100_000, 20_000) {
        let key = random.below(1000);
        assert_eq!(map.pin().try_insert(key, counter.make(key)).is_ok(), present.insert(key));
    }
    assert_eq!(map.len(), present.len());
    validated(map);
    counter.check();
}

mod jdk {
    use super::*;

    /// Threads insert all the same keys in different orders: each key gets in once, and the map
    /// grows beside it.
    #[test]
    fn concurrent_association() {
        let entries = scaled(2000, 400);
        for turn in 0..8 {
            let (counter, map) = (Counter::new(), HashMap::new());
            let inserted = crowd(4, |thread| {
                let first = |key: &usize| map.pin().try_insert(*key, counter.make(thread)).is_ok();
                shuffled(entries, turn * 4 + thread).iter().filter(|key| first(key)).count()
            });
            assert_eq!(inserted.iter().sum::<usize>(), entries);
            let of = |thread| map.pin().values().filter(|value| value.inner == thread).count();
            assert!(
                (0..4).map(of).eq(inserted),
                "each has the value of the thread that was told so"
            );
            validated(map);
            counter.check();
        }
    }

    #[test]
    fn concurrent_contains_key() {
        let entries = 16;
        let map: HashMap<usize, usize> = (0..entries).map(|key| (key, key)).collect();
        for _ in 0..scaled(256, 64) {
            crowd(4, |_| assert!((0..4 * entries).all(|i| map.pin().contains_key(&(i % entries)))));
        }
        validated(map);
    }

    /// Keys that are in the map and as many that are not, through all kinds of operations.
    fn map_check<K: Hash + Eq + Send + Sync + Clone>(key: impl Fn(usize) -> K) {
        let size = scaled(10_000, 2_000);
        let (present, absent): (Vec<K>, Vec<K>) =
            ((0..size).map(&key).collect(), (size..2 * size).map(&key).collect());
        let map = HashMap::new();
        let count =
            |keys: &[K], holds: &dyn Fn(&K) -> bool| keys.iter().filter(|key| holds(key)).count();
        let get = |key: &K| map.pin().get(key).is_some();
        let put = |key: &K| map.pin().insert(key.clone(), 0).is_none();
        let remove = |key: &K| map.pin().remove(key).is_some();

        assert_eq!(count(&present, &get), 0);
        assert_eq!(count(&present, &put), size);
        assert_eq!(count(&present, &put), 0, "they are there");
        assert_eq!((count(&present, &get), count(&absent, &get)), (size, 0));
        assert_eq!(count(&absent, &remove), 0);
        assert_eq!(count(&present[..size / 2], &remove), size / 2);
        assert_eq!(count(&present, &get), size - size / 2);
        assert_eq!(count(&present, &put), size / 2);
        let pinned = map.pin();
        assert_eq!(
            (pinned.iter().count(), pinned.keys().count(), pinned.values().count()),
            (size, size, size)
        );
        assert_eq!(count(&present, &remove), size);
        assert!(map.is_empty());
        drop(pinned);
        validated(map);
    }

    #[test]
    fn map_check_of_numbers() {
        map_check(|i| i);
    }

    #[test]
    fn map_check_of_strings() {
        map_check(|i| format!("key {i}"));
    }

    #[test]
    fn map_check_of_floats() {
        map_check(|i| crate::go_map::Float(i as f64 * 0.5));
    }
}
