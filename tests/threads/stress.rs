//! Many threads on one map. Every test ends with a storm's aftermath: the map validates, still
//! grows, comes to rest, and has dropped everything exactly once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::thread;

use crate::common::{
    Config, Counted, Counter, MODES, Mode, Random, Setup, TestMap, on_threads, scaled,
};
use evacmap::{Compute, HashMap, Operation};

type Key = Counted<u64>;
type Value = Counted<u64>;
type Map = TestMap<Key, Value>;

const THREADS: usize = 4;
/// Keys from here on belong to nobody but `aftermath`.
const FOREIGN: u64 = 1 << 40;

/// A map, and the counter of all keys and values that are put into it.
#[derive(Clone)]
struct Storm {
    map: Arc<Map>,
    counter: Arc<Counter>,
}

impl Storm {
    fn new(mode: Mode) -> Self {
        let config = Config { setup: Setup::Fresh, mode };
        Storm { map: Arc::new(config.map()), counter: Counter::new() }
    }

    fn make(&self, inner: u64) -> Counted<u64> {
        self.counter.make(inner)
    }

    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.map.pin().insert(self.make(key), self.make(value)).map(read)
    }

    fn remove(&self, key: u64) -> Option<u64> {
        self.map.pin().remove(&key).map(read)
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.pin().get(&key).map(read)
    }

    #[track_caller]
    fn aftermath(self) {
        let map = Arc::into_inner(self.map).expect("the last handle");
        crate::common::aftermath(map, |number| {
            (self.counter.make(FOREIGN + number), self.counter.make(number))
        });
        self.counter.check();
    }
}

fn read(value: &Counted<u64>) -> u64 {
    value.check();
    value.inner
}

/// Sets a flag when dropped, also by a panic, so that helpers of a test that fails end too.
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Release);
    }
}

/// Runs `main` on some threads, with as many `beside` turns on one more as fit meanwhile.
fn beside(
    threads: usize,
    main: impl Fn(usize) + Send + Sync + 'static,
    mut beside: impl FnMut(usize) + Send + 'static,
) -> usize {
    let over = Arc::new(AtomicBool::new(false));
    let flag = Flag(over.clone());
    let helper = thread::spawn(move || {
        let mut turn = 0;
        while turn < 3 || !over.load(Acquire) {
            beside(turn);
            turn += 1;
        }
        turn
    });
    on_threads(threads, main);
    drop(flag);
    helper.join().expect("the helper of the test panicked")
}

#[test]
fn distinct_keys_all_arrive() {
    for mode in MODES {
        let storm = Storm::new(mode);
        let each = match mode {
            Mode::Constant => scaled(400, 150),
            Mode::EightBit => scaled(2_500, 1_000),
            _ => scaled(40_000, 8_000),
        } as u64;
        let shared = storm.clone();
        on_threads(THREADS, move |thread| {
            for i in 0..each {
                let key = i * THREADS as u64 + thread as u64;
                assert_eq!(shared.insert(key, key + 1), None);
                assert_eq!(shared.get(key), Some(key + 1));
                assert!(shared.map.len() as u64 > i, "less than this thread alone has put in");
            }
        });
        let total = each * THREADS as u64;
        assert_eq!(storm.map.len() as u64, total);
        for key in 0..total {
            assert_eq!(storm.get(key), Some(key + 1));
        }
        storm.aftermath();
    }
}

#[test]
fn the_same_keys_are_inserted_once_each() {
    for mode in MODES {
        let storm = Storm::new(mode);
        let keys = match mode {
            Mode::Constant => scaled(300, 100),
            Mode::EightBit => scaled(3_000, 800),
            _ => scaled(60_000, 5_000),
        } as u64;
        let shared = storm.clone();
        let firsts = on_threads(THREADS, move |thread| {
            let (thread, mut firsts) = (thread as u64, 0);
            for key in 0..keys {
                let map = shared.map.pin();
                let first = match key % 4 {
                    0 => map.insert(shared.make(key), shared.make(thread)).is_none(),
                    1 => map.try_insert(shared.make(key), shared.make(thread)).is_ok(),
                    2 => {
                        let mut asked = false;
                        let got = map.get_or_insert_with(shared.make(key), || {
                            asked = true;
                            shared.make(key * 10 + thread)
                        });
                        asked && read(got) == key * 10 + thread
                    }
                    _ => matches!(
                        map.compute(shared.make(key), |entry| match entry {
                            None => Operation::Insert(shared.make(thread)),
                            Some(_) => Operation::Abort(()),
                        }),
                        Compute::Inserted(..)
                    ),
                };
                firsts += u64::from(first);
            }
            firsts
        });
        assert_eq!(
            firsts.into_iter().sum::<u64>(),
            keys,
            "{mode:?}: each key has one first inserter"
        );
        assert_eq!(storm.map.len() as u64, keys);
        storm.aftermath();
    }
}

#[test]
fn inserts_and_removals_balance() {
    for mode in MODES {
        let storm = Storm::new(mode);
        let (turns, keys) = match mode {
            Mode::Constant => (scaled(30_000, 4_000), 50),
            _ => (scaled(200_000, 15_000), 500),
        };
        let shared = storm.clone();
        let net = on_threads(THREADS, move |thread| {
            let (mut random, mut net) = (Random::new(thread), 0_i64);
            for turn in 0..turns {
                let key = random.below(keys) as u64;
                match random.below(8) {
                    0..4 => net += i64::from(shared.insert(key, turn as u64).is_none()),
                    4..7 => net -= i64::from(shared.remove(key).is_some()),
                    _ => {
                        let map = shared.map.pin();
                        net -= i64::from(matches!(
                            map.remove_if(&key, |_, v| read(v).is_multiple_of(2)),
                            Ok(Some(_))
                        ));
                    }
                }
                if turn % 5000 == 4999 {
                    shared.map.pin().shrink_to_fit();
                    shared.map.flush();
                }
            }
            net
        });
        assert_eq!(net.into_iter().sum::<i64>(), storm.map.len() as i64, "{mode:?}");
        assert_eq!(storm.map.pin().iter().count(), storm.map.len(), "{mode:?}");
        storm.aftermath();
    }
}

#[test]
fn stable_keys_are_never_missed_while_the_map_grows_and_shrinks() {
    const STABLE: u64 = 8;
    for mode in [Mode::Good, Mode::Identity, Mode::LowBitsZero] {
        let storm = Storm::new(mode);
        for key in 0..STABLE {
            storm.insert(FOREIGN * 2 + key, key);
        }
        let most = scaled(1 << 18, 1 << 13) as u64;
        let (writers, readers) = (storm.clone(), storm.clone());
        let top = Arc::new(AtomicUsize::new(0));
        let reached = top.clone();
        let turns = beside(
            2,
            move |thread| {
                let mine = || (0..most).filter(|key| *key as usize % 2 == thread);
                for round in 0..2 {
                    for key in mine() {
                        writers.insert(key, key);
                    }
                    reached.fetch_max(writers.map.stats().buckets, Relaxed);
                    for key in mine() {
                        assert_eq!(writers.remove(key), Some(key));
                        if key % 4096 == round {
                            writers.map.pin().shrink_to_fit();
                        }
                    }
                    writers.map.pin().shrink_to_fit();
                }
            },
            move |turn| {
                for key in 0..STABLE {
                    let map = readers.map.pin();
                    assert_eq!(
                        map.get(&(FOREIGN * 2 + key)).map(read),
                        Some(key),
                        "missed at turn {turn}"
                    );
                    assert!(map.contains_key(&(FOREIGN * 2 + key)));
                }
            },
        );
        assert!(turns > 0);
        assert!(top.load(Relaxed) * 5 >= most as usize / 2, "the map did not grow: {top:?}");
        storm.map.finish_resize();
        storm.map.pin().shrink_to_fit();
        storm.map.finish_resize();
        let stats = storm.map.stats();
        assert_eq!(stats.len as u64, STABLE);
        assert!(stats.buckets <= 4, "{stats:?}");
        assert!(stats.growths > 2 && stats.shrinks > 0, "{stats:?}");
        storm.aftermath();
    }
}

#[test]
fn counters_lose_no_update() {
    for mode in MODES {
        let storm = Storm::new(mode);
        let slow = matches!(mode, Mode::Constant | Mode::EightBit);
        let (turns, keys) =
            if slow { (scaled(20_000, 2_000), 20) } else { (scaled(100_000, 8_000), 100) };
        let shared = storm.clone();
        on_threads(THREADS, move |thread| {
            let mut random = Random::new(thread);
            for turn in 0..turns {
                let key = random.below(keys) as u64;
                let map = shared.map.pin();
                let more = |n: &Value| shared.make(read(n) + 1);
                match turn % 4 {
                    0 => {
                        map.update_or_insert(shared.make(key), more, shared.make(1));
                    }
                    1 => {
                        map.update_or_insert_with(shared.make(key), more, || shared.make(1));
                    }
                    2 => {
                        map.compute(shared.make(key), |entry| {
                            Operation::<_, ()>::Insert(
                                shared.make(entry.map_or(0, |(_, n)| read(n)) + 1),
                            )
                        });
                    }
                    _ => {
                        if map.update(shared.make(key), more).is_none() {
                            map.update_or_insert(shared.make(key), more, shared.make(1));
                        }
                    }
                }
                // Resizes without end: what nobody counts comes and goes.
                let other = 1000 + (thread * turns + turn) as u64;
                drop(map);
                shared.insert(other, 0);
                if turn % 3 > 0 || slow {
                    shared.remove(other);
                }
            }
        });
        let sum: u64 = (0..keys as u64).map(|key| storm.get(key).unwrap_or(0)).sum();
        assert_eq!(sum, (THREADS * turns) as u64, "{mode:?}");
        storm.map.pin().retain(|key, _| read(key) < 1000);
        storm.map.pin().shrink_to_fit();
        storm.aftermath();
    }
}

#[test]
fn compare_exchange_makes_a_counter() {
    let storm = Storm::new(Mode::Good);
    storm.insert(1, 0);
    let turns = scaled(40_000, 8_000) as u64;
    let shared = storm.clone();
    on_threads(THREADS, move |thread| {
        let map = &shared.map;
        for turn in 0..turns {
            let mut seen = shared.get(1).unwrap();
            loop {
                let guard = map.guard();
                match map.compare_exchange(
                    shared.make(1),
                    &shared.make(seen),
                    shared.make(seen + 1),
                    &guard,
                ) {
                    Ok(old) => break assert_eq!(read(old), seen),
                    Err(error) => {
                        assert_eq!(read(&error.new), seen + 1);
                        seen = read(error.current.expect("nobody removes it"));
                    }
                }
            }
            // And the table changes all the time.
            shared.insert(1000 + turn * THREADS as u64 + thread as u64, 0);
        }
    });
    assert_eq!(storm.get(1), Some(turns * THREADS as u64));
    storm.aftermath();
}

#[test]
fn compare_remove_gives_each_value_to_one_thread() {
    let storm = Storm::new(Mode::Good);
    let turns = scaled(60_000, 6_000) as u64;
    let shared = storm.clone();
    let taken = on_threads(THREADS, move |_| {
        let mut taken = 0;
        for turn in 0..turns {
            let map = shared.map.pin();
            map.try_insert(shared.make(turn % 7), shared.make(turn)).ok();
            taken += u64::from(map.compare_remove(&(turn % 7), &shared.make(turn)).is_ok());
        }
        taken
    });
    let left = storm.map.len() as u64;
    let taken: u64 = taken.into_iter().sum();
    assert!(taken > 0 && left <= 7);
    storm.aftermath();
}

#[test]
fn clearing_beside_writers() {
    for mode in [Mode::Good, Mode::Constant] {
        let storm = Storm::new(mode);
        let (turns, keys) = if mode == Mode::Good {
            (scaled(200_000, 15_000), 2000)
        } else {
            (scaled(20_000, 3_000), 40)
        };
        let (writers, clearer) = (storm.clone(), storm.clone());
        let cleared = beside(
            3,
            move |thread| {
                let mut random = Random::new(thread);
                for turn in 0..turns {
                    let key = (random.below(keys) * 3 + thread) as u64;
                    match random.below(4) {
                        0 => drop(writers.remove(key)),
                        _ => {
                            // Only this thread writes the key: it is as written, or cleared since.
                            writers.insert(key, turn as u64);
                            let now = writers.get(key);
                            assert!(now.is_none() || now == Some(turn as u64), "{now:?} at {turn}");
                        }
                    }
                }
            },
            move |_| {
                clearer.map.pin().clear();
                thread::yield_now();
            },
        );
        let stats = storm.map.stats();
        // A map without a table need not be cleared.
        assert!(stats.clears > 0 && stats.clears <= cleared as u64, "{cleared} times: {stats:?}");
        println!("{mode:?}: cleared {cleared} times");
        assert_eq!(storm.map.len(), storm.map.pin().iter().count(), "{mode:?}");
        storm.map.pin().clear();
        assert_eq!((storm.map.len(), storm.map.pin().iter().count()), (0, 0));
        storm.aftermath();
    }
}

#[test]
fn iterators_beside_writers_meet_stable_keys_once() {
    const STABLE: u64 = 300;
    for mode in [Mode::Good, Mode::EightBit] {
        let storm = Storm::new(mode);
        for key in 0..STABLE {
            storm.insert(key, key);
        }
        let turns = scaled(150_000, 10_000);
        let (writers, walker) = (storm.clone(), storm.clone());
        let walks = beside(
            2,
            move |thread| {
                let mut random = Random::new(thread);
                for turn in 0..turns {
                    let key = STABLE + random.below(3000) as u64;
                    match random.below(16) {
                        0..6 => drop(writers.insert(key, key)),
                        6..15 => drop(writers.remove(key)),
                        // The value of a stable key may change, its presence does not.
                        _ => drop(writers.insert(key % STABLE, key % STABLE)),
                    }
                    if turn % 1000 == 0 {
                        writers.map.pin().reserve(5000);
                    }
                    if turn % 1000 == 500 {
                        writers.map.pin().shrink_to_fit();
                    }
                }
            },
            move |_| {
                let map = walker.map.pin();
                let (mut seen, mut stable) = (HashSet::new(), 0);
                for (key, value) in &map {
                    assert_eq!(read(key), read(value));
                    assert!(seen.insert(read(key)), "{} twice", read(key));
                    stable += usize::from(read(key) < STABLE);
                }
                assert_eq!(stable as u64, STABLE, "{mode:?}");
            },
        );
        println!("{mode:?}: {walks} walks");
        storm.aftermath();
    }
}

#[test]
fn retain_beside_writers_takes_only_what_it_asked_about() {
    const EVEN: u64 = 400;
    let storm = Storm::new(Mode::Good);
    for key in 0..EVEN {
        storm.insert(key, 0);
    }
    let turns = scaled(150_000, 10_000) as u64;
    let (writers, sieve) = (storm.clone(), storm.clone());
    beside(
        2,
        move |thread| {
            let mut random = Random::new(thread);
            for turn in 0..turns {
                // Values of these keys are even at all times, so no `retain` may take them.
                writers.insert(random.below(EVEN as usize) as u64, turn * 2);
                // These are odd or even, and come and go.
                writers.insert(EVEN + random.below(4000) as u64, turn);
            }
        },
        move |_| {
            sieve.map.pin().retain(|key, value| {
                key.check();
                read(value).is_multiple_of(2)
            });
        },
    );
    for key in 0..EVEN {
        assert!(storm.get(key).is_some(), "{key} was taken");
    }
    storm.map.pin().retain(|_, value| read(value).is_multiple_of(2));
    assert!(storm.map.pin().values().all(|value| read(value).is_multiple_of(2)));
    storm.aftermath();
}

#[test]
fn all_kinds_of_resize_at_once() {
    for mode in [Mode::Good, Mode::LowBitsZero] {
        let storm = Storm::new(mode);
        let turns = scaled(40_000, 3_000);
        let shared = storm.clone();
        on_threads(THREADS, move |thread| {
            let mut random = Random::new(thread);
            let base = (thread as u64 + 1) << 20;
            for turn in 0..turns {
                shared.insert(base + random.below(500) as u64, turn as u64);
                shared.remove(base + random.below(500) as u64);
                let map = shared.map.pin();
                match random.below(64) {
                    0 => map.reserve(random.below(8000)),
                    1 | 2 => map.shrink_to_fit(),
                    3 => map.clear(),
                    4 => {
                        map.help_resize(3);
                    }
                    5 => map.finish_resize(),
                    6 => map.flush(),
                    7 => {
                        let stats = map.stats();
                        assert!(stats.filled_buckets <= stats.buckets);
                    }
                    #[cfg(feature = "_hooks")]
                    8..12 => map.map().start_rebuild(),
                    _ => {}
                }
            }
        });
        storm.aftermath();
    }
}

/// References stay readable as long as their guard, whatever becomes of their entries.
#[test]
fn what_a_guard_has_seen_stays() {
    let storm = Storm::new(Mode::Good);
    let turns = scaled(2_000, 200);
    let shared = storm.clone();
    on_threads(THREADS, move |thread| {
        let mut random = Random::new(thread);
        for turn in 0..turns {
            let map = shared.map.pin();
            let held: Vec<_> = (0..100).filter_map(|key| map.get_key_value(&key)).collect();
            for _ in 0..100 {
                let key = random.below(100) as u64;
                shared.insert(key, key + (turn << 8) as u64);
                shared.remove(random.below(100) as u64);
            }
            if turn % 50 == 0 {
                map.clear();
            }
            map.flush();
            for (key, value) in held {
                assert_eq!(read(key), read(value) & 0xff);
            }
        }
    });
    storm.aftermath();
}

/// Threads come and go; their slots, counts and garbage are taken over by those that follow.
#[test]
fn threads_that_end_leave_nothing_behind() {
    let storm = Storm::new(Mode::Good);
    for round in 0..scaled(100, 20) as u64 {
        let shared = storm.clone();
        on_threads(THREADS, move |thread| {
            let base = (round * THREADS as u64 + thread as u64) * 100;
            for key in base..base + 100 {
                shared.insert(key, key);
            }
            for key in base..base + 50 {
                assert_eq!(shared.remove(key), Some(key));
            }
        });
        assert_eq!(storm.map.len() as u64, (round + 1) * THREADS as u64 * 50);
    }
    storm.aftermath();
}

/// A smaller engine test without counting, for speed: plain integers, more threads than cores, one
/// map after the other.
#[test]
fn many_small_maps() {
    for round in 0..scaled(2_000, 200) {
        let map: Arc<HashMap<usize, usize>> = Arc::default();
        let shared = map.clone();
        on_threads(2, move |thread| {
            for i in 0..40 {
                shared.pin().insert(i * 2 + thread, round);
                if i % 2 == 0 {
                    shared.pin().remove(&(i * 2 + thread));
                }
            }
        });
        assert_eq!(map.len(), 40);
        crate::common::aftermath(Arc::into_inner(map).expect("the last handle"), |number| {
            (1000 + number as usize, round)
        });
    }
}
