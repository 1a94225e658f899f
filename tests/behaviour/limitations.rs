//! What `src/docs/limitations.rs` says and no other test shows. These are not promises: where one
//! fails since the map has become better, the text is to be changed with it.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Counted, Counter, validated};
use evacmap::HashMap;

type Map = HashMap<u64, Counted<u64>>;

/// Fewer than fill a bag.
const FEW: u64 = 10;

/// Puts a few entries in and takes them out again.
fn come_and_go(map: &Map, counter: &Arc<Counter>) {
    (0..FEW).for_each(|key| assert!(map.pin().insert(key, counter.make(key)).is_none()));
    (0..FEW).for_each(|key| assert!(map.pin().remove(&key).is_some()));
}

/// Far more often than the collector takes to get everything out that it can.
fn flush_often(map: &Map) {
    (0..200).for_each(|_| map.flush());
}

/// Guards of other tests may hold the collector up for a while.
fn flush_until_all_are_dropped(map: &Map, counter: &Counter) {
    let start = Instant::now();
    while counter.alive() > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "{} are left", counter.alive());
        map.flush();
        thread::yield_now();
    }
}

#[test]
fn the_last_removed_entries_are_handed_on_by_their_own_thread_alone() {
    let (counter, map) = (Counter::new(), Map::new());
    thread::scope(|scope| {
        let (map, counter) = (&map, &counter);
        let (removed, has_removed) = channel();
        let (flush, may_flush) = channel();
        scope.spawn(move || {
            come_and_go(map, counter);
            removed.send(()).unwrap();
            may_flush.recv().unwrap();
            flush_until_all_are_dropped(map, counter);
        });
        has_removed.recv().unwrap();
        flush_often(map);
        assert_eq!((counter.dropped(), map.stats().retired), (0, FEW as usize));
        flush.send(()).unwrap();
    });
    validated(map);
    counter.check();
}

#[test]
fn the_last_removed_entries_of_a_thread_that_has_ended_wait_for_the_drop_of_the_map() {
    let (counter, map) = (Counter::new(), Map::new());
    // So that this thread has a slot of its own, and does not get that of the other.
    map.flush();
    thread::scope(|scope| scope.spawn(|| come_and_go(&map, &counter)).join().unwrap());
    flush_often(&map);
    assert_eq!((counter.dropped(), map.stats().retired), (0, FEW as usize));
    validated(map);
    counter.check();
}

#[test]
fn a_guard_of_one_map_holds_back_the_garbage_of_another() {
    let (counter, map) = (Counter::new(), Map::new());
    let other: HashMap<u32, u32> = HashMap::new();
    let guard = other.guard();
    (0..50).for_each(|_| come_and_go(&map, &counter));
    flush_often(&map);
    assert_eq!(counter.dropped(), 0);
    drop(guard);
    flush_until_all_are_dropped(&map, &counter);
    validated(map);
    counter.check();
}

/// A full table grows when an insert finds its chain full, which the next insert need not.
#[test]
fn len_exceeds_capacity_a_little() {
    let map: HashMap<usize, ()> = HashMap::with_capacity(1000);
    let capacity = map.capacity();
    (0..=capacity).for_each(|key| assert!(map.pin().insert(key, ()).is_none()));
    assert_eq!((map.len(), map.capacity()), (capacity + 1, capacity));
    (capacity + 1..capacity * 3 / 2).for_each(|key| assert!(map.pin().insert(key, ()).is_none()));
    assert!(map.capacity() > capacity);
    validated(map);
}
