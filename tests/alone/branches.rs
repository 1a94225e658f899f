//! Every rare branch of the engine is taken: the race behind it is arranged, with a hook that does
//! at the right moment what another thread would have to do by chance.
#![cfg(feature = "_hooks")]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::thread;
use std::time::{Duration, Instant};

use crate::alone;
use crate::common::{Config, Counted, Counter, Mode, Setup, Start, TestMap, validated};
use evacmap::hooks::{BRANCHES, Branch, Point, clear_hook, hits, on_reach};
use evacmap::{Compute, HashMap, Operation, ShrinkPolicy, Stats};

type Map = TestMap<Counted<u32>, Counted<u32>>;

struct Case {
    map: Arc<Map>,
    counter: Arc<Counter>,
}

impl Clone for Case {
    fn clone(&self) -> Self {
        Case { map: self.map.clone(), counter: self.counter.clone() }
    }
}

impl Case {
    fn new(mode: Mode, entries: u32) -> Self {
        let config = Config { setup: Setup::Fresh, mode };
        let case = Case { map: Arc::new(config.map()), counter: Counter::new() };
        for key in 0..entries {
            case.insert(key, key);
        }
        case.map.finish_resize();
        case
    }

    fn make(&self, inner: u32) -> Counted<u32> {
        self.counter.make(inner)
    }

    fn insert(&self, key: u32, value: u32) -> Option<u32> {
        self.map.pin().insert(self.make(key), self.make(value)).map(|old| old.inner)
    }

    fn remove(&self, key: u32) -> Option<u32> {
        self.map.pin().remove(&key).map(|old| old.inner)
    }

    fn get(&self, key: u32) -> Option<u32> {
        self.map.pin().get(&key).map(|value| value.inner)
    }

    /// Runs `act`, with `meanwhile` at the first time that it comes to `point`.
    fn with<T>(
        &self,
        point: Point,
        meanwhile: impl FnOnce(&Case) + 'static,
        act: impl FnOnce(&Case) -> T,
    ) -> T {
        let (case, done) = (self.clone(), Arc::new(AtomicBool::new(false)));
        let (mut meanwhile, was_done) = (Some(meanwhile), done.clone());
        on_reach(move |reached| {
            if reached == point
                && let Some(meanwhile) = meanwhile.take()
            {
                meanwhile(&case);
                done.store(true, Relaxed);
            }
        });
        let result = act(self);
        clear_hook();
        assert!(was_done.load(Relaxed), "{point:?} was not reached");
        result
    }

    #[track_caller]
    fn end(self) {
        let mut map = Arc::into_inner(self.map).expect("the last handle");
        map.validate().unwrap();
        map.finish_resize();
        map.validate().unwrap();
        assert_eq!(map.len(), map.pin().iter().count());
        drop(map);
        self.counter.check();
    }
}

/// `act` takes the branch.
#[track_caller]
fn takes<T>(branch: Branch, act: impl FnOnce() -> T) -> T {
    let before = hits(branch);
    let result = act();
    assert!(hits(branch) > before, "{branch:?} was not taken");
    result
}

#[test]
fn publish_lost() {
    let _alone = alone();
    for (other, expected) in [(1, Some(9)), (2, None)] {
        takes(Branch::PublishLost, || {
            let case = Case::new(Mode::Constant, 1);
            // The first free slot is taken, by the same key or by another.
            let old = case.with(
                Point::BeforePublish,
                move |case| drop(case.make(case.insert(other, 9).map_or(0, |_| 1))),
                |case| case.insert(1, 5),
            );
            assert_eq!(old, expected);
            assert_eq!((case.get(1), case.map.len()), (Some(5), if other == 1 { 2 } else { 3 }));
            case.end();
        });
    }
}

/// What is made but once is made once, whichever way the race goes.
#[test]
fn publish_lost_by_an_operation_with_closures() {
    let _alone = alone();
    takes(Branch::PublishLost, || {
        let case = Case::new(Mode::Constant, 0);
        case.insert(100, 0);
        let mut made = 0;
        let got = case.with(
            Point::BeforePublish,
            |case| assert!(case.insert(1, 9).is_none()),
            |case| {
                let make = || {
                    made += 1;
                    case.make(5)
                };
                case.map.pin().get_or_insert_with(case.make(1), make).inner
            },
        );
        assert_eq!((got, made), (9, 1));

        // Absent, then present, then absent again: the value that was made is set aside and used.
        let (mut made, mut changed) = (0, 0);
        let removes = RefCell::new(Some(case.clone()));
        let got = case.with(
            Point::BeforePublish,
            |case| assert!(case.insert(2, 9).is_none()),
            |case| {
                let change = |old: &Counted<u32>| {
                    changed += 1;
                    // Between the look at the value and the replacement.
                    if let Some(case) = removes.take() {
                        assert_eq!(case.remove(2), Some(9));
                    }
                    case.make(old.inner + 1)
                };
                let make = || {
                    made += 1;
                    case.make(5)
                };
                case.map.pin().update_or_insert_with(case.make(2), change, make).inner
            },
        );
        assert_eq!((got, made, changed), (5, 1, 1));
        case.end();
    });
}

#[test]
fn replace_lost() {
    let _alone = alone();
    takes(Branch::ReplaceLost, || {
        let case = Case::new(Mode::Good, 10);
        assert_eq!(
            case.with(
                Point::BeforeReplace,
                |case| assert!(case.insert(3, 70).is_some()),
                |case| case.insert(3, 5)
            ),
            Some(70)
        );
        // The slot is dead: the key goes in anew.
        assert_eq!(
            case.with(
                Point::BeforeReplace,
                |case| assert!(case.remove(4).is_some()),
                |case| case.insert(4, 5)
            ),
            None
        );
        // A closure is asked again.
        let mut seen = vec![];
        case.with(
            Point::BeforeReplace,
            |case| assert!(case.insert(5, 70).is_some()),
            |case| {
                let change = |old: &Counted<u32>| {
                    seen.push(old.inner);
                    case.make(old.inner + 1)
                };
                assert_eq!(case.map.pin().update(case.make(5), change).unwrap().inner, 71);
            },
        );
        assert_eq!(seen, [5, 70]);
        // An exchange whose ground has gone.
        let lost = case.with(
            Point::BeforeReplace,
            |case| assert!(case.insert(6, 70).is_some()),
            |case| {
                let map = case.map.pin();
                let error =
                    map.compare_exchange(case.make(6), &case.make(6), case.make(1)).unwrap_err();
                (error.current.unwrap().inner, error.new.inner)
            },
        );
        assert_eq!(lost, (70, 1));
        assert_eq!(
            (case.get(3), case.get(4), case.get(5), case.get(6)),
            (Some(5), Some(5), Some(71), Some(70))
        );
        case.end();
    });
}

/// The chain is evacuated between the look at the slot and the replacement.
#[test]
fn replace_lost_to_an_evacuation() {
    let _alone = alone();
    for bits in [-1, 1, 2] {
        takes(Branch::ReplaceLost, || {
            let case = Case::new(Mode::Good, 30);
            let resize = move |case: &Case| {
                case.map.start_resize(bits);
                case.map.finish_resize();
            };
            assert_eq!(case.with(Point::BeforeReplace, resize, |case| case.insert(3, 5)), Some(3));
            assert_eq!(case.get(3), Some(5));
            case.end();
        });
    }
}

#[test]
fn kill_lost() {
    let _alone = alone();
    takes(Branch::KillLost, || {
        let case = Case::new(Mode::Good, 10);
        let replace = |case: &Case| assert!(case.insert(3, 70).is_some());
        assert_eq!(case.with(Point::BeforeKill, replace, |case| case.remove(3)), Some(70));
        assert_eq!(
            case.with(
                Point::BeforeKill,
                |case| assert!(case.remove(4).is_some()),
                |case| case.remove(4)
            ),
            None
        );
        // A condition is asked again, about the new value.
        let kept = case.with(
            Point::BeforeKill,
            |case| assert!(case.insert(5, 70).is_some()),
            |case| case.map.pin().remove_if(&5, |_, value| value.inner == 5).unwrap_err().1.inner,
        );
        assert_eq!(kept, 70);
        let removed = case.with(Point::BeforeKill, |case| assert!(case.insert(6, 70).is_some()), |case| {
            let map = case.map.pin();
            matches!(map.compute(case.make(6), |_| Operation::<_, ()>::Remove), Compute::Removed(_, value) if value.inner == 70)
        });
        assert!(removed);
        let resize = |case: &Case| {
            case.map.start_rebuild();
            case.map.finish_resize();
        };
        assert_eq!(case.with(Point::BeforeKill, resize, |case| case.remove(7)), Some(7));
        // `retain` does not take a value that it was not asked about.
        let mut asked = vec![];
        case.with(
            Point::BeforeKill,
            |case| assert!(case.insert(8, 70).is_some()),
            |case| {
                case.map.pin().retain(|key, value| {
                    if key.inner == 8 {
                        asked.push(value.inner);
                    }
                    key.inner != 8 || value.inner != 8
                });
            },
        );
        assert_eq!((asked, case.get(8)), (vec![8, 70], Some(70)));
        case.end();
    });
}

#[test]
fn append_lost() {
    let _alone = alone();
    for key in [1000, 2000] {
        takes(Branch::AppendLost, || {
            // Seven keys fill the chain; the eighth makes the map append to it.
            let case = Case::new(Mode::Constant, 7);
            let other = |case: &Case| assert_eq!(case.insert(1000, 1), None);
            let old = case.with(Point::BeforeAppend, other, move |case| case.insert(key, 5));
            assert_eq!(old, (key == 1000).then_some(1));
            assert_eq!((case.get(key), case.map.len()), (Some(5), if key == 1000 { 8 } else { 9 }));
            case.end();
        });
    }
}

#[test]
fn place_lost() {
    let _alone = alone();
    for mode in [Mode::Good, Mode::Constant] {
        for bits in [-2, 1, 2] {
            takes(Branch::PlaceLost, || {
                let case = Case::new(mode, 30);
                case.map.start_resize(4);
                case.map.finish_resize();
                case.map.start_resize(bits);
                // Another helper does all of the group, and the values change and go before this
                // one wakes up.
                let meanwhile = |case: &Case| {
                    case.map.finish_resize();
                    for key in 0..30 {
                        assert!(
                            if key % 2 == 0 { case.insert(key, 77) } else { case.remove(key) }
                                .is_some()
                        );
                    }
                };
                case.with(Point::Placed, meanwhile, |case| case.map.finish_resize());
                for key in 0..30 {
                    assert_eq!(
                        case.get(key),
                        (key % 2 == 0).then_some(77),
                        "a late helper changed {key}"
                    );
                }
                case.end();
            });
        }
    }
}

#[test]
fn frozen_key() {
    let _alone = alone();
    takes(Branch::FrozenKey, || {
        let case = Case::new(Mode::Constant, 30);
        case.map.start_resize(1);
        // The chain is frozen, and not yet filled in the new table: the first of these writes sees
        // to that.
        let meanwhile = |case: &Case| {
            for key in 0..30 {
                assert!(
                    if key % 2 == 0 { case.insert(key, 77) } else { case.remove(key) }.is_some()
                );
            }
        };
        case.with(Point::BeforeEvacuated, meanwhile, |case| case.map.finish_resize());
        assert!((0..30).all(|key| case.get(key) == (key % 2 == 0).then_some(77)));
        case.end();
    });
}

#[test]
fn frozen_end() {
    let _alone = alone();
    takes(Branch::FrozenEnd, || {
        let case = Case::new(Mode::Good, 0);
        assert_eq!(case.insert(1, 1), None);
        case.end();
    });
    takes(Branch::FrozenEnd, || {
        let case = Case::new(Mode::Good, 30);
        case.map.start_resize(1);
        let meanwhile = |case: &Case| {
            for key in 100..160 {
                assert_eq!(case.insert(key, key), None);
                assert_eq!(case.remove(key + 100), None);
            }
        };
        case.with(Point::BeforeEvacuated, meanwhile, |case| case.map.finish_resize());
        assert!((100..160).all(|key| case.get(key) == Some(key)));
        case.end();
    });
}

#[test]
fn old_chain_full() {
    let _alone = alone();
    takes(Branch::OldChainFull, || {
        let case = Case::new(Mode::Constant, 7);
        case.map.start_resize(1);
        assert_eq!(case.insert(100, 1), None);
        assert_eq!((case.map.len(), case.get(100), case.get(3)), (8, Some(1), Some(3)));
        case.end();
    });
}

/// The one race without a hook inside of it: two threads give a new map its first table. The larger
/// the table, the longer it takes to make, so one try or few will do.
#[test]
fn install_lost() {
    let _alone = alone();
    takes(Branch::InstallLost, || {
        let before = hits(Branch::InstallLost);
        for round in 0..10_000 {
            let case = Case::new(Mode::Good, 0);
            let shared = case.clone();
            crate::common::on_threads(2, move |thread| {
                shared.map.pin().reserve(1 << (4 + round % 16));
                assert_eq!(shared.insert(thread as u32, 1), None);
            });
            assert_eq!(case.map.len(), 2);
            case.end();
            if hits(Branch::InstallLost) > before {
                return;
            }
        }
    });
}

/// A value that has the map's garbage dropped when it is dropped.
struct Flushes(std::sync::Weak<HashMap<u64, Flushes>>);

impl Drop for Flushes {
    fn drop(&mut self) {
        if let Some(map) = self.0.upgrade() {
            map.flush();
        }
    }
}

#[test]
fn nested_reap() {
    let _alone = alone();
    takes(Branch::NestedReap, || {
        let map = Arc::new(HashMap::new());
        for key in 0..500 {
            map.pin().insert(key, Flushes(Arc::downgrade(&map)));
            map.pin().remove(&key);
        }
        collect_until(|| {
            map.flush();
            map.stats().retired == 0
        });
        validated(Arc::into_inner(map).expect("the last handle"));
    });
}

#[test]
fn start_lost() {
    let _alone = alone();
    type Start = (&'static str, fn(&Case));
    let starts: [Start; 4] = [
        ("growth", |case| case.map.start_resize(1)),
        ("rebuild", |case| case.map.start_rebuild()),
        ("shrink", |case| case.map.pin().shrink_to_fit()),
        ("clearing", |case| case.map.pin().clear()),
    ];
    for (name, start) in starts {
        for (other, meanwhile) in starts {
            takes(Branch::StartLost, || {
                let case = Case::new(Mode::Good, 30);
                case.map.start_resize(3);
                case.map.finish_resize();
                case.with(Point::BeforeStart, meanwhile, start);
                let cleared = name == "clearing" || other == "clearing";
                assert_eq!(case.map.len(), if cleared { 0 } else { 30 }, "{name}, {other}");
                case.end();
            });
        }
    }
    // By an insert into a full chain.
    takes(Branch::StartLost, || {
        let case = Case::new(Mode::Constant, 13);
        let growths = case.map.stats().growths;
        case.with(
            Point::BeforeStart,
            |case| case.map.start_resize(1),
            |case| {
                for key in 100..130 {
                    assert_eq!(case.insert(key, key), None);
                }
            },
        );
        assert!(case.map.stats().growths > growths);
        assert_eq!(case.map.len(), 43);
        case.end();
    });
}

/// A map of so many buckets that is due to grow.
fn due(buckets: u32) -> Case {
    const LOAD: u32 = 5;
    let case = Case::new(Mode::Good, buckets * LOAD + 1);
    assert_eq!((case.map.stats().buckets, case.map.stats().old_buckets), (buckets as usize, 0));
    case
}

fn insert_until(case: &Case, over: impl Fn(Stats, Stats) -> bool) {
    let before = case.map.stats();
    let mut next = 0;
    while !over(case.map.stats(), before) {
        next += 1;
        case.insert(1_000_000 + before.len as u32 + next, next);
    }
}

fn has_begun(now: Stats, _: Stats) -> bool {
    now.old_buckets > 0
}

#[test]
fn prepared_elsewhere() {
    let _alone = alone();
    takes(Branch::PreparedElsewhere, || {
        let case = due(512);
        let others = |case: &Case| {
            insert_until(case, |now, before| now.overflow_buckets > before.overflow_buckets);
            assert_eq!(case.map.stats().old_buckets, 0, "the others append meanwhile");
        };
        case.with(Point::Preparing, others, |case| insert_until(case, has_begun));
        case.end();
    });
}

#[test]
fn preparer_slow() {
    let _alone = alone();
    takes(Branch::PreparerSlow, || {
        let case = due(512);
        let others = |case: &Case| {
            insert_until(case, has_begun);
            let load = case.map.len().div_ceil(512);
            assert!(
                load <= 9,
                "when there are more than seven for each bucket, nobody is waited for long: {load}"
            );
        };
        case.with(Point::Preparing, others, |case| insert_until(case, has_begun));
        case.end();
    });
    // Removals leave dead slots, so that chains are full again and again also where the number of
    // entries does not grow. They do not grow either.
    takes(Branch::RenewalPublished, || {
        let case = due(512);
        let churn = |case: &Case| {
            let before = case.map.len();
            for turn in 0..20_000 {
                case.insert(2_000_000 + turn, 0);
                case.remove(2_000_000 + turn).unwrap();
            }
            let longest = case.map.chain_histogram().len() - 1;
            assert!(longest <= 5, "the map waits, and its chains grow: {longest}");
            assert_eq!(case.map.len(), before);
        };
        case.with(Point::Preparing, churn, |case| insert_until(case, has_begun));
        case.end();
    });
}

/// A shrink of its own accord is never overdue. A thread that stops with the table in its hands is
/// replaced.
#[test]
fn preparer_replaced() {
    let _alone = alone();
    takes(Branch::PreparerReplaced, || {
        let map = sparse();
        let (buckets, elsewhere) = (map.stats().buckets, hits(Branch::PreparedElsewhere));
        let shared = map.clone();
        let mut meanwhile = Some(move || {
            assert!((0..10_000).any(|_| churn(&shared)), "it waits for ever");
            assert!(hits(Branch::PreparedElsewhere) > elsewhere, "it has not waited at all");
        });
        on_reach(move |point| {
            if point == Point::Preparing
                && let Some(meanwhile) = meanwhile.take()
            {
                meanwhile();
            }
        });
        churn(&map);
        clear_hook();
        assert!(map.stats().buckets < buckets);
        validated(Arc::into_inner(map).expect("the last handle"));
    });
}

#[test]
fn prepared_in_vain() {
    let _alone = alone();
    takes(Branch::PreparedInVain, || {
        let case = due(512);
        let grow = |case: &Case| case.map.start_resize(2);
        case.with(Point::Preparing, grow, |case| insert_until(case, has_begun));
        case.end();
    });
    // Half a table, for a shrink that is not due any more.
    let map = sparse();
    (0..2).for_each(|_| assert!(!churn(&map)));
    (0..60_000).for_each(|key| assert!(map.pin().insert(key + 500_000, key).is_none()));
    let shrinks = map.stats().shrinks;
    (0..100).for_each(|_| assert!(!churn(&map)));
    assert_eq!(map.stats().shrinks, shrinks);
    validated(Arc::into_inner(map).expect("the last handle"));
}

/// A map that will find that it is to shrink as soon as a thread has filled its bag.
fn sparse() -> Arc<HashMap<u32, u32>> {
    let map: HashMap<u32, u32> = HashMap::builder().shrink_policy(ShrinkPolicy::Auto).build();
    (0..100_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.finish_resize();
    let few = (map.stats().buckets / 8 * 5) as u32 - 1000;
    let entries = map.len() as u32;
    (few..entries).for_each(|key| assert!(map.pin().remove(&key).is_some()));
    assert_eq!(map.stats().shrinks, 0, "it takes more than so few bags to clear a smaller table");
    Arc::new(map)
}

/// Fills a bag. Returns whether the map has begun to shrink.
fn churn(map: &HashMap<u32, u32>) -> bool {
    let map = map.pin();
    for key in 1_000_000..1_000_064 {
        map.insert(key, 0);
        map.remove(&key);
    }
    map.stats().old_buckets > 0
}

/// While one thread gives a table back others retire theirs, and do not wait for it.
#[test]
fn give_lost() {
    let _alone = alone();
    takes(Branch::GiveLost, || {
        let case = Case::new(Mode::Good, 1);
        // Until the collector has said that the first table may go, nothing is given back.
        let grow = |case: &Case| {
            case.map.start_resize(2);
            case.map.finish_resize();
        };
        grow(&case);
        let retire_another = move |case: &Case| {
            grow(case);
            case.map.flush();
        };
        case.with(Point::Giving, retire_another, |case| (0..100).for_each(|_| case.map.flush()));
        case.end();
    });
}

#[test]
fn swept() {
    let _alone = alone();
    for bits in [1, -1] {
        takes(Branch::Swept, || {
            let case = Case::new(Mode::Good, 200);
            case.map.start_resize(2);
            case.map.finish_resize();
            case.map.start_resize(bits);
            // This thread has a share and does not do it; the resize is over without.
            let meanwhile = |case: &Case| {
                case.map.finish_resize();
                assert!(!case.map.is_resizing());
                case.map.start_resize(1);
                case.map.help_resize(3);
            };
            case.with(Point::ShareTaken, meanwhile, |case| case.map.finish_resize());
            assert!((0..200).all(|key| case.get(key) == Some(key)));
            case.end();
        });
    }
}

#[test]
fn tag_refill() {
    let _alone = alone();
    takes(Branch::TagRefill, || {
        let case = Case::new(Mode::LowBitsZero, 200);
        for _ in 0..9 {
            case.map.start_resize(1);
        }
        case.map.finish_resize();
        assert!((0..200).all(|key| case.get(key) == Some(key)));
        case.map.pin().shrink_to_fit();
        case.map.finish_resize();
        assert!((0..200).all(|key| case.get(key) == Some(key)));
        case.end();
    });
}

#[test]
fn overflow_in_destination() {
    let _alone = alone();
    takes(Branch::OverflowInDestination, || {
        let case = Case::new(Mode::Constant, 30);
        case.map.start_resize(1);
        case.map.finish_resize();
        assert!(case.map.stats().overflow_buckets >= 4);
        case.end();
    });
    // Two helpers append to the same destination.
    takes(Branch::OverflowInDestination, || {
        let case = Case::new(Mode::Constant, 30);
        case.map.start_resize(1);
        case.with(Point::Placed, |case| case.map.finish_resize(), |case| case.map.finish_resize());
        assert_eq!(case.map.stats().overflow_buckets, 4);
        assert!((0..30).all(|key| case.get(key) == Some(key)));
        case.end();
    });
}

#[test]
fn discard_lost() {
    let _alone = alone();
    takes(Branch::DiscardLost, || {
        let case = Case::new(Mode::Good, 100);
        case.map.pin().clear();
        case.insert(7, 70);
        let meanwhile = |case: &Case| {
            case.map.finish_resize();
            case.map.flush();
        };
        case.with(Point::BeforeKill, meanwhile, |case| case.map.finish_resize());
        assert_eq!((case.map.len(), case.get(7), case.map.stats().len), (1, Some(70), 1));
        case.end();
    });
}

/// Has the collector run until `over`.
#[track_caller]
fn collect_until(over: impl Fn() -> bool) {
    for _ in 0..10_000 {
        evacmap::pin().flush();
        if over() {
            return;
        }
        thread::sleep(Duration::from_micros(100));
    }
    panic!("never freed");
}

/// Two threads at one slot's garbage at the same moment: no hook in there, so they try until it
/// happens.
#[test]
fn reap_lost() {
    let _alone = alone();
    takes(Branch::ReapLost, || {
        let before = hits(Branch::ReapLost);
        let case = Case::new(Mode::Good, 100);
        let shared = case.clone();
        let started = Instant::now();
        crate::common::on_threads(4, move |thread| {
            let mut turn = 0;
            while hits(Branch::ReapLost) == before && started.elapsed() < Duration::from_secs(60) {
                shared.insert((turn + thread as u32) % 100, turn);
                shared.map.flush();
                turn += 1;
            }
        });
        case.end();
    });
}

#[test]
fn recycled() {
    let _alone = alone();
    takes(Branch::Recycled, || {
        let case = Case::new(Mode::Good, 10);
        for turn in 0..2_000 {
            case.insert(turn % 10, turn);
        }
        collect_until(|| {
            case.map.flush();
            case.map.stats().retired == 0
        });
        assert!(case.map.stats().spare > 0);
        for turn in 0..2_000 {
            case.insert(turn % 10, turn);
        }
        case.end();
    });
}

#[test]
fn spare_full() {
    let _alone = alone();
    takes(Branch::SpareFull, || {
        // More than a thread keeps.
        let case = Case::new(Mode::Good, 2_000);
        case.map.pin().retain(|_, _| false);
        collect_until(|| {
            case.map.flush();
            case.map.stats().retired == 0
        });
        assert!(case.map.stats().spare < 2_000, "{:?}", case.map.stats());
        case.end();
    });
}

#[test]
fn orphan() {
    let _alone = alone();
    thread_local! {
        static AT_EXIT: RefCell<Option<AtExit>> = const { RefCell::new(None) };
    }
    struct AtExit(Option<Case>);
    impl Drop for AtExit {
        fn drop(&mut self) {
            let case = self.0.take().unwrap();
            for key in 0..300 {
                case.insert(key, key);
                case.remove(key / 2);
            }
            case.map.flush();
        }
    }
    takes(Branch::Orphan, || {
        let case = Case::new(Mode::Good, 0);
        let shared = case.clone();
        thread::spawn(move || {
            // Before the map's own thread-locals, and so dropped after them.
            AT_EXIT.set(Some(AtExit(Some(shared.clone()))));
            shared.insert(1000, 1);
        })
        .join()
        .unwrap();
        assert_eq!(case.get(299), Some(299));
        case.end();
    });
    // Two at once, each with a slot of its own.
    takes(Branch::Orphan, || {
        let case = Case::new(Mode::Good, 0);
        let start = Start::new(2);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (shared, start) = (case.clone(), start.clone());
                thread::spawn(move || {
                    AT_EXIT.set(Some(AtExit(Some(shared.clone()))));
                    shared.insert(1000, 1);
                    start.wait();
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(case.get(1000).is_some());
        case.end();
    });
}

#[test]
fn walk_moved() {
    let _alone = alone();
    takes(Branch::WalkMoved, || {
        let case = Case::new(Mode::Good, 100);
        let guard = case.map.guard();
        let mut iter = case.map.iter(&guard);
        iter.next();
        case.map.start_resize(1);
        case.map.finish_resize();
        // Its value is the one of now, wherever it is.
        for key in 0..100 {
            case.insert(key, key + 1);
        }
        let mut rest = 0;
        let mut stale = 0;
        for (key, value) in iter {
            stale += u32::from(value.inner != key.inner + 1);
            rest += 1;
        }
        assert_eq!((rest, stale), (99, 0));
        drop(guard);
        case.end();
    });
}

/// A chain of three buckets, full, of which ten slots are LIVE, in a table that is not due for
/// anything.
fn worn() -> Case {
    let case = Case::new(Mode::Constant, 1);
    case.map.start_resize(4);
    case.map.finish_resize();
    (1..21).for_each(|key| assert_eq!(case.insert(key, key), None));
    (10..21).for_each(|key| assert_eq!(case.remove(key), Some(key)));
    assert_eq!(case.map.chain_histogram().len(), 3);
    case
}

/// What `worn` has, and these.
#[track_caller]
fn has_those_and(case: &Case, more: &[u32]) {
    let mut wanted: Vec<u32> = (0..10).chain(more.iter().copied()).collect();
    let mut keys: Vec<u32> = case.map.pin().keys().map(|key| key.inner).collect();
    keys.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(keys, wanted);
    wanted.iter().for_each(|key| assert_eq!(case.get(*key), Some(*key)));
    assert_eq!(case.map.len(), wanted.len());
}

#[test]
fn renewal_published() {
    let _alone = alone();
    takes(Branch::RenewalPublished, || {
        let case = worn();
        assert_eq!(case.insert(100, 100), None);
        assert_eq!(case.map.chain_histogram().len(), 4, "room for twice what lives");
        assert_eq!(case.map.stats().overflow_buckets, 3);
        has_those_and(&case, &[100]);
        case.end();
    });
}

/// Another write meets the frozen chain, and is first.
#[test]
fn renewal_lost_and_helped() {
    let _alone = alone();
    for other in [100, 200] {
        takes(Branch::RenewalLost, || {
            takes(Branch::RenewalHelped, || {
                let case = worn();
                let others = move |case: &Case| assert_eq!(case.insert(other, other), None);
                let old = case.with(Point::BeforeRenewed, others, |case| case.insert(100, 100));
                assert_eq!(old, (other == 100).then_some(100));
                has_those_and(&case, if other == 100 { &[100] } else { &[100, 200] });
                case.end();
            })
        });
    }
}

/// The table is evacuated, or cleared, before the new chain is there.
#[test]
fn renewal_closed() {
    let _alone = alone();
    takes(Branch::RenewalClosed, || {
        let case = worn();
        let others = |case: &Case| {
            case.map.start_rebuild();
            case.map.finish_resize();
        };
        assert_eq!(case.with(Point::BeforeRenewed, others, |case| case.insert(100, 100)), None);
        has_those_and(&case, &[100]);
        case.end();
    });
    takes(Branch::RenewalClosed, || {
        let case = worn();
        let others = |case: &Case| {
            case.map.pin().clear();
            case.map.finish_resize();
        };
        assert_eq!(case.with(Point::BeforeRenewed, others, |case| case.insert(100, 100)), None);
        assert_eq!((case.map.len(), case.get(100)), (1, Some(100)));
        case.end();
    });
}

/// Whoever renews a chain stops half way, for ever: what is frozen is the truth, and the next write
/// goes on, or the map ends so.
#[test]
fn renewal_left_half_done() {
    let _alone = alone();
    for point in [Point::BeforeRenewal, Point::ChainFrozen, Point::BeforeRenewed] {
        let half_done = || {
            let case = worn();
            let stops = |_: &Case| panic!("the thread ends here");
            let stopped =
                AssertUnwindSafe(|| case.with(point, stops, |case| case.insert(100, 100)));
            catch_unwind(stopped).unwrap_err();
            clear_hook();
            has_those_and(&case, &[]);
            case
        };
        half_done().end();

        let case = half_done();
        let helps = || assert_eq!(case.insert(0, 0), Some(0));
        if point == Point::BeforeRenewal {
            helps()
        } else {
            takes(Branch::RenewalHelped, helps)
        }
        has_those_and(&case, &[]);
        case.end();

        let case = half_done();
        case.map.start_resize(1);
        case.map.finish_resize();
        has_those_and(&case, &[]);
        case.end();

        let case = half_done();
        case.map.pin().clear();
        assert_eq!((case.map.len(), case.get(0)), (0, None));
        case.end();
    }
}

/// A helper of the evacuation that filled a chain goes on when that has been renewed: what it has
/// read long ago would fit into the new buckets.
#[test]
fn late_at_renewed() {
    let _alone = alone();
    takes(Branch::LateAtRenewed, || {
        let case = Case::new(Mode::Constant, 1);
        case.map.start_resize(4);
        case.map.finish_resize();
        (1..10).for_each(|key| assert_eq!(case.insert(key, key), None));
        case.map.start_rebuild();
        let others = |case: &Case| {
            case.map.finish_resize();
            (0..10).for_each(|key| assert_eq!(case.remove(key), Some(key)));
            case.map.renew_chain(&case.make(0));
        };
        case.with(Point::SourceFrozen, others, |case| _ = case.map.help_resize(1));
        assert_eq!((case.map.len(), case.map.pin().iter().count()), (0, 0));
        (0..10).for_each(|key| assert_eq!(case.get(key), None));
        case.end();
    });
}

/// Each branch has its test above.
#[test]
fn no_branch_is_left_out() {
    let _alone = alone();
    let tested = [
        Branch::PublishLost,
        Branch::ReplaceLost,
        Branch::KillLost,
        Branch::AppendLost,
        Branch::PlaceLost,
        Branch::FrozenKey,
        Branch::FrozenEnd,
        Branch::OldChainFull,
        Branch::InstallLost,
        Branch::StartLost,
        Branch::PreparedElsewhere,
        Branch::PreparerSlow,
        Branch::PreparerReplaced,
        Branch::PreparedInVain,
        Branch::GiveLost,
        Branch::Swept,
        Branch::TagRefill,
        Branch::OverflowInDestination,
        Branch::DiscardLost,
        Branch::ReapLost,
        Branch::NestedReap,
        Branch::Recycled,
        Branch::SpareFull,
        Branch::Orphan,
        Branch::WalkMoved,
        // These in `reuse`.
        Branch::Reused,
        Branch::ReuseLost,
        Branch::ReusedMeanwhile,
        Branch::ReadAgain,
        Branch::ChangedMeanwhile,
        Branch::StampedAnew,
        Branch::StampLost,
        Branch::RenewalPublished,
        Branch::RenewalLost,
        Branch::RenewalClosed,
        Branch::RenewalHelped,
        Branch::LateAtRenewed,
    ];
    assert_eq!(tested.len(), BRANCHES, "a branch has no test");
    assert!(tested.iter().enumerate().all(|(index, branch)| *branch as usize == index));
    validated(HashMap::<u8, u8>::new());
}
