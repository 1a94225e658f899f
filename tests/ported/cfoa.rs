//! After the tests of Boost's `concurrent_flat_map`: `test/cfoa/` in boostorg/unordered (BSL-1.0).
//! Here those of the operations; see also `cfoa_exceptions` and `cfoa_reentrancy`.
//!
//! There, each operation is run by several threads over the same random values and what is left is
//! compared with a reference; so here, with values from a wide range, from a narrow one, and in
//! sequence. Boost's `visit` is `get` where it reads and `update` where it writes; `erase_if` is
//! `remove_if` or `retain`; `insert_or_visit` is `try_insert`. Not taken over: allocators, swap and
//! move assignment, `merge`, `extract`, execution policies, bulk visits, serialisation, its latch
//! and its spin lock.

use std::collections::HashMap as Model;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering::*};

use evacmap::{Compute, HashMap, Operation};

use crate::common::{Counted, Counter, Random, scaled, validated};
use crate::support::crowd;

pub const THREADS: usize = 4;

/// Which keys there are.
#[derive(Clone, Copy, Debug)]
pub enum Range {
    Wide,
    Narrow,
    Sequence,
}

pub const RANGES: [Range; 3] = [Range::Wide, Range::Narrow, Range::Sequence];

/// Random values: a key, and a value that depends on it.
pub fn values(range: Range) -> Vec<(u64, u64)> {
    let mut random = Random::new(range as usize);
    let count = scaled(8_000, 2_000) as u64;
    let key = |i: u64, random: u64| match range {
        Range::Wide => random >> 8,
        Range::Narrow => random % 200,
        Range::Sequence => i,
    };
    (0..count).map(|i| key(i, random.next())).map(|key| (key, key.wrapping_mul(7) % 1000)).collect()
}

pub type Map = HashMap<Counted<u64>, Counted<u64>>;

/// A map, the counter of what is in it, and the values to use.
pub struct Case {
    pub map: Map,
    pub counter: std::sync::Arc<Counter>,
    pub values: Vec<(u64, u64)>,
}

impl Case {
    pub fn key(&self, key: u64) -> Counted<u64> {
        self.counter.make(key)
    }

    /// Each key with its value.
    pub fn reference(&self) -> Model<u64, u64> {
        self.values.iter().copied().collect()
    }

    /// Runs `work` on the threads, each with its share of the values.
    pub fn share<T: Send>(&self, work: impl Fn(u64, u64) -> T + Sync) -> Vec<T> {
        let chunk = self.values.len().div_ceil(THREADS);
        let shares = crowd(THREADS, |thread| {
            let share = self.values.chunks(chunk).nth(thread).unwrap_or_default();
            share.iter().map(|(key, value)| work(*key, *value)).collect::<Vec<_>>()
        });
        shares.into_iter().flatten().collect()
    }

    /// Runs `work` on the threads, each with all of the values.
    fn everybody<T: Send>(&self, work: impl Fn(u64, u64) -> T + Sync) -> Vec<T> {
        let all = crowd(THREADS, |_| {
            self.values.iter().map(|(key, value)| work(*key, *value)).collect::<Vec<_>>()
        });
        all.into_iter().flatten().collect()
    }

    /// What the map holds is among what the reference holds.
    #[track_caller]
    pub fn check_part(&self) {
        let reference = self.reference();
        let map = self.map.pin();
        assert!(map.iter().all(|(key, value)| reference.get(&key.inner) == Some(&value.inner)));
        assert_eq!(map.iter().count(), map.len());
    }

    /// The map holds what the reference holds.
    #[track_caller]
    fn check_all(&self) {
        self.check_part();
        assert_eq!(self.map.len(), self.reference().len());
    }
}

/// Runs `test` with each kind of values, on a map that is empty or `filled` with them.
pub fn cases(filled: bool, test: impl Fn(&Case)) {
    for range in RANGES {
        for roomy in [false, true] {
            let (values, counter) = (values(range), Counter::new());
            let map = if roomy { HashMap::with_capacity(values.len()) } else { HashMap::new() };
            let case = Case { map, counter, values };
            for (key, value) in case.values.iter().filter(|_| filled) {
                case.map.pin().insert(case.key(*key), case.key(*value));
            }
            test(&case);
            validated(case.map);
            case.counter.check();
        }
    }
}

fn count(these: &[bool]) -> usize {
    these.iter().filter(|this| **this).count()
}

mod insert {
    use super::*;

    #[test]
    fn of_absent_keys() {
        cases(false, |case| {
            let inserted = case.share(|key, value| {
                case.map.pin().try_insert(case.key(key), case.key(value)).is_ok()
            });
            assert_eq!(count(&inserted), case.reference().len());
            case.check_all();
        });
    }

    #[test]
    fn by_everybody() {
        cases(false, |case| {
            let inserted = case.everybody(|key, value| {
                case.map.pin().try_insert(case.key(key), case.key(value)).is_ok()
            });
            assert_eq!(count(&inserted), case.reference().len());
            case.check_all();
        });
    }

    #[test]
    fn or_assign() {
        cases(false, |case| {
            let replaced = case.share(|key, value| {
                case.map.pin().insert(case.key(key), case.key(value)).is_some()
            });
            assert_eq!(count(&replaced), case.values.len() - case.reference().len());
            case.check_all();
        });
    }

    #[test]
    fn or_visit() {
        cases(false, |case| {
            let visits = AtomicUsize::new(0);
            case.share(|key, value| {
                let map = case.map.pin();
                if let Err(present) = map.try_insert(case.key(key), case.key(value)) {
                    assert_eq!((present.current.inner, present.not_inserted.inner), (value, value));
                    visits.fetch_add(1, Relaxed);
                }
            });
            assert_eq!(visits.into_inner(), case.values.len() - case.reference().len());
            case.check_all();
        });
    }

    #[test]
    fn and_visit() {
        cases(false, |case| {
            case.share(|key, value| {
                assert_eq!(
                    case.map.pin().get_or_insert(case.key(key), case.key(value)).inner,
                    value
                );
            });
            case.check_all();
        });
    }

    #[test]
    fn of_a_range() {
        cases(false, |case| {
            crowd(THREADS, |_| {
                let entries =
                    case.values.iter().map(|(key, value)| (case.key(*key), case.key(*value)));
                (&mut &case.map).extend(entries);
            });
            case.check_all();
        });
    }

    #[test]
    fn of_what_is_made_in_place() {
        cases(false, |case| {
            let made = AtomicUsize::new(0);
            case.share(|key, value| {
                let make = || {
                    made.fetch_add(1, Relaxed);
                    case.key(value)
                };
                assert_eq!(case.map.pin().get_or_insert_with(case.key(key), make).inner, value);
            });
            let (made, keys) = (made.into_inner(), case.reference().len());
            assert!(made >= keys && made <= case.values.len());
            case.check_all();
        });
    }
}

mod erase {
    use super::*;

    #[test]
    fn by_key() {
        cases(true, |case| {
            let erased = case.everybody(|key, _| case.map.pin().remove(&key).is_some());
            assert_eq!(count(&erased), case.reference().len());
            assert!(case.map.is_empty());
        });
    }

    #[test]
    fn by_key_if() {
        cases(true, |case| {
            let expected = case.reference().values().filter(|value| **value > 500).count();
            let erased = case.everybody(|key, _| {
                case.map
                    .pin()
                    .remove_if(&key, |_, value| value.inner > 500)
                    .is_ok_and(|removed| removed.is_some())
            });
            assert_eq!(
                (count(&erased), case.map.len()),
                (expected, case.reference().len() - expected)
            );
            case.check_part();
        });
    }

    #[test]
    fn all_that_satisfy() {
        cases(true, |case| {
            crowd(THREADS, |_| case.map.pin().retain(|_, value| value.inner <= 500));
            assert!(case.map.pin().values().all(|value| value.inner <= 500));
            let left = case.reference().into_values().filter(|value| *value <= 500).count();
            assert_eq!(case.map.len(), left);
        });
    }

    #[test]
    fn beside_inserts() {
        cases(false, |case| {
            crowd(THREADS, |thread| {
                for (key, value) in &case.values {
                    let map = case.map.pin();
                    match thread % 2 {
                        0 => _ = map.insert(case.key(*key), case.key(*value)),
                        _ => assert!(map.remove(key).is_none_or(|removed| removed.inner == *value)),
                    }
                }
            });
            case.check_part();
        });
    }
}

mod visit {
    use super::*;

    #[test]
    fn of_one() {
        cases(true, |case| {
            let found = case.share(|key, value| {
                case.map.pin().get(&key).is_some_and(|found| found.inner == value)
            });
            assert_eq!(count(&found), case.values.len());
            let absent = case.share(|key, _| case.map.pin().contains_key(&(key | 1 << 60)));
            assert_eq!(count(&absent), 0);
        });
    }

    #[test]
    fn of_one_to_change_it() {
        cases(true, |case| {
            let add = |value: &Counted<u64>| case.key(value.inner + 1);
            case.share(|key, _| assert!(case.map.pin().update(case.key(key), add).is_some()));
            let mut reference = case.reference();
            case.values
                .iter()
                .for_each(|(key, _)| *reference.get_mut(key).expect("all are there") += 1);
            assert!(case.map.pin().iter().all(|(key, value)| reference[&key.inner] == value.inner));
        });
    }

    #[test]
    fn of_all() {
        cases(true, |case| {
            let counts =
                crowd(THREADS, |_| case.map.pin().iter().inspect(|(key, _)| key.check()).count());
            assert_eq!(counts, [case.reference().len(); THREADS]);
        });
    }

    #[test]
    fn of_all_to_change_them() {
        cases(true, |case| {
            crowd(THREADS, |_| {
                for key in case.map.pin().keys() {
                    let add = |value: &Counted<u64>| case.key(value.inner + 1000);
                    assert!(case.map.pin().update(key.clone(), add).is_some());
                }
            });
            let reference = case.reference();
            let expected = |(key, value): (&Counted<u64>, &Counted<u64>)| {
                reference[&key.inner] + 4000 == value.inner
            };
            assert!(case.map.pin().iter().all(expected));
        });
    }

    #[test]
    fn of_some_until_one_is_found() {
        cases(true, |case| {
            let wanted = case.values[case.values.len() / 2].0;
            crowd(THREADS, |_| assert!(case.map.pin().iter().any(|(key, _)| key.inner == wanted)));
            assert!(!case.map.pin().iter().any(|(_, value)| value.inner >= 1000));
        });
    }

    #[test]
    fn of_an_empty_map() {
        cases(false, |case| {
            assert_eq!(case.map.pin().iter().count(), 0);
            let found = case.share(|key, _| case.map.pin().contains_key(&key));
            assert_eq!(count(&found), 0);
            let changed = case
                .share(|key, _| case.map.pin().update(case.key(key), |old| old.clone()).is_some());
            assert_eq!(count(&changed), 0);
        });
    }

    #[test]
    fn beside_inserts() {
        cases(false, |case| {
            crowd(THREADS, |thread| match thread % 2 {
                0 => case.values.iter().for_each(|(key, value)| {
                    case.map.pin().get_or_insert(case.key(*key), case.key(*value));
                }),
                _ => (0..5).for_each(|_| case.check_each_visited()),
            });
            case.check_all();
        });
    }

    impl Case {
        fn check_each_visited(&self) {
            let right = |(key, value): (&Counted<u64>, &Counted<u64>)| {
                key.inner.wrapping_mul(7) % 1000 == value.inner
            };
            assert!(self.map.pin().iter().all(right));
        }
    }
}

mod whole_maps {
    use super::*;

    fn pairs<K: Hash + Eq + Copy>(map: &HashMap<Counted<K>, Counted<K>>) -> Model<K, K> {
        map.pin().iter().map(|(key, value)| (key.inner, value.inner)).collect()
    }

    #[test]
    fn cleared() {
        cases(true, |case| {
            crowd(THREADS, |_| case.map.pin().clear());
            assert!(case.map.is_empty());
            assert_eq!(case.map.pin().iter().count(), 0);
        });
    }

    #[test]
    fn cleared_beside_inserts() {
        cases(false, |case| {
            crowd(THREADS, |thread| match thread {
                0 => (0..30).for_each(|_| case.map.pin().clear()),
                _ => case.values.iter().for_each(|(key, value)| {
                    case.map.pin().insert(case.key(*key), case.key(*value));
                }),
            });
            case.check_part();
        });
    }

    #[test]
    fn cloned() {
        cases(true, |case| {
            for copy in crowd(THREADS, |_| case.map.clone()) {
                assert_eq!(pairs(&copy), case.reference());
                validated(copy);
            }
        });
    }

    /// A clone that is made while the map grows holds a part of it, and is sound.
    #[test]
    fn cloned_beside_inserts() {
        cases(false, |case| {
            let copies = crowd(THREADS, |thread| match thread {
                0 => Some(case.map.clone()),
                _ => {
                    case.values.iter().for_each(|(key, value)| {
                        case.map.pin().insert(case.key(*key), case.key(*value));
                    });
                    None
                }
            });
            let reference = case.reference();
            for copy in copies.into_iter().flatten() {
                assert!(pairs(&copy).iter().all(|(key, value)| reference.get(key) == Some(value)));
                validated(copy);
            }
        });
    }

    #[test]
    fn extended_by_each_other() {
        cases(true, |case| {
            let other = Map::new();
            crowd(THREADS, |_| {
                let entries = case.map.pin();
                (&mut &other)
                    .extend(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
            });
            assert!(other == case.map);
            validated(other);
        });
    }

    #[test]
    fn rehashed_beside_inserts_and_removals() {
        cases(false, |case| {
            crowd(THREADS, |thread| {
                for (i, (key, value)) in case.values.iter().enumerate() {
                    let map = case.map.pin();
                    match thread {
                        0 if i % 100 == 0 => map.reserve(i),
                        0 if i % 100 == 50 => map.shrink_to_fit(),
                        0 => {}
                        1 => _ = map.remove(key),
                        _ => _ = map.insert(case.key(*key), case.key(*value)),
                    }
                }
            });
            case.check_part();
        });
    }

    #[test]
    fn equal_after_the_same_changes() {
        cases(true, |case| {
            let copy = case.map.clone();
            for map in [&case.map, &copy] {
                crowd(THREADS, |_| {
                    for (key, _) in &case.values {
                        let odd = |entry: Option<(&Counted<u64>, &Counted<u64>)>| match entry {
                            Some((_, value)) if value.inner % 2 == 1 => Operation::Remove,
                            _ => Operation::Abort(()),
                        };
                        assert!(!matches!(
                            map.pin().compute(case.key(*key), odd),
                            Compute::Inserted(..)
                        ));
                    }
                });
            }
            assert!(copy == case.map);
            assert!(copy.pin().values().all(|value| value.inner % 2 == 0));
            validated(copy);
        });
    }
}
