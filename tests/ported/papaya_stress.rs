//! After papaya's stress tests: `tests/stress.rs` and `tests/cuckoo.rs` in ibraheemdev/papaya
//! (MIT), scaled down.
//!
//! All are taken over; the one named `everything` there, which in turn follows the JDK's, is in
//! `flurry`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

use evacmap::{Compute, HashMap, Operation};

use crate::common::{Counted, Counter, scaled, validated};
use crate::support::{crowd, shuffled};

const THREADS: usize = 4;
/// Keys of the tests in which threads meet.
const FEW: usize = 64;

/// A map with values that count their drops.
struct Stress {
    map: HashMap<usize, Counted<usize>>,
    counter: Arc<Counter>,
}

impl Stress {
    fn new() -> Self {
        Stress { map: HashMap::new(), counter: Counter::new() }
    }

    /// With `keys`, all of the same value.
    fn filled(keys: usize, value: usize) -> Self {
        let stress = Self::new();
        (0..keys).for_each(|key| assert_eq!(stress.insert(key, value), None));
        stress
    }

    fn make(&self, value: usize) -> Counted<usize> {
        self.counter.make(value)
    }

    fn insert(&self, key: usize, value: usize) -> Option<usize> {
        self.map.pin().insert(key, self.make(value)).map(read)
    }

    fn get(&self, key: usize) -> Option<usize> {
        self.map.pin().get(&key).map(read)
    }

    fn remove(&self, key: usize) -> Option<usize> {
        self.map.pin().remove(&key).map(read)
    }

    fn update(&self, key: usize, change: impl Fn(usize) -> usize) -> Option<usize> {
        self.map.pin().update(key, |value| self.make(change(read(value)))).map(read)
    }

    fn add(&self, key: usize, number: usize) -> usize {
        read(self.map.pin().update_or_insert(
            key,
            |value| self.make(read(value) + number),
            self.make(number),
        ))
    }

    #[track_caller]
    fn check_values(&self, keys: std::ops::Range<usize>, value: usize) {
        for key in keys {
            assert_eq!(self.get(key), Some(value), "of {key}");
        }
    }

    #[track_caller]
    fn finish(self, len: usize) {
        assert_eq!((self.map.len(), self.map.pin().iter().count()), (len, len));
        validated(self.map);
        self.counter.check();
    }
}

fn read(value: &Counted<usize>) -> usize {
    value.check();
    value.inner
}

/// `rounds` times the numbers below `FEW`, in an order of each thread's own.
fn orders(rounds: usize, thread: usize) -> impl Iterator<Item = usize> {
    shuffled(FEW * rounds, thread).into_iter().map(|number| number % FEW)
}

#[test]
fn contains_key() {
    let entries = scaled(1 << 16, 1 << 13);
    let stress = Stress::filled(entries, 1);
    crowd(THREADS, |_| assert!((0..entries).all(|key| stress.map.pin().contains_key(&key))));
    stress.finish(entries);
}

#[test]
fn insert_of_distinct_keys() {
    let entries = scaled(1 << 15, 1 << 12);
    let stress = Stress::new();
    crowd(THREADS, |thread| {
        for key in shuffled(entries, thread) {
            let key = key * THREADS + thread;
            assert_eq!(stress.insert(key, key), None);
            assert_eq!(stress.get(key), Some(key));
        }
    });
    stress.finish(entries * THREADS);
}

/// Each value that was ever inserted is overwritten exactly once, or there in the end.
#[test]
fn insert_over_each_other() {
    let rounds = scaled(256, 32);
    let stress = Stress::new();
    let next: Vec<AtomicUsize> = (0..FEW).map(|_| AtomicUsize::new(0)).collect();
    let overwritten = crowd(THREADS, |thread| {
        let insert = |key: usize| Some((key, stress.insert(key, next[key].fetch_add(1, Relaxed))?));
        orders(rounds, thread).filter_map(insert).collect::<Vec<_>>()
    });
    let mut seen = vec![vec![]; FEW];
    overwritten.into_iter().flatten().for_each(|(key, value)| seen[key].push(value));
    for (key, mut values) in seen.into_iter().enumerate() {
        values.extend(stress.get(key));
        values.sort_unstable();
        assert!(values.into_iter().eq(0..rounds * THREADS));
    }
    stress.finish(FEW);
}

#[test]
fn update() {
    let rounds = scaled(256, 32);
    let stress = Stress::filled(FEW, 0);
    crowd(THREADS, |thread| {
        for key in orders(rounds, thread) {
            let new = stress.update(key, |value| value + 1).expect("nobody removes it");
            assert!(new <= THREADS * rounds);
        }
    });
    stress.check_values(0..FEW, THREADS * rounds);
    stress.finish(FEW);
}

/// Updates beside the inserts of a thread that makes the table grow.
#[test]
fn update_beside_inserts() {
    let entries = scaled(1 << 14, 1 << 11);
    let stress = Stress::filled(entries, 0);
    for turn in 1..=3 {
        crowd(THREADS, |thread| {
            for key in 0..entries {
                match thread {
                    0 => _ = stress.insert(entries * turn + key, usize::MAX),
                    _ => assert!(
                        stress
                            .update(key, |value| value + 1)
                            .is_some_and(|value| value <= THREADS * turn)
                    ),
                }
            }
        });
        stress.check_values(0..entries, (THREADS - 1) * turn);
        stress.check_values(entries * turn..entries * (turn + 1), usize::MAX);
    }
    stress.finish(entries * 4);
}

#[test]
fn update_or_insert() {
    let rounds = scaled(256, 32);
    let stress = Stress::new();
    crowd(THREADS, |thread| orders(rounds, thread).for_each(|key| assert!(stress.add(key, 1) > 0)));
    stress.check_values(0..FEW, THREADS * rounds);
    stress.finish(FEW);
}

/// Two threads count; two take a count out, with `remove`, and add it again; one makes the table
/// grow. No count is lost.
fn take_out_and_add_again(remove: impl Fn(&Stress, usize) -> Option<usize> + Sync) {
    let rounds = scaled(128, 16);
    let stress = Stress::new();
    crowd(5, |thread| match thread {
        0 | 1 => orders(rounds, thread).for_each(|key| assert!(stress.add(key, 1) > 0)),
        2 | 3 => orders(rounds, thread).for_each(|key| {
            if let Some(count) = remove(&stress, key) {
                stress.add(key, count);
            }
        }),
        _ => (FEW..FEW * rounds).for_each(|key| assert_eq!(stress.insert(key, usize::MAX), None)),
    });
    stress.check_values(0..FEW, 2 * rounds);
    stress.check_values(FEW..FEW * rounds, usize::MAX);
    stress.finish(FEW * rounds);
}

#[test]
fn remove_and_update_or_insert() {
    take_out_and_add_again(Stress::remove);
}

#[test]
fn conditional_remove_and_update_or_insert() {
    take_out_and_add_again(|stress, key| {
        let decide = |entry: Option<(&usize, &Counted<usize>)>| match entry {
            Some((_, count)) if read(count).is_multiple_of(2) => Operation::Remove,
            _ => Operation::Abort(()),
        };
        match stress.map.pin().compute(key, decide) {
            Compute::Removed(_, count) => Some(read(count)),
            _ => None,
        }
    });
}

#[test]
fn remove_if_and_update_or_insert() {
    take_out_and_add_again(|stress, key| {
        let map = stress.map.pin();
        let removed = map.remove_if(&key, |_, count| read(count).is_multiple_of(2)).ok().flatten();
        removed.map(|(_, count)| read(count))
    });
}

/// Two threads insert; two remove, and insert again what they removed.
#[test]
fn insert_and_remove() {
    let rounds = scaled(256, 32);
    let stress = Stress::new();
    crowd(THREADS, |thread| {
        for key in orders(rounds, thread) {
            if thread % 2 == 0 || stress.remove(key).is_some() {
                stress.insert(key, key);
            }
        }
    });
    (0..FEW).for_each(|key| assert_eq!(stress.get(key), Some(key)));
    stress.finish(FEW);
}

/// One thread removes all keys, two update them until all are gone, one makes the table grow.
#[test]
fn remove_beside_updates_and_inserts() {
    let entries = scaled(1 << 12, 1 << 10);
    let stress = Stress::filled(entries, 0);
    crowd(THREADS, |thread| match thread {
        0 => (0..entries).for_each(|key| {
            assert!(stress.remove(key).is_some());
            assert_eq!(stress.get(key), None, "nobody puts it back");
        }),
        1 => {
            (entries..2 * entries).for_each(|key| assert_eq!(stress.insert(key, usize::MAX), None))
        }
        _ => {
            while shuffled(entries, thread)
                .into_iter()
                .any(|key| stress.update(key, |value| value + 1).is_some())
            {}
        }
    });
    (0..entries).for_each(|key| assert_eq!(stress.get(key), None));
    stress.check_values(entries..2 * entries, usize::MAX);
    stress.finish(entries);
}

/// Threads with keys of their own: nobody else is seen to interfere.
fn chunks(work: impl Fn(&Stress, std::ops::Range<usize>) + Sync, left: usize) {
    let each = scaled(1 << 13, 1 << 10);
    let stress = Stress::new();
    crowd(THREADS, |thread| {
        work(&stress, each * thread..each * (thread + 1));
        for (key, value) in stress.map.pin().iter() {
            assert!(*key < each * THREADS && (*key..*key + 3).contains(&read(value)));
        }
    });
    stress.finish(left * each * THREADS);
}

#[test]
fn insert_and_remove_chunks() {
    let work = |stress: &Stress, chunk: std::ops::Range<usize>| {
        for _ in 0..2 {
            chunk.clone().for_each(|key| assert_eq!(stress.insert(key, key), None));
            chunk.clone().for_each(|key| assert_eq!(stress.get(key), Some(key)));
            chunk.clone().for_each(|key| assert_eq!(stress.remove(key), Some(key)));
            chunk.clone().for_each(|key| assert_eq!(stress.get(key), None));
        }
    };
    chunks(work, 0);
}

#[test]
fn mixed_chunks() {
    let work = |stress: &Stress, chunk: std::ops::Range<usize>| {
        chunk.clone().for_each(|key| assert_eq!(stress.insert(key, key + 1), None));
        chunk.clone().for_each(|key| assert_eq!(stress.get(key), Some(key + 1)));
        chunk.clone().for_each(|key| assert_eq!(stress.update(key, |value| value - 1), Some(key)));
        chunk.clone().for_each(|key| assert_eq!(stress.remove(key), Some(key)));
        chunk.clone().for_each(|key| assert_eq!(stress.get(key), None));
        chunk.clone().for_each(|key| assert_eq!(stress.insert(key, key + 1), None));
        chunk.clone().for_each(|key| assert_eq!(stress.get(key), Some(key + 1)));
    };
    chunks(work, 1);
}

#[test]
fn mixed_entries() {
    let work = |stress: &Stress, chunk: std::ops::Range<usize>| {
        for key in chunk {
            assert_eq!(stress.insert(key, key + 1), None);
            assert_eq!(stress.get(key), Some(key + 1));
            assert_eq!(stress.update(key, |value| value + 1), Some(key + 2));
            assert_eq!(stress.remove(key), Some(key + 2));
            assert_eq!(stress.get(key), None);
            assert_eq!(stress.update(key, |value| value + 1), None);
        }
    };
    chunks(work, 0);
}

#[test]
fn clear_beside_inserts() {
    let entries = scaled(1 << 13, 1 << 11);
    let stress = Stress::new();
    crowd(THREADS, |thread| match thread {
        0 => (0..scaled(200, 50)).for_each(|_| stress.map.pin().clear()),
        _ => (0..entries)
            .for_each(|key| assert_eq!(stress.insert(key * THREADS + thread, key), None)),
    });
    assert!(stress.map.len() <= entries * (THREADS - 1));
    stress.map.pin().clear();
    stress.finish(0);
}

/// What `retain` keeps stays, also while others insert.
#[test]
fn retain_beside_inserts() {
    let entries = scaled(1 << 13, 1 << 11);
    let stress = Stress::new();
    crowd(THREADS, |thread| match thread {
        0 => (0..scaled(40, 10)).for_each(|_| {
            stress.map.pin().retain(|key, value| {
                assert_eq!(*key, read(value));
                true
            })
        }),
        _ => (0..entries).for_each(|key| {
            let key = key * THREADS + thread;
            assert_eq!(stress.insert(key, key), None);
            assert_eq!(stress.get(key), Some(key));
        }),
    });
    stress.finish(entries * (THREADS - 1));
}

/// Threads take keys for their own for a moment, and know then what the map has to say about them.
#[test]
fn random_keys_with_an_oracle() {
    /// What the map holds for a key, known to whoever has it.
    struct Oracle(AtomicBool, AtomicUsize);
    const ABSENT: usize = usize::MAX;
    let stress = Stress::new();
    let oracles: Vec<Oracle> =
        (0..FEW * 4).map(|_| Oracle(AtomicBool::new(false), AtomicUsize::new(ABSENT))).collect();
    crowd(THREADS, |thread| {
        for turn in 0..scaled(40, 10) {
            for key in shuffled(oracles.len(), thread * 1000 + turn) {
                let Oracle(taken, value) = &oracles[key];
                if taken.swap(true, Acquire) {
                    continue;
                }
                let expected = Some(value.load(Relaxed)).filter(|value| *value != ABSENT);
                assert_eq!(stress.get(key), expected);
                let now = match (turn + key + thread) % 3 {
                    0 => {
                        assert_eq!(stress.remove(key), expected);
                        ABSENT
                    }
                    1 => {
                        assert_eq!(stress.insert(key, turn), expected);
                        turn
                    }
                    _ => stress.update(key, |value| value + 1).unwrap_or(ABSENT),
                };
                value.store(now, Relaxed);
                taken.store(false, Release);
            }
        }
    });
    let present = oracles.iter().filter(|oracle| oracle.1.load(Relaxed) != ABSENT).count();
    stress.finish(present);
}
