//! Every item of the public interface, used once; this fails to build when a name or a signature
//! goes.
#![deny(warnings)]

use std::fmt::Debug;
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};

use evacmap::copy::{Iter, Keys, Number, SetIter, Values};
use evacmap::{
    Bits, CopyCompute, CopyMap, CopyMapBuilder, CopySet, Operation, Progress, ShrinkPolicy, Stats,
    TryReserveError, Violation,
};

type Map = CopyMap<u32, u64>;

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

#[test]
fn making() {
    assert!(Map::new().is_empty() && Map::with_seed(1).is_empty() && Map::default().is_empty());
    assert!(Map::with_capacity(100).capacity() >= 100);
    assert!(Map::try_with_capacity(100).is_ok());
    let error: TryReserveError = Map::try_with_capacity(usize::MAX).unwrap_err();
    assert_eq!(error, TryReserveError::CapacityOverflow);
    let builder: CopyMapBuilder<u32, u64> =
        Map::builder().capacity(100).seed(3).shrink_policy(ShrinkPolicy::Auto);
    assert!(format!("{builder:?}").contains("Auto"));
    assert!(builder.clone().build().capacity() >= 100);
    assert!(builder.capacity(usize::MAX).try_build().is_err());

    let map = Map::from([(1, 10), (2, 20)]);
    assert_eq!(map, [(1, 10), (2, 20)].into_iter().collect());
    let mut copy = map.clone();
    copy.extend([(3, 30)]);
    copy.extend([(&4, &40)]);
    (&copy).extend([(5, 50)]);
    (&copy).extend([(&6, &60)]);
    assert_eq!(copy.len(), 6);
    assert_eq!(format!("{:?}", Map::from([(1, 10)])), "{1: 10}");
}

#[test]
#[should_panic(expected = "capacity overflow")]
fn too_much() {
    Map::with_capacity(usize::MAX);
}

#[test]
fn reading() {
    let map = Map::from([(1, 10), (2, 20)]);
    assert_eq!((map.get(&1), map.contains_key(&3)), (Some(10), false));
    assert_eq!(map.get_many([&2, &3]), [Some(20), None]);
    assert_eq!((map.len(), map.is_empty(), map.capacity() >= 2), (2, false, true));
    let iter: Iter<'_, u32, u64> = map.iter();
    assert!(format!("{iter:?}").contains("Iter"));
    assert_eq!(sorted(iter), [(1, 10), (2, 20)]);
    let keys: Keys<'_, u32, u64> = map.keys();
    assert_eq!(sorted(keys), [1, 2]);
    let values: Values<'_, u32, u64> = map.values();
    assert_eq!(sorted(values), [10, 20]);
    assert_eq!(sorted(&map), [(1, 10), (2, 20)]);
    let stats: Stats = map.stats();
    assert_eq!((stats.len, map.chain_histogram().iter().sum::<usize>()), (2, stats.buckets));
}

#[test]
fn writing() {
    let map = Map::new();
    assert_eq!((map.insert(1, 10), map.insert(1, 11)), (None, Some(10)));
    assert_eq!((map.try_insert(1, 12), map.try_insert(2, 20)), (Err(11), Ok(())));
    assert_eq!((map.get_or_insert(3, 30), map.get_or_insert_with(3, || 31)), (30, 30));
    assert_eq!((map.update(&3, |n| n + 1), map.update(&4, |n| n + 1)), (Some(31), None));
    assert_eq!(map.update_or_insert(4, |n| n + 1, 40), 40);
    assert_eq!(map.update_or_insert_with(4, |n| n + 1, || 0), 41);
    assert_eq!((map.fetch_add(4, 1), map.fetch_add(5, 5)), (41, 0));
    assert_eq!(map.compare_exchange(&5, 5, 6), Ok(5));
    assert_eq!(map.compare_exchange(&5, 5, 6), Err(Some(6)));
    assert_eq!((map.compare_remove(&5, 5), map.compare_remove(&5, 6)), (Err(Some(6)), Ok(6)));
    let done: CopyCompute<u64, ()> = map.compute(6, |_| Operation::Insert(60));
    assert_eq!(done, CopyCompute::Inserted(60));
    assert_eq!((map.remove(&6), map.remove(&6)), (Some(60), None));
    assert_eq!(map.remove_if(&4, |n| n == 0), Err(42));
    assert_eq!(map.remove_if(&4, |n| n == 42), Ok(Some(42)));
    map.retain(|key, _| key == 1);
    assert_eq!(map.len(), 1);
    map.clear();
    assert!(map.is_empty());
}

#[test]
#[should_panic(expected = "cannot remove an absent key")]
fn a_computed_removal_of_nothing() {
    Map::new().compute::<()>(1, |_| Operation::Remove);
}

#[test]
fn sizes() {
    let mut map = Map::new();
    map.reserve(100);
    assert!(map.try_reserve(1000).is_ok() && map.try_reserve(usize::MAX).is_err());
    map.insert(1, 1);
    map.shrink_to(100);
    map.shrink_to_fit();
    let progress: Progress = map.help_resize(1);
    assert!(progress.filled_buckets <= progress.buckets);
    map.finish_resize();
    assert!(!map.is_resizing());
    let valid: Result<(), Violation> = map.validate();
    valid.unwrap();
}

#[test]
fn sets() {
    let mut set = CopySet::from([1_u64, 2]);
    assert_eq!(set, [1, 2].into_iter().collect());
    assert!(CopySet::<u8>::new().is_empty() && CopySet::<u8>::default().is_empty());
    assert!(CopySet::<u8>::with_seed(1).is_empty());
    assert!(CopySet::<u8>::with_capacity(10).capacity() >= 10);
    assert!(CopySet::<u8>::try_with_capacity(usize::MAX).is_err());
    assert_eq!(set, CopySet::from(CopyMap::from([(1, ()), (2, ())])));
    assert!(set.as_map().contains_key(&1) && set.contains(&2) && !set.contains(&3));
    assert!(set.insert(3) && !set.insert(3) && set.remove(&3) && !set.remove(&3));
    set.extend([3]);
    set.extend([&4]);
    (&set).extend([5]);
    (&set).extend([&6]);
    assert_eq!((set.len(), set.is_empty(), set.clone() == set), (6, false, true));
    assert_eq!(format!("{:?}", CopySet::from([7])), "{7}");
    let iter: SetIter<'_, u64> = set.iter();
    assert_eq!(sorted(iter), [1, 2, 3, 4, 5, 6]);
    assert_eq!(sorted(&set).len(), 6);
    let few = CopySet::from([1, 2]);
    assert!(few.is_subset(&set) && set.is_superset(&few) && few.is_disjoint(&CopySet::from([9])));
    set.retain(|key| key > 4);
    set.reserve(100);
    assert!(set.try_reserve(100).is_ok());
    set.shrink_to(10);
    set.shrink_to_fit();
    set.help_resize(1);
    set.finish_resize();
    assert!(!set.is_resizing() && set.stats().len == 2);
    set.validate().unwrap();
    set.clear();
    assert!(set.is_empty());
}

#[test]
fn traits() {
    fn iterator<T: FusedIterator + Debug>() {}
    iterator::<Iter<'_, u8, u8>>();
    iterator::<Keys<'_, u8, u8>>();
    iterator::<Values<'_, u8, u8>>();
    iterator::<SetIter<'_, u8>>();
    fn whatever_happens<T: UnwindSafe + RefUnwindSafe>() {}
    whatever_happens::<CopyMap<u8, u8>>();
    fn number<T: Number + Bits>() -> T {
        T::ZERO.plus(T::ZERO)
    }
    assert_eq!(number::<i16>(), 0);
}
