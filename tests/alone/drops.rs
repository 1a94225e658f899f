//! Values whose drop panics: when they were removed, replaced or cleared, when the map is dropped,
//! and when it is taken apart. And how much memory of dropped entries is kept.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::thread;
use std::time::Duration;

use crate::alone;
use crate::common::injected::{Injected, hush};
use crate::common::{Counted, Counter, on_threads, validated};
use evacmap::HashMap;

/// A value whose drop panics, if it is told to.
struct Bomb {
    _counted: Counted<u32>,
    armed: bool,
    defused: Arc<AtomicBool>,
    reported: Arc<AtomicUsize>,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.armed && !self.defused.load(Relaxed) {
            panic_any(Injected(self.reported.clone()));
        }
    }
}

struct Bombs {
    counter: Arc<Counter>,
    defused: Arc<AtomicBool>,
    reported: Arc<AtomicUsize>,
}

impl Bombs {
    fn new() -> Self {
        hush();
        Bombs { counter: Counter::new(), defused: Arc::default(), reported: Arc::default() }
    }

    fn make(&self, inner: u32, armed: bool) -> Bomb {
        let (defused, reported) = (self.defused.clone(), self.reported.clone());
        Bomb { _counted: self.counter.make(inner), armed, defused, reported }
    }

    fn reported(&self) -> usize {
        self.reported.load(Relaxed)
    }
}

/// Nobody who happens to free an entry is hit by the panic of its drop: it is reported by the hook,
/// and that is all.
#[test]
fn a_panicking_drop_of_removed_entries_is_reported_and_swallowed() {
    let _alone = alone();
    let bombs = Bombs::new();
    let map = HashMap::new();
    for key in 0..200 {
        map.pin().insert(key, bombs.make(key, key % 10 == 0));
    }
    for key in 0..200 {
        assert!(map.pin().remove(&key).is_some());
    }
    for _ in 0..10_000 {
        map.flush();
        if bombs.counter.alive() == 0 {
            break;
        }
        thread::sleep(Duration::from_micros(100));
    }
    assert_eq!(bombs.counter.alive(), 0, "never freed");
    assert_eq!(bombs.reported(), 20);
    assert_eq!(Arc::strong_count(&bombs.reported), 1, "a panic's payload was leaked");
    assert_eq!(map.stats().retired, 0);
    // The memory of those that panicked is kept like any other.
    for key in 0..200 {
        map.pin().insert(key, bombs.make(key, false));
    }
    crate::common::validated(map);
    bombs.counter.check();
}

/// A payload that panics in turn when it is dropped.
struct Echo(Arc<AtomicUsize>);

impl Drop for Echo {
    fn drop(&mut self) {
        panic_any(Injected(self.0.clone()));
    }
}

struct EchoingBomb(Arc<AtomicUsize>);

impl Drop for EchoingBomb {
    fn drop(&mut self) {
        panic_any(Echo(self.0.clone()));
    }
}

#[test]
fn a_payload_that_panics_in_turn_disturbs_nobody() {
    let _alone = alone();
    hush();
    let echoes = Arc::new(AtomicUsize::new(0));
    let map = HashMap::new();
    for key in 0..100 {
        map.pin().insert(key, EchoingBomb(echoes.clone()));
        map.pin().remove(&key);
    }
    while map.stats().retired > 0 {
        map.flush();
    }
    assert_eq!(echoes.load(Relaxed), 100);
    crate::common::validated(map);
}

/// As above, where the entries are retired by replacement, by `clear`, and on several threads at
/// once.
#[test]
fn panicking_drops_disturb_no_thread() {
    let _alone = alone();
    let bombs = Arc::new(Bombs::new());
    let map: Arc<HashMap<u32, Bomb>> = Arc::default();
    let (shared, made) = (map.clone(), bombs.clone());
    on_threads(3, move |thread| {
        for turn in 0..2_000_u32 {
            let key = turn % 97;
            shared.pin().insert(key, made.make(key, turn % 5 == 0));
            shared.pin().remove(&((key * 7) % 97));
            if turn % 500 == thread as u32 {
                shared.pin().clear();
            }
        }
        // Whatever is left is harmless.
        shared.pin().retain(|_, value| !value.armed);
    });
    let mut map = Arc::into_inner(map).expect("the last handle");
    map.validate().unwrap();
    // Each thread has left full batches behind, if none of their time has come before.
    while bombs.reported() == 0 {
        map.flush();
    }
    // In the drop of the map a panic would come through, and a second one would end the process.
    bombs.defused.store(true, Relaxed);
    drop(map);
    bombs.counter.check();
}

#[test]
fn a_panicking_drop_in_the_drop_of_the_map_goes_on_after_everything_else_was_dropped() {
    let _alone = alone();
    for resizing in [false, true] {
        for armed in [0, 1, 150, 299] {
            let bombs = Bombs::new();
            let map: HashMap<u32, Bomb> = HashMap::new();
            for key in 0..300 {
                map.pin().insert(key, bombs.make(key, key == armed));
            }
            // Garbage too.
            for key in 0..100 {
                map.pin().insert(1000 + key, bombs.make(key, false));
                map.pin().remove(&(1000 + key));
            }
            map.finish_resize();
            if resizing {
                map.pin().reserve(1000);
                map.help_resize(3);
                assert!(map.is_resizing());
            }
            let payload = catch_unwind(AssertUnwindSafe(|| drop(map))).unwrap_err();
            assert!(payload.is::<Injected>());
            assert_eq!(bombs.reported(), 1);
            bombs.counter.check();
        }
    }
}

#[test]
fn a_panicking_drop_of_garbage_in_the_drop_of_the_map_does_as_well() {
    let _alone = alone();
    let bombs = Bombs::new();
    let map: HashMap<u32, Bomb> = HashMap::new();
    for key in 0..300 {
        map.pin().insert(key, bombs.make(key, key == 17));
    }
    let guard = evacmap::pin();
    for key in 0..100 {
        map.pin().remove(&key);
    }
    let payload = catch_unwind(AssertUnwindSafe(|| drop(map))).unwrap_err();
    drop(guard);
    assert!(payload.is::<Injected>());
    assert_eq!(bombs.reported(), 1);
    bombs.counter.check();
}

#[test]
fn a_panicking_drop_in_a_map_taken_apart() {
    let _alone = alone();
    for (armed, taken) in [(5, 0), (5, 3), (299, 150)] {
        let bombs = Bombs::new();
        let map: HashMap<u32, Bomb> = (0..300).map(|key| (key, bombs.make(key, false))).collect();
        map.pin().update(armed, |_| bombs.make(armed, true));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut entries = map.into_iter();
            for _ in 0..taken {
                entries.next();
            }
            drop(entries);
        }));
        assert!(outcome.is_err());
        bombs.counter.check();
    }
    // The panic comes from the garbage, when the map is taken apart.
    let bombs = Bombs::new();
    let map: HashMap<u32, Bomb> = (0..300).map(|key| (key, bombs.make(key, key == 9))).collect();
    let guard = evacmap::pin();
    map.pin().remove(&9);
    let outcome = catch_unwind(AssertUnwindSafe(|| map.into_iter().count()));
    drop(guard);
    assert!(outcome.is_err());
    bombs.counter.check();
}

/// What a thread keeps for its next inserts is bounded in bytes, however large the entries are.
#[test]
fn spare_memory_is_bounded_in_bytes() {
    let _alone = alone();
    fn keeps<const SIZE: usize>(some: bool) {
        let map: HashMap<u32, [u8; SIZE]> = HashMap::new();
        for step in 0..600 {
            map.pin().insert(step % 4, [1; SIZE]);
        }
        map.flush();
        let stats = map.stats();
        assert_eq!((stats.len, stats.retired), (4, 0));
        assert_eq!(stats.spare > 0, some, "{SIZE}: {stats:?}");
        assert!(stats.spare * SIZE <= 64 << 10, "{SIZE}: {stats:?}");
        // What is kept serves, and no more is taken than was kept.
        for key in 10..10 + stats.spare as u32 {
            map.pin().insert(key, [1; SIZE]);
        }
        assert_eq!(map.stats().spare, 0);
        validated(map);
    }
    keeps::<8>(true);
    keeps::<100>(true);
    keeps::<1000>(true);
    keeps::<20_000>(true);
    keeps::<100_000>(false);
}

/// However much has been removed, replaced or cleared, and on whatever threads: with no guard held
/// one flush drops all of it but what other threads have not handed on.
#[test]
fn one_flush_drops_everything() {
    let _alone = alone();
    const KEYS: usize = 20_000;
    let counter = Counter::new();
    let map: HashMap<usize, Counted<usize>> =
        (0..KEYS).map(|key| (key, counter.make(key))).collect();
    map.finish_resize();
    for key in 0..KEYS / 2 {
        map.pin().remove(&key);
    }
    for key in KEYS / 2..KEYS {
        map.pin().insert(key, counter.make(key));
    }
    map.flush();
    assert_eq!((map.stats().retired, counter.alive()), (0, KEYS / 2));
    map.pin().clear();
    map.finish_resize();
    map.flush();
    assert_eq!((map.stats().retired, counter.alive()), (0, 0));
    thread::scope(|scope| {
        let work = (0..4).map(|number| {
            let (map, counter) = (&map, &counter);
            scope.spawn(move || {
                for key in (number * 1000..).take(1000) {
                    map.pin().insert(key, counter.make(key));
                    map.pin().remove(&key);
                }
            })
        });
        // A scope does not wait for the ends of its threads, which pin once more.
        work.collect::<Vec<_>>().into_iter().for_each(|worker| worker.join().unwrap());
    });
    map.flush();
    // Less than a bag of each.
    assert!(map.stats().retired <= 4 * 63 && counter.alive() <= 4 * 63, "{:?}", map.stats());
    validated(map);
    counter.check();
}
