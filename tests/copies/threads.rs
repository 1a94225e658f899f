//! Several threads at one map.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use evacmap::CopyMap;

const ROUNDS: u64 = if cfg!(miri) { 20 } else { 20_000 };

/// What belongs to a key at its `n`th write: every bit of it depends on both.
fn mark(key: u64, n: u64) -> u64 {
    let word = (key ^ n.rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    word & !0xFFFF_FFFF | (n & 0xFFFF_FFFF)
}

#[track_caller]
fn check(key: u64, value: u64) {
    assert_eq!(value, mark(key, value & 0xFFFF_FFFF), "a value that was put in for this key");
}

/// Runs until the writers are done, at least once.
fn until(done: &AtomicBool, mut turn: impl FnMut()) {
    while {
        turn();
        !done.load(Relaxed)
    } {}
}

/// Ends the readers also if a writer panics.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Writers write, remove and resize; readers find no value of another key, and none that was never
/// written.
#[test]
fn no_value_is_torn() {
    const KEYS: u64 = 24;
    let mut map = CopyMap::<u64, u64>::new();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                until(&done, || {
                    for key in 0..KEYS {
                        map.get(&key).inspect(|value| check(key, *value));
                    }
                    map.iter().for_each(|(key, value)| check(key, value));
                    for value in map.get_many([&0, &1, &2]).into_iter().zip(0..) {
                        value.0.inspect(|found| check(value.1, *found));
                    }
                });
            });
        }
        let _end = SetAtEnd(&done);
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let map = &map;
                scope.spawn(move || {
                    for n in 0..ROUNDS {
                        let key = n.wrapping_mul(7).wrapping_add(writer) % KEYS;
                        match n % 8 {
                            0 => map.remove(&key).inspect(|old| check(key, *old)),
                            1 => map.update(&key, |old| mark(key, old + 1)),
                            2 => map.compare_exchange(&key, mark(key, n), mark(key, n + 2)).ok(),
                            _ => map.insert(key, mark(key, n)).inspect(|old| check(key, *old)),
                        };
                        match n % 1024 {
                            100 => map.reserve(500),
                            500 => map.shrink_to_fit(),
                            900 if writer == 0 => map.clear(),
                            _ => {}
                        }
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().expect("no writer fails"));
    });
    map.iter().for_each(|(key, value)| check(key, value));
    map.validate().unwrap();
}

#[test]
fn no_addition_is_lost_while_the_map_grows_and_shrinks() {
    let mut map = CopyMap::<u32, u64>::new();
    const THREADS: u64 = 3;
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let map = &map;
            scope.spawn(move || {
                for n in 0..ROUNDS {
                    map.fetch_add((n % 97) as u32, 1);
                    // Keys of its own, so that the table changes.
                    let own = 1000 + (thread * ROUNDS + n) as u32;
                    assert_eq!(map.insert(own, n), None);
                    if n % 3 != 0 {
                        assert_eq!(map.remove(&own), Some(n));
                    }
                    if n % 2048 == 2047 {
                        map.shrink_to_fit();
                    }
                }
            });
        }
    });
    let sum: u64 = (0..97).filter_map(|key| map.get(&key)).sum();
    assert_eq!(sum, THREADS * ROUNDS);
    let own = THREADS * ROUNDS.div_ceil(3);
    assert_eq!(map.len() as u64, own + ROUNDS.min(97));
    map.validate().unwrap();
}

/// Of all threads that insert a key, one does; of all that remove it, one does.
#[test]
fn one_wins() {
    let map = CopyMap::<u64, u64>::new();
    const THREADS: u64 = 3;
    let wins: Vec<(u64, u64)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let map = &map;
                scope.spawn(move || {
                    let (mut put, mut taken) = (0, 0);
                    for key in 0..ROUNDS {
                        put += u64::from(map.try_insert(key, thread).is_ok());
                        assert!(map.get_or_insert(key, 99) < THREADS);
                    }
                    for key in 0..ROUNDS {
                        taken += u64::from(map.remove(&(key / 2)).is_some());
                    }
                    (put, taken)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    // A thread may put a key in again that another has removed by then.
    let (put, taken) = wins.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(put >= ROUNDS);
    assert!(taken <= put + THREADS * ROUNDS);
}

/// A key that is there throughout is seen by every look-up and by every iteration, exactly once,
/// whatever comes and goes around it.
#[test]
fn what_stays_is_always_there() {
    const STAYING: u64 = 200;
    let mut map: CopyMap<u64, u64> = (0..STAYING).map(|key| (key, key)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            until(&done, || {
                for key in 0..STAYING {
                    assert!(map.get(&key).is_some_and(|value| value % STAYING == key), "{key}");
                }
            });
        });
        scope.spawn(|| {
            until(&done, || {
                let mut seen = HashSet::new();
                for (key, _) in &map {
                    assert!(seen.insert(key), "{key} comes twice");
                }
                assert!((0..STAYING).all(|key| seen.contains(&key)));
            });
        });
        let _end = SetAtEnd(&done);
        for n in 0..ROUNDS {
            let passing = STAYING + n;
            map.insert(passing, n);
            map.update(&(n % STAYING), |value| value + STAYING);
            if n >= 300 {
                assert!(map.remove(&(passing - 300)).is_some());
            }
            match n % 512 {
                100 => map.reserve(4000),
                300 => map.shrink_to_fit(),
                _ => {}
            }
        }
    });
    map.validate().unwrap();
}

#[test]
fn a_map_is_sent_and_shared_as_its_content() {
    fn sent_and_shared<T: Send + Sync>() {}
    sent_and_shared::<CopyMap<u64, u64>>();
    sent_and_shared::<evacmap::CopySet<char>>();
}
