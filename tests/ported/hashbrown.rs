//! After the tests of hashbrown's and of std's `HashMap`: the tests in `src/map.rs` and
//! `src/set.rs` of rust-lang/hashbrown, and `std/src/collections/hash/map/tests.rs` of
//! rust-lang/rust (both MIT or Apache-2.0).
//!
//! Entries, `extract_if`, `iter_mut` and `values_mut` are in `hashbrown_more`. Not taken over:
//! `try_reserve` and sets (see `tests/api_*.rs`); raw entries, `get_disjoint_mut` and `drain` (not
//! in this map); `Index`, which would need a guard; `size_hint` of a borrowed iterator, which
//! others may prove wrong at any time; const construction; allocators and layouts.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, Hasher};
use std::rc::Rc;

use evacmap::{Equivalent, HashMap};

use crate::common::{Counted, Counter, Random, scaled, validated};
use crate::support::{Same, throw, throws};

#[test]
fn zero_capacities() {
    type Map = HashMap<i32, i32>;
    let hasher = evacmap::DefaultHashBuilder::default;
    let map: Map = std::iter::empty().collect();
    let maps = [Map::new(), Map::default(), Map::with_hasher(hasher()), Map::with_capacity(0), map];
    assert!(maps.iter().all(|map| map.capacity() == 0));
    assert_eq!(Map::with_capacity_and_hasher(0, hasher()).capacity(), 0);
    let map = HashMap::from([(1, 1)]);
    map.pin().remove(&1);
    map.pin().shrink_to_fit();
    map.finish_resize();
    assert!(map.capacity() <= 10, "the least table");
    let map = Map::new();
    map.pin().reserve(0);
    map.pin().shrink_to_fit();
    assert_eq!(map.capacity(), 0);
}

#[test]
fn a_map_created_with_capacity_zero_grows() {
    let map = HashMap::with_capacity(0);
    assert_eq!(map.pin().insert(1, 1), None);
    assert!(map.pin().contains_key(&1) && !map.pin().contains_key(&0));
    validated(map);
}

#[test]
fn insert() {
    let map = HashMap::new();
    assert_eq!(map.len(), 0);
    assert_eq!((map.pin().insert(1, 2), map.len()), (None, 1));
    assert_eq!((map.pin().insert(2, 4), map.len()), (None, 2));
    assert_eq!((map.pin().get(&1), map.pin().get(&2)), (Some(&2), Some(&4)));
    validated(map);
}

#[test]
fn clone() {
    let map = HashMap::from([(1, 2), (2, 4)]);
    let copy = map.clone();
    assert_eq!((copy.pin().get(&1), copy.pin().get(&2), copy.len()), (Some(&2), Some(&4), 2));
    validated(copy);
}

#[test]
fn clone_from() {
    let (mut one, two) = (HashMap::from([(1, 2), (2, 4)]), HashMap::from([(9, 9)]));
    one.clone_from(&two);
    assert!(one == two);
    validated(one);
}

/// Keys and values are dropped when they should be, and each once; those that were removed when
/// they are flushed.
#[test]
fn drops() {
    let counter = Counter::new();
    let map = HashMap::new();
    for i in 0..100 {
        map.pin().insert(counter.make(i), counter.make(i + 100));
    }
    assert_eq!((counter.made(), counter.alive()), (200, 200));
    for i in 0..50 {
        let guard = map.guard();
        let (key, value) = map.remove_entry(&i, &guard).expect("it is there");
        assert_eq!((key.inner, value.inner), (i, i + 100));
    }
    assert!(counter.alive() >= 100);
    validated(map);
    counter.check();
}

#[test]
fn drops_of_what_an_owned_iterator_leaves() {
    let counter = Counter::new();
    let map: HashMap<_, _> = (0..100).map(|i| (counter.make(i), counter.make(i + 100))).collect();
    {
        let mut half = map.into_iter();
        let taken: Vec<_> = half.by_ref().take(50).collect();
        assert_eq!((half.len_left(), counter.alive()), (50, 200));
        drop(taken);
        assert_eq!(counter.alive(), 100);
    }
    counter.check();
}

trait LenLeft {
    fn len_left(&self) -> usize;
}

impl<T: Iterator> LenLeft for T {
    fn len_left(&self) -> usize {
        let (least, most) = self.size_hint();
        assert_eq!(Some(least), most);
        least
    }
}

#[test]
fn remove_from_an_empty_map() {
    let map: HashMap<i32, bool> = HashMap::new();
    assert_eq!(map.pin().remove(&0), None);
    validated(map);
}

#[test]
fn iterators_of_an_empty_map() {
    let map: HashMap<i32, bool> = HashMap::new();
    assert_eq!(map.pin().iter().next(), None);
    assert_eq!((map.pin().keys().next(), map.pin().values().next()), (None, None));
    assert_eq!((map.len(), map.is_empty()), (0, true));
    assert_eq!(map.into_iter().next(), None);
}

#[test]
fn lots_of_insertions() {
    let map = HashMap::new();
    let last = scaled(1000, 300);
    for _ in 0..3 {
        assert!(map.is_empty());
        for i in 1..=last {
            assert_eq!(map.pin().insert(i, i), None);
            if i % 50 == 0 {
                assert!((1..=i).all(|j| map.pin().get(&j) == Some(&j)));
                assert!((i + 1..=last).all(|j| map.pin().get(&j).is_none()));
            }
        }
        for i in 1..=last {
            assert!(map.pin().remove(&i).is_some());
            assert!(!map.pin().contains_key(&i));
        }
        for i in 1..=last {
            assert_eq!(map.pin().insert(i, i), None);
        }
        for i in (1..=last).rev() {
            assert!(map.pin().remove(&i).is_some());
            assert!(i == 1 || map.pin().contains_key(&(i - 1)));
        }
    }
    validated(map);
}

#[test]
fn insert_over() {
    let map = HashMap::new();
    assert_eq!((map.pin().insert(1, 2), map.pin().insert(1, 3)), (None, Some(&2)));
    assert_eq!(map.pin().get(&1), Some(&3));
    validated(map);
}

#[test]
fn keys_that_collide() {
    let map = HashMap::with_capacity_and_hasher(4, Same::<true>);
    for (key, value) in [(1, 2), (5, 3), (9, 4)] {
        assert_eq!(map.pin().insert(key, value), None);
    }
    assert_eq!([9, 5, 1].map(|key| map.pin().get(&key).copied()), [Some(4), Some(3), Some(2)]);
    validated(map);
}

#[test]
fn removal_of_one_of_those_that_collide() {
    let map = HashMap::with_capacity_and_hasher(4, Same::<false>);
    for (key, value) in [(1, 2), (5, 3), (9, 4)] {
        map.pin().insert(key, value);
    }
    assert!(map.pin().remove(&1).is_some());
    assert_eq!(
        (map.pin().get(&9), map.pin().get(&5), map.pin().get(&1)),
        (Some(&4), Some(&3), None)
    );
    validated(map);
}

#[test]
fn is_empty() {
    let map = HashMap::with_capacity(4);
    assert_eq!(map.pin().insert(1, 2), None);
    assert!(!map.is_empty());
    assert!(map.pin().remove(&1).is_some());
    assert!(map.is_empty());
    validated(map);
}

#[test]
fn remove() {
    let map = HashMap::from([(1, 2)]);
    assert_eq!((map.pin().remove(&1), map.pin().remove(&1)), (Some(&2), None));
    validated(map);
}

#[test]
fn remove_entry() {
    let map = HashMap::from([(1, 2)]);
    assert_eq!((map.pin().remove_entry(&1), map.pin().remove_entry(&1)), (Some((&1, &2)), None));
    validated(map);
}

#[test]
fn iterate() {
    let map = HashMap::with_capacity(4);
    (0..32_u32).for_each(|i| assert_eq!(map.pin().insert(i, i * 2), None));
    let mut observed = 0_u32;
    for (key, value) in &map.pin() {
        assert_eq!(*value, *key * 2);
        observed |= 1 << *key;
    }
    assert_eq!((map.len(), observed), (32, u32::MAX));
    validated(map);
}

#[test]
fn iterate_by_value() {
    let map: HashMap<u32, String> = (0..100).map(|i| (i, i.to_string())).collect();
    let mut entries = map.into_iter();
    assert_eq!(entries.len_left(), 100);
    assert!(entries.by_ref().all(|(key, value)| key.to_string() == value));
    assert_eq!((entries.next(), entries.len_left()), (None, 0));
}

#[test]
fn keys() {
    let map = HashMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    assert_eq!(map.pin().keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from([1, 2, 3]));
    validated(map);
}

#[test]
fn values() {
    let map = HashMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    assert_eq!(
        map.pin().values().copied().collect::<BTreeSet<_>>(),
        BTreeSet::from(['a', 'b', 'c'])
    );
    validated(map);
}

#[test]
fn find() {
    let map = HashMap::new();
    assert_eq!(map.pin().get(&1), None);
    map.pin().insert(1, 2);
    assert_eq!(map.pin().get(&1), Some(&2));
    validated(map);
}

#[test]
fn equality() {
    let (one, two) = (HashMap::from([(1, 2), (2, 3), (3, 4)]), HashMap::from([(1, 2), (2, 3)]));
    assert!(one != two);
    two.pin().insert(3, 5);
    assert!(one != two);
    two.pin().insert(3, 4);
    assert!(one == two);
    validated(two);
}

#[test]
fn debug() {
    let map = HashMap::from([(1, 2), (3, 4)]);
    let shown = format!("{map:?}");
    assert!(shown == "{1: 2, 3: 4}" || shown == "{3: 4, 1: 2}", "{shown}");
    assert_eq!(format!("{:?}", HashMap::<i32, i32>::new()), "{}");
    assert_eq!(format!("{:#?}", HashMap::from([(1, 2)])), "{\n    1: 2,\n}");
    validated(map);
}

#[test]
fn the_table_expands() {
    let map = HashMap::new();
    assert!(map.is_empty());
    let mut i = 0;
    let first = {
        map.pin().insert(0, 0);
        map.capacity()
    };
    while map.capacity() == first {
        map.pin().insert(i, i);
        i += 1;
    }
    assert_eq!(map.len(), i);
    assert!((0..i).all(|key| map.pin().get(&key) == Some(&key)));
    validated(map);
}

#[test]
fn reserve_and_shrink_to_fit() {
    let map = HashMap::new();
    map.pin().insert(0, 0);
    map.pin().remove(&0);
    for i in 0..128 {
        map.pin().insert(i, i);
    }
    map.pin().reserve(256);
    map.finish_resize();
    let roomy = map.capacity();
    assert!(roomy >= 128 + 256);
    for i in 128..128 + 256 {
        map.pin().insert(i, i);
    }
    assert_eq!(map.capacity(), roomy, "there was room");
    for i in 100..128 + 256 {
        assert_eq!(map.pin().remove(&i), Some(&i));
    }
    map.pin().shrink_to_fit();
    map.finish_resize();
    assert!(map.capacity() < roomy && map.capacity() >= 100);
    assert!((0..100).all(|i| map.pin().get(&i) == Some(&i)));
    validated(map);
}

#[test]
fn from_an_iterator() {
    let list = [(1, 1), (2, 2), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)];
    let map: HashMap<_, _> = list.iter().copied().collect();
    assert!(list.iter().all(|(key, value)| map.pin().get(key) == Some(value)));
    assert_eq!(map.len(), list.len() - 1);
    validated(map);
}

#[test]
fn extend_by_references() {
    let mut map = HashMap::from([(1, "one")]);
    let more = std::collections::HashMap::from([(2, "two"), (3, "three")]);
    map.extend(&more);
    assert_eq!(map.len(), 3);
    assert_eq!(
        [1, 2, 3].map(|key| map.pin().get(&key).copied()),
        [Some("one"), Some("two"), Some("three")]
    );
    validated(map);
}

/// The capacity is what the table holds for certain before it grows; by luck it holds more, but
/// never much.
#[test]
fn the_length_does_not_run_away_from_the_capacity() {
    let map: HashMap<u32, u32> = HashMap::new();
    for i in 0..1000 {
        map.pin().insert(i, i);
        assert!(map.len() <= 2 * map.capacity() + 1, "{} in {}", map.len(), map.capacity());
    }
    validated(map);
}

#[test]
fn retain() {
    let map: HashMap<i32, i32> = (0..100).map(|x| (x, x * 10)).collect();
    map.pin().retain(|key, _| key % 2 == 0);
    assert_eq!(map.len(), 50);
    assert_eq!(
        (map.pin().get(&2), map.pin().get(&4), map.pin().get(&5)),
        (Some(&20), Some(&40), None)
    );
    validated(map);
}

/// A predicate that throws: the map is sound, and nothing is dropped twice.
#[test]
fn retain_with_a_predicate_that_throws() {
    let counter = Counter::new();
    let map: HashMap<i32, Counted<i32>> = (0..100).map(|i| (i, counter.make(i))).collect();
    let mut asked = 0;
    let keep = |_: &i32, _: &Counted<i32>| {
        asked += 1;
        if asked > 30 { throw() } else { asked % 2 == 0 }
    };
    assert!(throws(|| map.pin().retain(keep)));
    assert_eq!(map.len(), 85);
    validated(map);
    counter.check();
}

/// Removals, insertions and look-ups of random keys never corrupt the table.
#[test]
fn random_operations_do_not_corrupt() {
    let map = HashMap::new();
    let mut present = BTreeSet::new();
    let mut random = Random::new(2);
    for _ in 0..100 {
        let x = random.below(20) as i32 - 10;
        map.pin().insert(x, ());
        present.insert(x);
    }
    for _ in 0..1000 {
        let x = random.below(20) as i32 - 10;
        assert_eq!(map.pin().remove(&x).is_some(), present.remove(&x));
        let seen: BTreeSet<i32> = map.pin().keys().copied().collect();
        assert_eq!(seen, present);
        if random.below(2) == 0 {
            assert_eq!(map.pin().insert(x, ()).is_none(), present.insert(x));
        }
    }
    validated(map);
}

/// A key or a value whose clone throws.
#[derive(Debug)]
struct Thrower {
    counted: Counted<u32>,
    throws: bool,
}

impl Clone for Thrower {
    fn clone(&self) -> Self {
        if self.throws {
            throw();
        }
        Thrower { counted: self.counted.clone(), throws: false }
    }
}

#[test]
fn a_clone_that_throws_leaks_nothing() {
    for thrower in 0..8 {
        let counter = Counter::new();
        let make = |i| Thrower { counted: counter.make(i), throws: i == thrower };
        let map: HashMap<u32, Thrower> = (0..8).map(|i| (i, make(i))).collect();
        assert!(throws(|| map.clone()));
        assert_eq!((map.len(), counter.alive()), (8, 8));
        validated(map);
        counter.check();
    }
}

#[test]
fn a_clone_from_that_throws_leaves_the_old_map_alone() {
    let counter = Counter::new();
    let make = |i| Thrower { counted: counter.make(i), throws: i == 5 };
    let source: HashMap<u32, Thrower> = (0..8).map(|i| (i, make(i))).collect();
    for size in [0, 3, 8] {
        let mut target: HashMap<u32, Thrower> = (10..10 + size).map(|i| (i, make(i))).collect();
        assert!(throws(|| target.clone_from(&source)));
        assert!(target.len() == size as usize && target.pin().keys().all(|key| *key >= 10));
        validated(target);
    }
    validated(source);
    counter.check();
}

/// A hasher that throws, as in hashbrown's `rehash_in_place` and `hasher_unwind`: growth does not
/// call it.
#[test]
fn a_hasher_that_throws_does_not_stop_a_growth() {
    #[derive(Clone)]
    struct Fused(evacmap::DefaultHashBuilder, Rc<RefCell<usize>>);
    impl BuildHasher for Fused {
        type Hasher = <evacmap::DefaultHashBuilder as BuildHasher>::Hasher;

        fn build_hasher(&self) -> Self::Hasher {
            let left = *self.1.borrow();
            *self.1.borrow_mut() = left.checked_sub(1).unwrap_or_else(|| throw());
            self.0.build_hasher()
        }
    }
    let fuse = Rc::new(RefCell::new(500));
    let map = HashMap::with_hasher(Fused(Default::default(), fuse.clone()));
    (0..500).for_each(|i| assert_eq!(map.pin().insert(i, i), None));
    assert!(throws(|| map.pin().insert(500, 500).copied()));
    map.pin().reserve(5000);
    map.finish_resize();
    *fuse.borrow_mut() = 1000;
    assert!((0..500).all(|i| map.pin().get(&i) == Some(&i)));
    validated(map);
}

/// A key given in another form that is not equivalent to what it finds under its hash.
#[test]
fn an_invalid_equivalent_is_wrong_and_no_worse() {
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Key(u8, u8);
    struct Everything;
    impl Hash for Everything {
        fn hash<H: Hasher>(&self, state: &mut H) {
            Key(1, 1).hash(state);
        }
    }
    impl Equivalent<Key> for Everything {
        fn equivalent(&self, _: &Key) -> bool {
            true
        }
    }
    let map = HashMap::from([(Key(1, 1), 1), (Key(2, 2), 2)]);
    assert_eq!(map.pin().get(&Everything), Some(&1));
    assert_eq!(map.pin().remove(&Everything), Some(&1));
    assert_eq!((map.pin().get(&Key(1, 1)), map.pin().get(&Key(2, 2))), (None, Some(&2)));
    validated(map);
}

/// Keys by their own types, in the forms in which they are looked up.
#[test]
fn forms_of_the_key() {
    let strings = HashMap::from([(String::from("a"), 1)]);
    assert_eq!(
        (strings.pin().get("a"), strings.pin().get(&String::from("a"))),
        (Some(&1), Some(&1))
    );
    let boxes = HashMap::from([(Box::<str>::from("a"), 1)]);
    assert_eq!(boxes.pin().get("a"), Some(&1));
    let lists = HashMap::from([(vec![1, 2], 1)]);
    assert_eq!((lists.pin().get(&[1, 2][..]), lists.pin().get(&vec![1, 2])), (Some(&1), Some(&1)));
    let slices = HashMap::from([("a", 1)]);
    assert_eq!((slices.pin().get("a"), slices.pin().get(&"a")), (Some(&1), Some(&1)));
}

#[test]
fn insertion_of_duplicates_by_an_array() {
    let map = HashMap::from([(1, 'a'), (1, 'b'), (2, 'c')]);
    assert_eq!((map.len(), map.pin().get(&1)), (2, Some(&'b')));
    validated(map);
}

/// hashbrown's bug of an owned iterator whose map was small: what it does not return it drops.
#[test]
fn owned_iterators_of_small_maps() {
    for size in 0..20 {
        for taken in 0..=size {
            let counter = Counter::new();
            let map: HashMap<u32, Counted<u32>> = (0..size).map(|i| (i, counter.make(i))).collect();
            assert_eq!(map.into_iter().take(taken as usize).count(), taken as usize);
            counter.check();
        }
    }
}
