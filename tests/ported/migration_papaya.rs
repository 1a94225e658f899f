//! Moving over from papaya 0.2: one text, compiled once with each crate, in the style of papaya's
//! own examples; and the places where the text has to differ, or means something else, each as a
//! pair. `src/docs/migration.rs` has the list.

use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A program for either crate.
macro_rules! program {
    ($name:ident, $crate_:ident) => {
        mod $name {
            use std::sync::Arc;
            use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
            use std::thread;

            use $crate_::{Compute, HashMap, HashSet, OccupiedError, Operation};

            #[test]
            fn pinned_once_for_a_batch() {
                let map = HashMap::new();
                let map = map.pin();
                assert_eq!(map.insert('a', 1), None);
                assert_eq!(map.insert('a', 2), Some(&1));
                assert_eq!(map.get(&'a'), Some(&2));
                assert_eq!(map.get_key_value(&'a'), Some((&'a', &2)));
                assert!(map.contains_key(&'a') && !map.contains_key(&'b'));
                assert_eq!((map.len(), map.is_empty()), (1, false));
                assert_eq!(map.remove_entry(&'a'), Some((&'a', &2)));
                assert_eq!(map.remove(&'a'), None);
                assert!(map.is_empty());
            }

            #[test]
            fn a_guard_of_ones_own() {
                let map: HashMap<String, u32> = HashMap::with_capacity(10);
                let guard = map.guard();
                map.insert("one".to_owned(), 1, &guard);
                let one = map.get("one", &guard);
                map.remove("one", &guard);
                assert_eq!(one, Some(&1), "removed, and still readable");
                assert_eq!(map.iter(&guard).count(), 0);
            }

            #[test]
            fn writers_removers_and_readers() {
                let map = HashMap::new();
                thread::scope(|scope| {
                    scope.spawn(|| {
                        ('A'..='Z').for_each(|key| assert_eq!(map.pin().insert(key, 1), None))
                    });
                    scope.spawn(|| {
                        ('A'..='Z').filter(|key| map.pin().remove(key).is_some()).count()
                    });
                    scope.spawn(|| {
                        for (key, value) in map.pin().iter() {
                            assert!(key.is_ascii_uppercase() && *value == 1);
                        }
                    });
                });
                let map = map.pin();
                assert_eq!(map.iter().count(), map.len());
            }

            #[test]
            fn atomic_operations() {
                let map = HashMap::new();
                let map = map.pin();
                assert_eq!(map.update("pages", |n| n + 1), None);
                assert_eq!(map.update_or_insert("pages", |n| n + 1, 42), &42);
                assert_eq!(map.update_or_insert("pages", |n| n + 1, 42), &43);
                assert_eq!(map.update_or_insert_with("words", |n| n + 1, || 7), &7);
                assert_eq!(map.update("pages", |n| n * 2), Some(&86));
                assert_eq!(map.get_or_insert("pages", 0), &86);
                assert_eq!(map.get_or_insert_with("lines", || 5), &5);
                assert_eq!(map.try_insert_with("lines", || unreachable!()), Err(&5));
                assert_eq!(map.try_insert_with("figures", || 2), Ok(&2));
                assert_eq!(map.try_insert("chapters", 3), Ok(&3));
                assert_eq!(
                    map.try_insert("chapters", 4),
                    Err(OccupiedError { current: &3, not_inserted: 4 })
                );
                assert_eq!(map.remove_if("lines", |_, n| *n > 5), Err((&"lines", &5)));
                assert_eq!(map.remove_if("lines", |_, n| *n == 5), Ok(Some((&"lines", &5))));
                assert_eq!(map.remove_if("lines", |_, _| true), Ok(None));
            }

            #[test]
            fn compute_inserts_replaces_removes_and_declines() {
                let map = HashMap::new();
                let map = map.pin();
                let halve = |entry: Option<(&char, &u32)>| match entry {
                    Some((_, n)) if n % 2 == 1 => Operation::Remove,
                    Some((_, n)) => Operation::Insert(n / 2),
                    None => Operation::Abort("absent"),
                };
                assert_eq!(map.compute('a', halve), Compute::Aborted("absent"));
                map.insert('a', 6);
                assert_eq!(
                    map.compute('a', halve),
                    Compute::Updated { old: (&'a', &6), new: (&'a', &3) }
                );
                assert_eq!(map.compute('a', halve), Compute::Removed(&'a', &3));
                let insert = |_: Option<(&char, &u32)>| Operation::<u32, ()>::Insert(1);
                assert_eq!(map.compute('a', insert), Compute::Inserted(&'a', &1));
            }

            #[test]
            fn type_parameters_by_hand() {
                fn one() -> u32 {
                    1
                }
                fn next(n: &u32) -> u32 {
                    n + 1
                }
                let map = HashMap::<String, u32>::new();
                let map = map.pin();
                assert_eq!(map.get_or_insert_with::<fn() -> u32>("a".to_owned(), one), &1);
                assert_eq!(map.try_insert_with::<fn() -> u32>("a".to_owned(), one), Err(&1));
                assert_eq!(map.update::<fn(&u32) -> u32>("a".to_owned(), next), Some(&2));
                assert_eq!(map.update_or_insert::<_>("a".to_owned(), next, 0), &3);
                assert_eq!(map.update_or_insert_with::<_, _>("a".to_owned(), next, one), &4);
                let aborted = map.compute::<_, char>("a".to_owned(), |_| Operation::Abort('x'));
                assert_eq!(aborted, Compute::Aborted('x'));
                map.compute::<_, ()>("a".to_owned(), |_| Operation::Remove);
                assert_eq!(map.get::<str>("a"), None);
                assert_eq!(map.remove_if::<str, _>("a", |_, _| true), Ok(None));
                map.retain::<fn(&String, &u32) -> bool>(|_, _| true);
            }

            #[test]
            fn collections_in_and_out() {
                let map: HashMap<u32, u32> = (0..8).map(|n| (n, n * 10)).collect();
                map.pin().retain(|key, _| key % 2 == 0);
                let mut keys: Vec<_> = map.pin().keys().copied().collect();
                keys.sort();
                assert_eq!(keys, [0, 2, 4, 6]);
                assert_eq!(map.pin().values().sum::<u32>(), 120);
                let mut shared = &map;
                shared.extend([(1, 1), (3, 3)]);
                let copy = map.clone();
                assert_eq!(copy, map);
                map.pin().reserve(100);
                map.pin().clear();
                assert!(map.is_empty() && copy != map);
                let mut sum = 0;
                for (_, value) in &copy.pin() {
                    sum += value;
                }
                assert_eq!(sum, 124);
                assert_eq!(format!("{:?}", HashMap::from([(1, 2)])), "{1: 2}");
            }

            #[test]
            fn sets() {
                let set = HashSet::new();
                let set = set.pin();
                assert!(set.insert("a") && !set.insert("a"));
                assert!(set.contains("a"));
                assert_eq!(set.get("a"), Some(&"a"));
                assert!(set.remove("a") && !set.remove("a"));
                assert!(set.is_empty());
            }

            #[test]
            fn counters_are_atomics_behind_one_entry() {
                let hits: HashMap<&str, AtomicUsize> = HashMap::new();
                thread::scope(|scope| {
                    for _ in 0..4 {
                        scope.spawn(|| {
                            for _ in 0..1000 {
                                hits.pin()
                                    .get_or_insert_with("home", AtomicUsize::default)
                                    .fetch_add(1, Relaxed);
                            }
                        });
                    }
                });
                assert_eq!(hits.pin().get("home").unwrap().load(Relaxed), 4000);
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn owned_pins_live_across_await() {
                let map: Arc<HashMap<u32, String>> = Arc::default();
                map.pin().insert(1, "one".to_owned());
                let shared = map.clone();
                let task = tokio::spawn(async move {
                    let map = shared.pin_owned();
                    let mut length = 0;
                    for (_, value) in map.iter() {
                        tokio::task::yield_now().await;
                        length += value.len();
                    }
                    length
                });
                assert_eq!(task.await.unwrap(), 3);
            }
        }
    };
}

program!(with_papaya, papaya);
program!(with_evacmap, evacmap);

/// Guards are values of one type here, behind a trait there; and what is read borrows the map too.
mod guards_in_signatures {
    struct Before {
        series: papaya::HashMap<String, Vec<u64>>,
    }

    impl Before {
        fn get<'g>(&self, name: &str, guard: &'g impl papaya::Guard) -> Option<&'g [u64]> {
            Some(self.series.get(name, guard)?.as_slice())
        }
    }

    struct After {
        series: evacmap::HashMap<String, Vec<u64>>,
    }

    impl After {
        fn get<'g>(&'g self, name: &str, guard: &'g evacmap::Guard) -> Option<&'g [u64]> {
            Some(self.series.get(name, guard)?.as_slice())
        }
    }

    #[test]
    fn both_return_what_they_read() {
        let before = Before { series: papaya::HashMap::from([("a".to_owned(), vec![1, 2])]) };
        let after = After { series: evacmap::HashMap::from([("a".to_owned(), vec![1, 2])]) };
        assert_eq!(before.get("a", &before.series.guard()), Some(&[1, 2][..]));
        assert_eq!(before.get("a", &before.series.owned_guard()), Some(&[1, 2][..]));
        assert_eq!(after.get("a", &after.series.guard()), Some(&[1, 2][..]));
        assert_eq!(after.get("a", &after.series.owned_guard()), Some(&[1, 2][..]));
    }
}

#[test]
fn a_guard_serves_its_own_map_there_and_every_map_here() {
    let (one, two) = (papaya::HashMap::from([(1, 1)]), papaya::HashMap::from([(1, 1)]));
    let guard = one.guard();
    assert_eq!(one.get(&1, &guard), Some(&1));
    assert!(catch_unwind(AssertUnwindSafe(|| two.contains_key(&1, &guard))).is_err());

    let (one, two) = (evacmap::HashMap::from([(1, 1)]), evacmap::HashMap::from([(1, 1)]));
    let guard = one.guard();
    assert_eq!(one.get(&1, &guard), two.get(&1, &guard));
}

/// Equal to every other, and still told apart.
#[derive(Debug)]
struct Alike(u32);

impl PartialEq for Alike {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Alike {}
impl Hash for Alike {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// papaya's text says that the key stays. Its entries are replaced as a whole all the same, as
/// here.
#[test]
fn the_key_goes_with_the_value() {
    let before = papaya::HashMap::new();
    before.pin().insert(Alike(1), ());
    before.pin().insert(Alike(2), ());
    assert_eq!(before.pin().keys().next().unwrap().0, 2);

    let after = evacmap::HashMap::new();
    after.pin().insert(Alike(1), ());
    after.pin().insert(Alike(2), ());
    assert_eq!(after.pin().keys().next().unwrap().0, 2);
}

/// papaya's text says that what is in the set stays. It is replaced all the same; here it does
/// stay.
#[test]
fn an_equal_value_is_put_into_a_set() {
    let before = papaya::HashSet::new();
    assert!(before.pin().insert(Alike(1)) && !before.pin().insert(Alike(2)));
    assert_eq!(before.pin().iter().next().unwrap().0, 2);

    let after = evacmap::HashSet::new();
    assert!(after.pin().insert(Alike(1)) && !after.pin().insert(Alike(2)));
    assert_eq!(after.pin().iter().next().unwrap().0, 1);
    assert_eq!(after.pin().replace(Alike(3)), Some(&Alike(1)));
}

#[test]
fn to_remove_what_is_absent_panics_in_both() {
    let before = papaya::HashMap::<u32, u32>::new();
    let remove = || {
        before.pin().compute(1, |_| papaya::Operation::<u32, ()>::Remove)
            == papaya::Compute::Aborted(())
    };
    assert!(catch_unwind(AssertUnwindSafe(remove)).is_err());

    let after = evacmap::HashMap::<u32, u32>::new();
    let remove = || {
        after.pin().compute(1, |_| evacmap::Operation::<u32, ()>::Remove)
            == evacmap::Compute::Aborted(())
    };
    assert!(catch_unwind(AssertUnwindSafe(remove)).is_err());
}
