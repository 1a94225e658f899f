//! After the tests of folly's `ConcurrentHashMap`:
//! `folly/concurrency/test/ConcurrentHashMapTest.cpp` in facebook/folly (Apache-2.0). Those with
//! many threads are in `folly_stress`.
//!
//! folly's `assign` is `update`, `insert_or_assign` is `insert`, `assign_if` and
//! `insert_or_assign_if` are `compute`. Not taken over: `MaxSizeTest` (no limit on the size), move
//! and copy counts of `emplace` (moves are Rust's own), `IteratorMove`, `CopyIterator` (iterators
//! that are positions).

use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::sync::{Arc, Weak};

use evacmap::{Compute, HashMap, Operation};

use crate::common::{Counter, validated};
use crate::support::{Same, throw, throws};

#[test]
fn a_bit_of_everything() {
    let map: HashMap<u64, u64> = HashMap::with_capacity(3);
    {
        let map = map.pin();
        assert!(map.is_empty());
        assert_eq!(map.get(&1), None);
        assert_eq!(map.try_insert(1, 0), Ok(&0));
        assert_eq!(map.try_insert(1, 7).unwrap_err().current, &0);
        assert_eq!((map.insert(2, 0), map.insert(2, 0)), (None, Some(&0)));
        assert_eq!(map.len(), 2);
        assert_eq!(map.compare_exchange(2, &0, 3), Ok(&0));
        assert_eq!(map.compare_exchange(2, &0, 4).unwrap_err().current, Some(&3));
        assert!(map.try_insert(3, 0).is_ok());
        assert!(map.compare_remove(&3, &1).is_err() && map.compare_remove(&3, &0).is_ok());
        assert!(map.try_insert(3, 0).is_ok());
        assert_eq!((map.get(&1), map.get(&2)), (Some(&0), Some(&3)));
        assert_eq!((map.get_or_insert(20, 0), map.get(&20)), (&0, Some(&0)));
        assert_eq!((map.remove(&1), map.remove(&1), map.get(&1)), (Some(&0), None, None));
        assert_eq!(map.get(&2), Some(&3));
        map.clear();
        assert!(map.is_empty());
        assert!(map.try_insert(3, 0).is_ok() && !map.is_empty());
        assert!(map.remove(&3).is_some() && map.is_empty());
    }
    validated(map);
}

#[test]
fn moved_maps_work() {
    let map: HashMap<u64, u64> = HashMap::with_capacity(2);
    map.pin().insert(0, 0);
    let mut other = Box::new(map);
    other.pin().insert(1, 1);
    let map = std::mem::take(&mut *other);
    assert!(other.is_empty() && map.len() == 2);
    *other = map;
    assert_eq!(other.pin().iter().count(), 2);
    validated(*other);
}

#[test]
fn what_is_not_inserted_is_given_back() {
    let counter = Counter::new();
    let map = HashMap::with_capacity(200);
    map.pin().insert(1, counter.make('a'));
    let refused = map.pin().try_insert(1, counter.make('b')).unwrap_err().not_inserted;
    assert_eq!((refused.inner, counter.dropped()), ('b', 0));
    let also_refused = map.pin().compare_exchange(1, &refused, counter.make('c')).unwrap_err().new;
    assert_eq!((also_refused.inner, counter.dropped()), ('c', 0));
    assert_eq!(
        map.pin().get_or_insert_with(1, || unreachable!("not made where it is not wanted")).inner,
        'a'
    );
    drop((refused, also_refused));
    validated(map);
    counter.check();
}

#[test]
fn insert_returns_what_is_in_the_map() {
    let map = HashMap::with_capacity(2);
    for key in 0..1 << 13 {
        assert_eq!(map.pin().try_insert(key, key + 1), Ok(&(key + 1)));
    }
    validated(map);
}

#[test]
fn entries_are_there_after_a_growth() {
    let map = HashMap::with_capacity(2);
    (1..5).for_each(|key| assert_eq!(map.pin().insert(key, 0), None));
    map.pin().reserve(512);
    assert!((1..5).all(|key| map.pin().get(&key) == Some(&0)));
    assert!(map.pin().try_insert(1, 1).is_err());
    assert_eq!(
        (map.pin().remove(&1), map.pin().get(&1), map.pin().get(&2)),
        (Some(&0), None, Some(&0))
    );
    map.pin().reserve(0);
    assert_eq!(map.len(), 3);
    validated(map);
}

#[test]
fn reserve_beside_inserts() {
    let map = HashMap::new();
    for i in 0..1000 {
        if i % 100 == 0 {
            map.pin().reserve(i + 100);
        }
        map.pin().insert(i, i);
    }
    assert_eq!(map.pin().iter().count(), 1000);
    validated(map);
}

/// Neither `Clone` nor `Copy`.
#[derive(PartialEq, Eq, Hash, Debug)]
struct Unique(i32);

#[test]
fn entries_without_copies_stay_where_they_are() {
    let map = HashMap::with_capacity_and_hasher(2, Same::<false>);
    let map_ref = map.pin();
    assert!(
        map_ref.try_insert(Unique(1), Unique(1)).is_ok()
            && map_ref.try_insert(Unique(2), Unique(2)).is_ok()
    );
    let before = map_ref.get(&Unique(2)).expect("just inserted");
    (3..100).for_each(|i| assert!(map_ref.try_insert(Unique(i), Unique(i)).is_ok()));
    let after = map_ref.get(&Unique(2)).expect("nobody removed it");
    assert!(std::ptr::eq(before, after), "it does not move when the table grows");
    drop(map_ref);
    validated(map);
}

#[test]
fn keys_and_values_that_can_only_be_moved() {
    let map = HashMap::with_capacity_and_hasher(2, Same::<false>);
    let map_ref = map.pin();
    assert_eq!(map_ref.insert(Unique(10), Unique(1)), None);
    assert_eq!(map_ref.update(Unique(10), |_| Unique(2)), Some(&Unique(2)));
    assert_eq!(map_ref.insert(Unique(10), Unique(3)), Some(&Unique(2)));
    assert_eq!(map_ref.compare_exchange(Unique(10), &Unique(3), Unique(4)), Ok(&Unique(3)));
    assert_eq!(map_ref.try_insert(Unique(10), Unique(5)).unwrap_err().not_inserted, Unique(5));
    assert_eq!(map_ref.get_or_insert(Unique(13), Unique(6)), &Unique(6));
    drop(map_ref);
    validated(map);
}

#[test]
fn update() {
    let map = HashMap::from([(1, 10)]);
    assert_eq!(map.pin().update(1, |_| 11), Some(&11));
    assert_eq!(map.pin().get(&1), Some(&11));
    validated(map);
}

#[test]
fn iteration_of_an_empty_map() {
    assert_eq!(HashMap::<u64, u64>::with_capacity(2).pin().iter().next(), None);
}

#[test]
fn iteration() {
    let map = HashMap::from([(1, 1), (2, 2)]);
    let map_ref = map.pin();
    let mut iter = map_ref.iter();
    let (one, two) = (iter.next().expect("two entries"), iter.next().expect("two entries"));
    assert_eq!((one.0.min(two.0), one.1.max(two.1), iter.next()), (&1, &2, None));
    assert_eq!(map_ref.iter().count(), 2);
    drop(map_ref);
    validated(map);
}

#[test]
fn iteration_after_the_map_was_replaced() {
    let mut map = HashMap::from([(0, 0)]);
    assert_eq!(map.pin().iter().next(), Some((&0, &0)));
    map = HashMap::from([(1, 1)]);
    assert_eq!(map.pin().iter().collect::<Vec<_>>(), [(&1, &1)]);
    validated(map);
}

#[test]
fn a_for_loop() {
    let map = HashMap::from([(1, 2)]);
    let mut turns = 0;
    for (key, value) in &map.pin() {
        assert_eq!((key, value), (&1, &2));
        turns += 1;
    }
    assert_eq!(turns, 1);
    validated(map);
}

#[test]
fn a_long_iteration() {
    let map: HashMap<String, usize> = (0..4000).map(|i| (i.to_string(), i)).collect();
    assert_eq!(map.pin().iter().count(), 4000);
    assert!(map.pin().iter().all(|(key, value)| *key == value.to_string()));
    validated(map);
}

#[test]
fn a_value_that_was_found_outlives_its_removal() {
    let map = HashMap::from([(1, 0)]);
    let map_ref = map.pin();
    let found = map_ref.get(&1);
    assert_eq!((map_ref.remove(&1), map_ref.remove(&1)), (Some(&0), None));
    assert_eq!(found, Some(&0));
    drop(map_ref);
    validated(map);
}

#[test]
fn removal_of_an_equal_value() {
    let map = HashMap::from([(1, 0)]);
    assert_eq!(map.pin().compare_remove(&1, &1).unwrap_err().current, Some(&0));
    assert_eq!(map.pin().get(&1), Some(&0));
    assert_eq!(map.pin().compare_remove(&1, &0), Ok(&0));
    assert_eq!(map.pin().get(&1), None);
    validated(map);
}

#[test]
fn conditional_removal() {
    let map = HashMap::from([(1, 0)]);
    assert!(map.pin().remove_if(&1, |_, value| *value == 1).is_err());
    assert_eq!(map.pin().remove_if(&1, |_, value| *value == 0), Ok(Some((&1, &0))));
    assert_eq!(map.pin().get(&1), None);
    validated(map);
}

/// The condition looks at something outside of the map.
#[test]
fn removal_of_expired_values() {
    let shared = Arc::new(123);
    let map = HashMap::from([("test".to_string(), Arc::downgrade(&shared))]);
    let expired = |_: &String, value: &Weak<i32>| value.strong_count() == 0;
    assert!(map.pin().remove_if("test", expired).is_err());
    assert_eq!(map.pin().get("test").and_then(Weak::upgrade).as_deref(), Some(&123));
    drop(shared);
    assert!(matches!(map.pin().remove_if("test", expired), Ok(Some(_))));
    assert!(map.is_empty());
    validated(map);
}

#[test]
fn removal_within_an_iteration() {
    let map: HashMap<u64, u64> = (0..10).map(|key| (key, key)).collect();
    for (key, value) in &map.pin() {
        if *value > 3 {
            map.pin().remove(key);
        }
    }
    assert_eq!(map.len(), 4);
    assert!(map.pin().values().all(|value| *value <= 3));
    validated(map);
}

/// `assign_if` and `insert_or_assign_if`: the value is stored if what is there, if anything, allows
/// it.
fn assign_if<'g>(
    map: &'g evacmap::HashMapRef<'_, u64, u64>,
    (key, value): (u64, u64),
    absent: bool,
    allowed: impl Fn(u64) -> bool,
) -> Option<&'g u64> {
    let decide = |entry: Option<(&u64, &u64)>| match entry.map_or(absent, |(_, old)| allowed(*old))
    {
        true => Operation::Insert(value),
        false => Operation::Abort(()),
    };
    match map.compute(key, decide) {
        Compute::Inserted(_, value) | Compute::Updated { new: (_, value), .. } => Some(value),
        Compute::Aborted(()) => None,
        Compute::Removed(..) => unreachable!("not asked for"),
    }
}

#[test]
fn conditional_assignment() {
    let map = HashMap::from([(1, 0)]);
    let map_ref = map.pin();
    assert_eq!(assign_if(&map_ref, (1, 1), false, |_| false), None);
    assert_eq!(assign_if(&map_ref, (1, 2), false, |_| true), Some(&2));
    assert_eq!(assign_if(&map_ref, (1, 3), false, |old| old == 2), Some(&3));
    assert_eq!(assign_if(&map_ref, (1, 4), false, |old| old == 2), None);
    assert_eq!(assign_if(&map_ref, (2, 4), false, |_| true), None, "there is nothing to assign to");
    assert_eq!((map_ref.get(&1), map_ref.len()), (Some(&3), 1));
    drop(map_ref);
    validated(map);
}

#[test]
fn conditional_assignment_or_insertion() {
    let map = HashMap::with_capacity(3);
    let map_ref = map.pin();
    assert_eq!(
        assign_if(&map_ref, (0, 0), true, |_| false),
        Some(&0),
        "nothing is there that could forbid it"
    );
    assert_eq!(assign_if(&map_ref, (1, 0), true, |_| true), Some(&0));
    assert_eq!(assign_if(&map_ref, (1, 1), true, |_| false), None);
    assert_eq!(map_ref.get(&1), Some(&0));
    assert_eq!(assign_if(&map_ref, (1, 2), true, |_| true), Some(&2));
    assert_eq!(assign_if(&map_ref, (1, 3), true, |old| old == 2), Some(&3));
    assert_eq!(assign_if(&map_ref, (1, 4), true, |old| old == 2), None);
    assert_eq!((map_ref.get(&1), map_ref.len()), (Some(&3), 2));
    drop(map_ref);
    validated(map);
}

#[test]
fn many_replacements_in_a_crowded_bucket() {
    let counter = Counter::new();
    let map = HashMap::with_hasher(Same::<false>);
    (0..3).for_each(|key| assert!(map.pin().insert(key, counter.make(0)).is_none()));
    for i in 0..300 {
        assert!(map.pin().insert(1, counter.make(i)).is_some());
    }
    assert_eq!(map.len(), 3);
    validated(map);
    counter.check();
}

/// What was put into a map has been dropped when the map has.
mod deletion {
    use super::*;

    /// Raises its flag when it is dropped.
    struct Flag(Arc<AtomicBool>);
    impl Drop for Flag {
        fn drop(&mut self) {
            assert!(!self.0.swap(true, Relaxed), "dropped twice");
        }
    }

    /// Flags by number, each of which has to be up when `test` is over.
    fn all_dropped<const N: usize>(test: impl FnOnce(&dyn Fn(usize) -> Arc<Flag>)) {
        let flags: [Arc<AtomicBool>; N] = std::array::from_fn(|_| Arc::default());
        test(&|number| Arc::new(Flag(flags[number].clone())));
        assert!(flags.iter().all(|flag| flag.load(Relaxed)));
    }

    #[test]
    fn with_the_map() {
        all_dropped::<1>(|flag| drop(HashMap::from([(0, flag(0))])));
    }

    #[test]
    fn of_what_was_removed() {
        all_dropped::<1>(|flag| {
            let map = HashMap::from([(0, flag(0))]);
            assert!(map.pin().remove(&0).is_some());
            validated(map);
        });
    }

    #[test]
    fn of_what_was_found_and_removed() {
        all_dropped::<1>(|flag| {
            let map = HashMap::from([(0, flag(0))]);
            let guard = map.guard();
            let found = map.get_key_value(&0, &guard).expect("it is there");
            map.remove(found.0, &guard);
            assert!(!found.1.0.load(Relaxed));
            drop(guard);
            validated(map);
        });
    }

    #[test]
    fn after_an_iteration() {
        all_dropped::<1>(|flag| {
            let map = HashMap::from([(0, flag(0))]);
            map.pin().keys().for_each(|key| assert_eq!(*key, 0));
            validated(map);
        });
    }

    #[test]
    fn of_several() {
        all_dropped::<2>(|flag| drop(HashMap::from([(0, flag(0)), (1, flag(1))])));
    }

    #[test]
    fn of_what_was_replaced() {
        all_dropped::<2>(|flag| {
            let map = HashMap::from([(0, flag(0))]);
            assert!(map.pin().insert(0, flag(1)).is_some());
            validated(map);
        });
    }

    #[test]
    fn of_several_maps() {
        all_dropped::<2>(|flag| {
            let (one, two) = (HashMap::from([(0, flag(0))]), HashMap::from([(0, flag(1))]));
            validated(one);
            validated(two);
        });
    }

    /// An entry that was found stays valid through growths and its removal, with thousands of
    /// others removed beside it.
    #[test]
    fn of_one_that_moved_and_is_held() {
        let counter = Counter::new();
        let map = HashMap::new();
        (0..32).for_each(|i| {
            assert!(map.pin().try_insert(256 * i, Box::new(counter.make(i))).is_ok())
        });
        let guard = map.guard();
        let held = map.get_key_value(&(256 * 7), &guard).expect("it is there");
        (32..5000).for_each(|i| {
            assert!(map.pin().try_insert(256 * i, Box::new(counter.make(i))).is_ok())
        });
        (0..5000).for_each(|i| assert!(map.pin().remove(&(256 * i)).is_some()));
        map.flush();
        held.1.check();
        assert_eq!((held.0, held.1.inner), (&(256 * 7), 7));
        drop(guard);
        validated(map);
        counter.check();
    }
}

mod other_forms_of_the_key {
    use super::*;

    #[test]
    fn look_up() {
        let map = HashMap::from([("hello".to_string(), true), ("world".to_string(), false)]);
        assert_eq!(map.pin().get_key_value("hello"), Some((&"hello".to_string(), &true)));
        assert_eq!((map.pin().get("buddy"), map.pin().contains_key("world")), (None, true));
        validated(map);
    }

    #[test]
    fn removal() {
        let map = HashMap::from([("foo".to_string(), "hello"), ("bar".to_string(), "world")]);
        assert_eq!(
            (map.pin().remove("foo"), map.pin().remove("foo"), map.pin().remove("")),
            (Some(&"hello"), None, None)
        );
        assert!(map.pin().compare_remove("bar", &"hello").is_err());
        assert!(map.pin().remove_if("bar", |_, value| *value == "world").is_ok());
        assert!(map.is_empty());
        validated(map);
    }

    #[test]
    fn assignment() {
        let map = HashMap::from([("foo".to_string(), "baz".to_string())]);
        assert_eq!(map.pin().update("foo".into(), |_| "hello2".into()), Some(&"hello2".into()));
        assert!(map.pin().compare_exchange("foo".into(), &"hello2".into(), "hello".into()).is_ok());
        assert_eq!(map.pin().get("foo").map(String::as_str), Some("hello"));
        assert_eq!(map.pin().get_or_insert_with("bar".into(), || "x".repeat(20)), &"x".repeat(20));
        validated(map);
    }
}

#[test]
fn what_insert_replaced_and_what_is_there() {
    let map = HashMap::new();
    let map_ref = map.pin();
    assert_eq!(
        (map_ref.insert(1, 1), map_ref.insert(1, 2), map_ref.get(&1)),
        (None, Some(&1), Some(&2))
    );
    drop(map_ref);
    validated(map);
}

/// Closures that throw where folly has constructors that do.
mod values_that_throw {
    use super::*;

    fn thrown_from<T>(
        map: &HashMap<i32, i32>,
        operation: impl FnOnce(&evacmap::HashMapRef<'_, i32, i32>) -> T,
    ) -> bool {
        throws(|| {
            operation(&map.pin());
        })
    }

    #[test]
    fn while_being_inserted() {
        let map = HashMap::new();
        assert!(thrown_from(&map, |map| *map.get_or_insert_with(0, || throw())));
        assert!(map.is_empty());
        validated(map);
    }

    #[test]
    fn but_are_not_made_where_the_key_is_present() {
        let map = HashMap::from([(0, 1)]);
        assert!(!thrown_from(&map, |map| *map.get_or_insert_with(0, || throw())));
        assert_eq!(map.pin().get(&0), Some(&1));
        validated(map);
    }

    #[test]
    fn while_being_inserted_or_assigned_where_the_key_is_absent() {
        let map = HashMap::new();
        assert!(thrown_from(&map, |map| *map.update_or_insert_with(0, |_| 1, || throw())));
        assert_eq!(map.pin().get(&0), None);
        validated(map);
    }

    #[test]
    fn while_being_inserted_or_assigned_where_the_key_is_present() {
        let map = HashMap::from([(0, 1)]);
        assert!(thrown_from(&map, |map| *map.update_or_insert_with(0, |_| throw(), || 1)));
        assert_eq!(map.pin().get(&0), Some(&1));
        validated(map);
    }

    #[test]
    fn while_being_assigned_where_the_key_is_absent() {
        let map = HashMap::new();
        assert!(!thrown_from(&map, |map| map.update(0, |_| throw()).copied()));
        assert!(map.is_empty());
        validated(map);
    }

    #[test]
    fn while_being_assigned_where_the_key_is_present() {
        let map = HashMap::from([(0, 1)]);
        assert!(thrown_from(&map, |map| map.update(0, |_| throw()).copied()));
        assert_eq!(map.pin().get(&0), Some(&1));
        validated(map);
    }
}
