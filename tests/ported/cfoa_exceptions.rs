//! After the exception tests of Boost's `concurrent_flat_map`: `test/cfoa/exception_*_tests.cpp` in
//! boostorg/unordered (BSL-1.0).
//!
//! Four threads work on one map while every hundredth call of the hash, the comparison, a clone or
//! a closure throws. What threw has not happened; the rest has; and in the end everything that was
//! made has been dropped. Not taken over: exceptions of allocators and of assignments, which are
//! not to be had here (`tests/alone/drops.rs` goes through panics one by one).

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use evacmap::{HashMap, Operation};

use crate::cfoa::{RANGES, THREADS, values};
use crate::common::{Counted, Counter, validated};
use crate::support::{crowd, throw, throws};

thread_local! {
    /// Calls until the next one throws; `None` if none does.
    static FUSE: Cell<Option<u32>> = const { Cell::new(None) };
}

fn may_throw() {
    match FUSE.get() {
        Some(0) => {
            FUSE.set(Some(100));
            throw();
        }
        fuse => FUSE.set(fuse.map(|calls| calls - 1)),
    }
}

/// A key or a value whose operations throw now and then.
struct Raii(Counted<u64>);

impl Hash for Raii {
    fn hash<H: Hasher>(&self, state: &mut H) {
        may_throw();
        self.0.hash(state);
    }
}

impl PartialEq for Raii {
    fn eq(&self, other: &Self) -> bool {
        may_throw();
        self.0 == other.0
    }
}

impl Eq for Raii {}

impl Clone for Raii {
    fn clone(&self) -> Self {
        may_throw();
        Raii(self.0.clone())
    }
}

struct Case {
    map: HashMap<Raii, Raii>,
    counter: Arc<Counter>,
    values: Vec<(u64, u64)>,
}

impl Case {
    fn make(&self, inner: u64) -> Raii {
        Raii(self.counter.make(inner))
    }

    /// Runs `operation` with all values on each thread. Returns how often it returned true, and how
    /// often it threw.
    fn run(&self, operation: impl Fn(u64, u64) -> bool + Sync) -> (usize, usize) {
        let counts = crowd(THREADS, |thread| {
            FUSE.set(Some(thread as u32));
            let (mut done, mut thrown) = (0, 0);
            for (key, value) in &self.values {
                let mut result = false;
                thrown += usize::from(throws(|| result = operation(*key, *value)));
                done += usize::from(result);
            }
            FUSE.set(None);
            (done, thrown)
        });
        let sum = counts.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        assert!(sum.1 > 0, "nothing was thrown");
        sum
    }

    /// The map holds nothing but what belongs to the values, each key at most once, and finds it.
    #[track_caller]
    fn check(&self, right: impl Fn(u64, u64) -> bool) {
        let map = self.map.pin();
        assert!(map.iter().all(|(key, value)| right(key.0.inner, value.0.inner)));
        assert!(map.keys().all(|key| map.contains_key(key)));
        assert_eq!(map.iter().count(), map.len());
    }
}

fn value_of(key: u64) -> u64 {
    key.wrapping_mul(7) % 1000
}

fn cases(filled: bool, test: impl Fn(&Case)) {
    for range in RANGES {
        let case = Case { map: HashMap::new(), counter: Counter::new(), values: values(range) };
        for (key, value) in case.values.iter().filter(|_| filled) {
            case.map.pin().insert(case.make(*key), case.make(*value));
        }
        test(&case);
        validated(case.map);
        case.counter.check();
    }
}

#[test]
fn insert() {
    cases(false, |case| {
        let (inserted, _) = case
            .run(|key, value| case.map.pin().insert(case.make(key), case.make(value)).is_none());
        assert_eq!(inserted, case.map.len(), "each that was new is there");
        case.check(|key, value| value == value_of(key));
    });
}

#[test]
fn insert_with_room_for_all() {
    cases(false, |case| {
        case.map.reserve(case.values.len(), &case.map.guard());
        let (inserted, _) = case
            .run(|key, value| case.map.pin().insert(case.make(key), case.make(value)).is_none());
        assert_eq!(inserted, case.map.len());
        case.check(|key, value| value == value_of(key));
    });
}

#[test]
fn try_insert() {
    cases(false, |case| {
        let (inserted, _) = case
            .run(|key, value| case.map.pin().try_insert(case.make(key), case.make(value)).is_ok());
        assert_eq!(inserted, case.map.len());
        case.check(|key, value| value == value_of(key));
    });
}

/// An iterator that throws: what came before is in the map.
#[test]
fn insert_of_a_range() {
    cases(false, |case| {
        crowd(THREADS, |_| {
            FUSE.set(Some(50));
            for chunk in case.values.chunks(20) {
                throws(|| {
                    (&mut &case.map).extend(
                        chunk.iter().map(|(key, value)| (case.make(*key), case.make(*value))),
                    )
                });
            }
            FUSE.set(None);
        });
        case.check(|key, value| value == value_of(key));
        assert!(!case.map.is_empty());
    });
}

#[test]
fn get_or_insert_with_a_closure_that_throws() {
    cases(false, |case| {
        case.run(|key, value| {
            let make = || {
                may_throw();
                case.make(value)
            };
            case.map.pin().get_or_insert_with(case.make(key), make).0.inner == value
        });
        case.check(|key, value| value == value_of(key));
    });
}

#[test]
fn update_or_insert() {
    cases(false, |case| {
        let (done, _) = case.run(|key, _| {
            let add = |value: &Raii| {
                may_throw();
                case.make(value.0.inner + 1)
            };
            case.map.pin().update_or_insert_with(case.make(key), add, || case.make(1)).0.inner > 0
        });
        let sum: u64 = case.map.pin().values().map(|value| value.0.inner).sum();
        assert_eq!(sum, done as u64, "each that did not throw has counted, and no other");
        case.check(|_, value| value > 0);
    });
}

#[test]
fn update() {
    cases(true, |case| {
        let (done, _) = case.run(|key, _| {
            let add = |value: &Raii| {
                may_throw();
                case.make(value.0.inner + 1000)
            };
            case.map.pin().update(case.make(key), add).is_some()
        });
        let added: u64 = case.map.pin().values().map(|value| value.0.inner / 1000).sum();
        assert_eq!(added, done as u64);
        case.check(|key, value| value % 1000 == value_of(key));
    });
}

#[test]
fn compute() {
    cases(true, |case| {
        let toggle = |entry: Option<(&Raii, &Raii)>| {
            may_throw();
            match entry {
                Some((_, value)) if value.0.inner % 2 == 0 => Operation::Abort(()),
                Some(_) => Operation::Remove,
                None => Operation::Insert(case.make(1)),
            }
        };
        case.run(|key, _| {
            matches!(case.map.pin().compute(case.make(key), toggle), evacmap::Compute::Removed(..))
        });
        case.check(|key, value| value == 1 || value % 2 == 0 && value == value_of(key));
    });
}

#[test]
fn erase() {
    cases(true, |case| {
        let before = case.map.len();
        let (erased, _) = case.run(|key, _| case.map.pin().remove(&case.make(key)).is_some());
        assert_eq!(case.map.len(), before - erased);
        case.check(|key, value| value == value_of(key));
    });
}

#[test]
fn erase_if() {
    cases(true, |case| {
        let before = case.map.len();
        let (erased, _) = case.run(|key, _| {
            let condition = |_: &Raii, value: &Raii| {
                may_throw();
                value.0.inner > 500
            };
            case.map
                .pin()
                .remove_if(&case.make(key), condition)
                .is_ok_and(|removed| removed.is_some())
        });
        assert_eq!(case.map.len(), before - erased);
        case.check(|key, value| value == value_of(key));
        assert!(case.map.pin().iter().filter(|(_, value)| value.0.inner <= 500).count() > 0);
    });
}

/// A predicate that throws: what was asked about before is gone, what would have been asked later
/// is there.
#[test]
fn retain() {
    cases(true, |case| {
        let small = case.map.pin().values().filter(|value| value.0.inner <= 500).count();
        crowd(THREADS, |_| {
            for _ in 0..20 {
                FUSE.set(Some(100));
                throws(|| {
                    case.map.pin().retain(|_, value| {
                        may_throw();
                        value.0.inner <= 500
                    })
                });
                FUSE.set(None);
            }
        });
        case.check(|key, value| value == value_of(key));
        assert_eq!(case.map.pin().values().filter(|value| value.0.inner <= 500).count(), small);
    });
}

/// A copy that throws half-way is dropped as far as it was made; the map is as before.
#[test]
fn clone() {
    cases(true, |case| {
        let thrown = crowd(THREADS, |_| {
            FUSE.set(Some(99));
            let thrown = throws(|| case.map.clone());
            FUSE.set(None);
            thrown
        });
        assert_eq!(thrown, [true; THREADS]);
        assert!(case.map.clone() == case.map);
        case.check(|key, value| value == value_of(key));
    });
}

#[test]
fn comparison_of_maps() {
    cases(true, |case| {
        let copy = case.map.clone();
        FUSE.set(Some(50));
        let thrown = throws(|| case.map == copy);
        FUSE.set(None);
        assert!(thrown && case.map == copy);
        validated(copy);
    });
}

#[test]
fn compare_exchange_and_compare_remove() {
    cases(true, |case| {
        let before = case.map.len();
        let (removed, _) = case.run(|key, value| {
            let (old, new) = (case.make(value), case.make(value));
            let map = case.map.pin();
            if key % 2 == 0 {
                map.compare_remove(&case.make(key), &old).is_ok()
            } else {
                assert!(map.compare_exchange(case.make(key), &old, new).is_ok());
                false
            }
        });
        assert_eq!(case.map.len(), before - removed);
        case.check(|key, value| value == value_of(key));
    });
}
