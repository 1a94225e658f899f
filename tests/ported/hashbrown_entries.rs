//! After the tests of hashbrown's and of std's `HashMap` (see `hashbrown`), here those of entries,
//! lazy removal and changes in place.
//!
//! An entry here is a snapshot with compare-and-swap behind it, not a place in the table that is
//! held.

use std::collections::BTreeSet;

use evacmap::{Entry, HashMap};

use crate::common::{Counter, Random, validated};

#[test]
fn occupied_entries() {
    let map: HashMap<i32, i32> = [(1, 10), (2, 20), (3, 30)].into_iter().collect();
    let guard = map.guard();
    let Entry::Occupied(entry) = map.entry(1, &guard) else { panic!("it is there") };
    assert_eq!((entry.key(), entry.get()), (&1, &10));
    assert_eq!(entry.insert(100), Ok(&10), "the old value");
    let Entry::Occupied(entry) = map.entry(3, &guard) else { panic!("it is there") };
    assert_eq!(entry.remove_entry(), Ok((&3, &30)));
    assert_eq!((map.get(&1, &guard), map.get(&3, &guard), map.len()), (Some(&100), None, 2));
    drop(guard);
    validated(map);
}

#[test]
fn vacant_entries() {
    let map: HashMap<String, i32> = HashMap::new();
    let guard = map.guard();
    let Entry::Vacant(entry) = map.entry("a".into(), &guard) else { panic!("it is not there") };
    assert_eq!((entry.key().as_str(), map.len()), ("a", 0));
    assert_eq!(entry.insert(1), Ok(&1));
    let Entry::Vacant(entry) = map.entry("b".into(), &guard) else { panic!("it is not there") };
    assert_eq!((entry.into_key().as_str(), map.len()), ("b", 1), "given back, and not inserted");
    drop(guard);
    validated(map);
}

#[test]
fn entries_of_an_empty_map() {
    let map: HashMap<i32, bool> = HashMap::new();
    let guard = map.guard();
    assert!(matches!(map.entry(0, &guard), Entry::Vacant(_)));
    assert_eq!((map.entry(0, &guard).or_insert(true), map.len()), (&true, 1));
    drop(guard);
    validated(map);
}

#[test]
fn entries_that_are_modified_or_inserted() {
    let map = HashMap::new();
    let guard = map.guard();
    for word in "a b a c a".split(' ') {
        map.entry(word, &guard).and_modify(|count| count + 1).or_insert(1);
    }
    assert_eq!(["a", "b", "c"].map(|word| *map.get(word, &guard).unwrap()), [3, 1, 1]);
    assert_eq!(map.entry("d", &guard).or_default(), &0);
    assert_eq!(map.entry("four", &guard).or_insert_with_key(|key| key.len()), &4);
    assert_eq!(map.entry("a", &guard).or_insert_with(|| unreachable!("it is there")), &3);
    drop(guard);
    validated(map);
}

/// Taking entries out of the table at random does not corrupt it.
#[test]
fn entries_taken_out() {
    let map = HashMap::new();
    let (mut present, mut random) = (BTreeSet::new(), Random::new(3));
    for _ in 0..1000 {
        let (key, guard) = (random.below(20), map.guard());
        match map.entry(key, &guard) {
            Entry::Occupied(entry) => assert!(entry.remove_entry().is_ok() && present.remove(&key)),
            Entry::Vacant(entry) => assert!(entry.insert(()).is_ok() && present.insert(key)),
        }
        assert!(map.keys(&guard).copied().collect::<BTreeSet<_>>() == present);
    }
    validated(map);
}

#[test]
fn lazy_removal() {
    let counter = Counter::new();
    let map: HashMap<i32, _> = (0..8).map(|key| (key, counter.make(key * 10))).collect();
    let guard = map.guard();
    let removed: BTreeSet<i32> =
        map.extract_if(|key, _| key % 2 == 0, &guard).map(|(key, _)| *key).collect();
    assert_eq!((removed, map.len()), (BTreeSet::from([0, 2, 4, 6]), 4));
    assert_eq!(
        map.extract_if(|_, _| true, &guard).take(1).count(),
        1,
        "what is not asked for stays"
    );
    assert_eq!(map.len(), 3);
    drop(guard);
    validated(map);
    counter.check();
}

#[test]
fn a_value_changed_in_place() {
    let mut map = HashMap::from([(1, 12), (2, 8), (5, 14)]);
    *map.get_mut(&5).expect("it is there") = 100;
    assert_eq!(map.get_mut(&9), None);
    assert_eq!((map.pin().get(&5), map.len()), (Some(&100), 3));
    validated(map);
}

#[test]
fn values_changed_in_place() {
    let mut map: HashMap<i32, i32> = (0..100).map(|key| (key, key)).collect();
    map.values_mut().for_each(|value| *value *= 2);
    map.iter_mut().for_each(|(key, value)| *value += key);
    assert!((0..100).all(|key| map.pin().get(&key) == Some(&(key * 3))));
    validated(map);
}

#[test]
fn several_look_ups_at_once() {
    let map = HashMap::from([("foo".to_string(), 0), ("bar".into(), 10), ("baz".into(), 20)]);
    let guard = map.guard();
    assert_eq!(
        map.get_many(["foo", "none", "baz", "foo"], &guard),
        [Some(&0), None, Some(&20), Some(&0)]
    );
    drop(guard);
    validated(map);
}
