//! After libcuckoo's unit tests: `tests/unit-tests/` in efficient/libcuckoo (Apache-2.0). Its
//! stress tests are in `cuckoo_stress`.
//!
//! libcuckoo's `uprase_fn` and `erase_fn` are `compute`, `upsert` is `update_or_insert`. Not taken
//! over: bucket containers and allocators; locked tables (what they can do, a map can here at any
//! time); the C interface; limits of hash power and load; its two bucket indices; tables that are
//! written to a stream.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use evacmap::{Compute, Equivalent, HashMap, HashMapRef, Operation};

use crate::common::{Counter, validated};
use crate::support::{Masked, TRUNCATED, throw, throws};

type Map = HashMap<i32, i32>;

mod construction {
    use super::*;

    #[test]
    fn of_the_default_size() {
        let map = Map::default();
        assert_eq!((map.len(), map.capacity(), map.stats().bytes), (0, 0, 0));
    }

    #[test]
    fn of_a_given_size() {
        let map = Map::with_capacity(1000);
        assert!(map.is_empty() && map.capacity() >= 1000);
        validated(map);
    }

    #[test]
    fn with_a_hasher_that_has_a_state() {
        let map = HashMap::with_hasher(Masked::new(TRUNCATED));
        map.pin().insert(1, 1);
        let copy = map.clone();
        assert_eq!(
            format!("{:?}", map.hasher()),
            format!("{:?}", copy.hasher()),
            "the state is copied too"
        );
        assert!(map == copy);
        validated(copy);
    }

    #[test]
    fn from_a_range() {
        let list = [(1, 2), (2, 3), (1, 4)];
        let map: Map = list.iter().copied().collect();
        assert_eq!((map.len(), map.pin().get(&1), map.pin().get(&2)), (2, Some(&4), Some(&3)));
        validated(map);
    }

    #[test]
    fn from_a_list() {
        let map = HashMap::from([(3, 4), (5, 6)]);
        assert_eq!((map.len(), map.pin().get(&3), map.pin().get(&5)), (2, Some(&4), Some(&6)));
        validated(map);
    }

    #[test]
    fn by_copying() {
        let map: Map = (0..100).map(|i| (i, -i)).collect();
        let copy = map.clone();
        assert!(map == copy);
        map.pin().clear();
        assert_eq!((map.len(), copy.len()), (0, 100));
        validated(copy);
    }

    #[test]
    fn by_moving() {
        let mut map: Map = (0..100).map(|i| (i, -i)).collect();
        let moved = std::mem::take(&mut map);
        assert_eq!((map.len(), moved.len()), (0, 100));
        map.pin().insert(1, 1);
        assert_eq!(moved.pin().get(&1), Some(&-1));
        validated(moved);
    }

    #[test]
    fn by_swapping() {
        let (mut one, mut two) = (HashMap::from([(1, 1)]), HashMap::from([(2, 2), (3, 3)]));
        std::mem::swap(&mut one, &mut two);
        assert_eq!(
            (one.len(), two.len(), one.pin().get(&3), two.pin().get(&1)),
            (2, 1, Some(&3), Some(&1))
        );
        validated(one);
        validated(two);
    }

    /// An iterator that throws in the midst: what it returned before is dropped with the map that
    /// never came to be.
    #[test]
    fn frees_all_after_an_exception() {
        let counter = Counter::new();
        let entries = (0..100).map(|i| (i, if i < 50 { counter.make(i) } else { throw() }));
        assert!(throws(|| entries.collect::<HashMap<_, _>>()));
        assert_eq!(counter.made(), 50);
        counter.check();
    }
}

mod another_form_of_the_key {
    use super::*;

    /// Looks up strings by their length and first letter, without making one.
    struct Form {
        first: u8,
        length: usize,
    }
    impl Hash for Form {
        fn hash<H: Hasher>(&self, state: &mut H) {
            vec![self.first; self.length].hash(state);
        }
    }
    impl Equivalent<Vec<u8>> for Form {
        fn equivalent(&self, key: &Vec<u8>) -> bool {
            key.len() == self.length && key.iter().all(|byte| *byte == self.first)
        }
    }

    fn map() -> HashMap<Vec<u8>, u32> {
        HashMap::from([(vec![b'a'; 3], 3), (vec![b'b'; 4], 4)])
    }

    const A: Form = Form { first: b'a', length: 3 };
    const B: Form = Form { first: b'b', length: 3 };

    #[test]
    fn finds() {
        let map = map();
        assert_eq!((map.pin().get(&A), map.pin().get(&B)), (Some(&3), None));
        assert!(map.pin().contains_key(&A) && !map.pin().contains_key(&B));
        validated(map);
    }

    #[test]
    fn erases() {
        let map = map();
        assert_eq!(
            (map.pin().remove(&A), map.pin().remove(&A), map.pin().remove(&B)),
            (Some(&3), None, None)
        );
        assert_eq!(map.len(), 1);
        validated(map);
    }

    #[test]
    fn erases_if() {
        let map = map();
        assert!(map.pin().remove_if(&A, |key, value| key.len() as u32 != *value).is_err());
        assert_eq!(map.pin().compare_remove(&A, &3), Ok(&3));
        validated(map);
    }
}

mod iteration {
    use super::*;

    #[test]
    fn of_an_empty_table() {
        let map = Map::new();
        assert_eq!(map.pin().iter().next(), None);
        let map = Map::with_capacity(100);
        assert_eq!(map.pin().iter().next(), None);
        validated(map);
    }

    #[test]
    fn walks_through_all() {
        let map: Map = (0..10).map(|i| (i, i)).collect();
        let mut seen: Vec<i32> = map.pin().keys().copied().collect();
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..10));
        validated(map);
    }

    #[test]
    fn sees_modifications() {
        let map: Map = (0..10).map(|i| (i, i)).collect();
        for (key, _) in &map.pin() {
            map.pin().update(*key, |value| value + 1);
        }
        assert!(map.pin().iter().all(|(key, value)| *value == key + 1));
        validated(map);
    }

    /// Where a locked table keeps inserts out, an iteration here goes on beside them.
    #[test]
    fn does_not_block_inserts() {
        let map: Map = (0..10).map(|i| (i, i)).collect();
        let map_ref = map.pin();
        let mut iter = map_ref.iter();
        let first = iter.next();
        std::thread::scope(|scope| {
            drop(scope.spawn(|| (10..20).for_each(|i| _ = map.pin().insert(i, i))))
        });
        assert!(iter.chain(first).filter(|(key, _)| **key < 10).count() == 10);
        assert_eq!(map.len(), 20);
        drop(map_ref);
        validated(map);
    }
}

mod values_that_cannot_be_copied {
    use super::*;

    type Boxes = HashMap<i32, Box<i32>>;

    fn boxes() -> Boxes {
        (0..10).map(|i| (i, Box::new(i))).collect()
    }

    #[test]
    fn insert_and_update() {
        let map = boxes();
        assert!(map.pin().try_insert(1, Box::new(5)).is_err());
        assert_eq!(map.pin().update(1, |old| Box::new(**old + 5)).map(|value| **value), Some(6));
        assert_eq!(map.pin().update(10, |old| Box::new(**old + 5)), None);
        validated(map);
    }

    #[test]
    fn insert_or_assign() {
        let map = boxes();
        assert_eq!(map.pin().insert(1, Box::new(5)), Some(&Box::new(1)));
        assert_eq!(map.pin().insert(10, Box::new(5)), None);
        assert_eq!((map.len(), map.pin().get(&10)), (11, Some(&Box::new(5))));
        validated(map);
    }

    #[test]
    fn upsert() {
        let map = Boxes::new();
        for expected in [3, 6, 12] {
            let new = **map.pin().update_or_insert(1, |old| Box::new(**old * 2), Box::new(3));
            assert_eq!(new, expected);
        }
        validated(map);
    }

    #[test]
    fn iteration() {
        assert_eq!(boxes().pin().values().map(|value| **value).sum::<i32>(), 45);
    }

    #[test]
    fn tables_in_a_table() {
        let map: HashMap<char, Box<HashMap<String, String>>> = HashMap::new();
        for key in ["abc", "abd", "xyz"] {
            let first = key.chars().next().expect("not empty");
            let map = map.pin();
            let inner = map.get_or_insert_with(first, Box::default);
            inner.pin().insert(key.to_string(), key.to_uppercase());
        }
        let pinned = map.pin();
        let sizes = ['a', 'x', 'z'].map(|first| pinned.get(&first).map(|inner| inner.len()));
        assert_eq!(sizes, [Some(2), Some(1), None]);
        drop(pinned);
        validated(map);
    }

    /// Keys and values that were not used are dropped where the operation ends; what was used is
    /// not.
    #[test]
    fn lifetime_of_what_is_inserted() {
        let counter = Counter::new();
        let map = HashMap::new();
        assert!(map.pin().try_insert(counter.make(1), counter.make(1)).is_ok());
        assert_eq!(counter.alive(), 2);
        assert!(map.pin().try_insert(counter.make(1), counter.make(2)).is_err());
        map.pin().get_or_insert(counter.make(1), counter.make(3));
        assert_eq!(map.pin().update(counter.make(2), |old| old.clone()), None);
        assert_eq!(counter.alive(), 2);
        validated(map);
        counter.check();
    }

    #[test]
    fn erase_by_a_function() {
        let map = boxes();
        let erase = |value| {
            map.pin()
                .remove_if(&1, |_, present| **present == value)
                .is_ok_and(|removed| removed.is_some())
        };
        assert!(!erase(2) && erase(1) && !erase(1));
        assert_eq!(map.len(), 9);
        validated(map);
    }

    #[test]
    fn insert_or_erase_by_a_function() {
        let map = Boxes::new();
        let toggle = |entry: Option<(&i32, &Box<i32>)>| match entry {
            None => Operation::<_, ()>::Insert(Box::new(1)),
            Some(_) => Operation::Remove,
        };
        assert_eq!(map.pin().compute(1, toggle), Compute::Inserted(&1, &Box::new(1)));
        assert_eq!(map.pin().compute(1, toggle), Compute::Removed(&1, &Box::new(1)));
        assert!(map.is_empty());
        validated(map);
    }
}

mod resizing {
    use super::*;

    #[test]
    fn an_empty_table_shrinks_and_is_used_again() {
        let map = Map::with_capacity(1000);
        map.pin().shrink_to_fit();
        map.finish_resize();
        assert!(map.capacity() < 20);
        (0..100).for_each(|i| assert_eq!(map.pin().insert(i, i), None));
        validated(map);
    }

    #[test]
    fn an_empty_table_makes_room() {
        let map = Map::new();
        map.pin().reserve(100);
        assert!(map.capacity() >= 100);
        let capacity = map.capacity();
        map.pin().reserve(50);
        assert_eq!(map.capacity(), capacity, "there is room enough");
        validated(map);
    }

    #[test]
    fn a_full_table_makes_room() {
        let map: Map = (0..100).map(|i| (i, i)).collect();
        for room in [0, 1, 10, 1000] {
            map.pin().reserve(room);
            assert!(map.capacity() >= 100 + room);
            assert!((0..100).all(|i| map.pin().get(&i) == Some(&i)));
        }
        validated(map);
    }

    /// However often the table is resized, entries are neither copied nor dropped.
    #[test]
    fn frees_nothing_that_is_in_use() {
        let counter = Counter::new();
        let map: HashMap<_, _> = (0..100).map(|i| (counter.make(i), counter.make(i))).collect();
        for _ in 0..10 {
            map.pin().reserve(1000);
            map.finish_resize();
            map.pin().shrink_to_fit();
            map.finish_resize();
            assert_eq!((counter.made(), counter.dropped()), (200, 0));
        }
        validated(map);
        counter.check();
    }

    #[test]
    fn leaves_values_where_they_are() {
        let map: HashMap<u32, [u8; 100]> = (0..50).map(|i| (i, [i as u8; 100])).collect();
        let map_ref = map.pin();
        let places: Vec<_> = (0..50).map(|i| map_ref.get(&i).map(std::ptr::from_ref)).collect();
        map_ref.reserve(10_000);
        map_ref.finish_resize();
        assert!((0..50).map(|i| map_ref.get(&i).map(std::ptr::from_ref)).eq(places));
        drop(map_ref);
        validated(map);
    }
}

mod exceptions {
    use super::*;

    thread_local! {
        static HASH: Cell<bool> = const { Cell::new(false) };
        static EQUAL: Cell<bool> = const { Cell::new(false) };
    }

    /// A key whose hash and comparison throw when they are told to.
    #[derive(Clone, Debug)]
    struct Key(i32);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            if HASH.get() {
                throw();
            }
            self.0.hash(state);
        }
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            if EQUAL.get() {
                throw();
            }
            self.0 == other.0
        }
    }
    impl Eq for Key {}

    type Table = HashMap<Key, i32>;

    /// `operation` on key 5 of a table of 0 to 9 throws when the hash does and when the comparison
    /// does, and changes nothing; afterwards `works`, and leaves `len` keys.
    #[track_caller]
    fn check<T>(
        operation: impl Fn(&HashMapRef<'_, Key, i32>) -> T,
        works: impl Fn(T) -> bool,
        len: usize,
    ) where
        T: 'static,
    {
        let map: Table = (0..10).map(|i| (Key(i), i)).collect();
        let copy = map.clone();
        for fault in [&HASH, &EQUAL] {
            fault.set(true);
            let thrown = throws(|| operation(&map.pin()));
            fault.set(false);
            assert!(thrown);
            assert!(map == copy, "nothing has changed");
        }
        assert!(works(operation(&map.pin())));
        assert_eq!((map.len(), map.pin().iter().count()), (len, len));
        validated(map);
    }

    #[test]
    fn in_find() {
        check(|map| map.get(&Key(5)).copied(), |found| found == Some(5), 10);
    }

    #[test]
    fn in_contains() {
        check(|map| map.contains_key(&Key(5)), |found| found, 10);
    }

    #[test]
    fn in_insert() {
        check(|map| map.insert(Key(5), 50).copied(), |old| old == Some(5), 10);
    }

    #[test]
    fn in_try_insert() {
        check(|map| map.try_insert(Key(5), 50).is_err(), |present| present, 10);
    }

    #[test]
    fn in_erase() {
        check(|map| map.remove(&Key(5)).copied(), |old| old == Some(5), 9);
    }

    #[test]
    fn in_erase_by_a_function() {
        check(|map| map.remove_if(&Key(5), |_, value| *value == 5).is_ok(), |removed| removed, 9);
    }

    #[test]
    fn in_update() {
        check(|map| map.update(Key(5), |value| value + 1).copied(), |new| new == Some(6), 10);
    }

    #[test]
    fn in_upsert() {
        check(|map| *map.update_or_insert(Key(5), |value| value + 1, 0), |new| new == 6, 10);
    }

    #[test]
    fn in_compute() {
        let remove = |map: &HashMapRef<'_, Key, i32>| {
            let decide = |_: Option<(&Key, &i32)>| Operation::<i32, ()>::Remove;
            matches!(map.compute(Key(5), decide), Compute::Removed(..))
        };
        check(remove, |removed| removed, 9);
    }

    /// To move entries takes neither their hash nor a comparison.
    #[test]
    fn not_in_a_resize() {
        let map: Table = (0..100).map(|i| (Key(i), i)).collect();
        HASH.set(true);
        EQUAL.set(true);
        let thrown = throws(|| {
            map.pin().reserve(1000);
            map.finish_resize();
            map.pin().shrink_to_fit();
            map.finish_resize();
            map.pin().clear();
            map.finish_resize();
        });
        HASH.set(false);
        EQUAL.set(false);
        assert!(!thrown && map.is_empty());
        validated(map);
    }

    #[test]
    fn not_in_an_iteration_at_rest() {
        let map: Table = (0..100).map(|i| (Key(i), i)).collect();
        map.finish_resize();
        HASH.set(true);
        EQUAL.set(true);
        assert_eq!(map.pin().iter().count(), 100);
        HASH.set(false);
        EQUAL.set(false);
        validated(map);
    }
}

/// A value may refer to the map's own entries by handles.
#[test]
fn handles_as_keys_and_values() {
    let shared: Arc<str> = "shared".into();
    let map: HashMap<Arc<str>, Arc<str>> = HashMap::new();
    map.pin().insert(shared.clone(), shared.clone());
    assert_eq!(map.pin().get("shared"), Some(&shared));
    validated(map);
    assert_eq!(Arc::strong_count(&shared), 1);
}
