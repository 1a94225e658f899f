//! Every item of the public interface, used once and looked at: types, methods of map, set, both
//! references, guards, entries and builder, trait implementations, features. What each does under
//! stress is for the other tests; this one fails to build when a name or a signature goes.
#![deny(warnings)]

use std::alloc::Layout;
use std::any::type_name;
use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::error::Error;
use std::fmt::Debug;
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind, panic_any};

use crate::common::{Mode, TestHasher, validated};
use evacmap::{
    CompareExchangeError, CompareRemoveError, Compute, DefaultHashBuilder, Entry, Equivalent,
    ExtractIf, Guard, HashMap, HashMapBuilder, HashMapRef, HashSet, HashSetRef, IntoIter, Iter,
    IterMut, Keys, Modified, OccupiedEntry, OccupiedError, Operation, OwnedGuard, Pinning,
    Progress, ShrinkPolicy, Stats, Take, TryReserveError, VacantEntry, Values, ValuesMut,
    Violation, set,
};

type Map = HashMap<&'static str, u32>;
type Set = HashSet<u32>;

/// The sorted items of something unsorted.
fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

mod making {
    use super::*;

    #[test]
    fn maps() {
        assert_eq!(Map::new().capacity(), 0);
        assert!(Map::with_capacity(100).capacity() >= 100);
        assert!(Map::try_with_capacity(100).unwrap().capacity() >= 100);
        assert_eq!(
            Map::try_with_capacity(usize::MAX).unwrap_err(),
            TryReserveError::CapacityOverflow
        );
        assert!(HashMap::<u8, u8, _>::with_hasher(RandomState::new()).is_empty());
        assert!(
            HashMap::<u8, u8, _>::with_capacity_and_hasher(100, RandomState::new()).capacity()
                >= 100
        );
        assert!(
            HashMap::<u8, u8, _>::try_with_capacity_and_hasher(usize::MAX, RandomState::new())
                .is_err()
        );
        assert!(HashMap::<u8, u8, RandomState>::default().is_empty());
    }

    #[test]
    fn maps_by_the_builder() {
        let builder: HashMapBuilder<&str, u32> =
            Map::builder().capacity(100).shrink_policy(ShrinkPolicy::Auto);
        assert!(format!("{builder:?}").contains("Auto"));
        let map: HashMap<_, _, RandomState> = builder.clone().hasher(RandomState::new()).build();
        assert!(map.capacity() >= 100);
        assert!(builder.try_build().is_ok_and(|map| map.capacity() >= 100));
        assert!(Map::builder().capacity(usize::MAX).try_build().is_err());
        assert_eq!(ShrinkPolicy::default(), ShrinkPolicy::Never);
    }

    #[test]
    fn maps_from_entries() {
        let map = Map::from([("a", 1), ("b", 2)]);
        assert_eq!(map, [("a", 1), ("b", 2)].into_iter().collect());
        let mut copy = map.clone();
        copy.extend([("c", 3)]);
        copy.extend([(&"d", &4)]);
        (&map).extend([("c", 3)]);
        (&map).extend([(&"d", &4)]);
        assert_eq!((copy.len(), &copy), (4, &map));
        assert_eq!(format!("{:?}", Map::from([("a", 1)])), r#"{"a": 1}"#);
        let owned: IntoIter<&str, u32> = copy.into_iter();
        assert_eq!(sorted(owned), [("a", 1), ("b", 2), ("c", 3), ("d", 4)]);
        validated(map);
    }

    #[test]
    fn sets() {
        assert_eq!(Set::new().capacity(), 0);
        assert!(Set::with_capacity(100).capacity() >= 100);
        assert!(Set::try_with_capacity(usize::MAX).is_err());
        assert!(HashSet::<u8, _>::with_hasher(RandomState::new()).is_empty());
        assert!(
            HashSet::<u8, _>::with_capacity_and_hasher(100, RandomState::new()).capacity() >= 100
        );
        assert!(HashSet::<u8, RandomState>::default().is_empty());
        let mut set = Set::from([1, 2]);
        assert_eq!(set, [1, 2].into_iter().collect());
        assert_eq!(set, HashSet::from(HashMap::from([(1, ()), (2, ())])));
        assert_eq!(set.as_map().get(&1, &set.guard()), Some(&()));
        set.extend([3]);
        set.extend([&4]);
        (&set).extend([5]);
        (&set).extend([&6]);
        assert_eq!((set.clone(), format!("{:?}", Set::from([7]))), (set.clone(), "{7}".to_owned()));
        set.validate().unwrap();
        let owned: set::IntoIter<u32> = set.into_iter();
        assert_eq!(sorted(owned), [1, 2, 3, 4, 5, 6]);
    }
}

/// The methods of `HashMap`, which take a guard.
mod map {
    use super::*;

    #[test]
    fn read() {
        let map = Map::from([("a", 1), ("b", 2)]);
        let guard: Guard = map.guard();
        assert_eq!(map.get("a", &guard), Some(&1));
        assert_eq!(map.get_key_value("a", &guard), Some((&"a", &1)));
        assert!(map.contains_key("a", &guard) && !map.contains_key("x", &guard));
        assert_eq!(map.get_many(["b", "x"], &guard), [Some(&2), None]);
        assert_eq!(map.get_many_iter(["b", "x"], &guard).collect::<Vec<_>>(), [Some(&2), None]);
        assert_eq!((map.len(), map.is_empty(), map.capacity() >= 2), (2, false, true));
        let _: &DefaultHashBuilder = map.hasher();
        let (iter, keys, values): (Iter<_, _>, Keys<_, _>, Values<_, _>) =
            (map.iter(&guard), map.keys(&guard), map.values(&guard));
        assert_eq!(sorted(iter), [(&"a", &1), (&"b", &2)]);
        assert_eq!((sorted(keys), sorted(values)), (vec![&"a", &"b"], vec![&1, &2]));
    }

    #[test]
    fn write() {
        let map = Map::new();
        let guard = &map.guard();
        assert_eq!(map.insert("a", 1, guard), None);
        assert_eq!(map.insert("a", 2, guard), Some(&1));
        assert_eq!(
            map.try_insert("a", 3, guard),
            Err(OccupiedError { current: &2, not_inserted: 3 })
        );
        assert_eq!(map.try_insert_with("a", || unreachable!(), guard), Err(&2));
        assert_eq!(map.try_insert_with("b", || 4, guard), Ok(&4));
        assert_eq!(map.get_or_insert("b", 0, guard), &4);
        assert_eq!(map.get_or_insert_with("b", || unreachable!(), guard), &4);
        assert_eq!(map.get_or_try_insert_with("c", || Err("no"), guard), Err("no"));
        assert_eq!(map.get_or_try_insert_with("c", || Ok::<_, ()>(5), guard), Ok(&5));
        assert_eq!(map.update("a", |n| n + 1, guard), Some(&3));
        let names: HashMap<String, u32> = HashMap::new();
        assert_eq!(names.try_insert_with_ref("a", || 1, guard), Ok(&1));
        assert_eq!(names.get_or_insert_with_ref("a", || unreachable!(), guard), &1);
        assert_eq!(names.update_ref("a", |n| n + 1, guard), Some(&2));
        assert_eq!(map.update_or_insert("a", |n| n + 1, 0, guard), &4);
        assert_eq!(map.update_or_insert_with("d", |n| n + 1, || 6, guard), &6);
        let count = |entry: Option<(&&str, &u32)>| match entry {
            None => Operation::Insert(1),
            Some((_, 1)) => Operation::Insert(2),
            Some(_) => Operation::<_, char>::Remove,
        };
        assert_eq!(map.compute("e", count, guard), Compute::Inserted(&"e", &1));
        assert_eq!(
            map.compute("e", count, guard),
            Compute::Updated { old: (&"e", &1), new: (&"e", &2) }
        );
        assert_eq!(map.compute("e", count, guard), Compute::Removed(&"e", &2));
        assert_eq!(map.compute("e", |_| Operation::Abort('x'), guard), Compute::Aborted('x'));
        assert_eq!(map.compare_exchange("a", &4, 5, guard), Ok(&4));
        let error = CompareExchangeError { current: Some(&5), new: 6 };
        assert_eq!(map.compare_exchange("a", &4, 6, guard), Err(error));
        assert_eq!(
            map.compare_remove("a", &4, guard),
            Err(CompareRemoveError { current: Some(&5) })
        );
        assert_eq!(map.compare_remove("a", &5, guard), Ok(&5));
        validated(map.clone());
    }

    #[test]
    fn remove() {
        let map: HashMap<u32, u32> = (0..10).map(|key| (key, key)).collect();
        let guard = &map.guard();
        assert_eq!(map.remove(&0, guard), Some(&0));
        assert_eq!(map.remove_entry(&1, guard), Some((&1, &1)));
        assert_eq!(map.remove_if(&2, |_, value| *value == 2, guard), Ok(Some((&2, &2))));
        assert_eq!(map.remove_if(&2, |_, _| true, guard), Ok(None));
        assert_eq!(map.remove_if(&3, |_, _| false, guard), Err((&3, &3)));
        map.retain(|key, _| key % 2 == 1, guard);
        assert_eq!(sorted(map.keys(guard)), [&3, &5, &7, &9]);
        let large: ExtractIf<_, _, _> = map.extract_if(|key, _| *key > 6, guard);
        assert_eq!(sorted(large), [(&7, &7), (&9, &9)]);
        map.clear(guard);
        assert!(map.is_empty());
    }

    #[test]
    fn exclusively() {
        let mut map = Map::from([("a", 1), ("b", 2)]);
        *map.get_mut("a").unwrap() += 1;
        let entries: IterMut<_, _> = map.iter_mut();
        entries.for_each(|(_, value)| *value *= 10);
        let values: ValuesMut<_, _> = map.values_mut();
        values.for_each(|value| *value += 1);
        for (_, value) in &mut map {
            *value *= 2;
        }
        assert_eq!(map, Map::from([("a", 42), ("b", 42)]));
        let sound: Result<(), Violation> = map.validate();
        sound.unwrap();
    }

    #[test]
    fn size_and_resizes() {
        let map: HashMap<u32, u32> = HashMap::new();
        let guard = &map.guard();
        map.reserve(1000, guard);
        assert!(
            map.capacity() >= 1000
                && map.try_reserve(2000, guard).is_ok()
                && map.capacity() >= 2000
        );
        assert_eq!(map.try_reserve(usize::MAX, guard), Err(TryReserveError::CapacityOverflow));
        map.shrink_to(500, guard);
        map.finish_resize();
        assert!((500..2000).contains(&map.capacity()) && !map.is_resizing());
        map.shrink_to_fit(guard);
        let Progress { filled_buckets, buckets, .. } = map.help_resize(1);
        assert!(filled_buckets <= buckets);
        while !map.help_resize(100).is_complete() {}
        assert!(map.capacity() < 500);
    }

    #[test]
    fn a_look_inside() {
        let map: HashMap<u32, u32> = HashMap::new();
        (0..1000).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
        map.pin().retain(|key, _| *key < 500);
        map.finish_resize();
        map.flush();
        let stats: Stats = map.stats();
        assert_eq!((stats.len, stats.capacity), (500, map.capacity()));
        assert_eq!(stats.load(), 500.0 / stats.buckets as f64);
        assert!(
            stats.bytes > stats.buckets * 64
                && stats.buckets > 0
                && stats.overflow_buckets < stats.buckets
        );
        assert_eq!((stats.old_buckets, stats.filled_buckets), (0, stats.buckets));
        assert!(stats.growths > 0 && stats.retired <= 500 && stats.spare < 1000);
        assert_eq!((stats.shrinks, stats.clears), (0, 0));
        assert_eq!(stats.rebuilds, map.pin().stats().rebuilds);
    }

    #[test]
    fn the_lengths_of_chains() {
        let map = HashMap::with_capacity_and_hasher(400, TestHasher::new(Mode::Constant));
        assert!(HashMap::<u32, u32>::new().chain_histogram().is_empty());
        assert_eq!(map.chain_histogram(), [map.stats().buckets]);
        // All in one chain, whose buckets have seven slots.
        (&map).extend((0..20).map(|key| (key, key)));
        assert_eq!(map.chain_histogram(), [map.stats().buckets - 1, 0, 1]);
        assert_eq!(
            (map.stats().overflow_buckets, map.pin().chain_histogram()),
            (2, map.chain_histogram())
        );
        validated(map);
    }
}

/// The methods of `HashMapRef`, which has a guard inside.
mod map_ref {
    use super::*;

    #[test]
    fn read() {
        let map = Map::from([("a", 1), ("b", 2)]);
        let pinned: HashMapRef<'_, _, _> = map.pin();
        assert_eq!(pinned.get("a"), Some(&1));
        assert_eq!(pinned.get_key_value("a"), Some((&"a", &1)));
        assert!(pinned.contains_key("a") && !pinned.contains_key("x"));
        assert_eq!(pinned.get_many(["b", "x"]), [Some(&2), None]);
        assert_eq!(pinned.get_many_iter(["b", "x"]).collect::<Vec<_>>(), [Some(&2), None]);
        assert_eq!(
            (pinned.len(), pinned.is_empty(), pinned.capacity()),
            (2, false, map.capacity())
        );
        assert!(std::ptr::eq(pinned.map(), &map) && std::ptr::eq(pinned.hasher(), map.hasher()));
        assert_eq!(map.get("b", pinned.guard()), Some(&2));
        assert_eq!(
            (sorted(pinned.keys()), sorted(pinned.values())),
            (vec![&"a", &"b"], vec![&1, &2])
        );
        assert_eq!(sorted(pinned.iter()), sorted(&pinned));
        assert_eq!(format!("{:?}", Map::from([("a", 1)]).pin()), r#"{"a": 1}"#);
    }

    #[test]
    fn as_a_value() {
        let (map, other) = (Map::from([("a", 1)]), Map::from([("a", 2)]));
        let (mut pinned, mut owned) = (map.pin(), map.pin_owned());
        assert!(pinned == owned && pinned == map);
        assert!(owned == pinned && owned == map);
        assert!(pinned != other.pin() && pinned != other);
        let (again, owned_again) = (pinned.clone(), owned.clone());
        assert!(std::ptr::eq(again.map(), &map) && std::ptr::eq(owned_again.map(), &map));
        // Each has a guard of its own.
        let seen = (again.get("a"), owned_again.get("a"));
        pinned.repin();
        owned.repin();
        assert_eq!(seen, (Some(&1), Some(&1)));
        pinned.extend([("b", 2)]);
        pinned.extend([(&"c", &3)]);
        owned.extend([("d", 4)]);
        owned.extend([(&"e", &5)]);
        assert_eq!(map.len(), 5);
        fn equates<T: Eq>(_: &T) {}
        equates(&pinned);
        equates(&owned);
    }

    /// As std, papaya and dashmap have them.
    #[test]
    fn type_parameters_by_hand() {
        fn one() -> u32 {
            1
        }
        fn next(n: &u32) -> u32 {
            n + 1
        }
        let map = Map::new();
        let pinned = map.pin();
        assert_eq!(pinned.get_or_insert_with::<fn() -> u32>("a", one), &1);
        assert_eq!(pinned.try_insert_with::<fn() -> u32>("a", one), Err(&1));
        assert_eq!(pinned.get_or_try_insert_with::<_, ()>("a", || Ok(7)), Ok(&1));
        assert_eq!(pinned.update::<fn(&u32) -> u32>("a", next), Some(&2));
        assert_eq!(pinned.update_or_insert::<fn(&u32) -> u32>("a", next, 0), &3);
        assert_eq!(
            pinned.update_or_insert_with::<fn(&u32) -> u32, fn() -> u32>("a", next, one),
            &4
        );
        assert_eq!(pinned.compute::<_, ()>("a", |_| Operation::Insert(5)), {
            Compute::Updated { old: (&"a", &4), new: (&"a", &5) }
        });
        assert_eq!(pinned.entry("b").or_insert_with::<fn() -> u32>(one), &1);
        assert_eq!(pinned.entry("b").and_modify::<fn(&u32) -> u32>(next).get(), Some(&2));
        assert_eq!(pinned.get::<str>("b"), Some(&2));
        assert_eq!(pinned.remove_if::<str, fn(&&str, &u32) -> bool>("b", |_, _| false), {
            Err((&"b", &2))
        });
        pinned.retain::<fn(&&str, &u32) -> bool>(|_, n| *n > 2);
        let guard = &map.guard();
        assert_eq!(map.get_or_insert_with::<fn() -> u32>("c", one, guard), &1);
        assert_eq!(map.compute::<_, char>("c", |_| Operation::Abort('x'), guard), {
            Compute::Aborted('x')
        });
        assert_eq!(map.len(), 2);
    }

    #[test]
    fn write() {
        let map = Map::new();
        let pinned = map.pin();
        assert_eq!((pinned.insert("a", 1), pinned.insert("a", 2)), (None, Some(&1)));
        assert_eq!(pinned.try_insert("a", 3).unwrap_err().not_inserted, 3);
        assert_eq!(pinned.try_insert_with("a", || unreachable!()), Err(&2));
        assert_eq!(pinned.get_or_insert("b", 4), &4);
        assert_eq!(pinned.get_or_insert_with("b", || unreachable!()), &4);
        assert_eq!(pinned.get_or_try_insert_with("c", || Err("no")), Err("no"));
        assert_eq!(pinned.update("a", |n| n + 1), Some(&3));
        let names: HashMap<String, u32> = HashMap::new();
        assert_eq!(names.pin().try_insert_with_ref("a", || 1), Ok(&1));
        assert_eq!(names.pin().get_or_insert_with_ref("a", || unreachable!()), &1);
        assert_eq!(names.pin_owned().update_ref("a", |n| n + 1), Some(&2));
        assert_eq!(pinned.update_or_insert("a", |n| n + 1, 0), &4);
        assert_eq!(pinned.update_or_insert_with("d", |n| n + 1, || 6), &6);
        assert_eq!(pinned.compute("d", |_| Operation::<_, ()>::Remove), Compute::Removed(&"d", &6));
        assert_eq!(pinned.compare_exchange("a", &4, 5), Ok(&4));
        assert_eq!(pinned.compare_remove("a", &4), Err(CompareRemoveError { current: Some(&5) }));
        assert_eq!(pinned.entry("a").or_insert(0), &5);
        assert_eq!(pinned.remove("a"), Some(&5));
        assert_eq!(pinned.remove_entry("b"), Some((&"b", &4)));
        assert_eq!(pinned.remove_if("b", |_, _| true), Ok(None));
        (&map).extend([("x", 1), ("y", 2), ("z", 3)]);
        pinned.remove("c");
        pinned.retain(|_, value| *value > 1);
        assert_eq!(pinned.extract_if(|_, value| *value > 2).count(), 1);
        assert_eq!(pinned.len(), 1);
        pinned.clear();
        assert!(pinned.is_empty());
    }

    #[test]
    fn size_and_resizes() {
        let map = Map::new();
        let mut pinned = map.pin();
        pinned.reserve(1000);
        assert!(pinned.capacity() >= 1000 && pinned.try_reserve(usize::MAX).is_err());
        pinned.shrink_to(100);
        pinned.shrink_to_fit();
        while !pinned.help_resize(100).is_complete() {}
        pinned.finish_resize();
        assert!(pinned.capacity() < 100 && !pinned.is_resizing());
        pinned.flush();
        pinned.repin();
        assert_eq!(pinned.stats().len, 0);
    }
}

mod guards {
    use super::*;

    #[test]
    fn what_a_pin_is() {
        let chosen = evacmap::pinning();
        assert!(matches!(chosen, Pinning::Leased | Pinning::Ordinary));
        if cfg!(feature = "_ordinary_pins") || cfg!(not(target_os = "linux")) {
            assert_eq!(chosen, Pinning::Ordinary);
        }
        drop(evacmap::pin());
        assert_eq!(evacmap::pinning(), chosen);
    }

    #[test]
    fn of_a_thread() {
        let (map, set) = (Map::from([("a", 1)]), Set::from([1]));
        let mut guard: Guard = evacmap::pin();
        assert_eq!(
            (map.get("a", &guard), set.get(&1, &guard)),
            (Some(&1), Some(&1)),
            "one guard, two maps"
        );
        guard.flush();
        guard.repin();
        assert_eq!(format!("{guard:?}"), "Guard");
    }

    #[test]
    fn of_nobody() {
        fn movable<T: Send + Sync>(_: &T) {}
        let (map, set) = (Map::from([("a", 1)]), Set::from([1]));
        let mut guards =
            [OwnedGuard::new(), OwnedGuard::default(), map.owned_guard(), set.owned_guard()];
        for guard in &mut guards {
            guard.repin();
            guard.flush();
            let lent: &Guard = (*guard).borrow();
            assert_eq!((map.get("a", lent), map.get("a", guard)), (Some(&1), Some(&1)));
            assert_eq!(format!("{guard:?}"), "OwnedGuard");
        }
        let mut pinned: HashMapRef<'_, _, _, _, OwnedGuard> = map.pin_owned();
        pinned.repin();
        movable(&pinned);
        assert_eq!(pinned.get("a"), Some(&1));
        let mut pinned: HashSetRef<'_, _, _, OwnedGuard> = set.pin_owned();
        pinned.repin();
        movable(&pinned);
        assert!(pinned.contains(&1));
    }
}

mod entries {
    use super::*;

    fn occupied<'g>(map: &'g Map, guard: &'g Guard) -> OccupiedEntry<'g, &'static str, u32> {
        let Entry::Occupied(entry) = map.entry("a", guard) else { panic!("it is there") };
        entry
    }

    fn vacant<'g>(map: &'g Map, guard: &'g Guard) -> VacantEntry<'g, &'static str, u32> {
        let Entry::Vacant(entry) = map.entry("x", guard) else { panic!("it is not there") };
        entry
    }

    #[test]
    fn of_either_kind() {
        let map = Map::from([("a", 1)]);
        let guard = &map.guard();
        assert_eq!((map.entry("a", guard).key(), map.entry("a", guard).get()), (&"a", Some(&1)));
        assert_eq!(map.entry("b", guard).or_insert(2), &2);
        assert_eq!(map.entry("c", guard).or_insert_with(|| 3), &3);
        assert_eq!(map.entry("dd", guard).or_insert_with_key(|key| key.len() as u32), &2);
        assert_eq!(map.entry("e", guard).or_default(), &0);
        assert_eq!(map.entry("e", guard).insert_entry(5), (&"e", &5));
        assert_eq!(map.entry("e", guard).remove_entry(), Some((&"e", &5)));
        assert!(
            format!("{:?} {:?}", map.entry("a", guard), map.entry("x", guard))
                .contains("OccupiedEntry")
        );
        validated(map.clone());
    }

    #[test]
    fn that_were_modified() {
        let map = Map::from([("a", 1)]);
        let guard = &map.guard();
        let modify =
            |key| -> Modified<'_, &str, u32> { map.entry(key, guard).and_modify(|n| n + 1) };
        assert_eq!((modify("a").get(), modify("x").get()), (Some(&2), None));
        assert_eq!((modify("a").or_insert(0), modify("b").or_insert(7)), (&3, &7));
        assert_eq!((modify("a").or_insert_with(|| 0), modify("c").or_insert_with(|| 8)), (&4, &8));
        assert_eq!(modify("dd").or_insert_with_key(|key| key.len() as u32), &2);
        assert_eq!(modify("e").or_default(), &0);
        assert!(format!("{:?}", modify("a")).contains("Modified"));
    }

    #[test]
    fn of_a_known_kind() {
        let map = Map::from([("a", 1)]);
        let guard = &map.guard();
        assert_eq!((occupied(&map, guard).key(), occupied(&map, guard).get()), (&"a", &1));
        let late = occupied(&map, guard);
        assert_eq!(occupied(&map, guard).insert(2), Ok(&1));
        assert_eq!(late.insert(3), Err(CompareExchangeError { current: Some(&2), new: 3 }));
        assert_eq!(occupied(&map, guard).remove_entry(), Ok((&"a", &2)));
        assert_eq!((vacant(&map, guard).key(), vacant(&map, guard).into_key()), (&"x", "x"));
        let late = vacant(&map, guard);
        assert_eq!(vacant(&map, guard).insert(1), Ok(&1));
        assert_eq!(late.insert(2), Err(OccupiedError { current: &1, not_inserted: 2 }));
    }
}

/// The methods of `HashSet` and `HashSetRef`.
mod sets {
    use super::*;

    #[test]
    fn read() {
        let set = Set::from([1, 2]);
        let (guard, pinned): (Guard, HashSetRef<'_, _>) = (set.guard(), set.pin());
        assert!(set.contains(&1, &guard) && pinned.contains(&1) && !pinned.contains(&3));
        assert_eq!((set.get(&1, &guard), pinned.get(&3)), (Some(&1), None));
        assert_eq!(
            (set.len(), set.is_empty(), set.capacity()),
            (pinned.len(), pinned.is_empty(), pinned.capacity())
        );
        assert!(std::ptr::eq(pinned.set(), &set) && std::ptr::eq(pinned.hasher(), set.hasher()));
        assert!(set.contains(&2, pinned.guard()));
        let iter: set::Iter<'_, u32> = set.iter(&guard);
        assert_eq!((sorted(iter), sorted(&pinned)), (vec![&1, &2], sorted(pinned.iter())));
        assert_eq!(format!("{:?}", Set::from([7]).pin()), "{7}");
    }

    #[test]
    fn as_a_value() {
        let (set, other) = (Set::from([1]), Set::from([2]));
        let (mut pinned, mut owned) = (set.pin(), set.pin_owned());
        assert!(pinned == owned && pinned == set);
        assert!(owned == pinned && owned == set);
        assert!(pinned != other.pin() && pinned != other);
        assert!(std::ptr::eq(pinned.clone().set(), &set));
        assert!(std::ptr::eq(owned.clone().set(), &set));
        pinned.extend([2]);
        pinned.extend([&3]);
        owned.extend([4]);
        owned.extend([&5]);
        assert_eq!(set, (1..6).collect());
        fn equates<T: Eq>(_: &T) {}
        equates(&pinned);
        equates(&owned);
    }

    #[test]
    fn write_with_a_guard() {
        let set = Set::new();
        let guard = &set.guard();
        assert!(set.insert(1, guard) && !set.insert(1, guard));
        assert_eq!(set.get_or_insert(1, guard), &1);
        assert_eq!(set.get_or_insert_with(&1, |_| unreachable!(), guard), &1);
        assert_eq!((set.replace(1, guard), set.replace(2, guard)), (Some(&1), None));
        assert!(set.remove(&1, guard) && !set.remove(&1, guard));
        assert_eq!((set.take(&2, guard), set.take(&2, guard)), (Some(&2), None));
        (&set).extend(0..10);
        set.retain(|value| value % 2 == 0, guard);
        assert_eq!(sorted(set.extract_if(|value| *value > 4, guard)), [&6, &8]);
        assert_eq!(set.len(), 3);
        set.clear(guard);
        set.reserve(1000, guard);
        assert!(
            set.is_empty() && set.capacity() >= 1000 && set.try_reserve(usize::MAX, guard).is_err()
        );
        set.shrink_to(100, guard);
        set.shrink_to_fit(guard);
        assert!(set.capacity() < 100);
        set.flush();
        assert_eq!(set.as_map().stats().len, 0);
    }

    #[test]
    fn write_through_the_reference() {
        let set = Set::new();
        let mut pinned = set.pin();
        assert!(pinned.insert(1) && !pinned.insert(1));
        assert_eq!((pinned.get_or_insert(1), pinned.get_or_insert_with(&1, |n| *n)), (&1, &1));
        assert_eq!((pinned.replace(1), pinned.replace(2)), (Some(&1), None));
        assert!(pinned.remove(&1) && !pinned.remove(&1));
        assert_eq!((pinned.take(&2), pinned.take(&2)), (Some(&2), None));
        (&set).extend(0..10);
        pinned.retain(|value| value % 2 == 0);
        assert_eq!(sorted(pinned.extract_if(|value| *value > 4)), [&6, &8]);
        pinned.clear();
        pinned.reserve(1000);
        assert!(
            pinned.is_empty()
                && pinned.capacity() >= 1000
                && pinned.try_reserve(usize::MAX).is_err()
        );
        pinned.shrink_to(100);
        pinned.shrink_to_fit();
        assert!(pinned.capacity() < 100);
        pinned.flush();
        pinned.repin();
        assert!(pinned.is_empty());
    }

    #[test]
    fn together() {
        let (low, high): (Set, Set) = ((0..4).collect(), (2..6).collect());
        let guard = &evacmap::pin();
        assert_eq!(sorted(low.intersection(&high, guard)), [&2, &3]);
        assert_eq!(sorted(low.difference(&high, guard)), [&0, &1]);
        assert_eq!(sorted(low.symmetric_difference(&high, guard)), [&0, &1, &4, &5]);
        assert_eq!(sorted(low.union(&high, guard)), [&0, &1, &2, &3, &4, &5]);
        assert!(!low.is_disjoint(&high) && !low.is_subset(&high) && !low.is_superset(&high));
        let pinned = low.pin();
        assert_eq!(sorted(pinned.intersection(&high)), [&2, &3]);
        assert_eq!(sorted(pinned.difference(&high)), [&0, &1]);
        assert_eq!(sorted(pinned.symmetric_difference(&high)), [&0, &1, &4, &5]);
        assert_eq!(sorted(pinned.union(&high)), [&0, &1, &2, &3, &4, &5]);
        assert_eq!((&low & &high, &low - &high), (Set::from([2, 3]), Set::from([0, 1])));
        assert_eq!((&low ^ &high, &low | &high), (Set::from([0, 1, 4, 5]), (0..6).collect()));
        assert!(
            pinned.is_disjoint(&Set::from([9]))
                && pinned.is_subset(&low)
                && pinned.is_superset(&Set::from([1]))
        );
    }
}

mod traits {
    use super::*;

    #[test]
    fn of_errors() {
        let said = |error: &dyn Error| error.to_string();
        assert!(
            said(&OccupiedError { current: &1, not_inserted: 2 }).contains("failed to insert 2")
        );
        assert!(
            said(&CompareExchangeError { current: Some(&1), new: 2 }).contains("failed to store 2")
        );
        assert!(said(&CompareRemoveError { current: Some(&1) }).contains("failed to remove"));
        assert!(said(&TryReserveError::CapacityOverflow).contains("maximum"));
        assert!(
            said(&TryReserveError::AllocError { layout: Layout::new::<u8>() })
                .contains("allocator")
        );
        fn is_error<E: Error + Send + Sync + 'static>() -> &'static str {
            type_name::<E>()
        }
        assert!(
            is_error::<Violation>().ends_with("Violation")
                && !is_error::<TryReserveError>().is_empty()
        );
    }

    #[test]
    fn of_iterators() {
        fn fused<T: Debug>(iter: impl FusedIterator<Item = T> + Debug) -> (bool, usize) {
            (!format!("{iter:?}").is_empty(), iter.count())
        }
        let (mut map, set) = (Map::from([("a", 1)]), Set::from([1]));
        let guard = &evacmap::pin();
        assert_eq!((map.iter_mut().len(), map.values_mut().len()), (1, 1));
        assert_eq!(fused(map.iter(guard)), (true, 1));
        assert_eq!(fused(map.keys(guard)), (true, 1));
        assert_eq!(fused(map.values(guard)), (true, 1));
        assert_eq!(fused(map.iter_mut()), (true, 1));
        assert_eq!(fused(map.values_mut()), (true, 1));
        assert_eq!(fused(set.iter(guard)), (true, 1));
        assert_eq!(fused(map.extract_if(|_, _| true, guard)), (true, 1));
        assert_eq!((fused(map.into_iter()), fused(set.into_iter())), ((true, 0), (true, 1)));
    }

    /// Knows nothing of its key.
    struct Wrapped<'g, K, V>(Iter<'g, K, V>, Keys<'g, K, V>, Values<'g, K, V>, set::Iter<'g, K>);

    impl<'g, K, V> Iterator for Wrapped<'g, K, V> {
        type Item = ((&'g K, &'g V), &'g K, &'g V, &'g K);

        fn next(&mut self) -> Option<Self::Item> {
            Some((self.0.next()?, self.1.next()?, self.2.next()?, self.3.next()?))
        }
    }

    #[test]
    fn of_iterators_over_any_keys() {
        let (map, set) = (Map::from([("a", 1)]), HashSet::from(["b"]));
        let (map, set) = (map.pin(), set.pin());
        let wrapped = Wrapped(map.iter(), map.keys(), map.values(), set.iter());
        assert!(wrapped.eq([((&"a", &1), &"a", &1, &"b")]));
    }

    /// Looks up what it only describes.
    #[derive(Hash)]
    struct Spelled(String);

    impl Equivalent<&'static str> for Spelled {
        fn equivalent(&self, key: &&'static str) -> bool {
            self.0 == *key
        }
    }

    #[test]
    fn of_keys() {
        let map = Map::from([("a", 1)]);
        assert_eq!(map.pin().get(&Spelled("a".to_owned())), Some(&1));
        assert_eq!(map.pin().remove(&Spelled("b".to_owned())), None);
    }

    #[test]
    fn of_what_survives_a_panic() {
        fn survives<T: UnwindSafe + RefUnwindSafe>(_: &T) {}
        let (mut map, set) = (Map::from([("a", 1)]), Set::from([1]));
        survives(&map);
        survives(&set);
        let guard = evacmap::pin();
        survives(&guard);
        survives(&OwnedGuard::new());
        survives(&map.pin());
        survives(&map.pin_owned());
        survives(&set.pin());
        survives(&set.pin_owned());
        survives(&map.iter(&guard));
        survives(&map.keys(&guard));
        survives(&map.values(&guard));
        survives(&set.iter(&guard));
        survives(&map.entry("a", &guard));
        survives(&map.clone().into_iter());
        survives(&set.clone().into_iter());
        fn moves<T: UnwindSafe>(_: &T) {}
        moves(&map.extract_if(|_, _| true, &guard));
        let result = catch_unwind(|| {
            let _ = map.pin().update("a", |_| panic_any("on purpose"));
        });
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&"on purpose"));
        assert_eq!(map.pin().get("a"), Some(&1));
        map.validate().unwrap();
    }

    #[test]
    fn of_all_the_rest() {
        fn shared<T: Send + Sync + Debug>() -> &'static str {
            type_name::<T>()
        }
        let names = [
            shared::<Map>(),
            shared::<Set>(),
            shared::<Stats>(),
            shared::<Progress>(),
            shared::<ShrinkPolicy>(),
        ];
        assert_eq!(BTreeSet::from(names).len(), 5);
        assert_eq!((Stats::default().len, Map::new().stats().buckets), (0, 0));
        assert_eq!(format!("{:?}", Operation::<u32, ()>::Remove), "Remove");
        assert_eq!(format!("{:?}", Compute::<u32, u32, u32>::Aborted(1)), "Aborted(1)");
    }
}

#[test]
fn a_value_with_one_owner() {
    fn sent_and_shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>(_: &T) {}
    // Not `Sync` by itself.
    let cell = Take::new(std::cell::Cell::new(1));
    sent_and_shared(&cell);
    assert!(!cell.is_taken());
    assert_eq!(format!("{cell:?}"), "Take { taken: false, .. }");
    assert_eq!((cell.take().map(|n| n.get()), cell.take(), cell.is_taken()), (Some(1), None, true));
    assert_eq!((Take::<u32>::default().take(), Take::from("a").take()), (Some(0), Some("a")));
    let map = HashMap::from([(1, Take::new("a"))]);
    sent_and_shared(&map);
    assert_eq!(map.pin().remove(&1).and_then(Take::take), Some("a"));
}

#[cfg(feature = "serde")]
#[test]
fn feature_serde() {
    let (map, set) = (HashMap::from([("a".to_owned(), 1)]), Set::from([1]));
    let (text, list) = (serde_json::to_string(&map).unwrap(), serde_json::to_string(&set).unwrap());
    assert_eq!((text.as_str(), list.as_str()), (r#"{"a":1}"#, "[1]"));
    assert_eq!(serde_json::to_string(&map.pin()).unwrap(), text);
    assert_eq!(serde_json::to_string(&set.pin()).unwrap(), list);
    assert_eq!(serde_json::from_str::<HashMap<String, u32>>(&text).unwrap(), map);
    assert_eq!(serde_json::from_str::<Set>(&list).unwrap(), set);
}

#[cfg(feature = "rayon")]
#[test]
fn feature_rayon() {
    use evacmap::parallel::{EntryRef, IntoParIter, MapParIter, ParIter, ParValues};
    use evacmap::parallel::{SetParIter, ValueRef};
    use rayon::prelude::*;

    let mut map: HashMap<u32, u32> = (0..100).into_par_iter().map(|key| (key, key)).collect();
    map.par_extend((100..200).into_par_iter().map(|key| (key, key)));
    (&map).par_extend((200..300).into_par_iter().map(|key| (key, key)));
    let pinned = map.pin();
    let entries: ParIter<'_, u32, u32> = pinned.par_iter();
    assert!(format!("{entries:?}").contains("ParIter"));
    assert_eq!(entries.map(|(key, value)| key - value).count(), 300);
    let mut set: Set = (0..100).into_par_iter().collect();
    set.par_extend((100..200).into_par_iter());
    (&set).par_extend((200..300).into_par_iter());
    let pinned = set.pin();
    let values: ParValues<'_, u32> = pinned.par_iter();
    assert!(format!("{values:?}").contains("ParValues"));
    assert_eq!(values.sum::<u32>(), (0..300).sum::<u32>());

    map.pin().par_extend((300..400).into_par_iter().map(|key| (key, key)));
    map.pin_owned().par_extend([(&400, &400)]);
    map.par_extend([(&401, &401)]);
    (&map).par_extend([(&402, &402)]);
    set.pin().par_extend(300..400);
    set.pin_owned().par_extend([&400]);
    set.par_extend([&401]);
    (&set).par_extend([&402]);

    let entries: MapParIter<'_, u32, u32> = map.par_iter();
    assert!(format!("{entries:?}").contains("MapParIter"));
    let last: EntryRef<'_, u32, u32> = entries.find_any(|entry| *entry.key() == 402).unwrap();
    assert_eq!((last.pair(), *last, last.value()), ((&402, &402), 402, last.clone().value()));
    assert_eq!(format!("{last:?}"), "EntryRef(402, 402)");
    drop(last);
    let values: SetParIter<'_, u32> = set.par_iter();
    assert!(format!("{values:?}").contains("SetParIter"));
    let last: ValueRef<'_, u32> = values.find_any(|value| **value == 402).unwrap();
    assert_eq!((format!("{last:?}"), *last.clone()), ("ValueRef(402)".to_owned(), 402));
    drop(last);

    map.par_iter_mut().for_each(|(key, value)| *value += key);
    let entries: IntoParIter<(u32, u32)> = map.into_par_iter();
    assert_eq!((format!("{entries:?}").contains("403"), entries.opt_len()), (true, Some(403)));
    assert!(entries.all(|(key, value)| value == 2 * key));
    assert_eq!(set.into_par_iter().max(), Some(402));
}

#[cfg(feature = "metrics")]
#[test]
fn feature_metrics() {
    // Without a recorder nobody listens; `tests/alone/metrics.rs` has one.
    Stats::describe();
    Map::from([("a", 1)]).stats().publish("a map");
}

/// The map with deadlines.
#[cfg(feature = "expiring")]
mod expiring {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use evacmap::expiring::{
        Cause, Clock, ExpiringMap, ExpiringMapBuilder, ExpiringMapRef, ExpiringStats, Iter,
        ManualClock, Sweep, Sweeper,
    };

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn making() {
        let builder: ExpiringMapBuilder<&str, u32> = ExpiringMap::builder()
            .capacity(100)
            .shrink_policy(ShrinkPolicy::Never)
            .time_to_live(SECOND)
            .time_to_idle(SECOND)
            .tick(SECOND)
            .clock(ManualClock::default())
            .listener(|_, _, _: Cause| {});
        assert!(format!("{builder:?}").contains("time_to_live: 1s"));
        let mut map: ExpiringMap<&str, u32, RandomState> =
            builder.hasher(RandomState::new()).build();
        assert!(map.capacity() >= 100 && map.is_empty());
        map.validate().unwrap();
        let clock = Arc::new(ManualClock::new());
        clock.advance(SECOND);
        assert_eq!((Clock::now(&clock), format!("{clock:?}")), (SECOND, "ManualClock(1s)".into()));
        clock.set(Duration::ZERO);
        assert_eq!(clock.now(), Duration::ZERO);
    }

    #[test]
    fn map() {
        let map = ExpiringMap::<&str, u32>::new(SECOND * 1000);
        let guard: Guard = map.guard();
        assert_eq!(map.insert("a", 1, &guard), None);
        assert_eq!(map.insert_with_ttl("b", 2, SECOND * 1000, &guard), None);
        assert_eq!(map.insert_until("c", 3, map.now() + SECOND * 1000, &guard), None);
        assert_eq!(map.get_or_insert_with("a", || 9, &guard), &1);
        assert_eq!(map.update("a", |n| n + 1, &guard), Some(&2));
        assert_eq!((map.get("a", &guard), map.contains_key("x", &guard)), (Some(&2), false));
        assert_eq!(map.get_key_value("a", &guard), Some((&"a", &2)));
        assert!(map.remaining("a", &guard) <= Some(SECOND * 1000) && map.touch("a", &guard));
        let iter: Iter<'_, _, _> = map.iter(&guard);
        assert_eq!((format!("{iter:?}"), sorted(iter).len()), ("Iter { .. }".to_owned(), 3));
        assert_eq!((map.len(), map.len_exact(&guard), map.capacity() >= 3), (3, 3, true));
        assert_eq!(map.remove_if("a", |_, n| *n > 9, &guard), Err((&"a", &2)));
        assert_eq!(map.remove("a", &guard), Some(&2));
        assert_eq!(map.remove_entry("b", &guard), Some((&"b", &2)));
        assert!(map.expire_now("c", &guard));
        map.retain(|_, _| true, &guard);
        map.clear(&guard);
        map.flush();
        let sweep: Sweep = map.sweep(usize::MAX);
        assert!(sweep.complete && map.is_empty() && format!("{map:?}") == "{}");
        let stats: ExpiringStats = map.stats();
        assert_eq!((stats.hits, stats.misses, stats.expired, stats.removed), (3, 0, 1, 2));
        assert_eq!((stats.replaced, stats.stale(), stats.hit_rate()), (1, 4, 1.0));
        assert!(stats.swept_per_share() >= 0.0 && stats.bytes > stats.map.bytes);
    }

    #[test]
    fn map_with_a_guard_inside() {
        let map = ExpiringMap::<&str, u32>::new(SECOND * 1000);
        let mut map: ExpiringMapRef<'_, _, _> = map.pin();
        map.repin();
        let _: (&Guard, &ExpiringMap<_, _>) = (map.guard(), map.map());
        assert_eq!(map.insert("a", 1), None);
        assert_eq!(map.insert_with_ttl("b", 2, SECOND * 1000), None);
        assert_eq!(map.insert_until("c", 3, map.now() + SECOND * 1000), None);
        assert_eq!((map.get_or_insert_with("a", || 9), map.update("a", |n| n + 1)), (&1, Some(&2)));
        assert_eq!((map.get("a"), map.get_key_value("a")), (Some(&2), Some((&"a", &2))));
        assert!(map.contains_key("a") && map.touch("a") && map.remaining("a").is_some());
        assert_eq!((map.len(), map.len_exact(), map.iter().count()), (3, 3, 3));
        assert_eq!(map.remove_if("a", |_, n| *n > 9), Err((&"a", &2)));
        assert_eq!((map.remove("a"), map.remove_entry("b")), (Some(&2), Some((&"b", &2))));
        assert!(map.expire_now("c") && map.capacity() >= 3);
        map.retain(|_, _| true);
        map.clear();
        map.flush();
        assert!(map.sweep(usize::MAX).complete && map.is_empty() && format!("{map:?}") == "{}");
        assert_eq!(map.stats().expired, 1);
        let mut owned: ExpiringMapRef<'_, _, _, _, OwnedGuard> = map.map().pin_owned();
        owned.repin();
        assert_eq!(owned.get("a"), None);
    }

    #[test]
    fn a_thread_that_sweeps() {
        let map = Arc::new(ExpiringMap::<u32, u32>::new(SECOND));
        let sweeper: Sweeper = Sweeper::start(&map).unwrap();
        assert!(!sweeper.is_finished());
        sweeper.stop();
    }
}
