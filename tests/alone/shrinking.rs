//! `ShrinkPolicy::Auto`: the memory of a large map comes back by the removals alone, and no
//! operation does more for that than one did when the map grew. What that is in time, this prints:
//! `cargo test --release --test alone -- shrinking:: --ignored --nocapture`.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Instant;

use crate::common::validated;
use evacmap::{HashMap, ShrinkPolicy};
use hdrhistogram::Histogram;

const ENTRIES: u64 = 1_000_000;
/// Those are not removed.
const KEPT: u64 = ENTRIES / 100;

type Map = HashMap<u64, u64>;

/// Nothing is left of the last test, either: what the collector still has to do for a map that is
/// gone.
fn alone() -> impl Sized {
    let alone = crate::alone();
    (0..10_000).for_each(|_| evacmap::pin().flush());
    alone
}

fn map() -> Map {
    HashMap::builder().shrink_policy(ShrinkPolicy::Auto).build()
}

#[test]
fn removals_alone_bring_the_memory_back() {
    let _alone = alone();
    let (map, mut peak) = (map(), 0);
    for key in 0..ENTRIES {
        map.pin().insert(key, key);
        if key % 1000 == 0 {
            peak = peak.max(map.stats().bytes);
        }
    }
    for key in KEPT..ENTRIES {
        assert_eq!(map.pin().remove(&key), Some(&key));
    }
    let stats = map.stats();
    assert_eq!(stats.len as u64, KEPT);
    assert!(stats.bytes < peak / 16, "of {peak} bytes there are left: {stats:?}");
    assert!((0..KEPT).all(|key| map.pin().get(&key) == Some(&key)));
    validated(map);
}

/// Tables are retired by operations that fill no bag and find no chain full; they are given back by
/// the same.
#[test]
fn tables_that_come_and_go_do_not_pile_up() {
    let _alone = alone();
    let map = HashMap::<u32, u32>::with_capacity(80_000);
    let before = map.stats().bytes;
    for _ in 0..400 {
        map.pin().insert(1, 1);
        map.pin().clear();
        assert!(map.stats().bytes < 8 * before, "of {before}: {:?}", map.stats());
    }
    let map = HashMap::<u32, u32>::new();
    for _ in 0..100 {
        map.pin().reserve(80_000);
        map.pin().insert(1, 1);
        map.pin().shrink_to_fit();
        assert!(map.stats().bytes < 8 * before, "of {before}: {:?}", map.stats());
    }
    validated(map);
}

/// However many threads share the work, and however little each does. They take turns, a bag's
/// worth each, so that it does not depend on the scheduler who gets how far.
#[test]
fn removals_by_many_threads_bring_the_memory_back() {
    let _alone = alone();
    for threads in [2, 8, 32] {
        let map = map();
        (0..ENTRIES).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
        let before = map.stats().buckets;
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..threads).map(|_| channel()).unzip();
        senders[0].send(KEPT).unwrap();
        thread::scope(|scope| {
            for (at, turn) in receivers.into_iter().enumerate() {
                let (map, next) = (&map, senders[(at + 1) % threads].clone());
                scope.spawn(move || {
                    while let Ok(first) = turn.recv() {
                        (first..ENTRIES.min(first + 64))
                            .for_each(|key| assert_eq!(map.pin().remove(&key), Some(&key)));
                        // The last to be told that it is over tells one that has gone.
                        let _ = next.send(ENTRIES.min(first + 64));
                        if first == ENTRIES {
                            break;
                        }
                    }
                });
            }
        });
        let stats = map.stats();
        assert!(stats.buckets <= before / 16, "{threads} threads, of {before} buckets: {stats:?}");
        validated(map);
    }
}

#[cfg(feature = "_hooks")]
mod work {
    use std::cell::Cell;
    use std::rc::Rc;

    use evacmap::hooks::{Point, clear_hook, on_reach};

    use super::*;

    /// Counts what this thread does for resizes: words frozen, words placed, chains declared
    /// filled.
    struct Work(Rc<Cell<usize>>);

    impl Work {
        fn counted() -> Self {
            let count = Rc::new(Cell::new(0));
            let counter = count.clone();
            on_reach(move |point| {
                if matches!(point, Point::SourceFrozen | Point::Placed | Point::Evacuated) {
                    counter.set(counter.get() + 1);
                }
            });
            Work(count)
        }

        /// The most that `operation` did for one of `keys`.
        fn most(&self, keys: impl Iterator<Item = u64>, operation: impl Fn(u64)) -> usize {
            let one = |key| {
                self.0.set(0);
                operation(key);
                self.0.get()
            };
            keys.map(one).max().expect("there are keys")
        }
    }

    impl Drop for Work {
        fn drop(&mut self) {
            clear_hook();
        }
    }

    #[test]
    fn no_operation_does_more_than_in_growth() {
        let _alone = alone();
        let (map, work) = (map(), Work::counted());
        let growing = work.most(0..ENTRIES, |key| assert_eq!(map.pin().insert(key, key), None));
        let removing =
            work.most(KEPT..ENTRIES, |key| assert_eq!(map.pin().remove(&key), Some(&key)));
        assert!(map.stats().shrinks > 1 && removing > 0);
        assert!(removing <= growing, "{removing} steps in one removal, {growing} in one insert");

        // All at once, by others: what is left for those who come later is a table that is much too
        // large.
        let later = HashMap::builder().shrink_policy(ShrinkPolicy::Auto).build();
        (0..ENTRIES).for_each(|key| assert_eq!(later.pin().insert(key, key), None));
        later.pin().clear();
        let churn = |key| {
            later.pin().insert(key, key);
            later.pin().remove(&key);
        };
        let churning = work.most(0..ENTRIES, churn);
        assert!(later.stats().shrinks > 1 && later.capacity() < 1000);
        assert!(
            churning <= 2 * growing,
            "{churning} steps in an insert and a removal, {growing} in one insert"
        );
        drop(work);
        validated(map);
        validated(later);
    }
}

/// The nanoseconds of each of these operations.
fn timed(keys: impl Iterator<Item = u64>, operation: impl Fn(u64)) -> Histogram<u64> {
    let mut times = Histogram::new(3).expect("three digits");
    for key in keys {
        let start = Instant::now();
        operation(key);
        times.record(start.elapsed().as_nanos() as u64).expect("it resizes itself");
    }
    times
}

#[test]
#[ignore = "prints times, and judges nothing"]
fn times_of_operations() {
    let _alone = alone();
    for round in 1..=3 {
        let map = map();
        let show = |what, times: Histogram<u64>| {
            let (usual, rare, most) =
                (times.value_at_quantile(0.5), times.value_at_quantile(0.999), times.max());
            println!(
                "round {round}, {what}: half within {usual} ns, 99.9 % within {rare} ns, all within {most} ns"
            );
        };
        show("inserting", timed(0..ENTRIES, |key| assert_eq!(map.pin().insert(key, key), None)));
        show(
            "removing",
            timed(KEPT..ENTRIES, |key| assert_eq!(map.pin().remove(&key), Some(&key))),
        );
    }
}
